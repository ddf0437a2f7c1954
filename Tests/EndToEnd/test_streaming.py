"""Streams: events are passed as they come, both sides can leave, and nobody's slowness fills memory."""

import hashlib
import threading

from harness.http_bytes import LAST_CHUNK, chunk, response_head
from harness.raw_client import RawClient
from harness.waiting import eventually

CHAT = "/openai/v1/chat/completions"
STREAM = b'{"model":"gpt-4.1","messages":[{"role":"user","content":"Count, please."}],"stream":true}'
EVENT_STREAM = [("Content-Type", "text/event-stream"), ("Transfer-Encoding", "chunked")]


def event(text: str, more: str = "") -> bytes:
    return (
        'data: {"id":"chatcmpl-stream","object":"chat.completion.chunk","model":"gpt-4.1-2025-04-14",'
        f'"choices":[{{"index":0,"delta":{{"content":"{text}"}},"finish_reason":null}}]{more}}}\n\n'
    ).encode()


USAGE = (
    b'data: {"id":"chatcmpl-stream","object":"chat.completion.chunk","model":"gpt-4.1-2025-04-14","choices":[],'
    b'"usage":{"prompt_tokens":11,"completion_tokens":5,"total_tokens":16}}\n\ndata: [DONE]\n\n'
)


def test_each_event_reaches_the_client_before_the_upstream_sends_the_next(proxied):
    tollgate, stub = proxied
    seen = [threading.Event() for _ in range(5)]

    def answer(exchange):
        exchange.read_body()
        exchange.send(response_head(200, EVENT_STREAM))
        for number, one in enumerate(seen):
            exchange.send(chunk(event(str(number))))
            assert one.wait(30), f"event {number} was held back"
        exchange.send(LAST_CHUNK)

    stub.answer = answer
    with RawClient(tollgate.port) as client:
        client.send_request("POST", CHAT, STREAM)
        parts = client.body_parts(client.read_head())
        received = b""
        for number, one in enumerate(seen):
            while event(str(number)) not in received:
                received += next(parts)
            one.set()
        assert received + b"".join(parts) == b"".join(event(str(number)) for number in range(5))


def test_the_head_reaches_the_client_before_the_first_event(proxied):
    tollgate, stub = proxied
    seen = threading.Event()

    def answer(exchange):
        exchange.read_body()
        exchange.send(response_head(200, EVENT_STREAM))
        assert seen.wait(30), "the head was held back"
        exchange.send(chunk(USAGE) + LAST_CHUNK)

    stub.answer = answer
    with RawClient(tollgate.port) as client:
        client.send_request("POST", CHAT, STREAM)
        head = client.read_head()
        seen.set()
        assert b"".join(client.body_parts(head)) == USAGE


def test_a_client_that_leaves_cancels_its_upstream_call(proxied):
    tollgate, stub = proxied
    has_left = threading.Event()

    def answer(exchange):
        exchange.read_body()
        exchange.send(response_head(200, EVENT_STREAM) + chunk(event("one")))
        if exchange.peer_has_left():
            has_left.set()
        exchange.close()

    stub.answer = answer
    with RawClient(tollgate.port) as client:
        client.send_request("POST", CHAT, STREAM)
        call_id = client.read_head().get("x-tollgate-call")
        assert event("one") in next(client.body_parts_of_stream())
    assert has_left.wait(30), "the upstream call went on without a client"
    call = tollgate.call(call_id)
    assert call["outcome"] == "aborted"
    assert call["usage_source"] in ("counted", "bound")
    assert call["usage"]["input"] > 0 and call["cost_pico_usd"] > 0


def test_a_client_that_leaves_before_the_head_cancels_too(proxied):
    tollgate, stub = proxied
    arrived, has_left = threading.Event(), threading.Event()

    def answer(exchange):
        exchange.read_body()
        arrived.set()
        if exchange.peer_has_left():
            has_left.set()
        exchange.close()

    stub.answer = answer
    with RawClient(tollgate.port) as client:
        client.send_request("POST", CHAT, STREAM)
        assert arrived.wait(30)
    assert has_left.wait(30), "the upstream call went on without a client"
    row = eventually(lambda: tollgate.calls(), what="the row of the call that was left")[0]
    assert row["outcome"] == "aborted"
    assert row["usage"]["input"] > 0, "the upstream had the whole prompt"


def has_clients(port: int) -> bool:
    """Whether a connection to the port is open on the side that listens."""
    open_or_half_closed = {"01", "08"}
    with open("/proc/net/tcp") as table:
        rows = [line.split() for line in table.readlines()[1:]]
    return any(int(row[1].split(":")[1], 16) == port and row[3] in open_or_half_closed for row in rows)


def test_with_drain_a_call_is_read_to_its_end_after_the_client_left(make_stub, make_tollgate):
    goes_on, was_whole = threading.Event(), threading.Event()

    def answer(exchange):
        exchange.read_body()
        exchange.send(response_head(200, EVENT_STREAM) + chunk(event("one")))
        assert goes_on.wait(30)
        for _ in range(200):
            exchange.send(chunk(event("more")))
        exchange.send(chunk(USAGE) + LAST_CHUNK)
        was_whole.set()

    tollgate = make_tollgate({"openai": make_stub(answer).url}, {"on_client_disconnect": "drain 30s"})
    with RawClient(tollgate.port) as client:
        client.send_request("POST", CHAT, STREAM)
        call_id = client.read_head().get("x-tollgate-call")
        next(client.body_parts_of_stream())
    eventually(lambda: not has_clients(tollgate.port), what="Tollgate to know that the client left")
    goes_on.set()
    assert was_whole.wait(30)
    call = tollgate.call(call_id)
    assert (call["usage"]["input"], call["usage"]["output"]) == (11, 5)
    assert (call["usage_source"], call["outcome"]) == ("provider", "aborted")


def test_a_drain_ends_when_its_time_is_over(make_stub, make_tollgate):
    has_left = threading.Event()

    def answer(exchange):
        exchange.read_body()
        exchange.send(response_head(200, EVENT_STREAM) + chunk(event("one")))
        if exchange.peer_has_left():
            has_left.set()
        exchange.close()

    tollgate = make_tollgate({"openai": make_stub(answer).url}, {"on_client_disconnect": "drain 1s"})
    with RawClient(tollgate.port) as client:
        client.send_request("POST", CHAT, STREAM)
        call_id = client.read_head().get("x-tollgate-call")
        next(client.body_parts_of_stream())
    assert has_left.wait(30), "the upstream call went on after the time for draining"
    call = tollgate.call(call_id)
    assert (call["usage_source"], call["outcome"]) == ("counted", "aborted")
    eventually(lambda: tollgate.metric("tollgate_requests_in_flight") == 0, what="no call in flight")


def test_a_chunked_reply_that_breaks_off_is_seen_as_broken_by_the_client(proxied):
    tollgate, stub = proxied

    def answer(exchange):
        exchange.read_body()
        exchange.send(response_head(200, EVENT_STREAM) + chunk(event("one")))
        exchange.close()

    stub.answer = answer
    with RawClient(tollgate.port) as client:
        reply = client.ask("POST", CHAT, STREAM)
        assert event("one") in reply.body
        assert not reply.is_whole, "the client was told that a broken stream was whole"
    call = tollgate.call(reply.head.get("x-tollgate-call"))
    assert call["outcome"] == "upstream_error"
    assert call["usage_source"] in ("counted", "bound")


def test_a_reply_shorter_than_its_length_is_seen_as_broken_by_the_client(proxied):
    tollgate, stub = proxied

    def answer(exchange):
        exchange.read_body()
        exchange.send(
            response_head(200, [("Content-Type", "application/json"), ("Content-Length", "1000")]) + b'{"id":'
        )
        exchange.close()

    stub.answer = answer
    with RawClient(tollgate.port) as client:
        reply = client.ask("POST", CHAT, STREAM)
    assert (reply.body, reply.is_whole) == (b'{"id":', False)


def test_a_slow_client_pauses_its_transfer_and_memory_stays_bounded(proxied):
    """400 MB are offered to a client that does not read; then it reads, and everything comes."""
    tollgate, stub = proxied
    part = bytes(range(256)) * 256
    count = 6400
    offered = []

    def answer(exchange):
        exchange.read_body()
        offered.append(exchange)
        exchange.send(
            response_head(
                200, [("Content-Type", "application/octet-stream"), ("Content-Length", str(len(part) * count))]
            )
        )
        for _ in range(count):
            exchange.send(part)

    stub.answer = answer
    before = tollgate.rss_bytes()
    with RawClient(tollgate.port, seconds=60, receive_buffer_bytes=65536) as client:
        client.send_request("POST", CHAT, STREAM)
        head = client.read_head()
        paused_at = steady(lambda: offered[0].sent_bytes)
        assert paused_at < 40_000_000, "the transfer was not paused"
        assert tollgate.rss_bytes() - before < 24_000_000, "a paused transfer fills memory"
        digest, total = hashlib.sha256(), 0
        for piece in client.body_parts(head):
            digest.update(piece)
            total += len(piece)
        assert total == len(part) * count
        assert digest.digest() == hashlib.sha256(part * count).digest()
    assert tollgate.rss_bytes() - before < 48_000_000


def steady(read, samples: int = 20) -> int:
    """The value once it has not changed for a while."""
    history: list[int] = []

    def is_steady() -> bool:
        history.append(read())
        return len(history) > samples and len(set(history[-samples:])) == 1 and history[-1] > 0

    eventually(is_steady, seconds=30, what="a paused transfer")
    return history[-1]


def test_a_slow_upstream_pauses_an_upload_and_memory_stays_bounded(proxied):
    """40 MB are sent to an upstream that does not read yet; then it reads, and everything comes."""
    tollgate, stub = proxied
    reads, digest = threading.Event(), hashlib.sha256()
    body = b'{"model":"gpt-4.1","messages":[],"padding":"' + b"0123456789abcdef" * 2_500_000 + b'"}'

    def answer(exchange):
        assert reads.wait(60)
        for piece in exchange.read_body_parts():
            digest.update(piece)
        exchange.respond(200, b"{}", [("Content-Type", "application/json")])

    stub.answer = answer
    with RawClient(tollgate.port, seconds=60) as client:
        sender = threading.Thread(target=client.send_request, args=("POST", CHAT, body))
        sender.start()
        reads.set()
        reply = client.read_response()
        sender.join(30)
    assert reply.status == 200
    assert digest.digest() == hashlib.sha256(body).digest()


def test_stream_usage_ask_adds_the_usage_and_takes_the_extra_chunk_out(make_stub, make_tollgate):
    bodies = []
    finish = b'data: {"id":"chatcmpl-stream","model":"gpt-4.1-2025-04-14","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
    extra, _, done = USAGE.partition(b"data: [DONE]")

    def answer(exchange):
        bodies.append(exchange.read_body())
        exchange.send(response_head(200, EVENT_STREAM))
        for piece in (event("one", ',"usage":null'), finish, extra[:40], extra[40:], b"data: [DONE]" + done):
            exchange.send(chunk(piece))
        exchange.send(LAST_CHUNK)

    tollgate = make_tollgate({"openai": make_stub(answer).url}, {"providers": {"openai": {"stream_usage": "ask"}}})
    with RawClient(tollgate.port) as client:
        reply = client.ask("POST", CHAT, STREAM)
    assert b'"include_usage":true' in bodies[0].replace(b" ", b"")
    assert b'"prompt_tokens"' not in reply.body
    assert reply.body.endswith(b"data: [DONE]\n\n") and reply.is_whole
    call = tollgate.call(reply.head.get("x-tollgate-call"))
    assert (call["usage"]["input"], call["usage"]["output"], call["usage_source"]) == (11, 5, "provider")
