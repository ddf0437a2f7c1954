"""Bedrock's replies: Converse in its own words, InvokeModel in those of each model family, with Amazon's metrics as the fallback."""

import base64
from collections import Counter

from reference import openai_anthropic
from reference.reading import Reading, count, loads


def cells(usage: dict) -> Counter:
    """Converse and Nova: cached tokens are beside `inputTokens`."""
    found = Counter()
    found["in"] = count(usage.get("inputTokens"))
    found["out"] = count(usage.get("outputTokens"))
    found["in.cached"] = count(usage.get("cacheReadInputTokens", usage.get("cacheReadInputTokenCount")))
    written = count(usage.get("cacheWriteInputTokens", usage.get("cacheWriteInputTokenCount")))
    for detail in usage.get("cacheDetails") or []:
        found[f"in.write.{detail['ttl']}"] += count(detail["inputTokens"])
    found["in.write"] = written - found["in.write.5m"] - found["in.write.1h"]
    return +found


def read(recording, parts) -> Reading:
    if recording.api == "converse":
        return _converse_stream(parts) if recording.framing == "eventstream" else _converse(parts[0][1])
    if recording.framing == "eventstream":
        return _invoke_stream(parts)
    return _invoke(recording, parts[0][1])


def _converse(document: dict) -> Reading:
    reading = Reading(finish_reason=document.get("stopReason"))
    for block in document["output"]["message"]["content"]:
        if "toolUse" in block:
            _tool(reading, block["toolUse"])
    reading.usages = [(None, cells(document["usage"]))]
    _tier(reading, document)
    return reading


def _converse_stream(parts) -> Reading:
    reading = Reading()
    for headers, payload in parts:
        if headers.get(":message-type") == "exception":
            reading.error = headers[":exception-type"]
            break
        content, kind = loads(payload), headers.get(":event-type")
        if kind == "contentBlockStart" and "toolUse" in (content.get("start") or {}):
            _tool(reading, content["start"]["toolUse"])
        elif kind == "messageStop":
            reading.finish_reason = content.get("stopReason")
        elif kind == "metadata":
            reading.usages = [(None, cells(content["usage"]))]
            _tier(reading, content)
    return reading


def _tier(reading: Reading, document: dict):
    tier = (document.get("serviceTier") or {}).get("type")
    if tier:
        reading.context["service_tier"] = tier


def _tool(reading: Reading, tool: dict):
    if tool.get("type") == "server_tool_use":
        reading.server_tool_calls[tool["name"]] += 1
    else:
        reading.tool_calls.append((tool["toolUseId"], tool["name"]))


def _invoke(recording, document: dict) -> Reading:
    """The body says what it used, else the headers do."""
    usage = document.get("usage") or {}
    if document.get("type") == "message":
        return openai_anthropic.message(document)
    if "prompt_tokens" in usage:
        return openai_anthropic.chat(document)
    reading = Reading(finish_reason=_finish(document))
    for block in ((document.get("output") or {}).get("message") or {}).get("content") or []:
        if "toolUse" in block:
            _tool(reading, block["toolUse"])
    usage = usage or _flat(document)
    if not usage:
        fields = {name.lower(): value for name, value in recording.reply_fields}
        usage = {
            "inputTokens": fields.get("x-amzn-bedrock-input-token-count"),
            "outputTokens": fields.get("x-amzn-bedrock-output-token-count"),
            "cacheReadInputTokens": fields.get("x-amzn-bedrock-cache-read-input-token-count"),
            "cacheWriteInputTokens": fields.get("x-amzn-bedrock-cache-write-input-token-count"),
        }
    counted = cells(usage)
    if document.get("images"):
        counted["out.images"] = len(document["images"])
    reading.usages = [(None, counted)] if counted else []
    return reading


def _flat(document: dict) -> dict:
    """What Llama and Titan count, at the top of a body or of a chunk."""
    found = {}
    for name, key in (
        ("prompt_token_count", "inputTokens"),
        ("inputTextTokenCount", "inputTokens"),
        ("generation_token_count", "outputTokens"),
        ("totalOutputTextTokenCount", "outputTokens"),
    ):
        if document.get(name) is not None:
            found[key] = document[name]
    if document.get("results"):
        found["outputTokens"] = sum(count(result.get("tokenCount")) for result in document["results"])
    return found


def _finish(document: dict) -> str | None:
    """Why a body or a chunk ended, by the word of its family."""
    candidates = [document, *(document.get("outputs") or []), *(document.get("results") or [])]
    candidates += [*(document.get("choices") or []), document.get("messageStop") or {}]
    for name in ("stopReason", "stop_reason", "completionReason", "finish_reason"):
        for candidate in candidates:
            if isinstance(candidate.get(name), str):
                return candidate[name]
    return None


def _invoke_stream(parts) -> Reading:
    documents = [loads(base64.b64decode(loads(payload)["bytes"])) for _, payload in parts]
    if any(document.get("type") == "message_start" for document in documents):
        return openai_anthropic.messages_stream([(None, document) for document in documents])
    if any("choices" in document for document in documents):
        return openai_anthropic.chat_stream([(None, document) for document in documents])
    reading, usage = Reading(), {}
    for document in documents:
        start = (document.get("contentBlockStart") or {}).get("start") or {}
        if "toolUse" in start:
            _tool(reading, start["toolUse"])
        reading.finish_reason = _finish(document) or reading.finish_reason
        usage = (document.get("metadata") or {}).get("usage") or usage | _flat(document)
        metrics = document.get("amazon-bedrock-invocationMetrics")
        if metrics and not usage:
            usage = {"inputTokens": metrics["inputTokenCount"], "outputTokens": metrics["outputTokenCount"]}
    reading.usages = [(None, cells(usage))]
    return reading
