"""Fixtures: real processes and stub upstreams, each with an end that is checked."""

import asyncio
import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness import canary
from harness.recording import recordings_folder
from harness.scripted_model import ScriptedModel, Turn
from harness.stub_upstream import StubUpstream, numbered_answer
from harness.tollgate_process import Tollgate, binary


def pytest_report_header():
    return [f"binary: {binary()}", f"recordings: {recordings_folder()}"]


@pytest.fixture(scope="session", autouse=True)
def _binary_is_there():
    if not os.access(binary(), os.X_OK):
        pytest.exit(f"no binary at {binary()}: run deploy/test, or set TOLLGATE_BINARY", returncode=3)


@pytest.fixture(scope="session", autouse=True)
def _secrets_are_nowhere():
    yield
    leaks = canary.leaks()
    assert not leaks, f"secrets stand where they must not: {leaks}"


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


@pytest.fixture
def scripted(make_stub, make_tollgate):
    """Makes a proxy before a model that follows a script, and the model's stub."""

    def make(script: dict[str, list[Turn]], new_id=None) -> tuple[Tollgate, StubUpstream]:
        stub = make_stub(ScriptedModel(script, new_id))
        return make_tollgate({"openai": stub.url, "anthropic": stub.url}), stub

    return make


@pytest.fixture(scope="module")
def finish() -> Iterator[Callable]:
    """Runs coroutines to their end, all on one loop: frameworks keep clients that belong to it."""
    with asyncio.Runner() as runner:
        yield runner.run


def pytest_terminal_summary(terminalreporter):
    """A table of the recorded exchanges by provider and API: how many passed, in every way of cutting them."""
    passed, failed = defaultdict(set), defaultdict(set)
    for outcome, found in (("passed", passed), ("failed", failed)):
        for report in terminalreporter.stats.get(outcome, []):
            for name, value in getattr(report, "user_properties", []):
                if name == "exchange" and (report.when == "call" or outcome == "failed"):
                    found[value[0], value[1]].add(value[2])
    apis = sorted(passed.keys() | failed.keys())
    if not apis:
        return
    terminalreporter.write_sep("-", "recorded exchanges by provider and API")
    total = 0
    for api in apis:
        whole = len(passed[api] | failed[api])
        good = len(passed[api] - failed[api])
        total += good
        terminalreporter.write_line(f"{api[0]:18} {api[1]:20} {good:4} of {whole:4}")
    terminalreporter.write_line(f"{'all':39} {total:4} of {sum(len(passed[api] | failed[api]) for api in apis):4}")
