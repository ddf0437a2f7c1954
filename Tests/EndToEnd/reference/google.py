"""Gemini's and Vertex's replies. `promptTokenCount` includes what was cached; thoughts and tool prompts are beside it."""

from collections import Counter

from reference.reading import Reading, count

_MEDIA = {"AUDIO": "audio", "IMAGE": "image", "VIDEO": "video", 2: "image", 3: "video", 4: "audio"}


def _by_medium(details) -> Counter:
    """Tokens by medium; text and documents are left out."""
    found = Counter()
    for one in details or []:
        if one.get("modality") in _MEDIA:
            found[_MEDIA[one["modality"]]] += count(one.get("tokenCount"))
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


def _batch(document: dict) -> Reading:
    """The replies of a batch that are told within it, each of which is billed at the batch's price."""
    reading = Reading(context={"processing": "batch"})
    output = (document.get("metadata") or {}).get("output") or {}
    for one in (output.get("inlinedResponses") or {}).get("inlinedResponses") or []:
        answer = one.get("response") or {}
        if answer.get("usageMetadata"):
            reading.usages.append((answer.get("modelVersion"), cells(answer["usageMetadata"])))
    return reading


def read(recording, parts) -> Reading:
    if recording.api == "batches":
        return _batch(parts[0][1])
    if recording.api in ("cachedcontents", "counttokens"):
        return Reading()
    reading, usage, grounding = Reading(), {}, []
    for _, part in parts:
        if recording.api == "embeddings":
            usage |= part.get("usageMetadata") or {}
            continue
        usage |= {name: value for name, value in (part.get("usageMetadata") or {}).items() if value is not None}
        reading.model = part.get("modelVersion") or reading.model
        reading.response_id = part.get("responseId") or reading.response_id
        for candidate in part.get("candidates") or []:
            reading.finish_reason = candidate.get("finishReason") or reading.finish_reason
            grounding.append(candidate.get("groundingMetadata") or {})
            for piece in (candidate.get("content") or {}).get("parts") or []:
                if piece.get("executableCode"):
                    reading.server_tool_calls["code_execution"] += 1
                if piece.get("toolCall"):
                    reading.server_tool_calls[piece["toolCall"].get("toolType", "tool")] += 1
                if piece.get("functionCall"):
                    call = piece["functionCall"]
                    reading.tool_calls.append((call.get("id") or "", call["name"]))
    tier = usage.get("serviceTier")
    if tier:
        reading.context["service_tier"] = tier
    counted = cells(usage)
    if counted:
        counted["web_search"] = searches(reading.model or "", grounding)
        reading.usages = [(None, +counted)]
    return reading
