"""Those that speak OpenAI's dialect with words of their own, and the APIs of Cohere, Mistral and Ollama."""

import itertools
from collections import Counter
from decimal import Decimal

from reference import openai_anthropic
from reference.reading import Reading, count

# xAI's ticks: https://docs.x.ai/docs/api-reference
_TICKS_PER_USD = Decimal(10) ** 10


def chat(recording, parts) -> Reading:
    """Chat Completions, Completions and Embeddings of anybody."""
    parts = [(name, _groq(dict(part))) for name, part in parts if isinstance(part, dict)]
    if recording.provider == "gemini":
        numbers = itertools.count()
        parts = [(name, _gemini(part, numbers)) for name, part in parts]
    if recording.provider == "mistral":
        parts = [(name, _mistral(part)) for name, part in parts]
    reading = openai_anthropic.chat_stream(parts)
    if recording.provider == "openai" and "-search" in (reading.model or "") and reading.usages:
        # A model that searches is billed one search a request (https://platform.openai.com/docs/pricing).
        reading.usages[0][1]["web_search"] = 1
    usages = [part.get("usage") for _, part in parts if part.get("usage")]
    _units(reading, usages)
    _cost(reading, usages)
    return reading


def _units(reading: Reading, usages: list[dict]):
    """What is billed beside tokens: searches, audio by its length, requests by how much they may search."""
    if not usages or not reading.usages:
        return
    usage, cells = usages[-1], reading.usages[0][1]
    searches = (usage.get("server_tool_use_details") or {}).get("web_search_requests")
    cells["web_search"] += count(searches) or count(usage.get("num_search_queries"))
    cells["in.audio.time"] = count(usage.get("prompt_audio_seconds"))
    cells["request"] = int("search_context_size" in usage and "num_search_queries" not in usage)
    reading.usages[0] = (None, +cells)


def responses(recording, parts) -> Reading:
    stream = recording.framing == "sse"
    reading = openai_anthropic.responses_stream(parts) if stream else openai_anthropic.response(parts[0][1])
    usages = [(part.get("response") or {}).get("usage") or part.get("usage") for _, part in parts]
    _cost(reading, [usage for usage in usages if usage])
    return reading


def _cost(reading: Reading, usages: list[dict]):
    """OpenRouter's credits are dollars; where the key is the caller's own, its provider bills beside them."""
    if not usages:
        return
    usage = usages[-1]
    # Azure serves Grok at a price of its own, and leaves its maker's at nothing.
    if usage.get("cost_in_usd_ticks"):
        reading.reported_cost = Decimal(usage["cost_in_usd_ticks"]) / _TICKS_PER_USD
    elif isinstance(usage.get("cost"), dict):
        reading.reported_cost = Decimal(usage["cost"]["total_cost"])
    elif usage.get("cost") is not None:
        reading.reported_cost = Decimal(usage["cost"])
        if usage.get("is_byok"):
            reading.reported_cost += Decimal((usage.get("cost_details") or {}).get("upstream_inference_cost") or 0)


def _groq(part: dict) -> dict:
    usage = (part.get("x_groq") or {}).get("usage")
    if usage and not part.get("usage"):
        part["usage"] = usage
    return part


def _gemini(part: dict, numbers) -> dict:
    """Thinking is in the total only; calls come whole, without ids, and may all have the same index."""
    for choice in part.get("choices") or []:
        for call in (choice.get("delta") or {}).get("tool_calls") or []:
            call["index"] = next(numbers)
    usage = part.get("usage")
    if usage:
        hidden = usage["total_tokens"] - usage["prompt_tokens"] - usage["completion_tokens"]
        part["usage"] = usage | {
            "completion_tokens": usage["completion_tokens"] + hidden,
            "completion_tokens_details": {"reasoning_tokens": hidden},
        }
    return part


def _mistral(part: dict) -> dict:
    """Audio is beside the prompt, not in it."""
    usage = part.get("usage")
    if usage:
        audio = count((usage.get("prompt_tokens_details") or {}).get("audio_tokens"))
        part["usage"] = usage | {"prompt_tokens": usage["prompt_tokens"] + audio}
    return part


def _mistral_transcription(recording, parts) -> Reading:
    """Billed by the length of the audio, whatever tokens it became: https://mistral.ai/pricing"""
    reading = chat(recording, parts)
    reading.usages = [(None, Counter({"in.audio.time": cells["in.audio.time"]})) for _, cells in reading.usages]
    return reading


def _mistral_ocr(recording, parts) -> Reading:
    document = parts[0][1]
    pages = count(document["usage_info"]["pages_processed"])
    return Reading(usages=[(None, Counter({"in.pages": pages}))], model=document.get("model"))


def _cohere(recording, parts) -> Reading:
    """What is billed is not what was read: `billed_units`."""
    reading, billed = Reading(), {}
    for _, part in parts:
        said = part.get("delta") or part
        message = said.get("message") or {}
        calls = message.get("tool_calls") or []
        for call in [calls] if isinstance(calls, dict) else calls:
            if (call.get("function") or {}).get("name"):
                reading.tool_calls.append((call["id"], call["function"]["name"]))
        reading.response_id = part.get("id") or reading.response_id
        reading.finish_reason = said.get("finish_reason") or reading.finish_reason
        usage = said.get("usage") or part.get("meta") or {}
        billed = usage.get("billed_units") or billed
    cells = Counter()
    cells["in"] = count(billed.get("input_tokens"))
    cells["out"] = count(billed.get("output_tokens"))
    cells["rerank"] = count(billed.get("search_units"))
    reading.usages = [(None, +cells)]
    return reading


def _ollama(recording, parts) -> Reading:
    reading, cells = Reading(), Counter()
    for _, part in parts:
        reading.model = part.get("model") or reading.model
        if "error" in part:  # a bare text
            reading.error = "error"
        for call in (part.get("message") or {}).get("tool_calls") or []:
            reading.tool_calls.append((call.get("id") or "", call["function"]["name"]))
        if part.get("done") or "embeddings" in part:
            cells["in"] = count(part.get("prompt_eval_count"))
            cells["out"] = count(part.get("eval_count"))
            reading.finish_reason = part.get("done_reason")
    reading.usages = [(None, +cells)] if +cells else []
    return reading


def _transcription(recording, parts) -> Reading:
    usage = parts[0][1].get("usage") or {}
    reading = Reading()
    if usage.get("type") == "duration":
        reading.usages = [(None, Counter({"in.audio.time": usage["seconds"]}))]
    elif "input_tokens" in usage:
        details = usage.get("input_token_details") or {}
        cells = Counter({"in.audio": count(details.get("audio_tokens"))})
        cells["in"] = count(usage["input_tokens"]) - cells["in.audio"]
        cells["out"] = count(usage.get("output_tokens"))
        reading.usages = [(None, +cells)]
    _cost(reading, [usage] if usage else [])
    return reading


def _rerank(recording, parts) -> Reading:
    usage = parts[0][1].get("usage") or {}
    reading = Reading(usages=[(None, Counter({"in": count(usage.get("total_tokens"))}))])
    _cost(reading, [usage])
    return reading


def _mcp(recording, parts) -> Reading:
    """The server's answer has the id of the message that it is to; a failed tool says so inside a success."""
    reading = Reading()
    for _, part in parts:
        if (part.get("result") or {}).get("isError"):
            reading.error = "tool_error"
        elif "error" in part:
            reading.error = str(part["error"]["code"])
    return reading


READERS = {
    ("mcp", "mcp"): _mcp,
    ("mistral", "audiotranscription"): _mistral_transcription,
    ("mistral", "ocr"): _mistral_ocr,
    ("cohere", "chatv2"): _cohere,
    ("cohere", "embed"): _cohere,
    ("cohere", "rerank"): _cohere,
    ("ollama", "ollama-chat"): _ollama,
    ("ollama", "ollama-generate"): _ollama,
    ("ollama", "ollama-embed"): _ollama,
    ("openrouter", "audiotranscription"): _transcription,
    ("openrouter", "rerank"): _rerank,
}
