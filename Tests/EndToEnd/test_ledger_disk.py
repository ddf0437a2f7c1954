"""The data directory: its mode, its one owner, and disks that are full or refuse to be written."""

import os
import shutil
import stat
import subprocess
import time
from pathlib import Path

import pytest

from harness.raw_client import ask
from harness.tollgate_process import Tollgate, binary, environment
from harness.waiting import eventually

CHAT = "/openai/v1/chat/completions"
BODY = b'{"model":"gpt-4.1","messages":[{"role":"user","content":"Hi"}]}'

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="NOT ROOT: a small disk cannot be mounted")


def status_of_a_call(tollgate: Tollgate) -> int:
    return ask(tollgate.port, "POST", CHAT, BODY).status


def test_the_data_directory_is_for_its_owner_only(proxied):
    tollgate, _ = proxied
    assert status_of_a_call(tollgate) == 200
    assert stat.S_IMODE(tollgate.data.stat().st_mode) == 0o700
    files = [path for path in tollgate.data.rglob("*") if path.is_file()]
    assert files
    assert {path.name: oct(path.stat().st_mode & 0o077) for path in files} == {path.name: "0o0" for path in files}


def test_a_second_process_on_the_same_directory_is_refused(proxied):
    tollgate, _ = proxied
    second = Tollgate(tollgate.directory, {}, data=tollgate.data)
    result = subprocess.run(
        [binary(), *second.arguments()],
        capture_output=True,
        text=True,
        timeout=30,
        env=environment(),
        cwd=tollgate.directory,
    )
    assert result.returncode not in (0, -9, -11)
    assert str(tollgate.data) in result.stdout + result.stderr
    assert status_of_a_call(tollgate) == 200, "the first process goes on"


def test_a_directory_is_free_again_after_its_process_was_killed(make_stub, make_tollgate):
    stub = make_stub()
    first = make_tollgate({"openai": stub.url})
    assert status_of_a_call(first) == 200
    first.kill()
    second = make_tollgate({"openai": stub.url}, data=first.data)
    assert status_of_a_call(second) == 200
    eventually(lambda: len(second.calls()) == 2, what="the rows of both processes")


def test_rows_outlive_a_restart(make_stub, make_tollgate):
    stub = make_stub()
    first = make_tollgate({"openai": stub.url})
    ids = [ask(first.port, "POST", CHAT, BODY).head.get("x-tollgate-call") for _ in range(5)]
    assert first.terminate() == 0
    second = make_tollgate({"openai": stub.url}, data=first.data)
    assert [row["id"] for row in second.calls()] == ids[::-1]
    assert second.json("/api/v1/summary?by=agent")["rows"][0]["calls"] == 5


@pytest.fixture
def small_disk(tmp_path: Path):
    place = tmp_path / "small-disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m,mode=0700", "tmpfs", place], check=True)
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


@needs_root
def test_a_full_disk_refuses_calls_and_recovers_without_a_restart(small_disk, make_stub, make_tollgate):
    stub = make_stub()
    tollgate = make_tollgate({"openai": stub.url}, {"limits": {"in_flight": 64}}, data=small_disk / "data")
    assert status_of_a_call(tollgate) == 200
    fill(small_disk / "filler")
    statuses = [200]

    def is_refused() -> bool:
        reply = ask(tollgate.port, "POST", CHAT, BODY)
        statuses.append(reply.status)
        return reply.status == 503

    eventually(is_refused, seconds=60, what="a refusal on a full disk")
    assert set(statuses) == {200, 503}
    reached = len(stub.received)
    assert status_of_a_call(tollgate) == 503
    assert len(stub.received) == reached, "a call that cannot be accounted for was forwarded"
    assert "ledger" in tollgate.log.lower()
    (small_disk / "filler").unlink()
    eventually(lambda: status_of_a_call(tollgate) == 200, seconds=60, what="a call after there is room again")
    eventually(lambda: len(tollgate.calls()) >= len(stub.received), what="a row for every call that was forwarded")
    responses = [row["provider_response_id"] for row in tollgate.calls() if row["provider_response_id"]]
    assert len(responses) == len(set(responses)) == len(stub.received)


def fill(path: Path):
    """Takes every block that is left."""
    with open(path, "wb", buffering=0) as filler:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    filler.write(b"\0" * size)
            except OSError:
                continue


@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("strace"), reason="NO STRACE OR NOT ROOT: errors cannot be injected"
)
@pytest.mark.parametrize("error", ["EROFS", "ENOSPC"])
def test_a_disk_that_refuses_writes_refuses_calls_and_recovers_without_a_restart(make_stub, make_tollgate, error):
    """Every write to a file fails as on a disk that was mounted read-only, until it does not."""
    stub = make_stub()
    tollgate = make_tollgate({"openai": stub.url})
    assert status_of_a_call(tollgate) == 200
    paths = [argument for path in tollgate.data.rglob("*") for argument in ("-P", str(path))]
    tracer = subprocess.Popen(
        [
            "strace",
            "-f",
            "-qq",
            "-o",
            "/dev/null",
            "-p",
            str(tollgate.process.pid),
            *paths,
            "-e",
            "trace=pwrite64,pwritev,write",
            "-e",
            f"inject=pwrite64,pwritev,write:error={error}",
        ],
        stderr=subprocess.PIPE,
    )
    try:
        eventually(
            lambda: status_of_a_call(tollgate) == 503, seconds=60, what="a refusal on a disk that cannot be written"
        )
        assert "ledger" in tollgate.log.lower()
        eventually(lambda: tollgate.get("/readyz")[0] == 503, what="an unready tollgate")
    finally:
        tracer.terminate()
        tracer.wait(timeout=30)
    eventually(lambda: status_of_a_call(tollgate) == 200, seconds=60, what="a call after the disk can be written again")
    eventually(lambda: tollgate.get("/readyz")[0] == 200, what="a ready tollgate")
    eventually(lambda: len(tollgate.calls()) == len(stub.received), what="a row for every call that was forwarded")


@needs_root
def test_a_read_only_directory_is_refused_at_the_start_with_its_reason(small_disk, tmp_path):
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    tollgate = Tollgate(tmp_path, {}, data=small_disk / "data")
    result = subprocess.run(
        [binary(), *tollgate.arguments()], capture_output=True, text=True, timeout=30, env=environment(), cwd=tmp_path
    )
    assert result.returncode not in (0, -9, -11)
    assert str(small_disk) in result.stdout + result.stderr


def test_where_the_operator_says_so_calls_go_on_without_a_ledger(make_stub, make_tollgate, small_disk_or_skip):
    stub = make_stub()
    config = {"ledger_unavailable": "forward", "limits": {"in_flight": 64}}
    tollgate = make_tollgate({"openai": stub.url}, config, data=small_disk_or_skip / "data")
    fill(small_disk_or_skip / "filler")
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline:
        assert status_of_a_call(tollgate) == 200


@pytest.fixture
def small_disk_or_skip(request):
    if os.geteuid() != 0:
        pytest.skip("NOT ROOT: a small disk cannot be mounted")
    return request.getfixturevalue("small_disk")
