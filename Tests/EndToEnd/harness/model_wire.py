"""Replies of a model in the shapes of Chat Completions, Responses and Messages, whole or as a stream, and where a request stands."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

from harness.http_bytes import LAST_CHUNK, chunk, response_head
from harness.stub_upstream import Exchange

INPUT_TOKENS = 100
OUTPUT_TOKENS = 10
JSON = ("Content-Type", "application/json")
# So that nobody waits for what SDKs try again.
AT_ONCE = ("retry-after-ms", "1")


@dataclass
class Reply:
    """What the model says: words, and tools as (id, name, arguments)."""

    id: str
    model: str
    words: str
    tools: list[tuple[str, str, dict]]


Event = tuple[str | None, dict]


@dataclass
class Wire:
    """One API. `place` tells the first words of a request's user, and how often the model has spoken before it."""

    prefix: str
    tool_prefix: str
    place: Callable[[dict], tuple[str, int]]
    whole: Callable[[Reply], dict]
    events: Callable[[Reply], Iterator[Event]]
    end: bytes = b""

    def answer(self, exchange: Exchange, reply: Reply, is_stream: bool):
        if not is_stream:
            return exchange.respond(200, json.dumps(self.whole(reply)).encode(), [JSON])
        fields = [("Content-Type", "text/event-stream"), ("Transfer-Encoding", "chunked")]
        exchange.send(response_head(200, fields))
        for name, event in self.events(reply):
            head = f"event: {name}\n" if name else ""
            exchange.send(chunk(f"{head}data: {json.dumps(event)}\n\n".encode()))
        exchange.send((chunk(self.end) if self.end else b"") + LAST_CHUNK)


def wire(target: str) -> Wire:
    """The API that a request's target belongs to."""
    path = target.partition("?")[0]
    for suffix, found in (("/chat/completions", CHAT), ("/responses", RESPONSES), ("/messages", MESSAGES)):
        if path.endswith(suffix):
            return found
    raise ValueError(f"no API has the path {path}")


def fail(exchange: Exchange, wire: Wire, status: int):
    """An error that SDKs try again."""
    error = {"type": "rate_limit_error" if status == 429 else "api_error", "message": "Try again."}
    document = (
        {"type": "error", "error": error} if wire is MESSAGES else {"error": error | {"param": None, "code": None}}
    )
    exchange.respond(status, json.dumps(document).encode(), [JSON, AT_ONCE])


def _text(content) -> str:
    """The text of a message's content, which is a string or parts."""
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content or [])


def _spoken(messages: list[dict], is_model: Callable[[dict], bool]) -> tuple[str, int]:
    words = next((_text(one["content"]) for one in messages if one.get("role") == "user"), "")
    return words, sum(1 for said_by_model, _ in groupby(messages, is_model) if said_by_model)


# Chat Completions


def _chat_calls(reply: Reply) -> list[dict]:
    return [
        {"id": call, "type": "function", "function": {"name": name, "arguments": json.dumps(given)}}
        for call, name, given in reply.tools
    ]


_CHAT_USAGE = {
    "prompt_tokens": INPUT_TOKENS,
    "completion_tokens": OUTPUT_TOKENS,
    "total_tokens": INPUT_TOKENS + OUTPUT_TOKENS,
}


def _chat_head(reply: Reply, kind: str) -> dict:
    return {"id": reply.id, "object": kind, "created": 1_790_000_000, "model": reply.model}


def _chat(reply: Reply) -> dict:
    message = {"role": "assistant", "content": reply.words or None, "refusal": None}
    if reply.tools:
        message["tool_calls"] = _chat_calls(reply)
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if reply.tools else "stop"}
    return _chat_head(reply, "chat.completion") | {"choices": [choice], "usage": _CHAT_USAGE}


def _chat_events(reply: Reply) -> Iterator[Event]:
    def event(delta: dict, finish: str | None = None) -> Event:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return None, _chat_head(reply, "chat.completion.chunk") | {"choices": [choice]}

    yield event({"role": "assistant", "content": "" if reply.words else None})
    for word in reply.words.split(" ") if reply.words else []:
        yield event({"content": word + " "})
    for index, call in enumerate(_chat_calls(reply)):
        arguments = call["function"]["arguments"]
        yield event({"tool_calls": [{"index": index} | call | {"function": call["function"] | {"arguments": ""}}]})
        for half in (arguments[: len(arguments) // 2], arguments[len(arguments) // 2 :]):
            yield event({"tool_calls": [{"index": index, "function": {"arguments": half}}]})
    yield event({}, "tool_calls" if reply.tools else "stop")
    yield None, _chat_head(reply, "chat.completion.chunk") | {"choices": [], "usage": _CHAT_USAGE}


CHAT = Wire(
    prefix="chatcmpl-",
    tool_prefix="call_",
    place=lambda request: _spoken(request["messages"], lambda one: one["role"] == "assistant"),
    whole=_chat,
    events=_chat_events,
    end=b"data: [DONE]\n\n",
)


# Responses


def _response_place(request: dict) -> tuple[str, int]:
    given = request["input"]
    if isinstance(given, str):
        return given, 0
    own = ("function_call", "reasoning")
    return _spoken(given, lambda one: one.get("role") == "assistant" or one.get("type") in own)


def _response_items(reply: Reply) -> list[dict]:
    items = [
        {
            "id": f"fc_{reply.id[5:]}{place}",
            "type": "function_call",
            "status": "completed",
            "call_id": call,
            "name": name,
            "arguments": json.dumps(given),
        }
        for place, (call, name, given) in enumerate(reply.tools)
    ]
    if reply.words:
        part = {"type": "output_text", "text": reply.words, "annotations": [], "logprobs": []}
        message = {"id": f"msg_{reply.id[5:]}", "type": "message", "status": "completed", "role": "assistant"}
        items.append(message | {"content": [part]})
    return items


def _response(reply: Reply, status: str = "completed") -> dict:
    is_done = status == "completed"
    usage = {
        "input_tokens": INPUT_TOKENS,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": OUTPUT_TOKENS,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": INPUT_TOKENS + OUTPUT_TOKENS,
    }
    return {
        "id": reply.id,
        "object": "response",
        "created_at": 1_790_000_000,
        "status": status,
        "model": reply.model,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "output": _response_items(reply) if is_done else [],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": usage if is_done else None,
    }


def _response_events(reply: Reply) -> Iterator[Event]:
    numbers = iter(range(10_000))

    def event(kind: str, **fields) -> Event:
        return kind, {"type": kind, "sequence_number": next(numbers)} | fields

    yield event("response.created", response=_response(reply, "in_progress"))
    for place, item in enumerate(_response_items(reply)):
        at = {"output_index": place}
        begun = item | {"status": "in_progress"}
        begun |= {"arguments": ""} if item["type"] == "function_call" else {"content": []}
        yield event("response.output_item.added", item=begun, **at)
        at["item_id"] = item["id"]
        if item["type"] == "function_call":
            yield event("response.function_call_arguments.delta", delta=item["arguments"], **at)
            done = {"arguments": item["arguments"], "name": item["name"]}
            yield event("response.function_call_arguments.done", **done, **at)
        else:
            part = item["content"][0]
            at["content_index"] = 0
            yield event("response.content_part.added", part=part | {"text": ""}, **at)
            yield event("response.output_text.delta", delta=part["text"], logprobs=[], **at)
            yield event("response.output_text.done", text=part["text"], logprobs=[], **at)
            yield event("response.content_part.done", part=part, **at)
        yield event("response.output_item.done", item=item, output_index=place)
    yield event("response.completed", response=_response(reply))


RESPONSES = Wire(prefix="resp_", tool_prefix="call_", place=_response_place, whole=_response, events=_response_events)


# Messages


def _blocks(reply: Reply) -> list[dict]:
    words = [{"type": "text", "text": reply.words}] if reply.words else []
    return words + [{"type": "tool_use", "id": call, "name": name, "input": given} for call, name, given in reply.tools]


def _message(reply: Reply) -> dict:
    return {
        "id": reply.id,
        "type": "message",
        "role": "assistant",
        "model": reply.model,
        "content": _blocks(reply),
        "stop_reason": "tool_use" if reply.tools else "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": INPUT_TOKENS, "output_tokens": OUTPUT_TOKENS},
    }


def _message_events(reply: Reply) -> Iterator[Event]:
    def event(kind: str, **fields) -> Event:
        return kind, {"type": kind} | fields

    whole = _message(reply)
    begun = {"content": [], "stop_reason": None, "usage": {"input_tokens": INPUT_TOKENS, "output_tokens": 1}}
    yield event("message_start", message=whole | begun)
    for index, block in enumerate(whole["content"]):
        is_text = block["type"] == "text"
        empty = {"text": ""} if is_text else {"input": {}}
        written = {"type": "text_delta", "text": block["text"]} if is_text else None
        written = written or {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
        yield event("content_block_start", index=index, content_block=block | empty)
        yield event("content_block_delta", index=index, delta=written)
        yield event("content_block_stop", index=index)
    delta = {"stop_reason": whole["stop_reason"], "stop_sequence": None}
    yield event("message_delta", delta=delta, usage={"output_tokens": OUTPUT_TOKENS})
    yield event("message_stop")


MESSAGES = Wire(
    prefix="msg_",
    tool_prefix="toolu_",
    place=lambda request: _spoken(request["messages"], lambda one: one["role"] == "assistant"),
    whole=_message,
    events=_message_events,
)
