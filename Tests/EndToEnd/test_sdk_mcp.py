"""The Model Context Protocol's own Python package, client and server, with Tollgate between them."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError

from harness.raw_client import ask
from harness.tollgate_process import die_with_the_tests, free_port
from harness.waiting import eventually

HERE = Path(__file__).parent
WHO = {"agent": "researcher", "workflow": "nightly"}
# How the server answers, and which revision the client speaks.
SERVERS = {"events": [], "json": ["json"], "stateless": ["stateless"]}
REVISIONS = {"sessions": "legacy", "2026-07-28": "2026-07-28"}


@pytest.fixture(scope="module", params=SERVERS)
def server(request):
    """The address of a real server."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "harness.mcp_server", str(port), *SERVERS[request.param]],
        cwd=HERE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=die_with_the_tests,
    )
    try:
        eventually(lambda: answers(port), what="the server of tools")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)


def answers(port: int) -> bool:
    try:
        return ask(port, "GET", "/mcp").status > 0
    except OSError:
        return False


@pytest.fixture
def tollgate(server, make_tollgate):
    return make_tollgate(None, {"providers": {"tools": {"base_url": server, "dialect": "mcp"}}})


def address(tollgate) -> str:
    return f"{tollgate.url}/agent/researcher/workflow/nightly/tools/mcp"


def tool_calls(tollgate, expected: int) -> list[dict]:
    """The rows of calls that are to a tool, oldest first."""

    def found():
        rows = [row for row in tollgate.calls() if row["tool_calls"]]
        return rows[::-1] if sum(len(row["tool_calls"]) for row in rows) >= expected else None

    rows = eventually(found, what=f"{expected} tool calls")
    assert sum(len(row["tool_calls"]) for row in rows) == expected
    return rows


@pytest.mark.parametrize("mode", REVISIONS.values(), ids=REVISIONS)
def test_tools_are_called_and_counted(tollgate, mode):
    """Results, progress, failures of tools and of the protocol arrive as without Tollgate, and each call is one row."""
    progress = []

    async def note(done, total, message):
        progress.append(done)

    async def work():
        async with Client(address(tollgate), mode=mode) as client:
            assert {tool.name for tool in (await client.list_tools()).tools} >= {"add", "fail", "count_to"}
            added = await client.call_tool("add", {"a": 19, "b": 23})
            counted = await client.call_tool("count_to", {"n": 3}, progress_callback=note)
            failed = await client.call_tool("fail", {"reason": "no"})
            rain = await client.call_tool("wetter_für_köln", {})
            return added, counted, failed, rain

    added, counted, failed, rain = asyncio.run(work())
    assert added.content[0].text == "42" and not added.is_error
    assert counted.content[0].text == "3 counted"
    assert failed.is_error
    assert rain.content[0].text == "Regen"

    rows = tool_calls(tollgate, expected=4)
    assert [row["tool_calls"][0]["name"] for row in rows] == ["add", "count_to", "fail", "wetter_für_köln"]
    assert [row["outcome"] for row in rows] == ["ok", "ok", "upstream_error", "ok"]
    assert [row["error"] for row in rows] == [None, None, "tool_error", None]
    for row in rows:
        assert (row["provider"], row["dialect"], row["cost_pico_usd"]) == ("tools", "mcp", 0)
        assert (row["agent"], row["workflow"]) == ("researcher", "nightly")

    def counted_as(name, **labels):
        return tollgate.metric(name, server="tools", **labels)

    assert counted_as("tollgate_tool_calls_total", tool="add", **WHO) == 1
    assert counted_as("tollgate_tool_results_total", tool="add", outcome="ok", **WHO) == 1
    assert counted_as("tollgate_tool_results_total", tool="fail", outcome="error", **WHO) == 1
    assert counted_as("tollgate_tool_duration_seconds_count", tool="count_to") == 1
    assert counted_as("tollgate_tool_duration_seconds_sum", tool="count_to") >= 0.03
    assert tollgate.metric("tollgate_unmetered_requests_total", provider="tools") == 0


def test_progress_arrives_while_the_tool_works(tollgate, server, request):
    """Notifications pass as they come; a server that answers with a document has none to send."""
    seen = []

    async def note(done, total, message):
        seen.append(done)

    async def work():
        async with Client(address(tollgate), mode="legacy") as client:
            await client.call_tool("count_to", {"n": 4}, progress_callback=note)

    asyncio.run(work())
    answers_with_events = "json" not in request.node.callspec.params["server"]
    assert seen == ([0, 1, 2, 3] if answers_with_events else seen)


@pytest.mark.parametrize("mode", REVISIONS.values(), ids=REVISIONS)
def test_a_tool_that_is_not_there_fails_as_without_tollgate(tollgate, server, mode):
    """The answer is the server's own, and the call counts as one that failed."""

    async def ask_for_nothing(url):
        async with Client(url, mode=mode) as client:
            try:
                result = await client.call_tool("nothing", {})
                return result.is_error, result.content[0].text
            except MCPError as error:
                return type(error).__name__, str(error)

    direct = asyncio.run(ask_for_nothing(f"{server}/mcp"))
    assert asyncio.run(ask_for_nothing(address(tollgate))) == direct
    row = tool_calls(tollgate, expected=1)[0]
    assert row["tool_calls"][0]["name"] == "nothing"
    assert row["outcome"] in ("upstream_error", "client_error")
    assert row["error"]
    assert tollgate.metric("tollgate_tool_results_total", tool="nothing", outcome="error", server="tools") == 1


def test_tools_can_be_called_at_once(tollgate):
    """A fan-out over one session: every call is counted, and gets its own answer."""

    async def work():
        async with Client(address(tollgate), mode="legacy") as client:
            results = await asyncio.gather(*(client.call_tool("add", {"a": n, "b": 1}) for n in range(12)))
            return [result.content[0].text for result in results]

    assert asyncio.run(work()) == [str(n + 1) for n in range(12)]
    rows = tool_calls(tollgate, expected=12)
    assert {row["tool_calls"][0]["name"] for row in rows} == {"add"}
    assert tollgate.metric("tollgate_tool_calls_total", tool="add", server="tools", **WHO) == 12


def test_two_sessions_with_the_same_ids_are_kept_apart(tollgate):
    """Every session counts its messages from the start."""

    async def work():
        async with Client(address(tollgate), mode="legacy") as one, Client(address(tollgate), mode="legacy") as two:
            await one.call_tool("add", {"a": 1, "b": 1})
            await two.call_tool("add", {"a": 2, "b": 2})

    asyncio.run(work())
    tool_calls(tollgate, expected=2)


# What the package's own server does not send.


@pytest.fixture
def scripted(make_stub, make_tollgate):
    """A server that answers as a test says, which the path's end alone tells to be one."""
    stub = make_stub()
    return stub, make_tollgate({"tools": stub.url})


def reply(status: int, body: bytes):
    def answer(exchange):
        exchange.read_body()
        exchange.respond(status, body, [("Content-Type", "application/json")])

    return answer


def post(tollgate, body):
    fields = [("Content-Type", "application/json"), ("Accept", "application/json, text/event-stream")]
    return ask(tollgate.port, "POST", "/tools/mcp", json.dumps(body).encode(), fields)


def message(identifier, name="search") -> dict:
    return {"jsonrpc": "2.0", "id": identifier, "method": "tools/call", "params": {"name": name, "arguments": {}}}


def result(identifier, **members) -> dict:
    return {"jsonrpc": "2.0", "id": identifier, "result": {"content": [], **members}}


def test_a_list_of_messages_is_as_many_calls(scripted):
    stub, tollgate = scripted
    stub.answer = reply(200, json.dumps([result(2, isError=True), result(1)]).encode())
    assert post(tollgate, [message(1, "a"), message(2, "b"), message(3, "a")]).status == 200
    row = tool_calls(tollgate, expected=3)[0]
    assert [one["name"] for one in row["tool_calls"]] == ["a", "b", "a"]
    assert row["error"] == "tool_error"
    assert tollgate.metric("tollgate_tool_calls_total", tool="a", server="tools") == 2
    assert tollgate.metric("tollgate_tool_results_total", tool="b", outcome="error", server="tools") == 1


def test_a_call_whose_answer_comes_elsewhere_has_no_outcome(scripted):
    """The transport of 2024-11-05 answers on a stream of its own."""
    stub, tollgate = scripted
    stub.answer = reply(202, b"")
    assert post(tollgate, message(1)).status == 202
    assert tool_calls(tollgate, expected=1)[0]["outcome"] == "ok"
    assert tollgate.series("tollgate_tool_results_total") == []


def test_notifications_are_no_tools(scripted):
    stub, tollgate = scripted
    stub.answer = reply(202, b"")
    assert post(tollgate, {"jsonrpc": "2.0", "method": "notifications/initialized"}).status == 202
    row = eventually(tollgate.calls, what="a row")[0]
    assert (row["tool_calls"], row["cost_pico_usd"], row["dialect"]) == ([], 0, "mcp")
    assert tollgate.series("tollgate_tool_calls_total") == []


def test_a_server_that_cannot_be_reached_is_a_tool_that_failed(make_tollgate):
    tollgate = make_tollgate({"tools": f"http://127.0.0.1:{free_port()}"})
    answer = post(tollgate, message(1))
    assert answer.status == 502
    assert json.loads(answer.body)["jsonrpc"] == "2.0"
    assert tool_calls(tollgate, expected=1)[0]["outcome"] == "upstream_error"
    assert tollgate.metric("tollgate_tool_results_total", tool="search", outcome="error", server="tools") == 1
