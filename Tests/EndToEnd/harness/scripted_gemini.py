"""A small endpoint that answers as Gemini does, always the same to the same request."""

import json

from harness.http_bytes import LAST_CHUNK, chunk, response_head
from harness.stub_upstream import Exchange

USAGE = {"promptTokenCount": 12, "candidatesTokenCount": 5, "thoughtsTokenCount": 7, "totalTokenCount": 24}
QUOTA = {
    "error": {
        "code": 429,
        "message": "You exceeded your current quota. Please retry in 48s.",
        "status": "RESOURCE_EXHAUSTED",
        "details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "48s"}],
    }
}
INTERACTION_USAGE = {"total_input_tokens": 20, "total_output_tokens": 3, "total_thought_tokens": 4, "total_tokens": 27}


def answer_as_gemini(exchange: Exchange):
    """Answers by path, and by the words `busy` and `break` of the prompt."""
    body = exchange.read_body()
    path, _, query = exchange.head.target.partition("?")
    request = json.loads(body) if body else {}
    if b"busy" in body:
        return _json(exchange, QUOTA, 429)
    match path.rpartition(":")[2]:
        case "generateContent":
            return _json(exchange, _generated(request))
        case "streamGenerateContent":
            return _stream(exchange, _chunks(request), query == "alt=sse")
        case "countTokens":
            return _json(exchange, {"totalTokens": 12, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 12}]})
        case "embedContent" | "batchEmbedContents":
            return _json(exchange, {"embeddings": [{"values": [0.25, -0.5]}], "embedding": {"values": [0.25, -0.5]}})
        case "batchGenerateContent":
            return _json(exchange, _batch("BATCH_STATE_PENDING", None))
    if path.endswith("/batches/fx"):
        return _json(exchange, _batch("BATCH_STATE_SUCCEEDED", [_response("b1", "4"), _response("b2", "5")]))
    if path.endswith("/interactions"):
        return _interaction_events(exchange) if request.get("stream") else _json(exchange, _interaction("completed"))
    if "/interactions/" in path:
        return _json(exchange, _interaction("completed"))
    if path.endswith("/cachedContents"):
        return _json(exchange, _cache())
    if path.endswith("/models"):
        return _json(exchange, {"models": [{"name": "models/gemini-2.5-flash", "displayName": "Gemini 2.5 Flash"}]})
    return _json(exchange, {"error": {"code": 404, "message": "Not found.", "status": "NOT_FOUND"}}, 404)


def _json(exchange: Exchange, document, status: int = 200):
    exchange.respond(status, json.dumps(document).encode(), [("Content-Type", "application/json; charset=UTF-8")])


def _response(response_id: str, text: str) -> dict:
    return {
        "candidates": [{"content": {"parts": [{"text": text}], "role": "model"}, "finishReason": "STOP", "index": 0}],
        "usageMetadata": USAGE,
        "modelVersion": "gemini-2.5-flash",
        "responseId": response_id,
    }


def _generated(request: dict) -> dict:
    """Calls the first tool twice, until its results are there."""
    has_results = "functionResponse" in json.dumps(request.get("contents"))
    if not request.get("tools") or has_results:
        return _response("g2" if has_results else "g1", "Toll gates.")
    name = request["tools"][0]["functionDeclarations"][0]["name"]
    response = _response("g1", "")
    response["candidates"][0]["content"]["parts"] = [
        {"functionCall": {"name": name, "args": {"city": city}}} for city in ("Boston", "New Delhi")
    ]
    return response


def _chunks(request: dict) -> list[dict]:
    words = ["One ", "two ", "three."]
    chunks = []
    for number, word in enumerate(words, 1):
        one = _response("s1", word)
        one["usageMetadata"] = {"promptTokenCount": 12, "candidatesTokenCount": number, "totalTokenCount": 12 + number}
        if number < len(words):
            del one["candidates"][0]["finishReason"]
        chunks.append(one)
    return [chunks[0], QUOTA] if "break" in json.dumps(request) else chunks


def _stream(exchange: Exchange, chunks: list[dict], is_sse: bool):
    kind = "text/event-stream" if is_sse else "application/json; charset=UTF-8"
    exchange.send(response_head(200, [("Content-Type", kind), ("Transfer-Encoding", "chunked")]))
    for number, one in enumerate(chunks):
        text = json.dumps(one)
        part = f"data: {text}\r\n\r\n" if is_sse else ("[" if number == 0 else ",\r\n") + text
        exchange.send(chunk(part.encode()))
    exchange.send(LAST_CHUNK if is_sse else chunk(b"]\r\n") + LAST_CHUNK)


def _batch(state: str, replies: list[dict] | None) -> dict:
    metadata = {
        "@type": "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch",
        "model": "models/gemini-2.5-flash",
        "displayName": "fx",
        "createTime": "2026-11-01T00:00:00Z",
        "updateTime": "2026-11-01T00:00:00Z",
        "state": state,
        "name": "batches/fx",
    }
    if replies is None:
        return {"name": "batches/fx", "metadata": metadata}
    output = {"inlinedResponses": {"inlinedResponses": [{"response": one} for one in replies]}}
    return {"name": "batches/fx", "metadata": metadata | {"output": output}, "done": True, "response": output}


def _interaction(status: str) -> dict:
    return {
        "id": "v1_fx",
        "object": "interaction",
        "model": "gemini-3.5-flash",
        "status": status,
        "created": "2026-11-01T00:00:00Z",
        "updated": "2026-11-01T00:00:00Z",
        "steps": [{"type": "model_output", "content": [{"type": "text", "text": "Toll gates."}]}],
        "usage": INTERACTION_USAGE,
    }


def _interaction_events(exchange: Exchange):
    events = [
        {"event_type": "interaction.created", "interaction": {"id": "v1_fx2", "status": "in_progress"}},
        {"event_type": "step.start", "index": 0, "step": {"type": "model_output"}},
        {"event_type": "step.delta", "index": 0, "delta": {"type": "text", "text": "Toll gates."}},
        {"event_type": "step.stop", "index": 0},
        {"event_type": "interaction.completed", "interaction": _interaction("completed") | {"id": "v1_fx2"}},
    ]
    exchange.send(response_head(200, [("Content-Type", "text/event-stream"), ("Transfer-Encoding", "chunked")]))
    for one in events:
        exchange.send(chunk(f"event: {one['event_type']}\r\ndata: {json.dumps(one)}\r\n\r\n".encode()))
    exchange.send(chunk(b"event: done\r\ndata: [DONE]\r\n\r\n") + LAST_CHUNK)


def _cache() -> dict:
    return {
        "name": "cachedContents/fx",
        "model": "models/gemini-2.5-flash",
        "createTime": "2026-11-01T00:00:00Z",
        "updateTime": "2026-11-01T00:00:00Z",
        "expireTime": "2026-11-01T01:00:00Z",
        "usageMetadata": {"totalTokenCount": 3000},
    }
