"""Every recorded exchange passes byte for byte, and is metered and priced as the references say.

The recordings of others are read from `TOLLGATE_RECORDINGS` where they are; the project's own fixtures always.
"""

import json
import warnings
from collections import defaultdict
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal

import pytest

from harness.http_bytes import Message
from harness.raw_client import RawClient
from harness.recording import Recording, own_fixtures, recordings_folder, shared_recordings
from harness.stub_upstream import StubUpstream, replay, splits
from harness.tollgate_process import REPOSITORY, Tollgate
from reference import FREE, Reading, pricing, read, tokens_as_reported

# What a replay's parts are: random from a seed over chunked coding, one byte at a time, or random over a fixed length.
MODES = {"random-7": ("chunked", 7), "random-1984": ("length", 1984), "byte-by-byte": ("chunked", None)}
ALL = own_fixtures() + shared_recordings()

# Fields of a reply that may be there without the upstream having sent them.
OURS = {"x-tollgate-call", "connection", "transfer-encoding", "content-length", "keep-alive", "date"}
# Fields of a request that the next connection has its own of; and the one that is rewritten.
HOP = {"host", "connection", "transfer-encoding", "content-length", "accept-encoding", "keep-alive", "te"}


if not shared_recordings():
    warnings.warn(
        f"NO SHARED RECORDINGS at {recordings_folder()}: conformance runs on the project's own fixtures only",
        stacklevel=1,
    )


class Lane:
    """One proxy and one stub for all replays of a mode, so that polls of one response meet one ledger."""

    def __init__(self, tollgate: Tollgate, stub: StubUpstream, mode: str):
        self.tollgate, self.stub, self.mode = tollgate, stub, mode
        self.counted: set[str] = set()
        self.problems = defaultdict(list)

    def replay(self, recording: Recording) -> Message:
        framing, seed = MODES[self.mode]
        self.stub.answer = replay(recording.status, recording.reply_fields, recording.reply_body, framing, seed)
        fields = [*recording.request_fields, ("Accept-Encoding", "gzip, deflate, br, zstd"), *credentials(recording)]
        has_body = recording.request_body or recording.method == "POST"
        with RawClient(self.tollgate.port) as client:
            if has_body:
                fields.append(("Content-Length", str(len(recording.request_body))))
            client.send_request(recording.method, f"/{recording.provider}{recording.target}", None, fields)
            small = len(recording.request_body) <= 4096
            for part in splits(recording.request_body, seed if seed or not small else None):
                client.send(part)
            return client.read_response(recording.method)


CREDENTIALS = {
    "anthropic": ("X-Api-Key", "sk-ant-api03-fixture"),
    "azure": ("api-key", "0123456789abcdef"),
    "gemini": ("x-goog-api-key", "AIza-fixture"),
}


def credentials(recording: Recording) -> list[tuple[str, str]]:
    return [CREDENTIALS.get(recording.provider, ("Authorization", "Bearer sk-proj-fixture"))]


@pytest.fixture(scope="module", params=MODES)
def lane(request, tmp_path_factory):
    with StubUpstream(lambda exchange: None) as stub:
        directory = tmp_path_factory.mktemp(f"conformance-{request.param}")
        with Tollgate(directory, {recording.provider: stub.url for recording in ALL}) as tollgate:
            yield Lane(tollgate, stub, request.param)
            assert tollgate.process.poll() is None, tollgate.log[-4000:]


# Whose price files are read for a provider, in this order. Others have none, and their calls are unpriced.
PRICE_FILES = {
    "gemini": ["google"],
    "vertex": ["google", "anthropic"],
    "azure": ["azure", "openai", "anthropic", "deepseek", "xai", "cohere"],
    "pydantic-gateway": ["openai"],
    "voyage": ["voyageai"],
    "moonshot": ["moonshotai"],
}


@pytest.fixture(scope="module")
def books() -> dict[str, pricing.Book]:
    return {path.stem: pricing.Book(path) for path in (REPOSITORY / "pricing").glob("*.json") if path.stem != "meters"}


@pytest.mark.skipif(not shared_recordings(), reason=f"NO SHARED RECORDINGS at {recordings_folder()}")
def test_the_shared_recordings_are_there():
    """Stands for them in the count: where it is skipped, every shared recording is."""
    assert len(shared_recordings()) >= 200


@pytest.mark.parametrize("recording", ALL, ids=str)
def test_a_recording_passes_unchanged_and_is_metered(lane: Lane, books, recording: Recording, record_property):
    record_property("exchange", (recording.provider, recording.api, str(recording)))
    reply = lane.replay(recording)
    check_bytes(lane, recording, reply)
    call = lane.tollgate.call(reply.head.get("x-tollgate-call"))
    reading = read(recording)
    check_call(lane, recording, reading, call)
    check_cost(books, recording, reading, call)
    check_expectations(recording, call)


def check_bytes(lane: Lane, recording: Recording, reply: Message):
    """Bodies, status, target and fields, both ways."""
    received = lane.stub.last
    assert received.body == recording.request_body
    assert received.head.method == recording.method
    assert received.head.target == recording.target
    sent = [*recording.request_fields, *credentials(recording)]
    for name, value in sent:
        if name.lower() not in HOP:
            assert value in received.head.all(name), f"the request's {name} did not arrive: {received.head.fields}"
    added = received.head.names - {name.lower() for name, _ in sent} - HOP
    assert not added, f"the request gained {added}"

    assert reply.is_whole
    assert reply.status == recording.status
    assert reply.body == recording.reply_body
    for name, value in recording.reply_fields:
        assert value.strip() in reply.head.all(name), f"the reply's {name} did not arrive: {reply.head.fields}"
    added = reply.head.names - {name.lower() for name, _ in recording.reply_fields} - OURS
    assert not added, f"the reply gained {added}"


def is_counted_now(lane: Lane, recording: Recording, reading: Reading) -> bool:
    """Whether this exchange's usage counts: a poll's does not where the response was counted before."""
    if not reading.has_usage:
        return False
    is_poll = recording.method == "GET"
    ids = set(reading.item_ids or [reading.response_id]) - {None}
    if is_poll and ids and ids <= lane.counted:
        return False
    lane.counted |= ids
    return True


# What is billed without the reply saying so: counted from the text that passed, or from what was asked for.
GENERATING = {
    "chatcompletions", "completions", "complete", "responses", "messages", "embeddings", "generatecontent", "converse",
    "invokemodel", "interactions", "ollama-chat", "ollama-generate", "ollama-embed",
}  # fmt: skip


def is_billed_without_usage(recording: Recording, reading: Reading) -> bool:
    """Whether something was generated that no usage tells of. Our own fixtures say where nothing was."""
    is_told = reading.has_usage or recording.expect.get("usage_source") == "none"
    is_generated = recording.method == "POST" and recording.api in GENERATING and recording.status == 200
    is_pending = any(word in recording.reply_body for word in (b'"in_progress"', b'"queued"', b'"promptFeedback"'))
    return is_generated and not is_told and not reading.error and not is_pending


def requested_model(recording: Recording) -> str | None:
    """The model that the body names, as a whole text."""
    try:
        document = json.loads(recording.request_body)
    except ValueError:
        return None
    model = document.get("model") if isinstance(document, dict) else None
    return model if isinstance(model, str) else None


def check_call(lane: Lane, recording: Recording, reading: Reading, call: dict):
    """Everything of the call but its cost."""
    assert call["provider"] == recording.provider
    assert call["dialect"] is not None, "no dialect understood it"
    assert (call["method"], call["path"]) == (recording.method, recording.path)
    assert call["status"] == recording.status
    if requested_model(recording) and "/models/" not in recording.path:
        assert call["model_requested"] == requested_model(recording)
    if recording.status < 400 and reading.model and not reading.error:
        assert call["model"] == reading.model
    if recording.status < 400 and reading.response_id and not reading.error:
        assert call["provider_response_id"] == reading.response_id
    assert call["request_bytes"] == len(recording.request_body)
    assert call["response_bytes"] == len(recording.reply_body)
    check_usage(lane, recording, reading, call)
    check_tools(recording, reading, call)
    if reading.error:
        assert call["error"] == reading.error
        assert call["outcome"] in ("client_error", "upstream_error")
    elif recording.status < 400 and not recording.index.get("error"):
        assert call["outcome"] == "ok"
    if reading.finish_reason and recording.method == "POST" and not reading.error:
        assert call["finish_reason"] == reading.finish_reason


def check_usage(lane: Lane, recording: Recording, reading: Reading, call: dict):
    if is_counted_now(lane, recording, reading):
        assert call["usage"] == tokens_as_reported(reading.total)
        assert call["units"] == {meter: amount for meter, amount in reading.total.items() if meter in UNITS}
        assert call["usage_source"] == "provider"
    elif is_billed_without_usage(recording, reading):
        assert call["usage_source"] in ("counted", "bound"), "what has no usage is charged by what is known"
        assert call["usage"]["input"] > 0
    elif reading.has_usage or recording.api in FREE or recording.status >= 400:
        assert call["usage"] == tokens_as_reported(reading.total - reading.total)
        assert call["usage_source"] == "none"


# What is billed by another measure than tokens.
UNITS = {
    "web_search", "maps_search", "cache_storage", "file_search", "in.pages", "in.audio.time", "rerank", "out.images",
    "request", "social_search", "code_execution", "in.chars", "out.video.time",
}  # fmt: skip


def check_tools(recording: Recording, reading: Reading, call: dict):
    if recording.method == "POST" and recording.api != "mcp":
        assert [(one["id"], one["name"]) for one in call["tool_calls"]] == reading.tool_calls
        assert sum(call["server_tool_calls"].values()) == sum(reading.server_tool_calls.values())
    if recording.index:
        # The index names what is asked of a server of tools, and does not count it.
        is_served = recording.index["finish"] == "tools/call"
        assert len(call["tool_calls"]) == (1 if is_served else int(recording.index["tool_calls"]))
        # The index counts those of the whole conversation, of which the new tail is a part.
        if recording.api != "invokemodel":  # whose bodies the index has not read
            assert call["tool_results"] <= int(recording.index["tool_results_in_request"])


def check_cost(books, recording: Recording, reading: Reading, call: dict):
    """The cost is what the provider said, else that of every model that was billed, at the instant when the call started."""
    at = datetime.fromisoformat(call["started_at"].replace("Z", "+00:00"))
    # A poll that was counted before repeats its cost as well.
    is_free = call["usage_source"] == "none" and (reading.reported_cost is None or reading.has_usage)
    if is_free or call["billing"] == "free":
        assert (call["cost_pico_usd"], call["cost_source"]) == (0, "free")
        return
    if reading.reported_cost is not None:
        assert (call["cost_pico_usd"], call["cost_source"]) == (pico_usd(reading.reported_cost), "reported")
        return
    usages = reading.usages if call["usage_source"] == "provider" else [(None, cells_of(call))]
    total, sources = 0, set()
    files = PRICE_FILES.get(recording.provider, [recording.provider])
    for model, cells in usages:
        names = [model or reading.model_priced or reading.model, call["model_requested"]]
        if recording.provider == "bedrock" and model is None:
            # The id in the path has the region that decides the price; the body has the plain name.
            names.reverse()
        found = price_of([books[file] for file in files if file in books], names, at, reading.context, cells)
        sources.add(found.source)
        total += found.pico_usd or 0
    if sources == {"unpriced"}:
        assert (call["cost_pico_usd"], call["cost_source"]) == (None, "unpriced")
    else:
        assert call["cost_pico_usd"] == total
        assert call["cost_source"] in sources | {"partial"}
        assert call["debited_pico_usd"] == total


def pico_usd(amount: Decimal) -> int:
    return int((amount * 10**12).to_integral_value(ROUND_HALF_EVEN))


def price_of(books, models: list[str | None], at, context, cells) -> pricing.Price:
    """The price by the first model that a book knows: the one that answered, else the one that was asked for."""
    found = pricing.Price(None, "unpriced", None)
    for model in models:
        for book in books:
            if found.source == "unpriced" and model:
                found = pricing.price(book, model, at, context, cells)
    return found


def cells_of(call: dict) -> dict[str, int]:
    usage = call["usage"]
    return {
        "in": usage["input"],
        "in.cached": usage["cached_input"],
        "out": usage["output"],
        "out.reasoning": usage["reasoning"],
    } | call["units"]


def check_expectations(recording: Recording, call: dict):
    """What the author of one of our own fixtures wrote beside it."""
    expect = recording.expect
    for name in (
        "usage",
        "units",
        "usage_source",
        "model_requested",
        "cost_source",
        "service_tier",
        "geo",
        "finish_reason",
        "error",
        "outcome",
        "tool_results",
    ):
        if name in expect:
            assert call[name] == expect[name], name
    if "tool_calls" in expect:
        assert [[one["id"], one["name"]] for one in call["tool_calls"]] == expect["tool_calls"]
    if "server_tool_calls" in expect:
        assert sum(call["server_tool_calls"].values()) == expect["server_tool_calls"]
    if "response_id" in expect:
        assert call["provider_response_id"] == expect["response_id"]
    if "input_exactly" in expect:
        assert call["usage"]["input"] == expect["input_exactly"]
    if "input_at_least" in expect:
        assert call["usage"]["input"] >= expect["input_at_least"]
