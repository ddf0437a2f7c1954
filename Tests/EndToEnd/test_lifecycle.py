"""Start, drain and stop."""

import signal
import subprocess
import threading

from harness.http_bytes import LAST_CHUNK, chunk, response_head
from harness.raw_client import RawClient, ask
from harness.tollgate_process import binary, environment
from harness.waiting import eventually

CHAT = "/openai/v1/chat/completions"
STREAM = b'{"model":"gpt-4.1","messages":[{"role":"user","content":"Hi"}],"stream":true}'
FIELDS = [("Content-Type", "text/event-stream"), ("Transfer-Encoding", "chunked")]
FIRST = (
    b'data: {"id":"chatcmpl-drain","model":"gpt-4.1-2025-04-14","choices":[{"index":0,"delta":{"content":"one"}}]}\n\n'
)
LAST = (
    b'data: {"id":"chatcmpl-drain","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}\n\n'
)


def test_sigterm_lets_streams_end_and_leaves_nothing_unsettled(make_stub, make_tollgate):
    goes_on = threading.Event()

    def answer(exchange):
        exchange.read_body()
        exchange.send(response_head(200, FIELDS) + chunk(FIRST))
        assert goes_on.wait(60)
        exchange.send(chunk(LAST) + LAST_CHUNK)

    stub = make_stub(answer)
    tollgate = make_tollgate({"openai": stub.url})
    with RawClient(tollgate.port) as client:
        client.send_request("POST", CHAT, STREAM)
        head = client.read_head()
        parts = client.body_parts(head)
        assert FIRST in next(parts)
        tollgate.process.send_signal(signal.SIGTERM)
        eventually(lambda: tollgate.get("/readyz")[0] == 503, what="an unready tollgate while it drains")
        assert tollgate.get("/healthz")[0] == 200
        assert tollgate.process.poll() is None, "the process ended while a stream was under way"
        goes_on.set()
        assert b"".join(parts) == LAST
    assert tollgate.process.wait(timeout=60) == 0
    again = make_tollgate({"openai": stub.url}, data=tollgate.data)
    row = again.call(head.get("x-tollgate-call"))
    assert (row["usage"]["input"], row["usage"]["output"], row["usage_source"]) == (3, 2, "provider")


def test_a_stream_that_does_not_end_is_cut_when_the_time_to_drain_is_over(make_stub, make_tollgate):
    def answer(exchange):
        exchange.read_body()
        exchange.send(response_head(200, FIELDS) + chunk(FIRST))
        exchange.peer_has_left()
        exchange.close()

    stub = make_stub(answer)
    tollgate = make_tollgate({"openai": stub.url}, {"limits": {"drain_timeout": "500ms"}})
    with RawClient(tollgate.port) as client:
        client.send_request("POST", CHAT, STREAM)
        call_id = client.read_head().get("x-tollgate-call")
        tollgate.process.send_signal(signal.SIGTERM)
        assert tollgate.process.wait(timeout=30) == 0
    again = make_tollgate({"openai": stub.url}, data=tollgate.data)
    row = again.call(call_id)
    assert row["outcome"] == "aborted"
    assert row["usage_source"] != "none"


def test_an_idle_proxy_stops_at_once(proxied):
    tollgate, _ = proxied
    with RawClient(tollgate.port) as idle:
        assert idle.ask("POST", CHAT, STREAM).status == 200
        assert tollgate.terminate() == 0


def test_a_port_that_is_taken_is_a_clear_error(proxied, tmp_path):
    tollgate, _ = proxied
    command = [
        binary(),
        "serve",
        "--listen",
        f"127.0.0.1:{tollgate.port}",
        "--control",
        "127.0.0.1:0",
        "--data",
        str(tmp_path / "other"),
    ]
    result = subprocess.run(command, capture_output=True, text=True, timeout=30, env=environment(), cwd=tmp_path)
    assert result.returncode not in (0, -9, -11)
    assert str(tollgate.port) in result.stdout + result.stderr
    assert ask(tollgate.port, "POST", CHAT, STREAM).status == 200
