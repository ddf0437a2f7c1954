"""What is kept and shown of runs, through the real binary: what became of tools, what was noticed, and how reliable workflows are."""

import csv
import io
import json
import threading

import pytest
from test_budgets import JSON, serving
from test_guardrails import Agent, Looping, same
from test_linking import Script, message, tool_call

from harness.raw_client import ask
from harness.stub_upstream import StubUpstream
from harness.tollgate_process import Tollgate, run_tollgate
from harness.waiting import eventually
from harness.webhook_sink import SECRET, WebhookSink

NIGHTLY = [("x-tollgate-workflow", "nightly"), ("x-tollgate-run", "r1")]


# What an agent does not declare is noticed too.
DECLARED = [
    {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}}
    for name in ("read", "search", "fetch")
]


def cut(text: str) -> bytes:
    choice = {"index": 0, "message": message("assistant", text), "finish_reason": "length"}
    usage = {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25}
    return json.dumps({"id": "chatcmpl-cut", "model": "gpt-4.1", "choices": [choice], "usage": usage}).encode()


def access(tollgate) -> list[str]:
    return ["--control", tollgate.control_url, "--data", str(tollgate.data)]


def run_of(tollgate, name: str, calls: int) -> dict:
    def found():
        status, body, _ = tollgate.get(f"/api/v1/runs/{name}")
        row = json.loads(body) if status == 200 else None
        return row and row["llm_calls"] == calls and row

    return eventually(found, what=f"{calls} calls of run {name}")


def play(tollgate, name: str) -> None:
    """Two tools, of which one fails, then a reply that is cut."""
    agent = Agent(tollgate, [("x-tollgate-workflow", "nightly"), ("x-tollgate-run", name)], tools=DECLARED)
    agent.step(lambda call: '{"error": "no such page"}' if call["function"]["name"] == "fetch" else "text")
    agent.step()
    assert [answer.status for answer in agent.answers] == [200, 200]
    run_of(tollgate, name, 2)


def tools(number: int) -> list[dict]:
    return [tool_call(f"call_{number}_1", "search"), tool_call(f"call_{number}_2", "fetch", '{"path":"b"}')]


def test_a_run_shows_what_became_of_its_tools_and_what_was_noticed(tmp_path):
    with serving(tmp_path, [], Script({"tool_calls": tools(1)}, cut("Half a"))) as (tollgate, _):
        play(tollgate, "r1")
        assert run_tollgate("run", "end", "r1", *access(tollgate)).returncode == 0
        run = tollgate.json("/api/v1/runs/r1")
        asked, last = run["calls"]
        assert [(tool["name"], tool["id"], tool["error"]) for tool in asked["tools"]] == [
            ("search", "call_1_1", False),
            ("fetch", "call_1_2", True),
        ]
        assert all(
            tool["took_ms"] >= 0 and tool["answered_at"] == asked["tools"][0]["answered_at"] for tool in asked["tools"]
        )
        assert asked["events"] == [] and [event["kind"] for event in last["events"]] == ["reply_cut"]
        assert run["events"] == last["events"] and run["tool_errors"] == 1
        assert run["outcome"] == run["end"]["outcome"] == "cut"
        end = run["end"]
        assert (end["llm_calls"], end["tool_calls"], end["tool_results"], end["tool_errors"]) == (2, 2, 2, 1)
        assert [(tool["name"], tool["calls"], tool["errors"]) for tool in end["tools"]] == [
            ("fetch", 1, 1),
            ("search", 1, 0),
        ]
        assert abs(end["wall_ms"] - end["model_ms"] - end["tool_ms"] - end["idle_ms"]) < 0.01
        alone = tollgate.call(last["id"])
        assert alone["events"] == last["events"] and tollgate.call(asked["id"])["tools"] == asked["tools"]
        noticed = tollgate.json("/api/v1/anomalies?workflow=nightly&since=1h")["rows"]
        assert [(row["kind"], row["type"], row["call"], row["run"]) for row in noticed] == [
            ("reply_cut", "anomaly", last["id"], "r1")
        ]
        assert tollgate.json("/api/v1/anomalies?kind=refusal")["rows"] == []
        status, body, _ = tollgate.get("/api/v1/anomalies?kind=boredom")
        assert status == 400 and "reply_cut" in json.loads(body)["detail"]
        shown = run_tollgate("run", "show", "r1", *access(tollgate)).stdout
        for part in ("· search", "· fetch  failed", "! reply_cut", "Ended cut on demand", "1 failed"):
            assert part in shown, shown
    assert run_tollgate("run", "show", "r1", "--data", str(tollgate.data)).stdout == shown


def test_a_trip_is_noticed_of_its_run(tmp_path):
    rule = [{"name": "stop", "repeated_call": 2, "then": "deny"}]
    with serving(tmp_path, [], Looping(same), guardrails=rule) as (tollgate, _):
        agent = Agent(tollgate, NIGHTLY, tools=DECLARED)
        assert [agent.step().status for _ in range(4)] == [200, 200, 403, 403]
        run = run_of(tollgate, "r1", 2)

        def tripped():
            return tollgate.json("/api/v1/anomalies?kind=repeated_call")["rows"]

        (row,) = eventually(tripped, what="the trip in the ledger")
        assert (row["type"], row["action"], row["subject"], row["run"]) == ("trip", "deny", "stop", run["id"])
        assert row["figures"]["limit"] == 2 and row["figures"]["value"] >= 2
        assert tollgate.json("/api/v1/anomalies")["rows"] == []
        assert "by guardrail stop: deny" in run_tollgate("run", "show", "r1", *access(tollgate)).stdout


def test_the_reliability_of_workflows_with_a_proxy_and_without(tmp_path):
    replies = [part for number in range(3) for part in ({"tool_calls": tools(number)}, cut("Half a"))]
    replies += [{"tool_calls": tools(9)}, {"content": "Done"}]
    with serving(tmp_path, [], Script(*replies)) as (tollgate, _):
        for name in ("r1", "r2", "r3", "r4"):
            play(tollgate, name)
            assert run_tollgate("run", "end", name, *access(tollgate)).returncode == 0
        (row,) = tollgate.json("/api/v1/reliability")["rows"]
        now = row["current"]
        assert row["workflow"] == "nightly" and row["previous"]["runs"] == 0
        assert (now["runs"], now["judged"], now["well"], now["live"]) == (4, 4, 1, 0)
        assert now["outcomes"] == {"ok": 1, "cut": 3} and now["anomalies"] == {"reply_cut": 3}
        costs = sorted(run["cost_pico_usd"] for run in tollgate.json("/api/v1/runs")["rows"])
        assert now["cost_per_run"]["p50_pico_usd"] == costs[1] and now["cost_per_run"]["p99_pico_usd"] == costs[3]
        assert [(tool["name"], tool["results"], tool["errors"]) for tool in now["tools"]] == [
            ("fetch", 4, 4),
            ("search", 4, 0),
        ]
        failed = run_tollgate("runs", "--failed", "--sort", "cost", "--format", "csv", *access(tollgate)).stdout
        assert {line["outcome"] for line in csv.DictReader(io.StringIO(failed))} == {"cut"}
        online = run_tollgate("report", "--reliability", "--format", "csv", *access(tollgate))
        table = run_tollgate("report", "--reliability", *access(tollgate)).stdout
        assert "25.0 %" in table and "reply_cut 3" in table and "Tools, the worst first" in table
    offline = run_tollgate("report", "--reliability", "--format", "csv", "--data", str(tollgate.data))
    assert online.returncode == 0 and offline.stdout == online.stdout
    current, previous = csv.DictReader(io.StringIO(offline.stdout))
    assert (current["workflow"], current["well"], current["tool_errors"]) == ("nightly", "1", "4")
    assert (previous["time"], previous["runs"]) == ("previous", "0")
    wrong = run_tollgate("report", "--reliability", "--by", "agent", "--data", str(tollgate.data))
    assert wrong.returncode != 0 and "--reliability is by workflow" in wrong.stderr


def test_tools_of_a_reply_that_nobody_answers_have_no_result(tmp_path):
    with serving(tmp_path, [], Script({"tool_calls": tools(1)})) as (tollgate, _):
        Agent(tollgate, NIGHTLY, tools=DECLARED).step()
        run_of(tollgate, "r1", 1)
        assert run_tollgate("run", "end", "r1", *access(tollgate)).returncode == 0
        run = tollgate.json("/api/v1/runs/r1")
        assert run["outcome"] == "unanswered_tool"
        assert [(tool["answered_at"], tool["error"], tool["took_ms"]) for tool in run["calls"][0]["tools"]] == [
            (None,) * 3
        ] * 2
        assert [(event["kind"], event["call"], event["figures"]["value"]) for event in run["events"]] == [
            ("unanswered_tool", None, 2)
        ]
        shown = run_tollgate("run", "show", "r1", *access(tollgate)).stdout
        assert shown.count("no result") == 2 and "! unanswered_tool  2" in shown


def test_a_reply_that_has_no_end_of_its_own_misses_none(tmp_path):
    """A notification to a server of tools is accepted without a body, and so is a deletion."""

    def answer(exchange):
        exchange.read_body()
        exchange.respond(202 if exchange.head.method == "POST" else 200, b"", [])

    with StubUpstream(answer) as stub:
        config = {"providers": {"tools": {"base_url": stub.url, "dialect": "mcp"}, "openai": {"base_url": stub.url}}}
        with Tollgate(tmp_path, {}, config=config) as tollgate:
            notification = json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}).encode()
            assert ask(tollgate.port, "POST", "/run/r/tools/mcp", notification, JSON).status == 202
            assert ask(tollgate.port, "DELETE", "/run/r/tools/mcp", b"", []).status == 200
            assert ask(tollgate.port, "DELETE", "/run/r/openai/v1/files/file-1", b"", []).status == 200
            eventually(lambda: len(tollgate.calls()) == 3, what="the rows")
            assert tollgate.json("/api/v1/anomalies?type=any")["rows"] == []
            # An answer of a model's is another matter.
            chat = json.dumps({"model": "gpt-4.1", "messages": [message("user", "Hi")]}).encode()
            assert ask(tollgate.port, "POST", "/openai/v1/chat/completions", chat, JSON).status == 202
            eventually(lambda: tollgate.json("/api/v1/anomalies")["rows"], what="the anomaly")
            assert [row["kind"] for row in tollgate.json("/api/v1/anomalies")["rows"]] == ["empty_reply"]


TITAN = ("/bedrock/model/amazon.titan-embed-text-v2%3A0/invoke", {"inputText": "a"}, {"embedding": [0.5], "inputTextTokenCount": 1})
SILENT = {
    "a vector of Bedrock": TITAN,
    "a conversation made shorter": (
        "/openai/v1/responses/compact", {"model": "gpt-5", "input": "a"},
        {"id": "resp_1", "object": "response.compaction", "output": [], "usage": {"input_tokens": 9, "output_tokens": 4}},
    ),
    "a picture in a message": (
        "/openai/v1/chat/completions", {"model": "gpt-4.1", "messages": [message("user", "draw")]},
        {
            "id": "gen-1", "model": "gpt-4.1",
            "choices": [{"index": 0, "finish_reason": "stop", "message": {
                "role": "assistant", "content": "",
                "images": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]}}],
            "usage": {"prompt_tokens": 2, "completion_tokens": 9, "total_tokens": 11},
        },
    ),
    "a model that is loaded": (
        "/ollama/api/chat", {"model": "llama3.2", "messages": []},
        {"model": "llama3.2", "message": {"role": "assistant", "content": ""}, "done_reason": "load", "done": True},
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", SILENT)
def test_replies_that_are_no_words_are_not_empty(tmp_path, what):
    path, body, reply = SILENT[what]

    def answer(exchange):
        exchange.read_body()
        exchange.respond(200, json.dumps(reply).encode(), JSON)

    with StubUpstream(answer) as stub, Tollgate(tmp_path, {path.split("/")[1]: stub.url}) as tollgate:
        assert ask(tollgate.port, "POST", path, json.dumps(body).encode(), JSON).status == 200
        eventually(tollgate.calls, what="the row")
        assert tollgate.json("/api/v1/anomalies?type=any")["rows"] == []


def test_what_no_model_answers_begins_no_run_by_its_trace(tmp_path):
    """Clients that are instrumented send a trace with each request."""

    def answer(exchange):
        is_embedding = b"input" in exchange.read_body()
        vector = {"object": "list", "data": [], "model": "m", "usage": {"prompt_tokens": 1, "total_tokens": 1}}
        exchange.respond(200, json.dumps(vector if is_embedding else {"data": []}).encode(), JSON)

    with StubUpstream(answer) as stub, Tollgate(tmp_path, {"openai": stub.url, "bedrock": stub.url}) as tollgate:
        fields = [*JSON, ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
        embedding = b'{"model":"text-embedding-3-small","input":"a"}'
        assert ask(tollgate.port, "POST", "/openai/v1/embeddings", embedding, fields).status == 200
        assert ask(tollgate.port, "GET", "/openai/v1/models", b"", fields).status == 200
        assert ask(tollgate.port, "POST", TITAN[0], json.dumps(TITAN[1]).encode(), fields).status == 200
        eventually(lambda: len(tollgate.calls()) == 3, what="the rows")
        assert tollgate.json("/api/v1/runs")["rows"] == []
        # Where a conversation has the same trace, they are of its run.
        chat = json.dumps({"model": "gpt-4.1", "messages": [message("user", "Hi")]}).encode()
        assert ask(tollgate.port, "POST", "/openai/v1/chat/completions", chat, fields).status == 200
        assert ask(tollgate.port, "POST", "/openai/v1/embeddings", embedding, fields).status == 200
        eventually(lambda: len(tollgate.calls()) == 5, what="the rows")
        [run] = tollgate.json("/api/v1/runs")["rows"]
        assert run["llm_calls"] == 2


def test_what_a_refused_call_brought_is_told_of_the_one_that_brings_it_again(tmp_path):
    with serving(tmp_path, [{"name": "few", "limit": "1 calls"}], Script({"tool_calls": tools(1)})) as (tollgate, _):
        agent = Agent(tollgate, NIGHTLY, tools=DECLARED)
        assert [agent.step().status for _ in range(3)] == [200, 402, 402]
        more = ["budget", "raise", "few", "--by", "5 calls", "--for", "1h", "--reason", "more", *access(tollgate)]
        assert run_tollgate(*more).returncode == 0
        assert agent.step().status == 200
        run_of(tollgate, "r1", 2)
        asked, answering = tollgate.json("/api/v1/runs/r1")["calls"]
        assert [tool["error"] for tool in asked["tools"]] == [False, False]
        assert answering["tool_results"] == 2
        for tool in ("search", "fetch"):
            assert tollgate.metric("tollgate_tool_results_total", tool=tool, outcome="ok") == 1


def test_a_run_that_is_ended_while_a_call_is_in_flight_has_ended(tmp_path):
    script, gate = Script({"tool_calls": tools(1)}), threading.Event()

    def answer(exchange):
        if script.count == 1:
            gate.wait(30)
        script(exchange)

    with serving(tmp_path, [], answer) as (tollgate, stub):
        agent = Agent(tollgate, NIGHTLY, tools=DECLARED)
        agent.step()
        run_of(tollgate, "r1", 1)
        step = threading.Thread(target=agent.step)
        step.start()
        eventually(lambda: script.count == 1 and tollgate.metric("tollgate_requests_in_flight") == 1, what="the call")
        assert run_tollgate("run", "end", "r1", *access(tollgate)).returncode == 0
        ended = run_of(tollgate, "r1", 1)
        gate.set()
        step.join()
        run = run_of(tollgate, "r1", 2)
        assert ended["ended_at"] is not None and run["ended_at"] == ended["ended_at"]
        assert run["outcome"] == ended["outcome"]
        # Its next call begins it anew.
        agent.step()
        assert run_of(tollgate, "r1", 3)["ended_at"] is None


def test_people_are_told_of_what_is_wrong_with_a_run_as_a_whole(tmp_path):
    sink = WebhookSink()
    receiver = {"type": "webhook", "url": f"http://127.0.0.1:{sink.port}/", "secret": SECRET, "allow_private": True}
    config = {"receivers": {"ops": receiver}, "alerts": {"anomaly": ["ops"]}}
    with serving(tmp_path, [], Script({"tool_calls": tools(1)}), **config) as (tollgate, _):
        Agent(tollgate, NIGHTLY, tools=DECLARED).step()
        call = run_of(tollgate, "r1", 1)["calls"][0]
        assert run_tollgate("run", "end", "r1", *access(tollgate)).returncode == 0
        (told,) = eventually(lambda: list(sink.deliveries), what="the alert")
        assert (told.body["type"], told.body["data"]["anomaly"]) == ("run.anomaly", "unanswered_tool")
        assert [(one["run"], one["call"]) for one in told.body["data"]["runs"]] == [("r1", call["id"])]
        assert "unanswered_tool (2 tools)" in told.body["data"]["summary"]
    sink.close()
