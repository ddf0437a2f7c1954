"""The Python packages of Mistral, Cohere and Ollama, through Tollgate, to an endpoint that answers as theirs do.

What a package makes of the scripted replies must be the same with Tollgate between, and the ledger says what was billed.
"""

import asyncio
import json

import cohere
import ollama
import pytest
from mistralai.client import Mistral

from harness.waiting import eventually

QUESTION = [{"role": "user", "content": "Which cities have toll gates?"}]
TOOLS = [{"type": "function", "function": {"name": "look_up", "description": "d", "parameters": {"type": "object"}}}]


def events(*documents: dict, names: bool = False, done: bool = True) -> bytes:
    text = "".join(
        (f"event: {document['type']}\n" if names else "") + f"data: {json.dumps(document)}\n\n"
        for document in documents
    )
    return (text + ("data: [DONE]\n\n" if done else "")).encode()


def lines(*documents: dict) -> bytes:
    return "".join(json.dumps(document) + "\n" for document in documents).encode()


class Script:
    """Answers by path and by whether a stream is asked for; keeps what it was asked."""

    def __init__(self, replies: dict[str, tuple[str, bytes] | dict[bool, tuple[str, bytes]]]):
        self.replies = replies
        self.fields: list[tuple[str, str]] = []
        self.status = 200

    def __call__(self, exchange):
        body = exchange.read_body()
        path = exchange.head.target.partition("?")[0]
        reply = self.replies[path]
        if isinstance(reply, dict):
            asked = json.loads(body)
            reply = reply[asked.get("stream", path.startswith("/api/"))]
        kind, content = reply
        exchange.respond(self.status, content, [("Content-Type", kind), *self.fields])


@pytest.fixture
def scripted(make_stub, make_tollgate):
    def make(provider: str, replies) -> tuple[Script, object, str]:
        script = Script(replies)
        stub = make_stub(script)
        dialect = {"dialect": provider}
        tollgate = make_tollgate(
            None, {"providers": {provider: {"base_url": stub.url, "billing": "metered", **dialect}}}
        )
        return script, tollgate, stub.url

    return make


def rows(tollgate, count: int) -> list[dict]:
    """The calls, oldest first."""

    def found():
        calls = tollgate.calls()
        return calls[::-1] if len(calls) == count else None

    return eventually(found, what=f"{count} rows")


def usage(row: dict) -> tuple[int, int]:
    return row["usage"]["input"], row["usage"]["output"]


# Mistral

JSON, SSE = "application/json", "text/event-stream"


def mistral_chunk(**delta) -> dict:
    finish = delta.pop("finish_reason", None)
    return {
        "id": "m1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "mistral-small-latest",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }


MISTRAL_USAGE = {"prompt_tokens": 20, "completion_tokens": 7, "total_tokens": 27}
MISTRAL_CALL = {"id": "D681PevKs", "index": 0, "function": {"name": "look_up", "arguments": "{}"}}


def mistral_replies() -> dict:
    document = {
        "id": "m1",
        "object": "chat.completion",
        "created": 1,
        "model": "mistral-small-latest",
        "usage": MISTRAL_USAGE,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Some.", "tool_calls": [MISTRAL_CALL]},
                "finish_reason": "tool_calls",
            }
        ],
    }
    stream = events(
        mistral_chunk(role="assistant", content=""),
        mistral_chunk(content="Some."),
        mistral_chunk(content="", tool_calls=[MISTRAL_CALL], finish_reason="tool_calls") | {"usage": MISTRAL_USAGE},
    )
    embedding = {"object": "embedding", "embedding": [0.5], "index": 0}
    return {
        "/v1/chat/completions": {False: (JSON, json.dumps(document).encode()), True: (SSE, stream)},
        "/v1/fim/completions": {False: (JSON, json.dumps(document).encode()), True: (SSE, stream)},
        "/v1/embeddings": (
            JSON,
            json.dumps(
                {
                    "id": "e1",
                    "object": "list",
                    "model": "mistral-embed",
                    "data": [embedding],
                    "usage": {"prompt_tokens": 9, "total_tokens": 9, "completion_tokens": 0},
                }
            ).encode(),
        ),
        "/v1/ocr": (
            JSON,
            json.dumps(
                {
                    "pages": [{"index": 0, "markdown": "# A", "images": [], "dimensions": None}],
                    "model": "mistral-ocr-latest",
                    "document_annotation": None,
                    "usage_info": {"pages_processed": 3, "doc_size_bytes": 99},
                }
            ).encode(),
        ),
    }


def ask_mistral(url: str) -> list:
    """What the package gives for every way of asking."""
    with Mistral(api_key="key", server_url=url) as client:
        asked = {"model": "mistral-small-latest", "messages": QUESTION, "tools": TOOLS}
        chat = client.chat.complete(**asked)
        with client.chat.stream(**asked) as stream:
            chunks = [chunk.data.model_dump() for chunk in stream]
        fim = client.fim.complete(model="codestral-latest", prompt="def a")
        embedding = client.embeddings.create(model="mistral-embed", inputs=["a"])
        page = {"type": "document_url", "document_url": "https://example.invalid/a.pdf"}
        ocr = client.ocr.process(model="mistral-ocr-latest", document=page)
        return [one.model_dump() for one in (chat, fim, embedding, ocr)] + chunks


def test_mistral(scripted):
    script, tollgate, direct = scripted("mistral", mistral_replies())
    script.fields = [("mistral-correlation-id", "corr-1")]
    assert ask_mistral(f"{tollgate.url}/mistral") == ask_mistral(direct)
    chat, stream, fim, embedding, ocr = rows(tollgate, 5)
    for row in (chat, stream, fim):
        assert usage(row) == (20, 7)
        assert row["tool_calls"] == [{"id": "D681PevKs", "name": "look_up"}]
        assert (row["dialect"], row["usage_source"], row["finish_reason"]) == ("mistral", "provider", "tool_calls")
        assert (row["outcome"], row["provider_request_id"]) == ("ok", "corr-1")
    assert stream["stream"]
    assert usage(embedding) == (9, 0)
    assert ocr["usage_source"] == "provider"
    assert json.loads(json.dumps(ocr["usage_raw"])) == {"pages_processed": 3, "doc_size_bytes": 99}


def test_mistral_refuses(scripted):
    """An error of the provider reaches the package as it is."""
    script, tollgate, direct = scripted("mistral", {"/v1/chat/completions": (JSON, b'{"detail":"Invalid API Key"}')})
    script.status = 401

    def refused(url):
        with Mistral(api_key="key", server_url=url) as client, pytest.raises(Exception) as raised:
            client.chat.complete(model="m", messages=QUESTION)
        return type(raised.value), str(raised.value).replace(url, "")

    assert refused(f"{tollgate.url}/mistral")[0] is refused(direct)[0]
    row = rows(tollgate, 1)[0]
    assert (row["status"], row["outcome"], row["usage_source"]) == (401, "client_error", "none")


# Cohere

COHERE_USAGE = {
    "billed_units": {"input_tokens": 12.0, "output_tokens": 64.0},
    "tokens": {"input_tokens": 212.0, "output_tokens": 64.0},
}


def cohere_replies() -> dict:
    call = {"id": "look_up_1", "type": "function", "function": {"name": "look_up", "arguments": "{}"}}
    document = {
        "id": "c1",
        "finish_reason": "TOOL_CALL",
        "message": {"role": "assistant", "tool_plan": "I look it up.", "tool_calls": [call]},
        "usage": COHERE_USAGE,
    }
    started = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}
    stream = events(
        {"id": "c1", "type": "message-start", "delta": {"message": started}},
        {"type": "content-start", "index": 0, "delta": {"message": {"content": {"type": "text", "text": ""}}}},
        {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "Some."}}}},
        {"type": "content-end", "index": 0},
        {"type": "tool-call-start", "index": 0, "delta": {"message": {"tool_calls": call}}},
        {"type": "tool-call-end", "index": 0},
        {"type": "message-end", "delta": {"finish_reason": "TOOL_CALL", "usage": COHERE_USAGE}},
        names=True,
    )
    old = lines(
        {"is_finished": False, "event_type": "stream-start", "generation_id": "g1"},
        {"is_finished": False, "event_type": "text-generation", "text": "Some."},
        {
            "is_finished": True,
            "event_type": "stream-end",
            "finish_reason": "COMPLETE",
            "response": {
                "response_id": "r1",
                "text": "Some.",
                "generation_id": "g1",
                "meta": {"api_version": {"version": "1"}, **COHERE_USAGE},
            },
        },
    )
    return {
        "/v2/chat": {False: (JSON, json.dumps(document).encode()), True: (SSE, stream)},
        "/v1/chat": {True: ("application/stream+json", old)},
        "/v2/embed": (
            JSON,
            json.dumps(
                {
                    "id": "e1",
                    "embeddings": {"float": [[0.5]]},
                    "texts": ["a"],
                    "response_type": "embeddings_by_type",
                    "meta": {"api_version": {"version": "2"}, "billed_units": {"input_tokens": 208}},
                }
            ).encode(),
        ),
        "/v2/rerank": (
            JSON,
            json.dumps(
                {
                    "id": "r1",
                    "results": [{"index": 0, "relevance_score": 0.9}],
                    "meta": {"api_version": {"version": "2"}, "billed_units": {"search_units": 1}},
                }
            ).encode(),
        ),
    }


def ask_cohere(url: str) -> list:
    client = cohere.ClientV2(api_key="key", base_url=url)
    asked = {"model": "command-a-03-2025", "messages": QUESTION, "tools": TOOLS}
    chat = client.chat(**asked)
    chunks = [chunk.dict() for chunk in client.chat_stream(**asked)]
    embedding = client.embed(model="embed-v4.0", input_type="classification", embedding_types=["float"], texts=["a"])
    ranked = client.rerank(model="rerank-v3.5", query="q", documents=["d"])
    old = [
        chunk.dict()
        for chunk in cohere.Client(api_key="key", base_url=url).chat_stream(message="hi", model="command-r")
    ]
    return [one.dict() for one in (chat, embedding, ranked)] + chunks + old


def test_cohere(scripted):
    script, tollgate, direct = scripted("cohere", cohere_replies())
    assert ask_cohere(f"{tollgate.url}/cohere") == ask_cohere(direct)
    chat, stream, embedding, ranked, old = rows(tollgate, 5)
    for row in (chat, stream, old):
        assert usage(row) == (12, 64)
        assert (row["dialect"], row["usage_source"], row["outcome"]) == ("cohere", "provider", "ok")
        assert row["usage_raw"]["tokens"] == {"input_tokens": 212, "output_tokens": 64}
    for row in (chat, stream):
        assert row["tool_calls"] == [{"id": "look_up_1", "name": "look_up"}]
        assert row["model"] == "command-a-03-2025"
        assert row["cost_source"] == "priced"
    assert stream["stream"] and old["stream"]
    assert usage(embedding) == (208, 0)
    assert ranked["usage_source"] == "provider"
    assert usage(ranked) == (0, 0)


# Ollama


def ollama_replies() -> dict:
    counts = {"total_duration": 9, "load_duration": 1, "prompt_eval_count": 21, "eval_count": 8, "eval_duration": 7}
    end = {"model": "qwen3", "created_at": "2026-01-01T00:00:00Z", "done": True, "done_reason": "stop", **counts}
    call = {"function": {"name": "look_up", "arguments": {"city": "Rome"}}}

    def part(**message):
        return {
            "model": "qwen3",
            "created_at": "2026-01-01T00:00:00Z",
            "message": {"role": "assistant", "content": "", **message},
            "done": False,
        }

    chat = [part(thinking="Hm."), part(content="Some."), part(tool_calls=[call]), end | {"message": part()["message"]}]
    generated = [{"model": "qwen3", "created_at": "2026-01-01T00:00:00Z", "response": "Some.", "done": False}]
    ndjson = "application/x-ndjson"
    whole = end | {"message": {"role": "assistant", "content": "Some.", "tool_calls": [call]}}
    return {
        "/api/chat": {True: (ndjson, lines(*chat)), False: (JSON, json.dumps(whole).encode())},
        "/api/generate": {
            True: (ndjson, lines(*generated, end | {"response": ""})),
            False: (JSON, json.dumps(end | {"response": "Some."}).encode()),
        },
        "/api/embed": (JSON, json.dumps({"model": "qwen3", "embeddings": [[0.5]], "prompt_eval_count": 4}).encode()),
        "/api/tags": (JSON, b'{"models":[]}'),
    }


async def ask_ollama(url: str) -> list:
    client = ollama.AsyncClient(host=url)
    asked = {"model": "qwen3", "messages": QUESTION, "tools": TOOLS}
    chat = await client.chat(**asked)
    chunks = [chunk.model_dump() async for chunk in await client.chat(**asked, stream=True)]
    text = [chunk.model_dump() async for chunk in await client.generate(model="qwen3", prompt="a", stream=True)]
    embedding = await client.embed(model="qwen3", input="a")
    models = await client.list()
    return [one.model_dump() for one in (chat, embedding, models)] + chunks + text


def test_ollama(scripted):
    script, tollgate, direct = scripted("ollama", ollama_replies())
    assert asyncio.run(ask_ollama(f"{tollgate.url}/ollama")) == asyncio.run(ask_ollama(direct))
    chat, stream, generated, embedding, models = rows(tollgate, 5)
    for row in (chat, stream, generated):
        assert usage(row) == (21, 8)
        assert (row["dialect"], row["usage_source"], row["outcome"]) == ("ollama", "provider", "ok")
        assert (row["model"], row["finish_reason"]) == ("qwen3", "stop")
    for row in (chat, stream):
        assert row["tool_calls"] == [{"id": "", "name": "look_up"}]
    assert [row["stream"] for row in (chat, stream, generated, embedding)] == [False, True, True, False]
    assert usage(embedding) == (4, 0)
    assert (models["usage_source"], models["cost_pico_usd"]) == ("none", 0)


def test_ollama_without_a_name_in_the_path(make_stub, make_tollgate):
    """The address that Ollama's clients use has no path: its own paths lead to it."""
    script = Script(ollama_replies())
    tollgate = make_tollgate({"ollama": make_stub(script).url})
    reply = ollama.Client(host=tollgate.url).chat(model="qwen3", messages=QUESTION)
    assert reply.message.content == "Some."
    assert rows(tollgate, 1)[0]["provider"] == "ollama"
