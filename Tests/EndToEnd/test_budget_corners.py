"""Budgets where it is easy to be wrong: calls that outlive their budget, absurd limits, what is free, what keys name."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from test_budget_surface import api, budget
from test_budgets import COST, JSON, answering, call, chat, endless_stream, reply, serving

from harness.raw_client import ask
from harness.stub_upstream import StubUpstream
from harness.tollgate_process import Tollgate, run_tollgate
from harness.waiting import eventually

GREATEST = 9_223_372_036_854_775_807


def embedding(exchange):
    exchange.read_body()
    body = {
        "object": "list",
        "model": "text-embedding-3-small",
        "data": [{"object": "embedding", "index": 0, "embedding": [0.5]}],
        "usage": {"prompt_tokens": 3, "total_tokens": 3},
    }
    exchange.respond(200, json.dumps(body).encode(), JSON)


def test_a_call_that_outlives_its_budget_gives_back_what_it_reserved(tmp_path):
    gate = threading.Event()
    with serving(tmp_path, [], answering(reply(), gate)) as (tollgate, stub), ThreadPoolExecutor(1) as pool:
        limit = {"limit": "1 USD", "every": "total"}
        assert api(tollgate, "PUT", "/api/v1/budgets/only", limit)[0] == 201
        under_way = pool.submit(call, tollgate)
        eventually(lambda: stub.connections == 1, what="a call under way")
        assert budget(tollgate, "only")["windows"][0]["reserved"] != "0 USD"
        # It was the only one, so that calls have no budgets at all for a while.
        assert api(tollgate, "DELETE", "/api/v1/budgets/only")[0] == 200
        gate.set()
        assert under_way.result().status == 200
        eventually(lambda: len(tollgate.calls()) == 1, what="its row")
        assert api(tollgate, "PUT", "/api/v1/budgets/only", limit)[0] == 201
        window = budget(tollgate, "only")["windows"][0]
        assert window["reserved"] == "0 USD" and window["spent"] == "0.0028 USD"


@pytest.mark.parametrize("mode", ["enforce", "observe"])
@pytest.mark.parametrize("limit", ["1000 tokens", "1 USD"])
def test_no_limit_that_a_caller_names_is_too_great_to_be_counted(tmp_path, mode, limit):
    budgets = [{"name": "hard", "limit": limit, "bound": "hard", "mode": mode}]
    with serving(tmp_path, budgets) as (tollgate, stub):
        with ThreadPoolExecutor(8) as pool:
            statuses = [
                answer.status for answer in pool.map(lambda _: call(tollgate, chat(max_tokens=GREATEST)), range(16))
            ]
        assert set(statuses) == ({402} if mode == "enforce" else {200})
        assert len(stub.received) == (0 if mode == "enforce" else 16)
        window = budget(tollgate, "hard")["windows"][0]
        assert window["reserved"] == f"0 {limit.split()[1]}"


def test_a_hard_budget_knows_what_an_embedding_costs_at_most(tmp_path):
    body = json.dumps({"model": "text-embedding-3-small", "input": "Hi"}).encode()
    with serving(tmp_path, [{"name": "hard", "limit": "1 USD", "bound": "hard"}], embedding) as (tollgate, _):
        assert call(tollgate, body, "/openai/v1/embeddings").status == 200
        eventually(lambda: tollgate.calls(), what="its row")
        assert budget(tollgate, "hard")["overruns"]["calls"] == 0


def test_a_hard_budget_refuses_a_call_that_another_model_may_answer(tmp_path):
    with serving(tmp_path, [{"name": "hard", "limit": "1 USD", "bound": "hard"}]) as (tollgate, stub):
        refused = call(tollgate, chat(max_tokens=9, models=["gpt-4.1", "o1-pro"]))
        assert refused.status == 402 and refused.head.get("x-tollgate-refused") == "budget_unbounded"
        assert call(tollgate, chat(max_tokens=9)).status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/anthropic/v1/messages/batches",
        "/openai/v1/batches",
        "/openai/v1/fine_tuning/jobs",
        "/openai/v1/evals/e/runs",
        "/openai/v1/realtime/client_secrets",
        "/openai/v1/realtime/calls",
        "/openai/v1/realtime/calls/rtc_1/accept",
        "/openai/v1/vector_stores/v/search",
        "/openai/v1/containers",
    ],
)
@pytest.mark.parametrize("bound", ["hard", "expected"])
def test_a_hard_budget_starts_no_work_whose_cost_is_not_seen(tmp_path, path, bound):
    with serving(tmp_path, [{"name": "cap", "limit": "1 USD", "bound": bound}]) as (tollgate, stub):
        answered = ask(tollgate.port, "POST", path, b"{}", JSON)
        if bound == "hard":
            assert answered.status == 402 and answered.head.get("x-tollgate-refused") == "budget_unbounded"
            assert len(stub.received) == 0
        else:
            assert answered.status == 200
        assert ask(tollgate.port, "GET", path, None, []).status == 200


RESPONSES = "/openai/v1/responses"
CHAT = "/openai/v1/chat/completions"
SAID = {"role": "user", "content": "Hi"}


@pytest.mark.parametrize(
    "path, body",
    [
        (RESPONSES, {"input": [{"id": "msg_1"}]}),
        (RESPONSES, {"input": [{"type": None, "id": "msg_1"}]}),
        (RESPONSES, {"input": [{"type": "message", "id": "msg_1"}]}),
        (RESPONSES, {"input": [{"id": "msg_1", "role": "user", "type": None}]}),
        (RESPONSES, {"input": [SAID, {"type": "image_generation_call", "id": "ig_1"}]}),
        (CHAT, {"messages": [SAID], "deferred": True}),
        ("/gemini/v1beta/interactions", {"input": "Hi", "background": True}),
    ],
)
def test_a_hard_budget_bounds_no_call_whose_cost_its_body_does_not_say(tmp_path, path, body):
    with StubUpstream(answering(reply())) as stub:
        config = {"budgets": [{"name": "cap", "limit": "1 USD", "bound": "hard"}]}
        with Tollgate(tmp_path, {"openai": stub.url, "gemini": stub.url}, config=config) as tollgate:
            model = "gemini-2.5-flash" if path.startswith("/gemini") else "gpt-4.1"
            body = {"model": model, "max_output_tokens": 9, "max_tokens": 9} | body
            refused = call(tollgate, json.dumps(body).encode(), path)
            assert refused.status == 402 and refused.head.get("x-tollgate-refused") == "budget_unbounded"
            assert len(stub.received) == 0


def test_a_hard_budget_bounds_items_that_stand_whole_in_the_body_though_they_have_ids(tmp_path):
    items = [
        SAID | {"id": "msg_1"},
        {"type": "message", "id": "msg_2", "role": "assistant", "content": [{"type": "output_text", "text": ""}]},
        {"type": "function_call", "id": "fc_1", "call_id": "c", "name": "f", "arguments": "{}"},
        {"type": "computer_call", "id": "cu_1", "call_id": "d", "action": {"type": "type", "text": "Hi"}},
    ]
    with serving(tmp_path, [{"name": "cap", "limit": "1 USD", "bound": "hard"}]) as (tollgate, _):
        body = {"model": "gpt-4.1", "max_output_tokens": 9, "input": items}
        assert call(tollgate, json.dumps(body).encode(), RESPONSES).status == 200


def test_a_hard_budget_counts_what_is_predicted_as_output(tmp_path):
    with serving(tmp_path, [{"name": "cap", "limit": "0.01 USD", "bound": "hard"}]) as (tollgate, _):
        small = {"type": "content", "content": "x" * 100}
        assert call(tollgate, chat(max_tokens=9, service_tier="default", prediction=small)).status == 200
        large = {"type": "content", "content": [{"type": "text", "text": "x" * 1_000}]}
        refused = call(tollgate, chat(max_tokens=9, service_tier="default", prediction=large))
        assert refused.status == 402 and refused.head.get("x-tollgate-refused") == "budget_exhausted"


@pytest.mark.parametrize("tier, status", [("default", 200), ("auto", 402), ("PRIORITY", 402), ("zz", 402)])
def test_a_tier_that_nobody_knows_may_be_the_dearest(tmp_path, tier, status):
    with serving(tmp_path, [{"name": "cap", "limit": "0.01 USD", "bound": "hard"}]) as (tollgate, _):
        assert call(tollgate, chat(max_tokens=1_000, service_tier=tier)).status == status


def test_what_others_used_is_not_expected_of_a_call_that_cannot_use_as_much(tmp_path):
    usage = {"prompt_tokens": 10, "completion_tokens": 10_000, "total_tokens": 10_010}
    costly = json.dumps(json.loads(reply()) | {"usage": usage}).encode()
    budgets = [{"name": "cap", "limit": "0.05 USD", "each": "run", "every": "total"}]
    with serving(tmp_path, budgets, answering(costly)) as (tollgate, _):

        def ask_in(run, **more):
            headers = [*JSON, ("x-tollgate-run", run)]
            return ask(tollgate.port, "POST", CHAT, chat(**more), headers).status

        assert [ask_in(f"r{number}") for number in range(4)] == [200] * 4
        eventually(lambda: len(tollgate.calls()) == 4, what="their rows")
        assert ask_in("r5", max_tokens=100_000) == 402
        assert ask_in("r6", max_tokens=10) == 200


def test_a_hard_budget_goes_by_the_deployment_that_the_path_names(tmp_path):
    body = json.dumps({"model": "gpt-4.1-nano", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]})
    with serving(tmp_path, [{"name": "cap", "limit": "0.001 USD", "bound": "hard"}]) as (tollgate, _):
        path = "/openai/openai/deployments/{}/chat/completions"
        assert call(tollgate, body.encode(), path.format("gpt-4.1-nano")).status == 200
        assert call(tollgate, body.encode(), path.format("prod")).status == 402


def test_a_reply_of_an_unknown_model_is_debited_as_the_model_that_was_asked(tmp_path):
    answer = answering(reply().replace(b"gpt-4.1", b"zzz"))
    with serving(tmp_path, [{"name": "cap", "limit": "20 USD"}], answer) as (tollgate, _):
        row = tollgate.call(call(tollgate).head.get("x-tollgate-call"))
        assert row["cost_source"] == "unpriced" and row["debited_pico_usd"] == COST


def test_a_stream_that_costs_nothing_is_not_cut_for_its_cost(tmp_path):
    budgets = [{"name": "hard", "limit": "0.0001 USD", "bound": "hard", "every": "total"}]
    free = {"openai": {"billing": "free"}}
    with serving(tmp_path, budgets, endless_stream(2_000), providers=free) as (tollgate, _):
        answered = call(tollgate, chat(max_tokens=10, stream=True))
        assert answered.status == 200 and b"budget_cut" not in answered.body and b"[DONE]" in answered.body
        assert budget(tollgate, "hard")["windows"][0]["reserved"] == "0 USD"


def test_a_rolling_budget_says_when_a_call_fits_again(tmp_path):
    with serving(tmp_path, [{"name": "hour", "limit": "1 calls", "every": "rolling 1h"}]) as (tollgate, _):
        assert call(tollgate).status == 200
        refused = call(tollgate)
        assert refused.status == 402
        assert "A call like this fits again at 20" in json.loads(refused.body)["error"]["message"]


def test_a_new_budget_of_calls_counts_what_it_would_have_counted(tmp_path):
    with serving(tmp_path, []) as (tollgate, stub):
        assert call(tollgate).status == 200
        for _ in range(3):
            assert ask(tollgate.port, "GET", "/openai/v1/models", None, []).status == 200
        stub.close()
        assert call(tollgate).status == 502
        eventually(lambda: len(tollgate.calls()) == 5, what="five rows")
        _, made = api(tollgate, "PUT", "/api/v1/budgets/few", {"limit": "2 calls", "every": "day"})
        assert made["windows"][0]["spent"] == "1 calls"


def test_a_new_budget_tells_that_it_is_past_its_threshold_already(tmp_path):
    with serving(tmp_path, []) as (tollgate, _):
        assert [call(tollgate).status for _ in range(3)] == [200] * 3
        eventually(lambda: len(tollgate.calls()) == 3, what="three rows")
        body = {"limit": "4 calls", "every": "day", "alerts": [{"at": "50%"}]}
        assert api(tollgate, "PUT", "/api/v1/budgets/late", body)[0] == 201
        eventually(
            lambda: [row for row in tollgate.json("/api/v1/alerts")["rows"] if row["rule"] == "budget_threshold"],
            what="the alert",
        )


def test_a_budget_that_was_out_of_force_knows_what_was_spent_meanwhile(tmp_path):
    budgets = [{"name": "month", "limit": "3 calls", "every": "month"}]
    with serving(tmp_path, budgets) as (tollgate, _):
        assert call(tollgate).status == 200
        eventually(lambda: len(tollgate.calls()) == 1, what="a row")
        tollgate.terminate()
        tollgate.config = {"budgets": []}
        tollgate.start()
        assert call(tollgate).status == 200
        eventually(lambda: len(tollgate.calls()) == 2, what="two rows")
        tollgate.terminate()
        tollgate.config = {"budgets": budgets}
        tollgate.start()
        assert [call(tollgate).status for _ in range(2)] == [200, 402]


def test_calls_that_name_no_run_leave_nothing_in_the_ledger_but_their_rows(tmp_path):
    with serving(tmp_path, [{"name": "runs", "each": "run", "limit": "1 USD"}]) as (tollgate, _):
        body = json.dumps({"model": "text-embedding-3-small", "input": "Hi"}).encode()
        assert [call(tollgate, body, "/openai/v1/embeddings").status for _ in range(3)] == [200] * 3
        assert call(tollgate, path="/run/r/openai/v1/chat/completions").status == 200
        eventually(lambda: len(tollgate.calls()) == 4, what="four rows")
        tollgate.terminate()
        tollgate.start()
        assert [window["scope"] for window in budget(tollgate, "runs")["windows"]] == ["run=r"]


def create(tollgate, name: str, *options: str, fails: bool = False) -> str:
    arguments = ["key", "create", name, *options, "--data", str(tollgate.data), "--control", tollgate.control_url]
    result = run_tollgate(*arguments)
    assert (result.returncode != 0) == fails, result.stderr
    return result.stderr if fails else result.stdout.strip()


def test_a_key_counts_in_the_budgets_that_it_names(tmp_path):
    budgets = [{"name": "ci", "limit": "2 calls", "every": "day", "match": {"workflow": "ci"}}]
    with serving(tmp_path, budgets) as (tollgate, _):
        bound, free = create(tollgate, "bound", "--budget", "c*", "--team", "data"), create(tollgate, "free")
        assert "budgets" in create(tollgate, "lost", "--budget", "no-such-budget", fails=True)

        def by(key: str) -> int:
            fields = [*JSON, ("Authorization", f"Bearer {key}")]
            return ask(tollgate.port, "POST", "/openai/v1/chat/completions", chat(), fields).status

        assert [by(free) for _ in range(3)] == [200] * 3
        assert [by(bound) for _ in range(3)] == [200, 200, 402]
        eventually(lambda: len(tollgate.calls()) == 5, what="five rows")
        # A budget that is filled from the ledger knows it as well.
        assert api(tollgate, "PUT", "/api/v1/budgets/cost", {"limit": "9 calls", "match": {"workflow": "x"}})[0] == 201
        assert budget(tollgate, "cost")["windows"][0]["spent"] == "2 calls"
        query = "model=gpt-4.1&provider=openai&workflow=y&key=bound"
        assert {row["budget"] for row in tollgate.json(f"/api/v1/explain?{query}")["budgets"]} == {"ci", "cost"}
        rows = tollgate.json("/api/v1/summary?by=key,team")["rows"]
        assert [(row["key"], row["team"], row["calls"]) for row in rows] == [("bound", "data", 2), ("free", None, 3)]


def test_refusals_are_counted_by_their_reason(tmp_path):
    budgets = [{"name": "few", "limit": "1 calls"}]
    keys = {"openai": {"key": "sk-of-the-operator"}}
    with serving(tmp_path, budgets, providers=keys) as (tollgate, _):
        key = create(tollgate, "k", "--providers", "anthropic")
        for credential in ([], [("Authorization", "Bearer tg-nonsense")], [("Authorization", f"Bearer {key}")]):
            ask(tollgate.port, "POST", "/openai/v1/chat/completions", chat(), [*JSON, *credential])
        key = create(tollgate, "other")
        for _ in range(3):
            ask(
                tollgate.port,
                "POST",
                "/openai/v1/chat/completions",
                chat(),
                [*JSON, ("Authorization", f"Bearer {key}")],
            )

        def counted(reason: str) -> float:
            return tollgate.metric("tollgate_refusals_total", reason=reason)

        assert (counted("invalid_api_key"), counted("key_not_allowed"), counted("budget_exhausted")) == (2, 1, 2)
        assert counted("internal_error") == 0
