"""Budgets and WebSockets: each response on a socket is a call of its own, which a budget admits, or ends the socket for."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from test_websockets import USAGE, answer, event, make_upstream  # noqa: F401
from websockets.exceptions import ConnectionClosed

from harness.socket_upstream import opened
from harness.waiting import eventually

PICODOLLARS = 10**12
# gpt-4.1: 2 USD a million of input, 8 of output.
PROMPT_TOKENS, OUTPUT_TOKENS = 20, 50
COST = PROMPT_TOKENS * 2_000_000 + OUTPUT_TOKENS * 8_000_000


class ResponsesServer:
    """Answers each `response.create` of a Responses socket with as much as it may."""

    def __init__(self):
        self.asked = 0
        self._lock = threading.Lock()

    def __call__(self, socket):
        for message in socket:
            if json.loads(message)["type"] != "response.create":
                continue
            with self._lock:
                self.asked += 1
                identity = f"resp_{self.asked}"
            usage = {
                "input_tokens": PROMPT_TOKENS, "output_tokens": OUTPUT_TOKENS, "total_tokens": PROMPT_TOKENS + OUTPUT_TOKENS,
                "input_tokens_details": {"cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 0},
            }  # fmt: skip
            head = {"id": identity, "object": "response", "model": "gpt-4.1", "output": []}
            socket.send(event("response.created", response=head | {"status": "in_progress", "usage": None}))
            socket.send(event("response.output_text.delta", delta="Hello", item_id="m", output_index=0, content_index=0))
            socket.send(event("response.completed", response=head | {"status": "completed", "usage": usage}))


def create() -> str:
    return event("response.create", model="gpt-4.1", input="one two three", max_output_tokens=OUTPUT_TOKENS)


def converse(tollgate, responses: int, path: str = "/openai/v1/responses") -> tuple[int, ConnectionClosed | None]:
    """Asks for responses one after another on one socket: how many came, and how the socket was closed, if it was."""
    with opened(tollgate, path) as socket:
        for number in range(responses):
            try:
                socket.send(create())
                while json.loads(socket.recv(timeout=20))["type"] != "response.completed":
                    pass
            except ConnectionClosed as closed:
                return number, closed
        return responses, None


def window(tollgate) -> dict:
    """What a budget has, once nothing is reserved."""

    def settled():
        [found] = tollgate.json("/api/v1/budgets/cap")["windows"]
        return found["reserved"].startswith("0 ") and found

    return eventually(settled, what="no reservation")


def test_a_budget_that_is_used_up_ends_the_socket_and_says_why(make_upstream, make_tollgate):  # noqa: F811
    server = ResponsesServer()
    upstream = make_upstream(server)
    tollgate = make_tollgate({"openai": upstream.url}, config={"budgets": [{"name": "cap", "limit": "3 calls"}]})
    came, closed = converse(tollgate, 10)
    assert (came, server.asked) == (3, 3)
    assert closed.rcvd.code == 1008 and "budget_exhausted" in closed.rcvd.reason
    assert window(tollgate)["spent"] == "3 calls"
    # So is the first response on another one.
    assert converse(tollgate, 1)[0] == 0 and server.asked == 3


@pytest.mark.parametrize("bound", ["hard", "expected"])
def test_many_sockets_at_once_share_a_limit(make_upstream, make_tollgate, bound):  # noqa: F811
    """Hard: never more than the limit; expected: no more than the calls that were under way pass it."""
    server = ResponsesServer()
    upstream = make_upstream(server)
    limit = 40 * COST
    budget = {"name": "cap", "limit": f"{limit / PICODOLLARS:.12f} USD", "bound": bound}
    tollgate = make_tollgate({"openai": upstream.url}, config={"budgets": [budget]})
    sockets = 16
    with ThreadPoolExecutor(sockets) as clients:
        ended = list(clients.map(lambda _: converse(tollgate, 10), range(sockets)))
    assert all(closed is None or closed.rcvd.code in (1008, 1013) for _, closed in ended)
    window(tollgate)
    paid = sum(call["cost_pico_usd"] or 0 for call in tollgate.calls())
    assert paid == server.asked * COST
    assert paid <= limit + (0 if bound == "hard" else sockets * COST)
    assert paid >= limit // 2, "the limit is there to be used"
    assert tollgate.metric("tollgate_budget_overruns_total", budget="cap") == 0 or bound == "expected"


def test_a_budget_that_observes_changes_nothing(make_upstream, make_tollgate):  # noqa: F811
    server = ResponsesServer()
    upstream = make_upstream(server)
    budget = {"name": "cap", "limit": "3 calls", "mode": "observe"}
    tollgate = make_tollgate({"openai": upstream.url}, config={"budgets": [budget]})
    assert converse(tollgate, 10) == (10, None)
    assert tollgate.metric("tollgate_budget_decisions_total", budget="cap", decision="would_deny") == 7


def test_a_realtime_response_waits_for_nobody(make_upstream, make_tollgate):  # noqa: F811
    """What the limit of tokens leaves is reserved by others: the socket is closed so that its client tries again."""
    goes_on = threading.Event()

    def script(socket):
        for message in socket:
            if json.loads(message)["type"] == "response.create":
                goes_on.wait(20)
                answer(socket, "resp_1", USAGE)

    upstream = make_upstream(script)
    budget = {"name": "cap", "limit": "1 calls"}
    tollgate = make_tollgate({"openai": upstream.url}, config={"budgets": [budget]})
    path = "/openai/v1/realtime?model=gpt-realtime"
    with opened(tollgate, path) as first:
        first.send(event("response.create", response={"max_output_tokens": 50}))
        eventually(lambda: tollgate.json("/api/v1/budgets/cap")["windows"][0]["reserved"] == "1 calls", what="it")
        with opened(tollgate, path) as second, pytest.raises(ConnectionClosed) as closed:
            second.send(event("response.create", response={"max_output_tokens": 50}))
            second.recv(timeout=20)
        assert closed.value.rcvd.code == 1013 and "budget_contended" in closed.value.rcvd.reason
        goes_on.set()
        while json.loads(first.recv(timeout=20))["type"] != "response.done":
            pass
    assert window(tollgate)["spent"] == "1 calls"
