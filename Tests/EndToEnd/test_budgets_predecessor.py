"""Hard budgets and conversations that go on: what the provider reported of one prompt bounds the next, and nothing is overrun."""

import json
import urllib.error
import urllib.request
from contextlib import contextmanager

import pytest
from test_budget_surface import command

from harness.stub_upstream import StubUpstream
from harness.tollgate_process import Tollgate
from harness.waiting import eventually

CHAT = "/openai/v1/chat/completions"
RESPONSES = "/openai/v1/responses"
MESSAGES = "/anthropic/v1/messages"
OUTPUT_TOKENS = 50
# A tool that returns much: some 20 kB of text, of which a token is four bytes.
RESULT = "the night job reads a row and writes a row; " * 450
JSON = [("Content-Type", "application/json")]


class Provider:
    """Counts a token for four bytes of what it is told, and keeps what responses were made of."""

    def __init__(self):
        self.prompts: list[int] = []
        self.stored: dict[str, int] = {}

    def __call__(self, exchange):
        request = json.loads(exchange.read_body())
        answer = {
            "/v1/chat/completions": self.chat,
            "/v1/messages": self.messages,
            "/v1/responses": self.responses,
        }[exchange.head.target.partition("?")[0]]
        exchange.respond(200, answer(request), JSON)

    def count(self, request, name: str) -> int:
        told = [request.get(name), request.get("tools"), request.get("system"), request.get("instructions")]
        tokens = sum(len(json.dumps(part)) for part in told if part) // 4
        self.prompts.append(tokens)
        return tokens

    def chat(self, request) -> bytes:
        prompt = self.count(request, "messages")
        message = {"role": "assistant", "content": "ok"}
        usage = {
            "prompt_tokens": prompt,
            "completion_tokens": OUTPUT_TOKENS,
            "total_tokens": prompt + OUTPUT_TOKENS,
        }
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return json.dumps({"id": "c", "model": request["model"], "choices": [choice], "usage": usage}).encode()

    def messages(self, request) -> bytes:
        prompt = self.count(request, "messages")
        usage = {
            "input_tokens": prompt - 2 * (prompt // 3),
            "cache_read_input_tokens": prompt // 3,
            "cache_creation_input_tokens": prompt // 3,
            "output_tokens": OUTPUT_TOKENS,
        }
        body = {"id": f"msg_{len(self.prompts)}", "type": "message", "role": "assistant", "model": request["model"]}
        content = [{"type": "text", "text": "ok"}]
        return json.dumps(body | {"content": content, "stop_reason": "end_turn", "usage": usage}).encode()

    def responses(self, request) -> bytes:
        prompt = self.count(request, "input") + self.stored.get(request.get("previous_response_id"), 0)
        self.prompts[-1] = prompt
        identifier = f"resp_{len(self.prompts)}"
        self.stored[identifier] = prompt + OUTPUT_TOKENS
        usage = {"input_tokens": prompt, "output_tokens": OUTPUT_TOKENS, "total_tokens": prompt + OUTPUT_TOKENS}
        text = {"type": "output_text", "text": "ok", "annotations": []}
        item = {"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": [text]}
        body = {"id": identifier, "object": "response", "model": request["model"], "status": "completed"}
        return json.dumps(body | {"output": [item], "usage": usage}).encode()


@contextmanager
def guarded(directory, limit: str):
    """A limit for each run that may not be passed."""
    budget = {"name": "cap", "limit": limit, "each": "run", "bound": "hard"}
    provider = Provider()
    with StubUpstream(provider) as stub:
        with Tollgate(directory, {"openai": stub.url, "anthropic": stub.url}, config={"budgets": [budget]}) as tollgate:
            yield tollgate, provider


def post(tollgate, path: str, body: dict, run: str, fields: dict | None = None):
    """The status, the headers and the JSON of a call."""
    request = urllib.request.Request(
        f"{tollgate.url}/run/{run}{path}",
        data=json.dumps(body).encode(),
        headers={"content-type": "application/json"} | (fields or {}),
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:
            return reply.status, reply.headers, json.loads(reply.read())
    except urllib.error.HTTPError as error:
        return error.code, error.headers, json.loads(error.read())


def settled(tollgate, run: str, calls: int):
    """The rows of a run, once they are there."""

    def rows():
        found = [row for row in tollgate.calls(f"&run={run}") if row["outcome"] == "ok"]
        return found if len(found) == calls else None

    return eventually(rows, what=f"{calls} rows of {run}")


def talk(turn: int) -> list[dict]:
    """What an agent has said by its turn of that number."""
    messages = [{"role": "user", "content": "read it all"}]
    for number in range(turn):
        arguments = json.dumps({"page": number})
        call = {"id": f"call_{number}", "type": "function", "function": {"name": "read", "arguments": arguments}}
        messages.append({"role": "assistant", "content": None, "tool_calls": [call]})
        messages.append({"role": "tool", "tool_call_id": f"call_{number}", "content": RESULT})
    return messages


def converse(tollgate, run: str, turns: int, change=lambda turn: {}) -> int:
    """How many turns of a conversation are admitted, each of whose requests says all that was said before."""
    for turn in range(turns):
        body = {"model": "gpt-4.1", "max_tokens": OUTPUT_TOKENS, "messages": talk(turn)} | change(turn)
        status, _, answer = post(tollgate, CHAT, body, run)
        if status == 402:
            return turn
        assert status == 200, answer
        settled(tollgate, run, turn + 1)
    return turns


def spent(tollgate, run: str) -> float:
    [window] = [window for window in tollgate.json("/api/v1/budgets/cap")["windows"] if window["scope"] == f"run={run}"]
    assert window["reserved"] == "0 USD"
    return float(window["spent"].split()[0])


def test_a_long_conversation_goes_on_where_its_bytes_alone_would_be_refused(tmp_path):
    # Eleven turns cost some 0.55 USD, the last one 0.1 USD of that; by its bytes alone it could cost 0.4 USD.
    with guarded(tmp_path, "0.70 USD") as (tollgate, provider):
        assert converse(tollgate, "known", 11) == 11
        used = sum(provider.prompts) * 2e-6 + 11 * OUTPUT_TOKENS * 8e-6
        assert spent(tollgate, "known") <= 0.70
        assert spent(tollgate, "known") <= used * 1.001
        # The same talk, of which no request goes on with the last one's instructions.
        admitted = converse(tollgate, "unknown", 11, lambda turn: {"seed": turn})
        assert admitted < 10
        assert spent(tollgate, "unknown") <= 0.70
        assert tollgate.metric("tollgate_budget_overruns_total", budget="cap") == 0


def test_the_bound_is_never_below_what_is_reported_however_a_conversation_changes(tmp_path):
    changes = [
        lambda messages: messages,
        lambda messages: [{"role": "system", "content": RESULT}] + messages,
        lambda messages: [{"role": "user", "content": RESULT + "!"}] + messages[1:],
        lambda messages: messages[:1] + messages[3:],
        lambda messages: messages + [{"role": "user", "content": RESULT}],
    ]
    with guarded(tmp_path, "5 USD") as (tollgate, provider):
        run = "r"
        for number, change in enumerate(changes * 2):
            body = {"model": "gpt-4.1", "max_tokens": OUTPUT_TOKENS, "messages": change(talk(number))}
            status, headers, _ = post(tollgate, CHAT, body, run)
            assert status == 200
            query = f"model=gpt-4.1&provider=openai&run={run}&call={headers['x-tollgate-call']}"
            prompt = tollgate.json(f"/api/v1/explain?{query}")["prompt"]
            bounds = [prompt["tokens_by_bytes"], prompt["tokens_by_report"]]
            assert min(bound for bound in bounds if bound is not None) >= provider.prompts[-1]
            settled(tollgate, run, number + 1)
        assert tollgate.metric("tollgate_budget_overruns_total", budget="cap") == 0


def test_explain_says_both_bounds_of_a_call_and_which_was_taken(tmp_path):
    with guarded(tmp_path, "5 USD") as (tollgate, provider):
        ids = []
        for turn in (4, 5):
            body = {"model": "gpt-4.1", "max_tokens": OUTPUT_TOKENS, "messages": talk(turn)}
            ids.append(post(tollgate, CHAT, body, "r")[1]["x-tollgate-call"])
            settled(tollgate, "r", len(ids))
        question = ("explain", "--model", "gpt-4.1", "--provider", "openai", "--run", "r", "--call")
        first, second = [command(tollgate, *question, identifier)["prompt"] for identifier in ids]
        assert first["tokens_by_report"] is None and first["taken"] == "bytes"
        assert second["taken"] == "predecessor"
        assert second["tokens_by_bytes"] > 2 * second["tokens_by_report"] > 2 * provider.prompts[-1]
        status, _, _ = tollgate.get("/api/v1/explain?model=gpt-4.1&provider=openai&call=0000000000001")
        assert status == 404


def test_claude_moves_its_marks_and_thinks(tmp_path):
    """Marks of caching stand at the end of each request; thoughts are sent again, or left out."""

    def body(turn: int, thinks: bool) -> dict:
        messages = []
        for number in range(turn + 1):
            mark = {"cache_control": {"type": "ephemeral"}} if number == turn else {}
            messages.append({"role": "user", "content": [{"type": "text", "text": RESULT} | mark]})
            if number < turn:
                thought = {"type": "thinking", "thinking": "hm " * 50, "signature": "c2ln" * 20}
                said = [{"type": "text", "text": "ok"}]
                messages.append({"role": "assistant", "content": ([thought] if thinks else []) + said})
        system = [{"type": "text", "text": f"x-anthropic-billing-header: cc_prev_req=req_{turn};"}]
        system.append({"type": "text", "text": "Be brief."})
        return {
            "model": "claude-sonnet-4-5",
            "max_tokens": OUTPUT_TOKENS,
            "metadata": {"user_id": f"u{turn}"},
            "system": system,
            "messages": messages,
        }

    with guarded(tmp_path, "20 USD") as (tollgate, provider):
        for turn in range(6):
            status, headers, answer = post(
                tollgate, MESSAGES, body(turn, thinks=turn < 4), "r", {"anthropic-version": "2023-06-01"}
            )
            assert status == 200, answer
            query = f"model=claude-sonnet-4-5&provider=anthropic&run=r&call={headers['x-tollgate-call']}"
            prompt = tollgate.json(f"/api/v1/explain?{query}")["prompt"]
            if turn:
                assert prompt["taken"] == "predecessor", f"turn {turn}: {prompt}"
                assert prompt["tokens_by_report"] >= provider.prompts[-1]
            settled(tollgate, "r", turn + 1)
        # What is asked of another header is another prompt.
        fields = {"anthropic-version": "2023-06-01", "anthropic-beta": "something-2026-01-01"}
        _, headers, _ = post(tollgate, MESSAGES, body(6, thinks=False), "r", fields)
        query = f"model=claude-sonnet-4-5&provider=anthropic&run=r&call={headers['x-tollgate-call']}"
        assert tollgate.json(f"/api/v1/explain?{query}")["prompt"]["tokens_by_report"] is None


def test_a_request_that_follows_a_known_response_is_bounded(tmp_path):
    with guarded(tmp_path, "1 USD") as (tollgate, provider):

        def ask(previous: str | None, **more):
            body = {"model": "gpt-4.1", "max_output_tokens": OUTPUT_TOKENS, "input": RESULT} | more
            return post(tollgate, RESPONSES, body | ({"previous_response_id": previous} if previous else {}), "r")

        status, _, answer = ask("resp_of_somebody")
        assert status == 402 and answer["error"]["code"] == "budget_unbounded"
        previous = None
        for turn in range(5):
            status, headers, answer = ask(previous)
            assert status == 200, answer
            query = f"model=gpt-4.1&provider=openai&run=r&call={headers['x-tollgate-call']}"
            prompt = tollgate.json(f"/api/v1/explain?{query}")["prompt"]
            assert prompt["taken"] == ("response" if previous else "bytes")
            assert (prompt["tokens_by_report"] or prompt["tokens_by_bytes"]) >= provider.prompts[-1]
            previous = answer["id"]
            settled(tollgate, "r", turn + 1)
        # Other instructions may bring back what was left out, and `truncation` may have left it out.
        assert ask(previous, instructions="Be kind.")[0] == 402
        assert ask(previous, truncation="auto")[0] == 402
        assert tollgate.metric("tollgate_budget_overruns_total", budget="cap") == 0


@pytest.mark.parametrize("kind", ["chat", "response"])
def test_what_was_reported_outlives_a_restart(tmp_path, kind):
    with guarded(tmp_path, "1 USD") as (tollgate, _):
        if kind == "chat":
            path, first = CHAT, {"model": "gpt-4.1", "max_tokens": OUTPUT_TOKENS, "messages": talk(3)}
            second = first | {"messages": talk(4)}
        else:
            path, first = RESPONSES, {"model": "gpt-4.1", "max_output_tokens": OUTPUT_TOKENS, "input": RESULT}
            second = first | {"previous_response_id": "resp_1"}
        assert post(tollgate, path, first, "r")[0] == 200
        settled(tollgate, "r", 1)
        tollgate.terminate()
        tollgate.start()
        status, headers, answer = post(tollgate, path, second, "r")
        assert status == 200, answer
        query = f"model=gpt-4.1&provider=openai&run=r&call={headers['x-tollgate-call']}"
        taken = tollgate.json(f"/api/v1/explain?{query}")["prompt"]["taken"]
        assert taken == ("predecessor" if kind == "chat" else "response")
