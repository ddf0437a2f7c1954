"""What a reply's usage means, written anew from the providers' documentation, to be compared with what Tollgate says.

Cells are named as in the price book; they are disjoint. Slow and plain on purpose: whole bodies, no state machines.
OpenAI counts cached, written, audio and image tokens inside the prompt and reasoning inside the completion; Anthropic
counts cached and written tokens beside `input_tokens`, thinking inside `output_tokens`, and iterations of other kinds than
`message` outside the totals.
"""

import json
from collections import Counter
from dataclasses import dataclass, field

# APIs whose replies bill nothing.
FREE = {("openai", "moderations"), ("openai", "models"), ("anthropic", "counttokens")}


@dataclass
class Reading:
    """What one exchange says. `usages` has one entry a model that was billed; its model is None for the one that answered."""

    usages: list[tuple[str | None, Counter]] = field(default_factory=list)
    model: str | None = None
    response_id: str | None = None
    context: dict[str, str] = field(default_factory=dict)
    tool_calls: list[tuple[str, str]] = field(default_factory=list)
    server_tool_calls: Counter = field(default_factory=Counter)
    finish_reason: str | None = None
    error: str | None = None

    @property
    def has_usage(self) -> bool:
        return bool(self.usages)

    @property
    def total(self) -> Counter:
        """Every cell over all models."""
        total = Counter()
        for _, cells in self.usages:
            total.update(cells)
        return total


def events(body: bytes) -> list[tuple[str | None, dict]]:
    """The events of a stream whose data is JSON, with their names."""
    found, name, data = [], None, []
    for line in body.decode("utf-8", "replace").replace("\r\n", "\n").split("\n"):
        if line.startswith("event:"):
            name = line[6:].strip()
        elif line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
        elif not line:
            text = "\n".join(data).strip()
            if text and text != "[DONE]":
                found.append((name, json.loads(text)))
            name, data = None, []
    return found


def read(provider: str, api: str, status: int, framing: str, body: bytes) -> Reading:
    """Reads a reply. Replies that are not success bill nothing."""
    if framing == "sse":
        parts = events(body)
        reading = {
            "chatcompletions": _chat_stream,
            "completions": _chat_stream,
            "responses": _responses_stream,
            "messages": _messages_stream,
        }[api](parts)
    else:
        try:
            document = json.loads(body)
        except ValueError:
            return Reading()
        if status >= 400 or not isinstance(document, dict):
            return _error(document)
        reading = {
            "chatcompletions": _chat,
            "completions": _chat,
            "embeddings": _chat,
            "responses": _response,
            "messages": _message,
        }.get(api, lambda _: Reading())(document)
    if (provider, api) in FREE:
        reading.usages = []
    return reading


def _error(document) -> Reading:
    error = document.get("error") if isinstance(document, dict) else None
    reading = Reading()
    if isinstance(error, dict):
        reading.error = error.get("code") or error.get("type")
    return reading


def _count(value) -> int:
    return value if isinstance(value, int) and value > 0 else 0


# OpenAI


def _openai_cells(usage: dict) -> Counter:
    """Chat's and Responses' usage: the same meaning under two sets of names."""
    prompt = _count(usage.get("prompt_tokens", usage.get("input_tokens")))
    completion = _count(usage.get("completion_tokens", usage.get("output_tokens")))
    inside = usage.get("prompt_tokens_details") or usage.get("input_tokens_details") or {}
    outside = usage.get("completion_tokens_details") or usage.get("output_tokens_details") or {}
    cells = Counter()
    cells["in.cached"] = _count(inside.get("cached_tokens"))
    cells["in.audio"] = _count(inside.get("audio_tokens"))
    cells["in.image"] = _count(inside.get("image_tokens"))
    written = _count(inside.get("cache_write_tokens"))
    by_ttl = inside.get("cache_write_tokens_details") or {}
    cells["in.write.30m"] = _count(by_ttl.get("ttl_30m_tokens"))
    cells["in.write.12h"] = _count(by_ttl.get("ttl_12h_tokens"))
    cells["in.write"] = written - cells["in.write.30m"] - cells["in.write.12h"]
    cells["in"] = prompt - sum(cells.values())
    cells["out.reasoning"] = _count(outside.get("reasoning_tokens"))
    cells["out.audio"] = _count(outside.get("audio_tokens"))
    cells["out.image"] = _count(outside.get("image_tokens"))
    cells["out"] = completion - cells["out.reasoning"] - cells["out.audio"] - cells["out.image"]
    assert min(cells.values()) >= 0, f"parts larger than their whole: {usage}"
    return +cells


def _chat(document: dict) -> Reading:
    return _chat_stream([(None, document)])


def _chat_stream(parts: list[tuple[str | None, dict]]) -> Reading:
    reading, usage, calls, finishes = Reading(), None, {}, {}
    for _, part in parts:
        usage = part.get("usage") or usage
        reading.model = part.get("model") or reading.model
        reading.response_id = part.get("id") or reading.response_id
        if part.get("service_tier"):
            reading.context["service_tier"] = part["service_tier"]
        if isinstance(part.get("error"), dict):
            reading.error = part["error"].get("code") or part["error"].get("type")
        for choice in part.get("choices") or []:
            said = choice.get("delta") or choice.get("message") or {}
            finishes[choice["index"]] = choice.get("finish_reason") or finishes.get(choice["index"])
            for position, call in enumerate(said.get("tool_calls") or []):
                key = (choice["index"], call.get("index", position))
                function = call.get("function") or call.get("custom") or {}
                identity, name = calls.get(key, ("", ""))
                calls[key] = (identity or call.get("id") or "", name or function.get("name") or "")
            legacy = said.get("function_call") or {}
            if legacy.get("name"):
                calls[(choice["index"], "function_call")] = ("", legacy["name"])
    if usage is not None:
        reading.usages = [(None, _openai_cells(usage))]
    reading.tool_calls = [call for call in calls.values() if call[1]]
    reading.finish_reason = finishes.get(0)
    return reading


_CLIENT_CALLS = {
    "function_call",
    "custom_tool_call",
    "computer_call",
    "local_shell_call",
    "shell_call",
    "apply_patch_call",
    "mcp_approval_request",
}
_SERVER_CALLS = {
    "web_search_call": "web_search",
    "file_search_call": "file_search",
    "code_interpreter_call": "code_interpreter",
    "image_generation_call": "image_generation",
    "mcp_call": "mcp",
    "tool_search_call": "tool_search",
    "program": "program",
}


def _response(document: dict) -> Reading:
    reading = Reading(model=document.get("model"), response_id=document.get("id"))
    if document.get("service_tier"):
        reading.context["service_tier"] = document["service_tier"]
    reading.finish_reason = document.get("status")
    if isinstance(document.get("error"), dict):
        reading.error = document["error"].get("code")
    files = 0
    for item in document.get("output") or []:
        kind = item.get("type")
        if kind in _CLIENT_CALLS:
            reading.tool_calls.append((item.get("call_id") or item.get("id") or "", item.get("name") or kind))
        elif kind in _SERVER_CALLS:
            reading.server_tool_calls[_SERVER_CALLS[kind]] += 1
            files += kind == "file_search_call"
    if document.get("usage") is not None:
        cells = _openai_cells(document["usage"])
        # Items are not what is billed: opening a page is one too. Only `tool_usage` says how many searches were.
        cells["web_search"] = _count(((document.get("tool_usage") or {}).get("web_search") or {}).get("num_requests"))
        cells["file_search"] = files
        reading.usages = [(None, +cells)]
    return reading


def _responses_stream(parts: list[tuple[str | None, dict]]) -> Reading:
    reading, items = Reading(), []
    for _, part in parts:
        kind = part.get("type")
        if kind in ("response.completed", "response.incomplete", "response.failed"):
            return _response(part["response"])
        if kind == "response.output_item.done":
            items.append(part["item"])
        if kind == "error":
            reading.error = part.get("code") or (part.get("error") or {}).get("code")
        if "response" in part:
            reading.model = part["response"].get("model") or reading.model
            reading.response_id = part["response"].get("id") or reading.response_id
    reading.tool_calls = _response({"output": items}).tool_calls
    return reading


# Anthropic


def _anthropic_cells(usage: dict) -> Counter:
    cells = Counter()
    cells["in"] = _count(usage.get("input_tokens"))
    cells["in.cached"] = _count(usage.get("cache_read_input_tokens"))
    by_ttl = usage.get("cache_creation") or {}
    cells["in.write.5m"] = _count(by_ttl.get("ephemeral_5m_input_tokens"))
    cells["in.write.1h"] = _count(by_ttl.get("ephemeral_1h_input_tokens"))
    written = _count(usage.get("cache_creation_input_tokens"))
    cells["in.write"] = max(0, written - cells["in.write.5m"] - cells["in.write.1h"])
    cells["out.reasoning"] = _count((usage.get("output_tokens_details") or {}).get("thinking_tokens"))
    cells["out"] = _count(usage.get("output_tokens")) - cells["out.reasoning"]
    cells["web_search"] = _count((usage.get("server_tool_use") or {}).get("web_search_requests"))
    return +cells


def _anthropic_usages(usage: dict) -> list[tuple[str | None, Counter]]:
    """The totals, which hold the iterations of kind `message`, and every other iteration by its own model."""
    usages = [(None, _anthropic_cells(usage))]
    for iteration in usage.get("iterations") or []:
        if iteration.get("type") in ("compaction", "advisor_message"):
            usages.append((iteration.get("model"), _anthropic_cells(iteration)))
    return usages


def _message(document: dict) -> Reading:
    reading = Reading(model=document.get("model"), response_id=document.get("id"))
    reading.finish_reason = document.get("stop_reason")
    for block in document.get("content") or []:
        _block(reading, block)
    usage = document.get("usage")
    if usage:
        reading.usages = _anthropic_usages(usage)
        _anthropic_context(reading, usage)
    return reading


def _block(reading: Reading, block: dict):
    if block.get("type") == "tool_use":
        reading.tool_calls.append((block["id"], block["name"]))
    elif block.get("type") in ("server_tool_use", "mcp_tool_use"):
        reading.server_tool_calls[block["name"]] += 1


def _anthropic_context(reading: Reading, usage: dict):
    if usage.get("service_tier"):
        reading.context["service_tier"] = usage["service_tier"]
    if usage.get("inference_geo") not in (None, "global", "not_available"):
        reading.context["geo"] = usage["inference_geo"]
    if usage.get("speed"):
        reading.context["speed"] = usage["speed"]


def _messages_stream(parts: list[tuple[str | None, dict]]) -> Reading:
    reading, usage, is_final = Reading(), {}, False
    for _, part in parts:
        kind = part.get("type")
        if kind == "message_start":
            message = part["message"]
            reading.model, reading.response_id = message.get("model"), message.get("id")
            usage = dict(message.get("usage") or {})
        elif kind == "content_block_start":
            _block(reading, part["content_block"])
        elif kind == "message_delta":
            changed = {name: value for name, value in (part.get("usage") or {}).items() if value is not None}
            written = changed.get("cache_creation_input_tokens")
            if "cache_creation" not in changed and written not in (None, usage.get("cache_creation_input_tokens")):
                usage.pop("cache_creation", None)  # the split by time to live was of another count
            usage |= changed
            is_final = True
            reading.finish_reason = (part.get("delta") or {}).get("stop_reason") or reading.finish_reason
        elif kind == "error":
            reading.error = (part.get("error") or {}).get("type")
    if is_final:
        reading.usages = _anthropic_usages(usage)
        _anthropic_context(reading, usage)
    return reading


def tokens_as_reported(cells: Counter) -> dict:
    """Cells in the form of the control API's `usage`: all of its keys but `cache_write`, which has only what was written."""
    writes = {
        "in.write": "other",
        "in.write.5m": "5m",
        "in.write.30m": "30m",
        "in.write.1h": "1h",
        "in.write.12h": "12h",
    }
    return {
        "input": cells["in"],
        "cached_input": cells["in.cached"],
        "cache_write": {ttl: cells[cell] for cell, ttl in writes.items() if cells[cell]},
        "output": cells["out"],
        "reasoning": cells["out.reasoning"],
        "audio_input": cells["in.audio"],
        "audio_output": cells["out.audio"],
        "image_input": cells["in.image"],
        "image_output": cells["out.image"],
    }
