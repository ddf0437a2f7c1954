"""Limits, refusals and upstream failures: each with a clear answer in the shape of the API that was called."""

import json
import socket
import threading

import pytest

from harness.http_bytes import chunk, request_head, response_head
from harness.raw_client import RawClient, ask
from harness.stub_upstream import chat_reply
from harness.tollgate_process import NOBODY
from harness.waiting import eventually

CHAT = "/openai/v1/chat/completions"
MESSAGES = "/anthropic/v1/messages"
BODY = b'{"model":"gpt-4.1","messages":[{"role":"user","content":"Hi"}]}'


def error_of(reply, path: str) -> dict:
    """The error object, after its shape has been checked."""
    document = json.loads(reply.body)
    if path.startswith("/anthropic"):
        assert document["type"] == "error"
        assert set(document["error"]) >= {"type", "message"}
    else:
        assert set(document["error"]) >= {"message", "type", "param", "code"}
    assert reply.head.get(
        "content-type",
    ).startswith("application/json")
    assert document["error"]["message"]
    return document["error"]


@pytest.mark.parametrize("path", [CHAT, MESSAGES])
def test_an_upstream_that_cannot_be_reached_is_a_502(make_tollgate, path):
    tollgate = make_tollgate({"openai": NOBODY, "anthropic": NOBODY})
    reply = ask(tollgate.port, "POST", path, BODY)
    assert reply.status == 502
    error_of(reply, path)
    call = tollgate.call(reply.head.get("x-tollgate-call"))
    assert (call["status"], call["outcome"], call["cost_pico_usd"]) == (502, "upstream_error", 0)


def test_a_name_that_does_not_exist_is_a_502(make_tollgate):
    tollgate = make_tollgate({"openai": "http://no-such-host.invalid:80"})
    reply = ask(tollgate.port, "POST", CHAT, BODY)
    assert reply.status == 502
    error_of(reply, CHAT)


@pytest.mark.parametrize("path", [CHAT, MESSAGES])
def test_an_upstream_that_does_not_answer_is_a_504(make_stub, make_tollgate, path):
    has_left = threading.Event()

    def answer(exchange):
        exchange.read_body()
        if exchange.peer_has_left():
            has_left.set()
        exchange.close()

    stub = make_stub(answer)
    tollgate = make_tollgate({"openai": stub.url, "anthropic": stub.url}, {"limits": {"head_timeout": "300ms"}})
    reply = ask(tollgate.port, "POST", path, BODY)
    assert reply.status == 504
    error_of(reply, path)
    assert has_left.wait(30)
    call = tollgate.call(reply.head.get("x-tollgate-call"))
    assert (call["status"], call["outcome"]) == (504, "timeout")
    assert call["usage"]["input"] > 0, "the upstream had the prompt, and may bill it"


def test_a_stream_that_stalls_is_cut(make_stub, make_tollgate):
    def answer(exchange):
        exchange.read_body()
        fields = [("Content-Type", "text/event-stream"), ("Transfer-Encoding", "chunked")]
        exchange.send(response_head(200, fields) + chunk(b'data: {"choices":[]}\n\n'))
        exchange.peer_has_left()
        exchange.close()

    tollgate = make_tollgate({"openai": make_stub(answer).url}, {"limits": {"idle_timeout": "300ms"}})
    with RawClient(tollgate.port) as client:
        reply = client.ask("POST", CHAT, BODY)
    assert not reply.is_whole
    assert tollgate.call(reply.head.get("x-tollgate-call"))["outcome"] == "timeout"


def test_an_upstream_that_stalls_before_its_connection_is_up_does_not_stall_others(make_stub, make_tollgate):
    """A listener whose backlog is full never completes a connection; calls to the other provider go on."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        stub = make_stub()
        stuck = f"http://127.0.0.1:{full.getsockname()[1]}"
        tollgate = make_tollgate({"openai": stub.url, "stuck": stuck}, {"limits": {"connect_timeout": "2s"}})
        with RawClient(tollgate.port) as waiting:
            waiting.send_request("POST", "/stuck/v1/chat/completions", BODY)
            for _ in range(20):
                assert ask(tollgate.port, "POST", CHAT, BODY).status == 200
            assert waiting.read_response().status in (502, 504)
        for filler in fillers:
            filler.close()


MALFORMED_REPLIES = {
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
    "length and chunked": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "not HTTP": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "bad chunk size": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "unknown coding": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n{}",
    "a head of 400 kB": b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"a" * 400_000 + b"\r\nContent-Length: 2\r\n\r\n{}",
    "closed at once": b"",
}


@pytest.mark.parametrize("name", MALFORMED_REPLIES)
def test_a_malformed_reply_is_a_502_or_visibly_broken(proxied, name):
    tollgate, stub = proxied

    def answer(exchange):
        exchange.read_body()
        exchange.send(MALFORMED_REPLIES[name])
        exchange.close()

    stub.answer = answer
    with RawClient(tollgate.port) as client:
        reply = client.ask("POST", CHAT, BODY)
    if reply.status == 200:
        assert name == "bad chunk size" and not reply.is_whole, "an ambiguous reply was handed on as a good one"
    else:
        assert reply.status == 502
        error_of(reply, CHAT)
    assert tollgate.call(reply.head.get("x-tollgate-call"))["outcome"] == "upstream_error"
    assert len(stub.received) == 1, "the call was sent again"
    stub.answer = lambda exchange: (exchange.read_body(), exchange.respond(200, chat_reply()))
    assert ask(tollgate.port, "POST", CHAT, BODY).status == 200, "the proxy does not recover"


def test_no_request_is_sent_twice_when_a_reused_connection_dies(proxied):
    """The upstream reads the second request of a connection and closes without a byte: it may have been billed."""
    tollgate, stub = proxied
    seen: list[bytes] = []

    def answer(exchange):
        body = exchange.read_body()
        seen.append(body)
        if json.loads(body).get("n"):
            exchange.close()
        else:
            exchange.respond(200, chat_reply(), [("Content-Type", "application/json")])

    stub.answer = answer
    for number in range(1, 11):
        assert ask(tollgate.port, "POST", CHAT, BODY).status == 200
        doomed = json.dumps({"model": "gpt-4.1", "messages": [], "n": number}).encode()
        reply = ask(tollgate.port, "POST", CHAT, doomed)
        assert reply.status == 502
        assert seen.count(doomed) == 1, "a request was repeated by itself: double billing"


def test_a_head_above_its_limit_is_a_431(proxied):
    tollgate, stub = proxied
    with RawClient(tollgate.port) as client:
        client.send(
            request_head("POST", CHAT, [("Host", "127.0.0.1"), ("X-Long", "a" * 70_000), ("Content-Length", "0")])
        )
        reply = client.read_response()
    assert reply.status == 431
    assert not stub.received


def test_a_long_head_below_its_limit_passes(proxied):
    tollgate, stub = proxied
    assert ask(tollgate.port, "POST", CHAT, BODY, [(f"X-Long-{n}", "a" * 6000) for n in range(8)]).status == 200


@pytest.mark.parametrize("path", [CHAT, MESSAGES])
@pytest.mark.parametrize("chunked", [False, True], ids=["named length", "chunked"])
def test_a_body_above_its_limit_is_a_413(make_stub, make_tollgate, path, chunked):
    stub = make_stub(lambda exchange: (exchange.read_body(), exchange.respond(200, b"{}")))
    tollgate = make_tollgate({"openai": stub.url, "anthropic": stub.url}, {"limits": {"body": "1 MiB"}})
    with RawClient(tollgate.port) as client:
        try:
            client.send_request("POST", path, b"x" * 3_000_000, (), chunked)
        except ConnectionError:
            pass  # refused while it was being sent: the answer is there to be read
        reply = client.read_response()
    assert reply.status == 413
    error_of(reply, path)
    assert not stub.received, "a body above the limit was forwarded whole"


def test_a_named_length_above_the_default_limit_is_refused_before_it_is_read(proxied):
    tollgate, stub = proxied
    with RawClient(tollgate.port) as client:
        client.send(request_head("POST", CHAT, [("Host", "127.0.0.1"), ("Content-Length", str(65 * 1024 * 1024))]))
        assert client.read_response().status == 413


def test_more_calls_at_once_than_the_limit_are_a_503(make_stub, make_tollgate):
    goes_on = threading.Event()

    def answer(exchange):
        exchange.read_body()
        assert goes_on.wait(60)
        exchange.respond(200, chat_reply(), [("Content-Type", "application/json")])

    stub = make_stub(answer)
    tollgate = make_tollgate({"openai": stub.url}, {"limits": {"in_flight": 4}})
    clients = [RawClient(tollgate.port) for _ in range(4)]
    for client in clients:
        client.send_request("POST", CHAT, BODY)
    eventually(lambda: stub.connections == 4, what="four calls at the upstream")
    reply = ask(tollgate.port, "POST", CHAT, BODY)
    assert reply.status == 503
    error_of(reply, CHAT)
    goes_on.set()
    for client in clients:
        assert client.read_response().status == 200
        client.close()
    # A slot is freed once its row is committed.
    eventually(lambda: ask(tollgate.port, "POST", CHAT, BODY).status == 200, what="a free slot")


CROSS_SITE = {
    "an origin elsewhere": [("Origin", "https://evil.example")],
    "fetch metadata": [("Sec-Fetch-Site", "cross-site")],
    "fetch metadata of a neighbour": [("Sec-Fetch-Site", "same-site")],
    "a rebound name": [("Host", "evil.example")],
    "a rebound name with the port": [("Host", "evil.example:4100")],
    "a null origin": [("Origin", "null")],
}


@pytest.mark.parametrize("name", CROSS_SITE)
def test_a_web_page_cannot_spend(proxied, name):
    tollgate, stub = proxied
    reply = ask(tollgate.port, "POST", CHAT, BODY, CROSS_SITE[name])
    assert 400 <= reply.status < 500
    assert not stub.received


def test_a_preflight_is_not_answered_with_permission(proxied):
    tollgate, stub = proxied
    fields = [("Origin", "https://evil.example"), ("Access-Control-Request-Method", "POST")]
    reply = ask(tollgate.port, "OPTIONS", CHAT, None, fields)
    assert reply.status >= 400
    assert not {name for name in reply.head.names if name.startswith("access-control-")}
    assert not stub.received


def test_many_uploads_at_once_arrive_whole(proxied):
    tollgate, stub = proxied
    bodies = [b'{"model":"gpt-4.1","n":%d,"padding":"' % number + b"z" * 2_000_000 + b'"}' for number in range(16)]
    statuses: list[int] = []

    def upload(body: bytes):
        statuses.append(ask(tollgate.port, "POST", CHAT, body).status)

    threads = [threading.Thread(target=upload, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert statuses == [200] * 16
    assert sorted(received.body for received in stub.received) == sorted(bodies)
