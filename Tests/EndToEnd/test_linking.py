"""Which run a call belongs to, where nobody names one: told through the real binary by what the calls themselves say."""

import json
import sqlite3

from test_budgets import JSON, serving

from harness.raw_client import ask
from harness.tollgate_process import run_tollgate
from harness.waiting import eventually

CHAT = "/openai/v1/chat/completions"
RESPONSES = "/openai/v1/responses"


def message(role: str, content, **fields) -> dict:
    return {"role": role, "content": content} | fields


def tool_call(call: str, name: str = "read", arguments: str = '{"path":"a"}') -> dict:
    return {"id": call, "type": "function", "function": {"name": name, "arguments": arguments}}


def completion(answer: dict, number: int) -> bytes:
    usage = {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25}
    choice = {"index": 0, "message": message("assistant", None) | answer, "finish_reason": "stop"}
    return json.dumps({"id": f"chatcmpl-{number}", "model": "gpt-4.1", "choices": [choice], "usage": usage}).encode()


class Script:
    """Answers one reply after the other; a number is the status of a failure."""

    def __init__(self, *replies):
        self.replies = list(replies)
        self.count = 0

    def __call__(self, exchange):
        exchange.read_body()
        self.count += 1
        reply = self.replies.pop(0) if self.replies else {"content": "Ho"}
        if isinstance(reply, int):
            exchange.respond(reply, b'{"error":{"message":"busy"}}', JSON)
        elif isinstance(reply, bytes):
            exchange.respond(200, reply, JSON)
        else:
            exchange.respond(200, completion(reply, self.count), JSON)


def say(tollgate, messages: list, fields: list | None = None, path: str = CHAT, **body) -> str:
    """Sends a conversation; the id of the call."""
    document = {"model": "gpt-4.1", "messages": messages} | body
    answer = ask(tollgate.port, "POST", path, json.dumps(document).encode(), JSON + (fields or []))
    return answer.head.get("x-tollgate-call")


def linked(tollgate, call: str) -> tuple[str, str]:
    """The run of a call, and what told it."""

    def found():
        status, body, _ = tollgate.get(f"/api/v1/calls/{call}")
        return status == 200 and json.loads(body)

    row = eventually(found, what=f"the row of call {call}")
    return row["run"], row["run_source"]


ASKING = [message("user", "What is in a?")]
CALLING = message("assistant", None, tool_calls=[tool_call("call_9")])
ANSWERING = ASKING + [CALLING, message("tool", "text", tool_call_id="call_9")]


def test_a_conversation_is_one_run_and_two_that_differ_are_two(tmp_path):
    with serving(tmp_path, [], Script({"tool_calls": [tool_call("call_9")]}, {"content": "It has text"})) as (
        tollgate,
        _,
    ):
        first = say(tollgate, ASKING)
        second = say(tollgate, ANSWERING)
        third = say(tollgate, ANSWERING + [message("assistant", "It has text"), message("user", "Thanks")])
        other = say(tollgate, [message("user", "Something else")])
        run, source = linked(tollgate, first)
        assert source == "new"
        assert linked(tollgate, second) == (run, "tool_call")
        assert linked(tollgate, third) == (run, "messages")
        assert linked(tollgate, other)[0] != run
        row = tollgate.json(f"/api/v1/runs/{run}")
        assert [call["id"] for call in row["calls"]] == [first, second, third]
        assert (row["llm_calls"], row["tool_calls"], row["tool_results"]) == (3, 1, 1)


def test_a_retry_is_told_by_its_failure_and_by_its_client(tmp_path):
    with serving(tmp_path, [], Script(503, {"content": "Ho"}, {"content": "Ho"})) as (tollgate, _):
        failed = say(tollgate, ASKING)
        retried = say(tollgate, ASKING)
        said = say(tollgate, ASKING, [("x-stainless-retry-count", "1")])
        run, _ = linked(tollgate, failed)
        assert {linked(tollgate, call)[0] for call in (retried, said)} == {run}
        row = tollgate.json(f"/api/v1/runs/{run}")
        assert [call["retry"] for call in row["calls"]] == [False, True, True] and row["retries"] == 2


def test_the_same_words_at_the_same_time_are_two_runs(tmp_path):
    with serving(tmp_path, []) as (tollgate, _):
        runs = {linked(tollgate, say(tollgate, ASKING))[0] for _ in range(3)}
        assert len(runs) == 3


def test_a_response_that_is_followed_is_of_the_same_run(tmp_path):
    body = {"id": "resp_1", "object": "response", "status": "completed", "model": "gpt-4.1", "output": []}
    usage = {"input_tokens": 5, "output_tokens": 1, "total_tokens": 6}
    with serving(tmp_path, [], Script(json.dumps(body | {"usage": usage}).encode())) as (tollgate, _):

        def respond(text: str, **fields) -> str:
            document = {"model": "gpt-4.1", "input": text} | fields
            answer = ask(tollgate.port, "POST", RESPONSES, json.dumps(document).encode(), JSON)
            return answer.head.get("x-tollgate-call")

        first = respond("Hi")
        second = respond("And now?", previous_response_id="resp_1")
        run, _ = linked(tollgate, first)
        assert linked(tollgate, second) == (run, "response")


def test_a_restart_goes_on_where_it_was(tmp_path):
    script = Script({"tool_calls": [tool_call("call_9")]}, {"content": "It has text"})
    with serving(tmp_path, [], script) as (tollgate, _):
        first = say(tollgate, ASKING)
        run, _ = linked(tollgate, first)
        tollgate.terminate()
        before = kept_bytes(tollgate)
        tollgate.start()
        second = say(tollgate, ANSWERING)
        assert linked(tollgate, second) == (run, "tool_call")
        eventually(lambda: kept_bytes(tollgate) > before, what="the second call's links in the ledger")
        tollgate.kill()
        tollgate.start()
        third = say(tollgate, ANSWERING + [message("assistant", "It has text"), message("user", "Thanks")])
        assert linked(tollgate, third) == (run, "messages")


def test_a_run_ends_when_it_is_idle_and_goes_on_when_it_is_named_again(tmp_path):
    with serving(tmp_path, [], runs={"idle": "1s"}) as (tollgate, _):
        call = say(tollgate, ASKING, [("x-tollgate-run", "nightly-7")])
        assert linked(tollgate, call) == ("nightly-7", "explicit")
        ended = eventually(
            lambda: (row := tollgate.json("/api/v1/runs/nightly-7"))["ended_at"] and row, what="the run's end"
        )
        assert ended["llm_calls"] == 1
        assert [row["id"] for row in tollgate.json("/api/v1/runs?state=ended")["rows"]] == ["nightly-7"]


def test_a_run_is_ended_by_the_operator_and_the_same_words_begin_another(tmp_path):
    with serving(tmp_path, [], Script({"tool_calls": [tool_call("call_9")]})) as (tollgate, _):
        run, _ = linked(tollgate, say(tollgate, ASKING))
        access = ["--control", tollgate.control_url, "--data", str(tollgate.data)]
        ended = run_tollgate("run", "end", run, *access)
        assert ended.returncode == 0 and ended.stdout == f"run {run} has ended\n"
        assert tollgate.json(f"/api/v1/runs/{run}")["ended_at"] is not None
        again = run_tollgate("run", "end", run, *access)
        assert again.returncode == 1 and "No run with that id goes on" in again.stderr
        assert linked(tollgate, say(tollgate, ANSWERING))[0] != run
        audit = tollgate.json("/api/v1/audit")["rows"]
        assert [(row["action"], row["subject"]) for row in audit if row["action"] == "run.end"] == [("run.end", run)]


def kept_bytes(tollgate) -> int:
    with sqlite3.connect(f"file:{tollgate.data}/ledger.sqlite?mode=ro", uri=True) as database:
        return database.execute("SELECT total(length(batch)) FROM run_links").fetchone()[0]
