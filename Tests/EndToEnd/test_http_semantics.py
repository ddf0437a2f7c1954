"""What HTTP/1.1 says of messages between a client and an upstream."""

import gzip
import json

import pytest

from harness.http_bytes import LAST_CHUNK, chunk, request_head, response_head
from harness.raw_client import RawClient, ask
from harness.stub_upstream import chat_reply

CHAT = "/openai/v1/chat/completions"
BODY = b'{"model":"gpt-4.1","messages":[{"role":"user","content":"Hi"}]}'
JSON = [("Content-Type", "application/json")]


def answering(status: int, fields=(), body: bytes = b"", raw_end: bytes = b""):
    """An answer whose head is sent as it is given."""

    def answer(exchange):
        exchange.read_body()
        exchange.send(response_head(status, list(fields)) + body + raw_end)

    return answer


@pytest.mark.parametrize("fields", [[("Content-Length", "500")], []], ids=["with a length", "without a length"])
def test_a_reply_to_head_has_no_body_and_the_connection_lives_on(proxied, fields):
    tollgate, stub = proxied
    stub.answer = answering(200, [*JSON, *fields])
    with RawClient(tollgate.port) as client:
        for _ in range(3):
            reply = client.ask("HEAD", "/openai/v1/models")
            assert reply.status == 200
            assert reply.head.all("content-length") == [value for _, value in fields]
            assert "transfer-encoding" not in reply.head.names


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_body_gets_none(proxied, status):
    tollgate, stub = proxied
    stub.answer = answering(status, [("X-Kept", "yes")])
    with RawClient(tollgate.port) as client:
        for _ in range(3):
            reply = client.ask("GET", "/openai/v1/models")
            assert (reply.status, reply.head.get("x-kept")) == (status, "yes")
            assert "transfer-encoding" not in reply.head.names


def test_informational_responses_do_not_disturb_the_final_one(proxied):
    tollgate, stub = proxied
    early = response_head(103, [("Link", "</style.css>; rel=preload")]) + response_head(102, [])

    def answer(exchange):
        exchange.read_body()
        exchange.send(early)
        exchange.respond(200, chat_reply(), JSON)

    stub.answer = answer
    with RawClient(tollgate.port) as client:
        for _ in range(2):
            reply = client.ask("POST", CHAT, BODY)
            assert (reply.status, reply.body) == (200, chat_reply())
            assert "link" not in reply.head.names


def test_a_client_that_waits_for_100_gets_it_and_the_upstream_never_sees_expect(proxied):
    tollgate, stub = proxied
    fields = [("Host", "127.0.0.1"), ("Expect", "100-continue"), ("Content-Length", str(len(BODY)))]
    with RawClient(tollgate.port) as client:
        client.send(request_head("POST", CHAT, fields))
        assert client.read_informational().status == 100
        client.send(BODY)
        assert client.read_response().status == 200
    assert stub.last.body == BODY
    assert "expect" not in stub.last.head.names


def test_an_unknown_expectation_is_refused(proxied):
    tollgate, stub = proxied
    reply = ask(tollgate.port, "POST", CHAT, BODY, [("Expect", "the-unexpected")])
    assert reply.status == 417
    assert not stub.received


@pytest.mark.parametrize("chunked", [False, True], ids=["fixed length", "chunked"])
@pytest.mark.parametrize("size", [0, 1, 1000, 70_000, 3_000_000])
def test_request_bodies_of_every_size_arrive(proxied, size, chunked):
    tollgate, stub = proxied
    body = b'{"model":"gpt-4.1","padding":"' + b"x" * size + b'"}'
    assert ask(tollgate.port, "POST", CHAT, body, JSON, chunked).status == 200
    assert stub.last.body == body


@pytest.mark.parametrize("size", [0, 1, 1000, 70_000, 3_000_000])
@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_reply_bodies_of_every_size_arrive(proxied, framing, size):
    tollgate, stub = proxied
    body = b"y" * size

    def answer(exchange):
        exchange.read_body()
        if framing == "length":
            exchange.respond(200, body)
        elif framing == "chunked":
            data = chunk(body) if body else b""
            exchange.send(response_head(200, [("Transfer-Encoding", "chunked")]) + data + LAST_CHUNK)
        else:
            exchange.send(response_head(200, [("Connection", "close")]) + body)
            exchange.close()

    stub.answer = answer
    reply = ask(tollgate.port, "POST", CHAT, BODY)
    assert (reply.status, reply.body, reply.is_whole) == (200, body, True)


def test_a_connection_is_used_again_on_both_sides(proxied):
    tollgate, stub = proxied
    with RawClient(tollgate.port) as client:
        for _ in range(20):
            assert client.ask("POST", CHAT, BODY).status == 200
    assert len(stub.received) == 20
    assert stub.connections <= 2, "an upstream connection is opened for each call"


def test_a_client_that_says_close_is_closed_after_its_answer(proxied):
    tollgate, _ = proxied
    with RawClient(tollgate.port) as client:
        assert client.ask("POST", CHAT, BODY, [("Connection", "close")]).status == 200
        assert client.is_closed_by_peer()


def test_pipelined_requests_are_answered_in_order(proxied):
    tollgate, stub = proxied

    def answer(exchange):
        body = json.loads(exchange.read_body())
        exchange.respond(200, chat_reply(body["n"]), JSON)

    stub.answer = answer
    with RawClient(tollgate.port) as client:
        for number in range(1, 6):
            client.send_request(
                "POST", CHAT, json.dumps({"model": "gpt-4.1", "messages": [], "n": number}).encode(), JSON
            )
        replies = [client.read_response() for _ in range(5)]
    assert [json.loads(reply.body)["id"] for reply in replies] == [f"chatcmpl-{number}" for number in range(1, 6)]
    assert len({reply.head.get("x-tollgate-call") for reply in replies}) == 5


def test_an_encoded_reply_is_forwarded_as_it_is_and_still_metered(proxied):
    tollgate, stub = proxied
    packed = gzip.compress(chat_reply(prompt=123, completion=45))
    stub.answer = answering(200, [*JSON, ("Content-Encoding", "gzip"), ("Content-Length", str(len(packed)))], packed)
    reply = ask(tollgate.port, "POST", CHAT, BODY, [("Accept-Encoding", "gzip")])
    assert (reply.head.get("content-encoding"), reply.body) == ("gzip", packed)
    call = tollgate.call(reply.head.get("x-tollgate-call"))
    assert (call["usage"]["input"], call["usage"]["output"], call["usage_source"]) == (123, 45, "provider")


@pytest.mark.parametrize(
    "request_members,output",
    [
        ({"model": "gpt-4.1", "max_completion_tokens": 50, "n": 2}, 100),
        # The model's own limit, by the price book; and what nobody limits, by what deflate can pack.
        ({"model": "gpt-4.1"}, 32_768),
        ({"model": "gpt-99"}, None),
    ],
    ids=["named", "of the model", "unknown"],
)
def test_a_reply_that_cannot_be_decoded_is_forwarded_and_charged_its_bound(proxied, request_members, output):
    tollgate, stub = proxied
    packed = gzip.compress(b"not read")
    stub.answer = answering(
        200, [*JSON, ("Content-Encoding", "gzip, br"), ("Content-Length", str(len(packed)))], packed
    )
    body = json.dumps(request_members | {"messages": [{"role": "user", "content": "Hi"}]}).encode()
    reply = ask(tollgate.port, "POST", CHAT, body, JSON)
    assert (reply.head.get("content-encoding"), reply.body) == ("gzip, br", packed)
    call = tollgate.call(reply.head.get("x-tollgate-call"))
    assert (call["usage_source"], call["outcome"]) == ("bound", "ok")
    assert call["usage"]["output"] == (output or len(packed) * 1032)


def test_plain_text_is_asked_for_upstream(proxied):
    tollgate, stub = proxied
    ask(tollgate.port, "POST", CHAT, BODY, [("Accept-Encoding", "gzip, br")])
    assert stub.last.head.all("accept-encoding") == ["identity"]


def test_hop_by_hop_fields_stop_here_and_the_rest_goes_on(proxied):
    tollgate, stub = proxied
    reply_fields = [
        ("Connection", "x-reply-private"),
        ("X-Reply-Private", "1"),
        ("Keep-Alive", "timeout=5"),
        ("X-Kept", "yes"),
    ]
    stub.answer = answering(200, [*JSON, *reply_fields, ("Content-Length", "2")], b"{}")
    sent = [
        ("Connection", "keep-alive, X-Private"),
        ("X-Private", "1"),
        ("Keep-Alive", "timeout=5"),
        ("TE", "trailers"),
        ("Proxy-Authorization", "Basic eA=="),
        ("Proxy-Connection", "keep-alive"),
        ("X-Kept", "yes"),
        ("X-Tollgate-Workflow", "nightly"),
        ("X-Tollgate-Anything", "1"),
    ]
    reply = ask(tollgate.port, "POST", CHAT, BODY, sent)
    received = stub.last.head
    stopped = {
        "x-private",
        "keep-alive",
        "te",
        "proxy-authorization",
        "proxy-connection",
        "x-tollgate-workflow",
        "x-tollgate-anything",
    }
    assert not stopped & received.names
    assert received.get("x-kept") == "yes"
    assert reply.head.get("x-kept") == "yes"
    assert "x-reply-private" not in reply.head.names
    assert "timeout=5" not in reply.head.all("keep-alive")


def test_fields_keep_their_case_order_and_repetition(proxied):
    tollgate, stub = proxied
    sent = [("X-MiXeD-cAsE", "1"), ("x-twice", "a"), ("X-Other", "between"), ("x-twice", "b"), ("X-Empty", "")]
    ask(tollgate.port, "POST", CHAT, BODY, sent)
    wanted = {name.lower() for name, _ in sent}
    arrived = [
        (name.decode(), value.decode()) for name, value in stub.last.head.fields if name.decode().lower() in wanted
    ]
    assert arrived == sent


def test_nothing_is_added_to_a_request(proxied):
    tollgate, stub = proxied
    ask(tollgate.port, "POST", CHAT, BODY)
    assert stub.last.head.names <= {"host", "content-length", "accept-encoding", "connection"}
    assert stub.last.head.get("host") == f"127.0.0.1:{stub.port}"


def test_a_reply_cannot_pretend_to_be_another_call(proxied):
    tollgate, stub = proxied
    stub.answer = answering(200, [*JSON, ("X-Tollgate-Call", "0000000000001"), ("Content-Length", "2")], b"{}")
    reply = ask(tollgate.port, "POST", CHAT, BODY)
    assert len(reply.head.all("x-tollgate-call")) == 1
    assert reply.head.get("x-tollgate-call") != "0000000000001"


@pytest.mark.parametrize(
    "target", ["/v1/models/a%2Fb", "/v1/models?x=%20&y=a+b&z", "/v1/models/ft:gpt-4o:org::id", "/v1/models?q=a%00b"]
)
def test_a_target_arrives_as_it_was_written(proxied, target):
    tollgate, stub = proxied
    ask(tollgate.port, "GET", f"/openai{target}")
    assert stub.last.head.target == target


def test_a_redirect_is_handed_on_and_not_followed(proxied):
    tollgate, stub = proxied
    stub.answer = answering(307, [("Location", "http://127.0.0.1:1/elsewhere"), ("Content-Length", "0")])
    reply = ask(tollgate.port, "POST", CHAT, BODY)
    assert (reply.status, reply.head.get("location")) == (307, "http://127.0.0.1:1/elsewhere")
    assert len(stub.received) == 1


@pytest.mark.parametrize(
    "path, provider",
    [
        ("/v1/chat/completions", "openai"),
        ("/v1/responses", "openai"),
        ("/v1/embeddings", "openai"),
        ("/v1/messages", "anthropic"),
    ],
)
def test_without_a_prefix_the_shape_of_the_path_decides(make_stub, make_tollgate, path, provider):
    stubs = {name: make_stub() for name in ("openai", "anthropic")}
    tollgate = make_tollgate({name: stub.url for name, stub in stubs.items()})
    assert ask(tollgate.port, "POST", path, BODY).status == 200
    assert {name: len(stub.received) for name, stub in stubs.items()} == {name: int(name == provider) for name in stubs}


def test_a_path_that_nobody_serves_is_a_404(proxied):
    tollgate, stub = proxied
    reply = ask(tollgate.port, "GET", "/nowhere/at/all")
    assert reply.status == 404
    assert "message" in json.loads(reply.body)["error"]
    assert not stub.received


def test_a_default_provider_takes_the_rest(make_stub, make_tollgate):
    stub = make_stub()
    tollgate = make_tollgate(config={"providers": {"house": {"base_url": stub.url}}, "default_provider": "house"})
    assert ask(tollgate.port, "POST", "/anything/goes?x=1", b"{}").status == 200
    assert stub.last.head.target == "/anything/goes?x=1"
