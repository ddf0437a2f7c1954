"""Fixtures: real processes and stub upstreams, each with an end that is checked."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.recording import recordings_folder
from harness.stub_upstream import StubUpstream, numbered_answer
from harness.tollgate_process import Tollgate, binary


def pytest_report_header():
    return [f"binary: {binary()}", f"recordings: {recordings_folder()}"]


@pytest.fixture(scope="session", autouse=True)
def _binary_is_there():
    if not os.access(binary(), os.X_OK):
        pytest.exit(f"no binary at {binary()}: run deploy/test, or set TOLLGATE_BINARY", returncode=3)


@pytest.fixture
def make_stub():
    """Makes stub upstreams; a problem in one of their answers fails the test."""
    stubs: list[StubUpstream] = []

    def make(answer=None) -> StubUpstream:
        stubs.append(StubUpstream(answer or numbered_answer()))
        return stubs[-1]

    yield make
    for stub in stubs:
        stub.close()
    problems = [problem for stub in stubs for problem in stub.problems]
    assert not problems, f"the stub upstream failed: {problems!r}"


@pytest.fixture
def make_tollgate(tmp_path: Path, request) -> Callable[..., Tollgate]:
    """Starts proxies. One that a test did not end itself must still be alive when the test ends."""
    started: list[Tollgate] = []

    def make(upstreams: dict[str, str] | None = None, config: dict | None = None, data: Path | None = None) -> Tollgate:
        directory = tmp_path / f"tollgate-{len(started) + 1}"
        directory.mkdir()
        started.append(Tollgate(directory, upstreams, config, data))
        return started[-1].start()

    yield make
    for tollgate in started:
        crashed = tollgate.process.poll() not in (None, 0, -9)
        if tollgate.process.poll() is None:
            tollgate.kill()
        print(f"--- log of {tollgate.directory.name}\n{tollgate.log[-6000:]}")
        assert not crashed, f"tollgate ended with {tollgate.process.returncode}"


@pytest.fixture
def proxied(make_stub, make_tollgate) -> tuple[Tollgate, StubUpstream]:
    """A proxy whose openai and anthropic are one stub, which answers chat completions until a test says otherwise."""
    stub = make_stub()
    return make_tollgate({"openai": stub.url, "anthropic": stub.url}), stub
