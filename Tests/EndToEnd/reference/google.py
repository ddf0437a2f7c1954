"""Gemini's and Vertex's replies. `promptTokenCount` includes what was cached; thoughts and tool prompts are beside it."""

from collections import Counter
from datetime import datetime

from reference.reading import Reading, count

_MEDIA = {"AUDIO": "audio", "IMAGE": "image", "VIDEO": "video", 2: "image", 3: "video", 4: "audio"}
_TRAFFIC = {
    "ON_DEMAND": "standard",
    "ON_DEMAND_FLEX": "flex",
    "ON_DEMAND_PRIORITY": "priority",
    "PROVISIONED_THROUGHPUT": "provisioned",
}


def camel(value):
    """Members in snake case under their other name."""
    if isinstance(value, list):
        return [camel(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {_camel_name(name): camel(one) for name, one in value.items()}


def _camel_name(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _by_medium(details) -> Counter:
    """Tokens by medium; text and documents are left out."""
    found = Counter()
    for one in details or []:
        kind = one.get("modality")
        if (kind.upper() if isinstance(kind, str) else kind) in _MEDIA:
            medium = _MEDIA[kind.upper() if isinstance(kind, str) else kind]
            found[medium] += count(one.get("tokenCount") or one.get("tokens"))
    return found


def cells(usage: dict) -> Counter:
    """The disjoint cells of a `usageMetadata`."""
    prompt = _by_medium(usage.get("promptTokensDetails") or usage.get("promptTokenDetails"))
    cached = _by_medium(usage.get("cacheTokensDetails"))
    tools = _by_medium(usage.get("toolUsePromptTokensDetails"))
    output = _by_medium(usage.get("candidatesTokensDetails"))
    found = Counter()
    for medium in ("audio", "image", "video"):
        found[f"in.cached.{medium}"] = cached[medium]
        # A cached document is told as images there, and as a document in the prompt.
        found[f"in.{medium}"] = max(0, prompt[medium] - cached[medium]) + tools[medium]
        found[f"out.{medium}"] = output[medium]
    found["in.cached"] = count(usage.get("cachedContentTokenCount")) - cached.total()
    all_input = count(usage.get("promptTokenCount")) + count(usage.get("toolUsePromptTokenCount"))
    found["in"] = all_input - sum(value for name, value in found.items() if name.startswith("in"))
    found["out"] = count(usage.get("candidatesTokenCount")) - output.total()
    found["out.reasoning"] = count(usage.get("thoughtsTokenCount"))
    assert min(found.values()) >= 0, f"parts larger than their whole: {usage}"
    return +found


def searches(model: str, grounding: list[dict]) -> int:
    """Models up to 2.5 bill a grounded prompt, later ones each query (https://ai.google.dev/gemini-api/docs/pricing)."""
    queries = [query for one in grounding for query in one.get("webSearchQueries") or [] if query]
    if model.startswith(("gemini-1", "gemini-2")):
        return int(bool(queries))
    return len(dict.fromkeys(queries))


def read(recording, parts) -> Reading:
    """Any reply but those in OpenAI's or Anthropic's shape."""
    documents = []
    for _, part in parts:
        documents += camel(part) if isinstance(part, list) else [camel(part)]
    reader = {
        "interactions": _interaction,
        "embeddings": _embeddings,
        "batches": _batch,
        "cachedcontents": _cache,
    }.get(recording.api, _generated)
    reading = reader(documents)
    # Events have no mark at their end, but every candidate says why it ended.
    if recording.framing == "sse" and not reading.error and not reading.finish_reason:
        reading.error = "stream_cut"
    return reading


def _generated(documents: list[dict]) -> Reading:
    """A response, or the chunks of one: usage is cumulative, and leaves out what has not changed."""
    reading, usage, grounding, is_blocked = Reading(), {}, [], False
    running = set()
    for part in documents:
        if part.get("error"):
            reading.error = part["error"].get("status")
        usage |= {name: value for name, value in (part.get("usageMetadata") or {}).items() if value is not None}
        is_blocked |= bool((part.get("promptFeedback") or {}).get("blockReason"))
        reading.model = part.get("modelVersion") or reading.model
        reading.response_id = part.get("responseId") or reading.response_id
        for candidate in part.get("candidates") or []:
            finish = candidate.get("finishReason")
            reading.finish_reason = str(finish) if finish else reading.finish_reason
            grounding.append(candidate.get("groundingMetadata") or {})
            for piece in (candidate.get("content") or {}).get("parts") or []:
                _count_tools(reading, piece, running)
    tier = usage.get("serviceTier") or _TRAFFIC.get(usage.get("trafficType"))
    if tier:
        reading.context["service_tier"] = tier
    counted = cells(usage)
    if counted:
        counted["web_search"] = searches(reading.model or "", grounding)
        reading.usages = [(None, +counted)]
    elif is_blocked and usage:
        # Nothing came to the model.
        reading.usages = [(None, Counter())]
    return reading


def _count_tools(reading: Reading, piece: dict, running: set):
    """A call that is streamed begins with its name, and ends with the part that does not continue."""
    if piece.get("executableCode"):
        reading.server_tool_calls["code_execution"] += 1
    if piece.get("toolCall"):
        reading.server_tool_calls[piece["toolCall"].get("toolType", "tool")] += 1
    call = piece.get("functionCall")
    if call is None:
        return
    if not running and call.get("name"):
        reading.tool_calls.append((call.get("id") or "", call["name"]))
    running.clear()
    if call.get("willContinue"):
        running.add("call")


def _embeddings(documents: list[dict]) -> Reading:
    reading = Reading()
    for part in documents:
        tokens = [
            count(one.get("embeddings", {}).get("statistics", {}).get("tokenCount"))
            for one in part.get("predictions", [])
        ]
        counted = cells(part["usageMetadata"]) if part.get("usageMetadata") else +Counter({"in": sum(tokens)})
        if counted:
            reading.usages = [(None, counted)]
    return reading


def _batch(documents: list[dict]) -> Reading:
    """A finished batch writes its replies twice; each counts once."""
    reading = Reading(context={"processing": "batch"})
    for part in documents:
        output = (part.get("metadata") or {}).get("output") or {}
        replies = (output.get("inlinedResponses") or {}).get("inlinedResponses") or []
        for response in (one["response"] for one in replies if one.get("response")):
            one = _generated([response])
            reading.item_ids.append(one.response_id)
            reading.usages += [(one.model, counted) for _, counted in one.usages]
            reading.context |= one.context
    return reading


def _cache(documents: list[dict]) -> Reading:
    """What is stored until it expires, in token hours: recorded, and never billed by the call."""
    part = documents[0]
    lifetime = datetime.fromisoformat(_micro(part["expireTime"])) - datetime.fromisoformat(_micro(part["createTime"]))
    hours = count(part["usageMetadata"]["totalTokenCount"]) * lifetime.total_seconds() / 3600
    return Reading(usages=[(None, Counter({"cache_storage": round(hours)}))])


def _micro(instant: str) -> str:
    """An instant without what is finer than a microsecond."""
    whole, _, fraction = instant.removesuffix("Z").partition(".")
    return f"{whole}.{(fraction + '000000')[:6]}+00:00"


def _interaction(documents: list[dict]) -> Reading:
    """An interaction, or the events of one."""
    reading, usage = Reading(), {}
    calls = {}
    for part in documents:
        one = part.get("interaction") or part
        reading.model = one.get("model") or reading.model
        reading.response_id = one.get("id") or reading.response_id
        reading.finish_reason = one.get("status") or reading.finish_reason
        usage |= one.get("usage") or {}
        for step in [*(one.get("steps") or []), *([part["step"]] if part.get("step") else [])]:
            if step["type"].endswith("_call"):
                calls[step["id"]] = step
    for step in calls.values():
        if step["type"] == "function_call":
            reading.tool_calls.append((step["id"], step["name"]))
        else:
            reading.server_tool_calls[step["type"]] += 1
    names = {
        "totalInputTokens": "promptTokenCount",
        "totalCachedTokens": "cachedContentTokenCount",
        "totalOutputTokens": "candidatesTokenCount",
        "totalThoughtTokens": "thoughtsTokenCount",
        "totalToolUseTokens": "toolUsePromptTokenCount",
        "inputTokensByModality": "promptTokensDetails",
        "cachedTokensByModality": "cacheTokensDetails",
        "outputTokensByModality": "candidatesTokensDetails",
    }
    counted = cells({names.get(name, name): value for name, value in usage.items()})
    if counted:
        reading.usages = [(None, counted)]
    return reading
