"""What a reply's usage means, written anew from the providers' documentation, to be compared with what Tollgate says.

Cells are named as in the price book; they are disjoint.
"""

from reference import bedrock, google, openai_anthropic, openai_media, vendors
from reference.reading import Reading, events, frames, lines, loads, tokens_as_reported

__all__ = ["FREE", "Reading", "read", "tokens_as_reported"]

# APIs whose replies bill nothing, by the names of the recordings' folders.
FREE = {
    "moderations", "models", "counttokens", "batches", "messagebatches", "cachedcontents", "realtimehttp", "mcp",
}  # fmt: skip


def read(recording) -> Reading:
    """Reads the reply of a recorded exchange. Replies that are not success bill nothing."""
    if recording.status >= 400 or recording.framing in ("binary", "empty"):
        return _error(recording)
    reading = _reader(recording)(recording, _parts(recording))
    reading.model_priced = dict(recording.reply_fields).get("x-ms-served-model")
    if recording.api in FREE and recording.provider not in ("gemini", "xai"):
        reading.usages = []
    return reading


def _parts(recording) -> list:
    """The documents of a reply, in order: the events of a stream with their names, else the one body."""
    body = recording.reply_body
    match recording.framing:
        case "sse":
            return events(body)
        case "ndjson":
            return [(None, document) for document in lines(body)]
        case "eventstream":
            return frames(body)
    try:
        return [(None, loads(body))]
    except ValueError:
        return []


def _reader(recording):
    provider, api = recording.provider, recording.api
    if provider in ("gemini", "vertex") and api not in ("chatcompletions", "messages"):
        return google.read
    if provider == "bedrock" and api in ("converse", "invokemodel"):
        return bedrock.read
    if (provider, api) in openai_media.READERS:
        return openai_media.READERS[provider, api]
    if (provider, api) in vendors.READERS:
        return vendors.READERS[provider, api]
    if api in ("chatcompletions", "completions", "embeddings"):
        return vendors.chat
    if api == "responses":
        return vendors.responses
    if api == "messages":
        return openai_anthropic.messages
    return lambda recording, parts: Reading()


def _error(recording) -> Reading:
    reading = Reading()
    for name, value in recording.reply_fields:
        if name.lower() == "x-amzn-errortype":
            reading.error = value.partition(":")[0]
    try:
        document = loads(recording.reply_body)
    except ValueError:
        return reading
    # Google writes the error of a stream, or in OpenAI's shape, as a list of one.
    if isinstance(document, list) and document:
        document = document[0]
    if isinstance(document, dict):
        error = document.get("error")
        if isinstance(error, dict):
            code = error.get("code") or error.get("type")
            reading.error = code if isinstance(code, str) else error.get("status") or str(code)
    return reading
