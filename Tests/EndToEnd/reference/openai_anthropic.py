"""OpenAI's and Anthropic's replies, read anew from their documentation. OpenAI counts cached, written, audio and image
tokens inside the prompt and reasoning inside the completion; Anthropic counts cached and written tokens beside
`input_tokens`, thinking inside `output_tokens`, and iterations of other kinds than `message` outside the totals.
"""

from collections import Counter

from reference.reading import Reading, count

# OpenAI


def openai_cells(usage: dict) -> Counter:
    """Chat's and Responses' usage: the same meaning under two sets of names."""
    prompt = count(usage.get("prompt_tokens", usage.get("input_tokens")))
    if set(usage) == {"total_tokens"}:  # Voyage's
        prompt = count(usage["total_tokens"])
    completion = count(usage.get("completion_tokens", usage.get("output_tokens")))
    inside = usage.get("prompt_tokens_details") or usage.get("input_tokens_details") or {}
    outside = usage.get("completion_tokens_details") or usage.get("output_tokens_details") or {}
    cells, rest = Counter(), Counter({"in": prompt, "out": completion})

    def take(cell: str, tokens: int, whole: str):
        # Some say more of a part than of its whole; the whole is what is billed.
        cells[cell] = min(tokens, rest[whole])
        rest[whole] -= cells[cell]

    # DeepSeek's word, and Together's, for what `cached_tokens` is.
    cached = inside.get("cached_tokens") or usage.get("prompt_cache_hit_tokens") or usage.get("cached_tokens")
    cached = cached or usage.get("num_cached_tokens")  # Mistral's
    take("in.cached", count(cached), "in")
    written = min(count(inside.get("cache_write_tokens")), rest["in"])
    rest["in"] -= written
    by_ttl = inside.get("cache_write_tokens_details") or {}
    cells["in.write.30m"] = count(by_ttl.get("ttl_30m_tokens"))
    cells["in.write.12h"] = count(by_ttl.get("ttl_12h_tokens"))
    cells["in.write"] = written - cells["in.write.30m"] - cells["in.write.12h"]
    for medium in ("audio", "image", "video"):
        take(f"in.{medium}", count(inside.get(f"{medium}_tokens")), "in")
        take(f"out.{medium}", count(outside.get(f"{medium}_tokens")), "out")
    take("out.reasoning", count(outside.get("reasoning_tokens")), "out")
    cells["in"], cells["out"] = rest["in"], rest["out"]
    return +cells


def chat(document: dict) -> Reading:
    return chat_stream([(None, document)])


def chat_stream(parts: list[tuple[str | None, dict]]) -> Reading:
    reading, usage, calls, finishes = Reading(), None, {}, {}
    for _, part in parts:
        usage = part.get("usage") or usage
        reading.model = part.get("model") or reading.model
        reading.response_id = part.get("id") or reading.response_id
        if part.get("service_tier"):
            reading.context["service_tier"] = part["service_tier"]
        if isinstance(part.get("error"), dict):
            reading.error = str(part["error"].get("code") or part["error"].get("type"))
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
        reading.usages = [(None, openai_cells(usage))]
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


def response(document: dict) -> Reading:
    reading = Reading(model=document.get("model"), response_id=document.get("id"))
    if document.get("service_tier"):
        reading.context["service_tier"] = document["service_tier"]
    # Why a response is incomplete says more than that it is.
    reading.finish_reason = (document.get("incomplete_details") or {}).get("reason") or document.get("status")
    if isinstance(document.get("error"), dict):
        reading.error = document["error"].get("code")
    files = 0
    for item in document.get("output") or []:
        kind = item.get("type")
        # A shell of the provider's, and xAI's searches of its network, are run by the provider.
        in_container = (item.get("environment") or {}).get("type") == "container_reference"
        if in_container or kind == "custom_tool_call" and item["call_id"].startswith("xs_call"):
            reading.server_tool_calls[item.get("name") or kind] += 1
        elif kind in _CLIENT_CALLS:
            name = item.get("name") or kind.removesuffix("_call")
            reading.tool_calls.append((item.get("call_id") or item.get("id") or "", name))
        elif kind in _SERVER_CALLS:
            reading.server_tool_calls[_SERVER_CALLS[kind]] += 1
            files += kind == "file_search_call"
    if document.get("usage") is not None:
        cells = openai_cells(document["usage"])
        # Items are not what is billed: opening a page is one too. Only `tool_usage` says how many searches were.
        cells["web_search"] = count(((document.get("tool_usage") or {}).get("web_search") or {}).get("num_requests"))
        cells["file_search"] = files
        # xAI's words.
        tools = document["usage"].get("server_side_tool_usage_details") or {}
        cells["web_search"] = max(cells["web_search"], count(tools.get("web_search_calls")))
        cells["social_search"] = count(tools.get("x_search_calls"))
        cells["code_execution"] = count(tools.get("code_interpreter_calls"))
        cells["file_search"] = max(files, count(tools.get("file_search_calls")))
        reading.usages = [(None, +cells)]
        reading.usages += _drawings(document)
    return reading


def _drawings(document: dict) -> list[tuple[str | None, Counter]]:
    """What the tool that draws used, billed beside the response by its own model."""
    usage = (document.get("tool_usage") or {}).get("image_gen") or {}
    if not count(usage.get("total_tokens")):
        return []
    models = [tool.get("model") for tool in document.get("tools") or [] if tool.get("type") == "image_generation"]
    return [(models[-1] if models else None, openai_cells(usage))]


def responses_stream(parts: list[tuple[str | None, dict]]) -> Reading:
    reading, items = Reading(), []
    for _, part in parts:
        kind = part.get("type")
        if kind in ("response.completed", "response.incomplete", "response.failed"):
            return response(part["response"])
        if kind == "response.output_item.done":
            items.append(part["item"])
        if kind == "error":
            reading.error = part.get("code") or (part.get("error") or {}).get("code")
        if "response" in part:
            reading.model = part["response"].get("model") or reading.model
            reading.response_id = part["response"].get("id") or reading.response_id
    reading.tool_calls = response({"output": items}).tool_calls
    return reading


# Anthropic


def anthropic_cells(usage: dict) -> Counter:
    cells = Counter()
    cells["in"] = count(usage.get("input_tokens"))
    cells["in.cached"] = count(usage.get("cache_read_input_tokens"))
    by_ttl = usage.get("cache_creation") or {}
    cells["in.write.5m"] = count(by_ttl.get("ephemeral_5m_input_tokens"))
    cells["in.write.1h"] = count(by_ttl.get("ephemeral_1h_input_tokens"))
    written = count(usage.get("cache_creation_input_tokens"))
    cells["in.write"] = max(0, written - cells["in.write.5m"] - cells["in.write.1h"])
    cells["out.reasoning"] = count((usage.get("output_tokens_details") or {}).get("thinking_tokens"))
    cells["out"] = count(usage.get("output_tokens")) - cells["out.reasoning"]
    cells["web_search"] = count((usage.get("server_tool_use") or {}).get("web_search_requests"))
    return +cells


def anthropic_usages(usage: dict) -> list[tuple[str | None, Counter]]:
    """The totals, which hold the iterations of kind `message`, and every other iteration by its own model."""
    usages = [(None, anthropic_cells(usage))]
    for iteration in usage.get("iterations") or []:
        if iteration.get("type") in ("compaction", "advisor_message"):
            usages.append((iteration.get("model"), anthropic_cells(iteration)))
    return usages


def message(document: dict) -> Reading:
    reading = Reading(model=document.get("model"), response_id=document.get("id"))
    reading.finish_reason = document.get("stop_reason")
    for block in document.get("content") or []:
        _block(reading, block)
    usage = document.get("usage")
    if usage:
        reading.usages = anthropic_usages(usage)
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


def messages_stream(parts: list[tuple[str | None, dict]]) -> Reading:
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
        reading.usages = anthropic_usages(usage)
        _anthropic_context(reading, usage)
    return reading


def messages(recording, parts) -> Reading:
    """Anthropic's Messages, streamed or not."""
    return messages_stream(parts) if recording.framing == "sse" else message(parts[0][1])
