"""What runs are after a restart, and how an agent ends its own: through the real binary, with SIGTERM and with SIGKILL."""

import json
import threading
import time

import pytest
from test_budgets import JSON, serving
from test_guardrails import Agent, Looping, guardrail, same, statuses
from test_linking import ASKING, CHAT, RESPONSES, Script, completion, tool_call

from harness.raw_client import ask
from harness.stub_upstream import StubUpstream
from harness.tollgate_process import Tollgate, run_tollgate
from harness.waiting import eventually

FIELDS = [("x-tollgate-run", "r")]


def access(tollgate) -> list[str]:
    return ["--control", tollgate.control_url, "--data", str(tollgate.data)]


def call(tollgate, *fields, run: str = "r"):
    body = json.dumps({"model": "gpt-4.1", "messages": ASKING}).encode()
    return ask(tollgate.port, "POST", CHAT, body, [*JSON, ("x-tollgate-run", run), *fields])


def settled(tollgate, count: int):
    """Once so many calls have their rows."""
    eventually(lambda: len(tollgate.calls()) >= count, what=f"{count} calls")


def restart(tollgate, how: str):
    if how == "kill":
        tollgate.kill()
    else:
        assert tollgate.terminate() == 0
    tollgate.start()


def different(number: int) -> list:
    return [tool_call(f"call_{number}", arguments=json.dumps({"n": number}))]


@pytest.mark.parametrize("how", ["kill", "terminate"])
@pytest.mark.parametrize(
    ("limits", "before", "after"),
    [
        ({"max_llm_calls": 5}, 3, 2),
        ({"max_tool_calls": 4}, 3, 2),
        ({"max_cost": "0.0004 USD"}, 3, 2),
        ({"tools_denied": ["read"]}, 1, 0),
        ({"max_fanout": 1}, 1, 1),
    ],
    ids=["max_llm_calls", "max_tool_calls", "max_cost", "tools_denied", "max_fanout"],
)
def test_guardrails_go_on_counting_where_they_were(tmp_path, how, limits, before, after):
    with serving(tmp_path, [], Looping(different), **guardrail(**limits)) as (tollgate, stub):
        agent = Agent(tollgate, FIELDS)
        assert statuses(agent, before) == [200] * before
        settled(tollgate, before)
        restart(tollgate, how)
        if "max_fanout" in limits:
            # One tool a reply is not more than one.
            assert statuses(agent, after) == [200] * after
            return
        assert statuses(agent, after + 1) == [200] * after + [403]
        assert len(stub.received) == before + after
        row = tollgate.json("/api/v1/runs/r")
        assert row["llm_calls"] == before + after and row["ended_at"] is None


def test_a_run_that_nobody_named_goes_on_too_and_a_trip_is_told_once(tmp_path):
    with serving(tmp_path, [], Looping(different), **guardrail(max_llm_calls=2)) as (tollgate, _):
        agent = Agent(tollgate)
        assert statuses(agent, 3) == [200, 200, 403]
        time.sleep(2.5)  # What calls are linked by is kept every two seconds.
        restart(tollgate, "kill")
        refused = agent.step()
        assert refused.status == 403 and "2 calls of models" in json.loads(refused.body)["error"]["message"]
        assert tollgate.metric("tollgate_guardrail_trips_total", rule="stop") == 0
        assert len(tollgate.json("/api/v1/anomalies?type=trip")["rows"]) == 1


def test_what_was_released_stays_released(tmp_path):
    with serving(tmp_path, [], Script(), **guardrail(max_llm_calls=2)) as (tollgate, _):
        assert [call(tollgate).status for _ in range(3)] == [200, 200, 403]
        more = ["--limit", "max_llm_calls", "--amount", "2"]
        assert run_tollgate("run", "release", "r", "--guardrail", "stop", *more, *access(tollgate)).returncode == 0
        assert call(tollgate).status == 200
        settled(tollgate, 3)
        restart(tollgate, "kill")
        assert [call(tollgate).status for _ in range(2)] == [200, 403]
        # A run of the name that begins anew has nothing of it.
        assert run_tollgate("run", "end", "r", *access(tollgate)).returncode == 0
        assert [call(tollgate).status for _ in range(2)] == [200] * 2
        settled(tollgate, 6)
        restart(tollgate, "kill")
        assert call(tollgate).status == 403


def test_runs_of_one_name_of_two_keys_are_counted_apart(tmp_path):
    def of(key: str):
        return ("authorization", f"Bearer {key}")

    with serving(tmp_path, [], Script(), **guardrail(max_llm_calls=3)) as (tollgate, _):
        assert [call(tollgate, of("sk-one")).status for _ in range(3)] == [200] * 3
        assert call(tollgate, of("sk-two")).status == 200
        settled(tollgate, 4)
        restart(tollgate, "kill")
        assert call(tollgate, of("sk-one")).status == 403
        assert [call(tollgate, of("sk-two")).status for _ in range(3)] == [200, 200, 403]


def test_a_run_far_above_its_workflow_is_told_right_after_a_restart(tmp_path):
    with serving(tmp_path, [], Script()) as (tollgate, _):
        for number in range(20):
            assert call(tollgate, run=f"past-{number}").status == 200
        settled(tollgate, 20)
        for number in range(20):
            assert run_tollgate("run", "end", f"past-{number}", *access(tollgate)).returncode == 0
        restart(tollgate, "kill")
        assert [call(tollgate, run="far").status for _ in range(12)] == [200] * 12
        assert run_tollgate("run", "end", "far", *access(tollgate)).returncode == 0
        kinds = {one["kind"] for one in tollgate.json("/api/v1/runs/far")["end"]["anomalies"]}
        assert "calls_far_above_usual" in kinds


def test_a_run_that_ends_without_another_call_ends_with_what_it_had(tmp_path):
    with serving(tmp_path, [], Looping(same), runs={"idle": "3s"}) as (tollgate, _):
        agent = Agent(tollgate, FIELDS)
        assert statuses(agent, 3) == [200] * 3
        settled(tollgate, 3)
        restart(tollgate, "kill")
        row = eventually(
            lambda: (row := tollgate.json("/api/v1/runs/r"))["ended_at"] and row, what="the end of the run", seconds=15
        )
        assert row["outcome"] == "unknown" and row["end"]["llm_calls"] == 3 and row["end"]["tool_calls"] == 3
        assert row["end"]["tools"][0]["name"] == "read" and row["end"]["tools"][0]["calls"] == 3


# MARK: An agent ends its own run


def end(tollgate, run: str, *fields):
    return ask(tollgate.port, "POST", f"/tollgate/runs/{run}/end", b"{}", [*JSON, *fields])


def test_an_agent_ends_its_own_run_and_nobody_elses(tmp_path):
    mine, other = ("authorization", "Bearer sk-one"), ("authorization", "Bearer sk-two")
    with serving(tmp_path, [], Script(), **guardrail(max_llm_calls=1)) as (tollgate, _):
        assert call(tollgate, mine).status == 200
        assert call(tollgate, mine).status == 403
        assert end(tollgate, "r", other).status == 404
        assert end(tollgate, "r").status == 404
        assert ask(tollgate.port, "GET", "/tollgate/runs/r/end", None, [mine]).status == 405
        done = end(tollgate, "r", mine)
        assert done.status == 200 and json.loads(done.body)["id"] == "r"
        row = tollgate.json("/api/v1/runs/r")
        assert row["outcome"] == "guardrail" and row["ended_at"] == json.loads(done.body)["ended_at"]
        assert end(tollgate, "r", mine).status == 404
        # The next call begins it anew.
        assert call(tollgate, mine).status == 200


# MARK: What runs count


def test_what_is_fetched_of_a_background_response_is_its_runs_and_no_call_of_a_model(tmp_path):
    usage = {"input_tokens": 2000, "output_tokens": 500, "total_tokens": 2500}
    lock, polls = threading.Lock(), []

    def answer(exchange):
        exchange.read_body()
        reply = {"id": "resp_1", "object": "response", "model": "gpt-4.1", "status": "queued", "output": []}
        if exchange.head.method == "GET":
            with lock:
                polls.append(1)
            if len(polls) > 1:
                text = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Ho"}]}
                reply |= {"status": "completed", "usage": usage, "output": [text]}
        exchange.respond(200, json.dumps(reply).encode(), JSON)

    with serving(tmp_path, [], answer, **guardrail(max_cost="0.005 USD")) as (tollgate, _):
        body = json.dumps({"model": "gpt-4.1", "input": "Hi", "background": True}).encode()
        assert ask(tollgate.port, "POST", RESPONSES, body, JSON).status == 200
        for _ in range(4):
            assert ask(tollgate.port, "GET", f"{RESPONSES}/resp_1", None, []).status == 200
        settled(tollgate, 5)
        [row] = tollgate.json("/api/v1/runs")["rows"]
        assert row["llm_calls"] == 1 and row["cost_pico_usd"] == 8_000_000_000
        # What it cost is known now, and the run's limit of it holds.
        more = json.dumps({"model": "gpt-4.1", "input": "On", "previous_response_id": "resp_1"}).encode()
        assert ask(tollgate.port, "POST", RESPONSES, more, JSON).status == 403
        assert run_tollgate("run", "end", row["id"], *access(tollgate)).returncode == 0
        ended = tollgate.json(f"/api/v1/runs/{row['id']}")
        assert ended["end"]["llm_calls"] == ended["llm_calls"] == 1
        assert ended["end"]["cost_pico_usd"] == ended["cost_pico_usd"]
        assert len(ended["calls"]) == 5 and ended["calls_not_listed"] == 0


def test_calls_of_servers_of_tools_and_refused_ones_are_no_calls_of_models(tmp_path):
    def answer(exchange):
        exchange.read_body()
        if exchange.head.target.endswith("/mcp"):
            exchange.respond(200, b'{"jsonrpc":"2.0","id":1,"result":{"content":[]}}', JSON)
        else:
            exchange.respond(200, completion({"content": "Ho"}, 1), JSON)

    with StubUpstream(answer) as stub:
        config = {"providers": {"tools": {"base_url": stub.url, "dialect": "mcp"}}} | guardrail(max_llm_calls=2)
        with Tollgate(tmp_path, {"openai": stub.url}, config=config) as tollgate:
            body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "read", "arguments": {}}}
            for _ in range(3):
                assert ask(tollgate.port, "POST", "/run/r/tools/mcp", json.dumps(body).encode(), JSON).status == 200
            assert [call(tollgate).status for _ in range(3)] == [200, 200, 403]
            settled(tollgate, 5)
            assert run_tollgate("run", "end", "r", *access(tollgate)).returncode == 0
            row = tollgate.json("/api/v1/runs/r")
            assert (row["llm_calls"], row["tool_calls"]) == (2, 0)
            assert (row["end"]["llm_calls"], row["end"]["tool_calls"], row["end"]["mcp_calls"]) == (2, 0, 3)


# MARK: OpenTelemetry's names


def test_metrics_have_opentelemetrys_names_where_they_are_wanted(tmp_path):
    for wanted in (True, False):
        (tmp_path / str(wanted)).mkdir()
        with serving(tmp_path / str(wanted), [], Looping(different), otel_names=wanted) as (tollgate, stub):
            agent = Agent(tollgate, FIELDS)
            assert statuses(agent, 3) == [200] * 3
            settled(tollgate, 3)
            assert run_tollgate("run", "end", "r", *access(tollgate)).returncode == 0
            exposed = tollgate.get("/metrics")[1].decode()
            assert ("gen_ai_" in exposed) == wanted
            if not wanted:
                continue
            labels = {"gen_ai_operation_name": "chat", "gen_ai_provider_name": "openai", "server_address": "127.0.0.1"}
            labels["server_port"] = str(stub.port)
            for kind, tokens in (("input", 60), ("output", 15)):
                named = labels | {"gen_ai_token_type": kind, "gen_ai_request_model": "gpt-4.1"}
                assert tollgate.metric("gen_ai_client_token_usage_sum", **named) == tokens
            assert tollgate.metric("gen_ai_client_operation_duration_seconds_count", **labels, error_type="") == 3
            agents = {"gen_ai_agent_name": tollgate.calls()[0]["agent"]}
            assert tollgate.metric("gen_ai_invoke_agent_inference_calls_sum", **agents) == 3
            assert tollgate.metric("gen_ai_invoke_agent_tool_calls_sum", **agents) == 3
