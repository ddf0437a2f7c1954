"""OpenAI's images, audio, videos, decisions, files and assistants, and what xAI makes of them, read anew from their
documentation.
"""

import re
from collections import Counter
from decimal import Decimal

from reference import openai_anthropic
from reference.reading import Reading, count, loads

# xAI's ticks: https://docs.x.ai/docs/api-reference
_TICKS_PER_USD = Decimal(10) ** 10


def _reading(usage: dict, cells: Counter | None) -> Reading:
    reading = Reading(usages=[(None, +cells)] if cells is not None else [])
    if usage.get("cost_in_usd_ticks"):
        reading.reported_cost = Decimal(usage["cost_in_usd_ticks"]) / _TICKS_PER_USD
    return reading


def _asked(recording, name: str) -> str | None:
    """A member of the request, or a field of its form."""
    try:
        return loads(recording.request_body).get(name)
    except ValueError:
        found = re.search(rf'name="{name}"\r\n\r\n(.*?)\r\n', recording.request_body.decode("latin-1"))
        return found and found[1]


def _images(recording, parts) -> Reading:
    document = parts[-1][1]
    usage = document.get("usage") or {}
    cells = None
    if "input_tokens" in usage:
        inside = usage.get("input_tokens_details") or {}
        outside = usage.get("output_tokens_details") or {}
        cells = Counter({"in.image": count(inside.get("image_tokens"))})
        cells["in"] = count(usage["input_tokens"]) - cells["in.image"]
        # Where nothing tells, all that an image model makes is images.
        cells["out"] = count(outside.get("text_tokens"))
        cells["out.image"] = count(usage["output_tokens"]) - cells["out"]
    elif document.get("data"):
        # No tokens are told: what came is billed by number.
        cells = Counter({"out.images": len(document["data"])})
    reading = _reading(usage, cells)
    for key in ("size", "quality"):
        value = document.get(key) or _asked(recording, key)
        if value and value != "auto":
            reading.context[key] = value
    drawing = document.get("svg_usage")
    if drawing:
        cells = Counter({"in": drawing["input_tokens"], "out.reasoning": drawing["reasoning_tokens"]})
        cells["out"] = drawing["output_tokens"] - drawing["reasoning_tokens"]
        reading.usages.append((drawing["model"], +cells))
    return reading


def _speech(recording, parts) -> Reading:
    usage = parts[-1][1]["usage"]
    return _reading(usage, Counter({"in": usage["input_tokens"], "out.audio": usage["output_tokens"]}))


def _transcription(recording, parts) -> Reading:
    usage = (parts[-1][1].get("usage") or {}) if parts else {}
    if usage.get("type") == "duration":
        return _reading(usage, Counter({"in.audio.time": usage["seconds"]}))
    if "input_tokens" not in usage:
        return Reading()
    details = usage.get("input_token_details") or {}
    cells = Counter({"in.audio": count(details.get("audio_tokens"))})
    cells["in"] = count(usage["input_tokens"]) - cells["in.audio"]
    cells["out"] = count(usage.get("output_tokens"))
    return _reading(usage, cells)


def _videos(recording, parts) -> Reading:
    """Billed by its length once it is complete."""
    document = parts[0][1]
    done = document.get("status") in ("completed", "done")
    seconds = document.get("seconds") or (document.get("video") or {}).get("duration")
    cells = Counter({"out.video.time": Decimal(seconds)}) if done else None
    reading = _reading(document.get("usage") or {} if done else {}, cells)
    reading.model = document.get("model")
    reading.response_id = document.get("id") or document.get("request_id")
    if reading.response_id is None and recording.method == "GET":
        reading.response_id = recording.path.rsplit("/", 1)[-1]
    if document.get("size"):
        reading.context["size"] = document["size"]
    reading.finish_reason = document.get("status")
    return reading


def _decisions(recording, parts) -> Reading:
    document = parts[0][1]
    reading = _reading({}, openai_anthropic.openai_cells(document["usage"]))
    reading.model, reading.context["endpoint"] = document["model"], "decisions"
    return reading


def _batch_results(recording, parts) -> Reading:
    """Every line is a reply of its own, at the batch's price."""
    reading, total = Reading(context={"processing": "batch"}), {}
    for _, line in parts:
        body = (line.get("response") or {}).get("body") or {}
        if body.get("usage"):
            cells = openai_anthropic.openai_cells(body["usage"])
            total[body.get("model")] = total.get(body.get("model"), Counter()) + cells
            reading.item_ids.append(body.get("id") or line["id"])
    reading.usages = list(total.items())
    return reading


def _xai_batches(recording, parts) -> Reading:
    results = parts[0][1].get("results", []) if parts and isinstance(parts[0][1], dict) else []
    responses = [(result.get("batch_result") or {}).get("response") or {} for result in results]
    bodies = [response.get("chat_get_completion") or {} for response in responses]
    reading = Reading(context={"processing": "batch"})
    for body in bodies:
        if body:
            usage = dict(body["usage"])
            reasoning = count((usage.get("completion_tokens_details") or {}).get("reasoning_tokens"))
            # Older models leave it out of the completion, as the total shows.
            if usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"] + reasoning:
                usage["completion_tokens"] += reasoning
            reading.usages.append((body["model"], openai_anthropic.openai_cells(usage)))
            reading.item_ids.append(body["id"])
    return reading


def _assistants(recording, parts) -> Reading:
    reading = Reading()
    for _, part in parts:
        if part.get("object") != "thread.run":
            continue
        reading.model, reading.response_id, reading.finish_reason = part["model"], part["id"], part["status"]
        usage = part.get("usage")
        if usage:
            # Its details are in the singular.
            usage = usage | {"prompt_tokens_details": usage.get("prompt_token_details")}
            reading.usages = [(None, openai_anthropic.openai_cells(usage))]
        action = (part.get("required_action") or {}).get("submit_tool_outputs") or {}
        reading.tool_calls = [(call["id"], call["function"]["name"]) for call in action.get("tool_calls", [])]
    return reading


READERS = {
    ("openai", "images"): _images,
    ("xai", "images"): _images,
    ("openai", "audiospeech"): _speech,
    ("openai", "audiotranscription"): _transcription,
    ("openai", "videos"): _videos,
    ("xai", "videos"): _videos,
    ("openai", "decisions"): _decisions,
    ("openai", "files"): _batch_results,
    ("xai", "batches"): _xai_batches,
    ("openai", "assistants"): _assistants,
}
