"""Guardrails through the real binary: what they stop, at which call, with what answer; and what they leave alone."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import openai
import pytest
from test_budgets import JSON, answering, reply, serving
from test_linking import ASKING, CHAT, Script, message, tool_call

from harness.raw_client import ask
from harness.stub_upstream import StubUpstream
from harness.tollgate_process import Tollgate, run_tollgate
from harness.waiting import eventually
from harness.webhook_sink import SECRET, WebhookSink


class Agent:
    """An agent that does what the replies ask for, in one conversation."""

    def __init__(self, tollgate, fields: list | None = None, **body):
        self.tollgate = tollgate
        self.fields = fields or []
        self.messages = list(ASKING)
        self.answers = []
        self.body = {"model": "gpt-4.1"} | body

    def step(self, result=lambda call: "text"):
        """Sends the conversation; takes the reply, and answers the tools that it asks for."""
        body = json.dumps(self.body | {"messages": self.messages}).encode()
        answer = ask(self.tollgate.port, "POST", CHAT, body, JSON + self.fields)
        self.answers.append(answer)
        if answer.status != 200:
            return answer
        reply = json.loads(answer.body)["choices"][0]["message"]
        self.messages.append(reply)
        for call in reply.get("tool_calls") or []:
            self.messages.append(message("tool", result(call), tool_call_id=call["id"]))
        return answer


class Looping:
    """Asks for tools in each reply: `calls(n)` of the n-th, from 0."""

    def __init__(self, calls):
        self.calls = calls
        self.script = Script()

    def __call__(self, exchange):
        self.script.replies = [{"tool_calls": self.calls(self.script.count)}]
        self.script(exchange)


def same(number: int) -> list:
    return [tool_call(f"call_{number}")]


def statuses(agent: Agent, steps: int) -> list[int]:
    return [agent.step().status for _ in range(steps)]


def guardrail(**limits) -> dict:
    return {"guardrails": [{"name": "stop", "then": "deny"} | limits]}


def test_a_looping_agent_is_stopped_at_the_exact_call(tmp_path):
    with serving(tmp_path, [], Looping(same), **guardrail(repeated_call=6)) as (tollgate, stub):
        agent = Agent(tollgate)
        assert statuses(agent, 8) == [200] * 6 + [403] * 2
        assert len(stub.received) == 6
        refused = agent.answers[-1]
        assert refused.head.get("x-should-retry") == "false"
        error = json.loads(refused.body)["error"]
        run = tollgate.calls()[0]["run"]
        assert error["code"] == "guardrail"
        for part in ("guardrail stop (repeated_call)", f"run {run}", "read", "6 times with the same arguments"):
            assert part in error["message"]
        # Once each run and rule, as long as the cool-down lasts.
        labels = {"rule": "stop", "action": "deny"}
        assert tollgate.metric("tollgate_guardrail_trips_total", **labels) == 1


def test_the_sdk_raises_once(tmp_path):
    with serving(tmp_path, [], Looping(same), **guardrail(max_llm_calls=1)) as (tollgate, stub):
        client = openai.OpenAI(
            base_url=f"{tollgate.url}/openai/v1", api_key="k", max_retries=5, default_headers={"x-tollgate-run": "r"}
        )
        client.chat.completions.create(model="gpt-4.1", messages=ASKING)
        with pytest.raises(openai.PermissionDeniedError) as raised:
            client.chat.completions.create(model="gpt-4.1", messages=ASKING)
        assert raised.value.body["code"] == "guardrail" and len(stub.received) == 1


@pytest.mark.parametrize(
    ("limits", "calls", "passing"),
    [
        ({"max_tool_calls": 4}, lambda n: [tool_call(f"call_{n}", arguments=json.dumps({"n": n}))], 5),
        (
            {"max_fanout": 2},
            lambda n: [tool_call(f"call_{n}_{k}", arguments=json.dumps({"n": k})) for k in range(3)],
            1,
        ),
        ({"cycle": 3}, lambda n: [tool_call(f"call_{n}", ("a", "b")[n % 2], "{}")], 6),
        ({"tools_denied": ["rm*"]}, lambda n: [tool_call(f"call_{n}", "rm_all", json.dumps({"n": n}))], 1),
        ({"tools_allowed": ["read", "list"]}, lambda n: [tool_call(f"call_{n}", "write", json.dumps({"n": n}))], 1),
        ({"max_cost": "0.00024 USD"}, lambda n: [tool_call(f"call_{n}", arguments=json.dumps({"n": n}))], 3),
    ],
    ids=["max_tool_calls", "max_fanout", "cycle", "tools_denied", "tools_allowed", "max_cost"],
)
def test_each_limit_stops_its_run_at_the_exact_call(tmp_path, limits, calls, passing):
    with serving(tmp_path, [], Looping(calls), **guardrail(**limits)) as (tollgate, stub):
        agent = Agent(tollgate)
        assert statuses(agent, passing + 1) == [200] * passing + [403]
        assert len(stub.received) == passing
        # Another run is not its matter.
        other = Agent(tollgate)
        other.messages = [message("user", "Something else")]
        assert other.step().status == 200


def test_a_wide_fan_out_and_a_patient_poller_are_left_alone(tmp_path):
    def wide(number: int) -> list:
        return [tool_call(f"call_{number}_{k}", arguments=json.dumps({"page": k})) for k in range(40)]

    limits = guardrail(repeated_call=3, cycle=2)
    for name in ("wide", "poller"):
        (tmp_path / name).mkdir()
    with serving(tmp_path / "wide", [], Looping(lambda n: wide(n) if n == 0 else []), **limits) as (tollgate, _):
        assert statuses(Agent(tollgate), 3) == [200] * 3

    # Each answer brings something else: that is a poller, not a loop.
    with serving(tmp_path / "poller", [], Looping(same), **limits) as (tollgate, _):
        agent = Agent(tollgate)
        assert [agent.step(lambda call: f"at {len(agent.messages)} %").status for _ in range(10)] == [200] * 10


def test_what_is_observed_or_warned_of_passes(tmp_path):
    rules = [
        {"name": "watch", "repeated_call": 2, "then": "observe"},
        {"name": "tell", "repeated_call": 3, "then": "warn"},
    ]
    with serving(tmp_path, [], Looping(same), guardrails=rules) as (tollgate, _):
        agent = Agent(tollgate)
        assert statuses(agent, 5) == [200] * 5
        warnings = [answer.head.get("x-tollgate-warning") for answer in agent.answers]
        assert warnings[:3] == [None] * 3
        assert all("guardrail tell (repeated_call)" in warning for warning in warnings[3:])
        for rule, action in (("watch", "observe"), ("tell", "warn")):
            assert tollgate.metric("tollgate_guardrail_trips_total", rule=rule, action=action) == 1


def test_too_many_calls_at_a_time_are_told_to_come_again(tmp_path):
    gate = threading.Event()
    with serving(tmp_path, [], answering(reply(), gate), **guardrail(max_concurrency=2)) as (tollgate, stub):

        def call():
            body = json.dumps({"model": "gpt-4.1", "messages": ASKING}).encode()
            return ask(tollgate.port, "POST", CHAT, body, [*JSON, ("x-tollgate-run", "r")])

        with ThreadPoolExecutor(2) as pool:
            calls = [pool.submit(call) for _ in range(2)]
            eventually(lambda: len(stub.received) == 2, what="two calls at the upstream")
            refused = call()
            assert refused.status == 429 and refused.head.get("x-should-retry") == "true"
            assert refused.head.get("retry-after") == "1"
            gate.set()
            assert [one.result().status for one in calls] == [200, 200]
        assert call().status == 200


def test_a_mistake_in_a_guardrail_is_told(tmp_path):
    for text, told in [
        ("{name: a, then: deny}", "limits nothing"),
        ("{max_llm_calls: 0}", "whole number from 1"),
        ("{max_cost: 5}", "dollars, such as 5 USD"),
        ("{max_wall_time: soon}", "a time, such as 30m"),
        ("{max_llm_calls: 5, then: stop}", "then"),
        ("{max_llm_cals: 5}", "max_llm_cals"),
    ]:
        path = tmp_path / "tollgate.yaml"
        path.write_text(f"guardrails:\n  - {text}\n")
        checked = run_tollgate("check-config", "--config", str(path))
        assert checked.returncode != 0 and told in checked.stderr + checked.stdout, (text, checked)


def test_a_stopped_run_goes_on_when_somebody_releases_it(tmp_path):
    with serving(tmp_path, [], Looping(same), **guardrail(repeated_call=3)) as (tollgate, _):
        agent = Agent(tollgate)
        assert statuses(agent, 4) == [200] * 3 + [403]
        run = tollgate.calls()[0]["run"]
        access = ["--control", tollgate.control_url, "--data", str(tollgate.data)]
        for wrong, told in (
            (["--guardrail", "none"], "no such guardrail"),
            (["--guardrail", "stop", "--amount", "2"], "together"),
        ):
            failed = run_tollgate("run", "release", run, *wrong, *access)
            assert failed.returncode == 1 and told in failed.stderr
        released = run_tollgate(
            "run", "release", run, "--guardrail", "stop", "--limit", "repeated_call", "--amount", "2", *access
        )
        assert released.returncode == 0 and f"run {run} is released" in released.stdout
        # The limit is five now: what it had, and two more.
        assert statuses(agent, 3) == [200] * 2 + [403]
        assert run_tollgate("run", "release", run, "--guardrail", "stop", *access).returncode == 0
        assert statuses(agent, 3) == [200] * 3
        actions = [row["action"] for row in tollgate.json("/api/v1/audit")["rows"]]
        assert actions.count("run.release") == 2


def test_a_patient_agent_is_left_alone_for_as_long_as_the_guardrail_says(tmp_path):
    for patience, stopped in (("200ms", False), ("5s", True)):
        (tmp_path / patience).mkdir()
        limits = guardrail(repeated_call=2, patience=patience)
        with serving(tmp_path / patience, [], Looping(same), **limits) as (tollgate, _):
            agent = Agent(tollgate)
            found = []
            for _ in range(4):
                found.append(agent.step().status)
                time.sleep(0.4)
            assert found == ([200, 200, 403, 403] if stopped else [200] * 4)


def test_an_output_tool_that_nobody_answers_is_no_failure(tmp_path):
    """pydantic-ai's: a tool for the form of the answer, which the model has to call."""
    ends = {}
    for choice in ("required", "auto"):
        (tmp_path / choice).mkdir()
        replies = Script({"tool_calls": [tool_call("call_1")]}, {"tool_calls": [tool_call("call_2", "final_result")]})
        with serving(tmp_path / choice, [], replies) as (tollgate, _):
            agent = Agent(tollgate, [("x-tollgate-run", "r")], tool_choice=choice)
            assert statuses(agent, 2) == [200] * 2
            access = ["--control", tollgate.control_url, "--data", str(tollgate.data)]
            assert run_tollgate("run", "end", "r", *access).returncode == 0
            ends[choice] = tollgate.json("/api/v1/runs/r")["outcome"]
    assert ends == {"required": "ok", "auto": "unanswered_tool"}


def test_people_are_told_once_of_a_trip_and_of_an_anomaly(tmp_path):
    sink = WebhookSink()
    receiver = {"type": "webhook", "url": f"http://127.0.0.1:{sink.port}/", "secret": SECRET, "allow_private": True}
    config = guardrail(repeated_call=2) | {"receivers": {"ops": receiver}, "alerts": {"anomaly": ["ops"]}}
    with serving(tmp_path, [], Looping(same), **config) as (tollgate, _):
        agent = Agent(tollgate)
        assert statuses(agent, 4) == [200, 200, 403, 403]
        run = tollgate.calls()[0]["run"]
        told = eventually(lambda: len(sink.deliveries) >= 2 and list(sink.deliveries), what="both alerts")
        alerts = {one.body["type"]: one.body["data"] for one in told}
        assert set(alerts) == {"guardrail.tripped", "run.anomaly"}
        trip = alerts["guardrail.tripped"]
        assert trip["guardrail"] == "stop" and [one["run"] for one in trip["runs"]] == [run]
        anomaly = alerts["run.anomaly"]
        assert anomaly["anomaly"] == "undeclared_tool" and "read" in anomaly["summary"]
        kinds = {row["kind"] for row in tollgate.json("/api/v1/anomalies?type=any")["rows"]}
        assert kinds == {"repeated_call", "undeclared_tool"}
    sink.close()
    assert not sink.problems


@pytest.mark.parametrize("place", ["/run/r", ""], ids=["in a run", "in none"])
def test_tools_that_are_called_through_tollgate_are_denied_by_name(tmp_path, place):
    def answer(exchange):
        exchange.read_body()
        exchange.respond(200, b'{"jsonrpc":"2.0","id":1,"result":{"content":[]}}', JSON)

    with StubUpstream(answer) as stub:
        config = {"providers": {"tools": {"base_url": stub.url, "dialect": "mcp"}}} | guardrail(
            # What belongs to no run cannot be released, and is refused.
            tools_denied=["rm*"], then="deny" if place else "hold"
        )
        with Tollgate(tmp_path, {}, config=config) as tollgate:

            def call(tool: str):
                params = {"name": tool, "arguments": {}}
                body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
                return ask(tollgate.port, "POST", place + "/tools/mcp", json.dumps(body).encode(), JSON)

            assert [call(tool).status for tool in ("read", "rm_all", "read")] == [200, 403, 200]
            refused = call("rm_all").body
            assert b"guardrail stop (tools)" in refused and (b"run r" in refused) == bool(place)
            assert len(stub.received) == 2
            assert tollgate.metric("tollgate_guardrail_trips_total", rule="stop") == 1
            [trip] = tollgate.json("/api/v1/anomalies?type=trip")["rows"]
            assert trip["run"] == ("r" if place else None)
