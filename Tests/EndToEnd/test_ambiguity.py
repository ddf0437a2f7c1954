"""HTTP that two readers could read differently is refused and its connection closed; nothing of it reaches the upstream."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from harness.http_bytes import Truncated
from harness.raw_client import RawClient
from harness.tollgate_process import REPOSITORY, die_with_the_tests, free_port
from harness.waiting import eventually

ATTACKS = Path(os.environ.get("TOLLGATE_ATTACK", REPOSITORY / "../shared/attack")).resolve()

START = b"POST /openai/v1/chat/completions HTTP/1.1\r\n"
HOST = b"Host: 127.0.0.1\r\n"
SMUGGLED = b"0\r\n\r\nGET /openai/v1/models HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

AMBIGUOUS = {
    "length and chunked": START + HOST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n" + SMUGGLED,
    "chunked and length": START + HOST + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n" + SMUGGLED,
    "two different lengths": START + HOST + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
    "two equal lengths": START + HOST + b"Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd",
    "a list of lengths": START + HOST + b"Content-Length: 4, 4\r\n\r\nabcd",
    "a signed length": START + HOST + b"Content-Length: +4\r\n\r\nabcd",
    "a negative length": START + HOST + b"Content-Length: -4\r\n\r\nabcd",
    "a hexadecimal length": START + HOST + b"Content-Length: 0x4\r\n\r\nabcd",
    "a length with an underscore": START + HOST + b"Content-Length: 1_0\r\n\r\n0123456789",
    "a length that overflows": START + HOST + b"Content-Length: 99999999999999999999\r\n\r\n",
    "two transfer codings": START
    + HOST
    + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "a list of codings": START + HOST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "an unknown coding": START + HOST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a coding with a tab": START + HOST + b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
    "a space before the colon": START + HOST + b"Content-Length : 4\r\n\r\nabcd",
    "a folded field": START + HOST + b"X-Folded: a\r\n b\r\nContent-Length: 0\r\n\r\n",
    "a field without a colon": START + HOST + b"Nonsense\r\nContent-Length: 0\r\n\r\n",
    "an empty field name": START + HOST + b": value\r\nContent-Length: 0\r\n\r\n",
    "a NUL in a value": START + HOST + b"X-Value: a\x00b\r\nContent-Length: 0\r\n\r\n",
    "a bare CR in a value": START + HOST + b"X-Value: a\rb\r\nContent-Length: 0\r\n\r\n",
    "no host": START + b"Content-Length: 0\r\n\r\n",
    "two hosts": START + HOST + b"Host: 127.0.0.2\r\nContent-Length: 0\r\n\r\n",
    "a host with a path": START + b"Host: 127.0.0.1/x\r\nContent-Length: 0\r\n\r\n",
    "a host with a user": START + b"Host: a@127.0.0.1\r\nContent-Length: 0\r\n\r\n",
    "chunked in HTTP/1.0": b"POST /openai/v1/chat/completions HTTP/1.0\r\n"
    + HOST
    + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "HTTP/0.9": b"GET /openai/v1/models\r\n\r\n",
    "an unknown version": b"GET /openai/v1/models HTTP/1.9\r\n" + HOST + b"\r\n",
    "HTTP/2's preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a connect": b"CONNECT api.openai.com:443 HTTP/1.1\r\nHost: api.openai.com:443\r\n\r\n",
    "a raw byte in the target": b"GET /openai/v1/models/\xe9 HTTP/1.1\r\n" + HOST + b"\r\n",
    "dots in the path": b"GET /openai/v1/../../etc/passwd HTTP/1.1\r\n" + HOST + b"\r\n",
    "escaped dots in the path": b"GET /openai/v1/%2e%2e/models HTTP/1.1\r\n" + HOST + b"\r\n",
    "a chunk size with a sign": START + HOST + b"Transfer-Encoding: chunked\r\n\r\n+4\r\nabcd\r\n0\r\n\r\n",
    "a chunk size that overflows": START
    + HOST
    + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nabcd\r\n0\r\n\r\n",
    "a chunk without its end": START + HOST + b"Transfer-Encoding: chunked\r\n\r\n4\r\nabcdXX0\r\n\r\n",
}


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_an_ambiguous_request_is_refused_and_its_connection_closed(proxied, name):
    tollgate, stub = proxied
    with RawClient(tollgate.port, seconds=10) as client:
        client.send(AMBIGUOUS[name])
        try:
            reply = client.read_response()
            assert 400 <= reply.status <= 505, reply.head.start
        except Truncated:
            pass  # closed without a word, which is an answer too
        assert client.is_closed_by_peer()
    assert not stub.received, "an ambiguous request was completed upstream"


def test_a_bad_request_behind_good_ones_ends_the_connection_after_their_answers(proxied):
    tollgate, stub = proxied
    good = START + HOST + b"Content-Length: 2\r\n\r\n{}"
    with RawClient(tollgate.port) as client:
        client.send(good + good + AMBIGUOUS["length and chunked"] + good)
        assert [client.read_response().status for _ in range(2)] == [200, 200]
        assert client.read_response().status == 400
        assert client.is_closed_by_peer()
    assert len(stub.received) == 2


def test_refusals_are_counted(proxied):
    tollgate, _ = proxied
    with RawClient(tollgate.port) as client:
        client.send(AMBIGUOUS["two hosts"])
        assert client.read_response().status == 400
    eventually(lambda: b"rejected" in tollgate.get("/metrics")[1], what="a counter of what was rejected")


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.timeout(400)
@pytest.mark.skipif(not ATTACKS.is_dir(), reason=f"NO ATTACK VECTORS at {ATTACKS}")
@pytest.mark.parametrize("vectors", ["desync", "llhttp"])
def test_vectors_that_others_published_reach_the_origin_clean_or_not_at_all(make_tollgate, vectors):
    port = free_port()
    origin = subprocess.Popen([sys.executable, ATTACKS / "echo_origin.py", str(port)], preexec_fn=die_with_the_tests)
    try:
        eventually(lambda: is_listening(port), what="the origin")
        # The vectors' own hosts must pass, or every one of them would be refused for its host alone.
        config = {
            "providers": {"origin": {"base_url": f"http://127.0.0.1:{port}"}},
            "default_provider": "origin",
            "allowed_hosts": ["a", "foo", "example.com", "www.example.com", "example.org", "github.com", "localhost"],
        }
        tollgate = make_tollgate(config=config)
        command = [
            sys.executable,
            ATTACKS / "raw_vectors.py",
            "--wait",
            "0.25",
            "--proxy",
            f"127.0.0.1:{tollgate.port}",
        ]
        result = subprocess.run(
            [*command, "--origin", f"127.0.0.1:{port}", vectors], capture_output=True, text=True, timeout=380
        )
    finally:
        origin.terminate()
        origin.wait(timeout=10)
    assert result.returncode == 0, result.stdout + result.stderr
    print(result.stdout)
    assert "'CLEAN'" in result.stdout, "not one vector passed: the verdict says nothing"
