"""Budgets through the real binary: what they let pass, what they refuse and how, and that nothing spent is ever forgotten."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import anthropic
import openai
import pytest

from harness.http_bytes import LAST_CHUNK, chunk, response_head
from harness.raw_client import RawClient, ask
from harness.stub_upstream import StubUpstream
from harness.tollgate_process import Tollgate, run_tollgate
from harness.waiting import eventually

JSON = [("Content-Type", "application/json")]
# gpt-4.1: 2 USD a million tokens of prompt, 8 USD of reply.
PROMPT_PICO = 2_000_000
REPLY_PICO = 8_000_000


def chat(text: str = "Hi", **fields) -> bytes:
    return json.dumps({"model": "gpt-4.1", "messages": [{"role": "user", "content": text}]} | fields).encode()


def reply(prompt: int = 1000, completion: int = 100) -> bytes:
    usage = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
    choices = [{"index": 0, "message": {"role": "assistant", "content": "Ho"}, "finish_reason": "stop"}]
    return json.dumps(
        {"id": "chatcmpl-1", "object": "chat.completion", "model": "gpt-4.1", "choices": choices, "usage": usage}
    ).encode()


COST = 1000 * PROMPT_PICO + 100 * REPLY_PICO  # 0.0028 USD


def answering(body: bytes, gate: threading.Event | None = None):
    def answer(exchange):
        exchange.read_body()
        if gate:
            gate.wait(30)
        exchange.respond(200, body, JSON)

    return answer


@contextmanager
def serving(directory, budgets: list[dict], answer=None, **config):
    with StubUpstream(answer or answering(reply())) as stub:
        upstreams = {"openai": stub.url, "anthropic": stub.url}
        with Tollgate(directory, upstreams, config={"budgets": budgets} | config) as tollgate:
            yield tollgate, stub


def call(tollgate, body: bytes | None = None, path: str = "/openai/v1/chat/completions"):
    return ask(tollgate.port, "POST", path, body or chat(), JSON)


def test_an_exhausted_budget_refuses_and_says_what_it_is(tmp_path):
    with serving(tmp_path, [{"name": "daily", "limit": "2 calls", "every": "day"}]) as (tollgate, stub):
        assert [call(tollgate).status for _ in range(3)] == [200, 200, 402]
        refused = call(tollgate)
        assert refused.head.get("x-should-retry") == "false"
        assert refused.head.get("x-tollgate-refused") == "budget_exhausted"
        error = json.loads(refused.body)["error"]
        assert error["code"] == "budget_exhausted" and error["type"] == "insufficient_quota"
        assert error["message"].startswith('Tollgate budget "daily" (all) is exhausted: limit 2 calls, spent 2 calls')
        assert "It resets at " in error["message"]
        assert len(stub.received) == 2


def test_the_error_has_the_shape_of_the_api_and_sdks_raise_it_once(tmp_path):
    with serving(tmp_path, [{"name": "none", "limit": "1 calls"}]) as (tollgate, stub):
        assert call(tollgate).status == 200
        client = openai.OpenAI(base_url=f"{tollgate.url}/openai/v1", api_key="sk-test", max_retries=5)
        with pytest.raises(openai.APIStatusError) as raised:
            client.chat.completions.create(model="gpt-4.1", messages=[{"role": "user", "content": "Hi"}])
        assert raised.value.status_code == 402
        assert raised.value.body["code"] == "budget_exhausted"
        client = anthropic.Anthropic(base_url=f"{tollgate.url}/anthropic", api_key="sk-test", max_retries=5)
        with pytest.raises(anthropic.APIStatusError) as raised:
            client.messages.create(
                model="claude-sonnet-4-5", max_tokens=10, messages=[{"role": "user", "content": "Hi"}]
            )
        assert raised.value.status_code == 402
        assert raised.value.body["error"]["type"] == "billing_error"
        assert len(stub.received) == 1
        eventually(lambda: tollgate.metric("tollgate_requests_total", outcome="denied") == 2, what="both refusals")


def test_dollars_are_counted_as_the_ledger_counts_them(tmp_path):
    # Expected are a few tokens of prompt and the named 100 of reply: less than the stub says was used. So the last call that
    # passes can pass the limit, by no more than itself.
    with serving(tmp_path, [{"name": "small", "limit": "0.0100 USD", "every": "total"}]) as (tollgate, _):
        statuses = []
        while statuses.count(402) == 0 and len(statuses) < 20:
            statuses.append(call(tollgate, chat(max_tokens=100)).status)
        settled = sum(row["cost_pico_usd"] for row in tollgate.calls() if row["outcome"] == "ok")
        assert settled == statuses.count(200) * COST
        assert 8_000_000_000 <= settled <= 10_000_000_000 + COST


def test_a_budget_counts_only_the_calls_that_it_names(tmp_path):
    budget = {"name": "etl", "match": {"workflow": ["nightly", "etl-*"]}, "each": "workflow", "limit": "1 calls"}
    with serving(tmp_path, [budget]) as (tollgate, _):
        for workflow, wanted in [
            ("etl-a", [200, 402]),
            ("etl-b", [200, 402]),
            ("nightly", [200, 402]),
            ("other", [200, 200, 200]),
        ]:
            path = f"/workflow/{workflow}/openai/v1/chat/completions"
            assert [call(tollgate, path=path).status for _ in wanted] == wanted, workflow


def test_each_run_has_its_own_limit(tmp_path):
    with serving(tmp_path, [{"name": "runs", "each": "run", "limit": "2 calls"}]) as (tollgate, _):
        for run in ("a", "b"):
            path = f"/run/{run}/openai/v1/chat/completions"
            assert [call(tollgate, path=path).status for _ in range(3)] == [200, 200, 402]


def test_what_is_free_passes_an_exhausted_budget(tmp_path):
    with serving(tmp_path, [{"name": "none", "limit": "1 calls"}]) as (tollgate, _):
        assert [call(tollgate).status for _ in range(2)] == [200, 402]
        assert ask(tollgate.port, "GET", "/openai/v1/models", None, []).status == 200


def test_observe_changes_nothing(tmp_path):
    budget = {"name": "watched", "limit": "1 calls", "mode": "observe"}
    with serving(tmp_path, [budget]) as (tollgate, stub):
        assert [call(tollgate).status for _ in range(4)] == [200] * 4
        assert len(stub.received) == 4


def test_contended_calls_wait_for_their_turn_in_order(tmp_path):
    gate = threading.Event()
    # A call reserves some 0.0009 USD and costs 0.0028: two at a time, and all of them fit.
    budget = {"name": "narrow", "limit": "3 calls", "every": "total"}
    with serving(tmp_path, [budget], answering(reply(), gate)) as (tollgate, stub):
        with ThreadPoolExecutor(8) as pool:
            answers = [pool.submit(call, tollgate) for _ in range(8)]
            eventually(lambda: stub.connections == 3, what="three calls under way")
            gate.set()
            statuses = sorted(answer.result().status for answer in answers)
        assert statuses == [200] * 3 + [402] * 5
        assert len(stub.received) == 3


def test_a_client_that_leaves_while_it_waits_is_forgotten(tmp_path):
    gate = threading.Event()
    with serving(tmp_path, [{"name": "narrow", "limit": "1 calls"}], answering(reply(), gate)) as (tollgate, stub):
        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(call, tollgate)
            eventually(lambda: stub.connections == 1, what="the first call under way")
            with RawClient(tollgate.port) as waiting:
                waiting.send_request("POST", "/openai/v1/chat/completions", chat(), JSON)
                eventually(lambda: "makes calls wait" in tollgate.log, what="a call that waits")
            gate.set()
            assert first.result().status == 200
        eventually(lambda: tollgate.metric("tollgate_requests_in_flight") == 0, what="no call in flight")
        assert len(stub.received) == 1


def test_a_call_that_never_reached_its_provider_takes_nothing(tmp_path):
    budget = {"name": "few", "limit": "2 calls", "every": "total"}
    with serving(tmp_path, [budget]) as (tollgate, stub):
        stub.close()
        assert [call(tollgate).status for _ in range(5)] == [502] * 5


@pytest.mark.parametrize("ending", ["kill", "terminate"])
def test_what_was_spent_outlives_the_process(tmp_path, ending):
    budgets = [
        {"name": "runs", "each": "run", "limit": "3 calls"},
        {"name": "today", "limit": "0.0200 USD", "every": "day", "timezone": "Europe/Berlin"},
        {"name": "recent", "limit": "4000 tokens", "every": "rolling 24h"},
    ]
    path = "/run/r/openai/v1/chat/completions"
    with serving(tmp_path, budgets) as (tollgate, _):
        assert [call(tollgate, chat(max_tokens=100), path).status for _ in range(3)] == [200] * 3
        eventually(lambda: len(tollgate.calls()) == 3, what="three rows")
        assert call(tollgate, chat(max_tokens=100), path).status == 402
        getattr(tollgate, ending)()
        tollgate.start()
        refused = call(tollgate, chat(max_tokens=100), path)
        assert refused.status == 402 and '"runs"' in json.loads(refused.body)["error"]["message"]
        # Another run has its own three calls, and shares the rest of the day and of the tokens.
        refused = call(tollgate, chat("word " * 1000, max_tokens=100), path="/run/s/openai/v1/chat/completions")
        assert refused.status == 402 and '"recent"' in json.loads(refused.body)["error"]["message"]


def test_a_new_budget_knows_what_was_spent_before_it(tmp_path):
    with serving(tmp_path, []) as (tollgate, stub):
        assert [call(tollgate).status for _ in range(4)] == [200] * 4
        eventually(lambda: len(tollgate.calls()) == 4, what="four rows")
        tollgate.terminate()
        tollgate.config = {"budgets": [{"name": "late", "limit": "4 calls", "every": "month"}]}
        tollgate.start()
        assert call(tollgate).status == 402


@pytest.mark.parametrize(
    ("budget", "problem"),
    [
        ({"limit": "1 USD"}, "a budget needs a name"),
        ({"name": "x"}, "a budget needs a limit, such as 200 USD"),
        ({"name": "x", "limit": "5"}, '"5" is not a limit'),
        ({"name": "x", "limit": "5 USD", "every": "year"}, '"year" is not one of hour, day'),
        ({"name": "x", "limit": "5 USD", "timezone": "Mars/Olympus"}, '"Mars/Olympus" is not a time zone'),
        ({"name": "x", "limit": "5 USD", "timezone": "../../etc/passwd"}, "is not a time zone"),
        ({"name": "x", "limit": "5 tool_calls", "bound": "hard"}, "tool_calls cannot be hard"),
        ({"name": "x", "limit": "5 USD", "clamp": "on"}, "clamp needs bound: hard"),
        ({"name": "x", "limit": "5 USD", "alerts": [{"at": "half"}]}, '"half" is not one of 80%'),
        ({"name": "x", "limit": "5 USD", "window": "day"}, "unknown key"),
    ],
)
def test_a_wrong_budget_is_refused_with_its_place(tmp_path, budget, problem):
    path = tmp_path / "tollgate.yaml"
    path.write_text(json.dumps({"budgets": [budget]}))
    checked = run_tollgate("check-config", "--config", str(path))
    assert checked.returncode != 0
    assert problem in checked.stderr and "budgets[0]" in checked.stderr


def endless_stream(events: int):
    """A provider that does not keep to the limit of its output, event by event."""

    def answer(exchange):
        exchange.read_body()
        exchange.send(response_head(200, [("Content-Type", "text/event-stream"), ("Transfer-Encoding", "chunked")]))
        for number in range(events):
            delta = {"index": 0, "delta": {"content": f"word {number} and more of it, "}, "finish_reason": None}
            data = {"id": "c-1", "object": "chat.completion.chunk", "model": "gpt-4.1", "choices": [delta]}
            try:
                exchange.send(chunk(f"data: {json.dumps(data)}\n\n".encode()))
            except OSError:
                return
        exchange.send(chunk(b"data: [DONE]\n\n") + LAST_CHUNK)

    return answer


def test_a_stream_that_passes_its_reservation_is_cut_with_an_error_of_the_api(tmp_path):
    budget = {"name": "cap", "limit": "0.0050 USD", "bound": "hard", "every": "total"}
    with serving(tmp_path, [budget], endless_stream(20_000)) as (tollgate, _):
        client = openai.OpenAI(base_url=f"{tollgate.url}/openai/v1", api_key="sk-test", max_retries=0)
        seen = 0
        with pytest.raises(openai.APIError) as raised:
            for event in client.chat.completions.create(
                model="gpt-4.1", max_tokens=50, stream=True, messages=[{"role": "user", "content": "Hi"}]
            ):
                seen += len(event.choices[0].delta.content or "")
        assert raised.value.code == "budget_cut"
        assert 'Tollgate budget "cap"' in raised.value.message
        [row] = eventually(tollgate.calls, what="the row")
        assert row["outcome"] == "aborted" and row["error"] == "budget_cut"
        # 0.0050 USD pay for 625 tokens of reply at the most. What a part of the stream (64 KiB) brings is forwarded before it is
        # counted, and this provider sends as fast as it can.
        assert 100 < seen / 4 < 4_000


def test_a_clamp_writes_a_limit_into_the_request_and_says_so(tmp_path):
    seen = []

    def answer(exchange):
        seen.append(json.loads(exchange.read_body()))
        exchange.respond(200, reply(), JSON)

    budget = {"name": "cap", "limit": "0.2000 USD", "bound": "hard", "clamp": "on", "every": "total"}
    with serving(tmp_path, [budget], answer) as (tollgate, _):
        answered = call(tollgate, chat(temperature=1))
        assert answered.status == 200
        limit = seen[0].get("max_completion_tokens") or seen[0].get("max_tokens")
        assert 4096 <= limit < 32768
        assert answered.head.get("x-tollgate-changed") == f"output_tokens_max={limit}"
        assert {name: seen[0][name] for name in ("model", "messages", "temperature")} == json.loads(chat(temperature=1))
        # A limit that is low enough stays as it is.
        answered = call(tollgate, chat(max_tokens=100))
        assert answered.status == 200 and answered.head.get("x-tollgate-changed") is None
        assert seen[1] == json.loads(chat(max_tokens=100))


def test_a_model_without_a_price_is_debited_as_the_dearest(tmp_path):
    body = reply().replace(b"gpt-4.1", b"gpt-unheard-of")
    with serving(tmp_path, [{"name": "cap", "limit": "20 USD"}], answering(body)) as (tollgate, _):
        answered = call(tollgate, chat().replace(b"gpt-4.1", b"gpt-unheard-of"))
        row = tollgate.call(answered.head.get("x-tollgate-call"))
        assert row["cost_source"] == "unpriced" and row["cost_pico_usd"] is None
        assert row["debited_pico_usd"] > COST
