"""What developers meet with the SDKs of OpenAI and Anthropic where a budget is short: a wait, a smaller limit, a cut."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import anthropic
import openai
import pytest

from harness.http_bytes import LAST_CHUNK, chunk, response_head
from harness.stub_upstream import StubUpstream
from harness.tollgate_process import Tollgate
from harness.waiting import eventually

HI = [{"role": "user", "content": "Hi"}]
REPLY_TOKENS = 20


def usage_of(target: str) -> dict:
    if "/messages" in target:
        return {"input_tokens": 10, "output_tokens": REPLY_TOKENS}
    return {"prompt_tokens": 10, "completion_tokens": REPLY_TOKENS, "total_tokens": 10 + REPLY_TOKENS}


def reply(target: str) -> bytes:
    base = {"id": "r-1", "usage": usage_of(target)}
    if "/messages" in target:
        content = [{"type": "text", "text": "Ho"}]
        more = {"type": "message", "role": "assistant", "model": "claude-haiku-4-5", "content": content}
        return json.dumps(base | more | {"stop_reason": "end_turn", "stop_sequence": None}).encode()
    choices = [{"index": 0, "message": {"role": "assistant", "content": "Ho"}, "finish_reason": "stop"}]
    return json.dumps(base | {"object": "chat.completion", "model": "gpt-4.1", "choices": choices}).encode()


def events(target: str):
    """A stream that never keeps to its limit, event by event."""
    if "/messages" not in target:
        for number in range(20_000):
            delta = {"index": 0, "delta": {"content": f"word {number} and more of it, "}, "finish_reason": None}
            yield {"id": "c", "object": "chat.completion.chunk", "model": "gpt-4.1", "choices": [delta]}
        return
    usage = {"input_tokens": 10, "output_tokens": 1}
    message = {"id": "m", "type": "message", "role": "assistant", "model": "claude-haiku-4-5", "content": []}
    yield {"type": "message_start", "message": message | {"stop_reason": None, "stop_sequence": None, "usage": usage}}
    yield {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    for number in range(20_000):
        delta = {"type": "text_delta", "text": f"word {number} and more of it, "}
        yield {"type": "content_block_delta", "index": 0, "delta": delta}


def endless(exchange):
    exchange.read_body()
    exchange.send(response_head(200, [("Content-Type", "text/event-stream"), ("Transfer-Encoding", "chunked")]))
    for event in events(exchange.head.target):
        name = f"event: {event['type']}\n" if "type" in event else ""
        try:
            exchange.send(chunk(f"{name}data: {json.dumps(event)}\n\n".encode()))
        except OSError:
            return
    exchange.send(LAST_CHUNK)


@contextmanager
def serving(directory, answer, **budget):
    config = {"budgets": [{"name": "cap", "every": "total"} | budget]}
    with StubUpstream(answer) as stub:
        with Tollgate(directory, {"openai": stub.url, "anthropic": stub.url}, config=config) as tollgate:
            yield tollgate, stub


class OpenAI:
    """Calls by OpenAI's package."""

    error = openai.APIError
    reply_pico = 8_000_000

    def __init__(self, tollgate, retries: int = 0):
        self.client = openai.OpenAI(base_url=f"{tollgate.url}/openai/v1", api_key="sk-test", max_retries=retries)

    def ask(self, limit: int | None = None, **more) -> str:
        limits = {} if limit is None else {"max_tokens": limit}
        made = self.client.chat.completions.create(model="gpt-4.1", messages=HI, **limits, **more)
        return made.choices[0].message.content

    def stream(self, limit: int):
        for event in self.client.chat.completions.create(model="gpt-4.1", messages=HI, max_tokens=limit, stream=True):
            yield event.choices[0].delta.content or ""


class Anthropic:
    """Calls by Anthropic's package."""

    error = anthropic.APIError
    reply_pico = 5_000_000

    def __init__(self, tollgate, retries: int = 0):
        self.client = anthropic.Anthropic(base_url=f"{tollgate.url}/anthropic", api_key="sk-test", max_retries=retries)

    def ask(self, limit: int | None = None, **more) -> str:
        made = self.client.messages.create(model="claude-haiku-4-5", max_tokens=limit or 20_000, messages=HI, **more)
        return made.content[0].text

    def stream(self, limit: int):
        with self.client.messages.stream(model="claude-haiku-4-5", max_tokens=limit, messages=HI) as stream:
            yield from stream.text_stream


both = pytest.mark.parametrize("sdk", [OpenAI, Anthropic])


@both
def test_a_call_that_waits_for_others_is_served_and_nobody_notices(tmp_path, sdk):
    gate = threading.Event()

    def answer(exchange):
        exchange.read_body()
        gate.wait(30)
        exchange.respond(200, reply(exchange.head.target), [("Content-Type", "application/json")])

    # Room for one call at a time: three come at once, and two have to wait.
    with serving(tmp_path, answer, limit="3000 tokens", bound="hard") as (tollgate, stub):
        client = sdk(tollgate)
        with ThreadPoolExecutor(3) as pool:
            calls = [pool.submit(client.ask, 2000) for _ in range(3)]
            eventually(lambda: tollgate.metric("tollgate_budget_waiting") == 2, what="two that wait")
            assert len(stub.received) == 1
            gate.set()
            assert [made.result(30) for made in calls] == ["Ho"] * 3
        assert len(stub.received) == 3
        [window] = tollgate.json("/api/v1/budgets/cap")["windows"]
        assert (window["spent"], window["reserved"]) == (f"{3 * (10 + REPLY_TOKENS)} tokens", "0 tokens")


@both
def test_a_call_is_clamped_to_a_share_of_what_is_left(tmp_path, sdk):
    limits = []

    def answer(exchange):
        body = json.loads(exchange.read_body())
        limits.append(body.get("max_completion_tokens") or body.get("max_tokens"))
        exchange.respond(200, reply(exchange.head.target), [("Content-Type", "application/json")])

    with serving(tmp_path, answer, limit="0.3000 USD", bound="hard", clamp="on") as (tollgate, _):
        client = sdk(tollgate)
        assert client.ask() == "Ho"
        assert client.ask(100) == "Ho"
        share = 300_000_000_000 // 4 // client.reply_pico
        assert 4096 <= limits[0] <= share and limits[1] == 100


@both
def test_a_stream_that_costs_more_than_is_left_raises_in_the_middle(tmp_path, sdk):
    with serving(tmp_path, endless, limit="0.0100 USD", bound="hard") as (tollgate, stub):
        parts = []
        with pytest.raises(sdk.error, match='Tollgate budget "cap"'):
            for text in sdk(tollgate, retries=3).stream(50):
                parts.append(text)
        assert parts and len(stub.received) == 1
        [row] = eventually(tollgate.calls, what="the row")
        assert row["error"] == "budget_cut" and row["outcome"] == "aborted"
        [window] = tollgate.json("/api/v1/budgets/cap")["windows"]
        assert window["reserved"] == "0 USD" and float(window["spent"].split()[0]) == row["debited_pico_usd"] / 1e12
