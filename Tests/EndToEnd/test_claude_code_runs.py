"""Claude Code's documented headers: a session is a run, its sub-agents are the branches of its tree.

https://code.claude.com/docs/en/llm-gateway-protocol: every request has the session's id; a sub-agent's has an id of its own, and
one that a sub-agent started has that one's too. The requests of the main conversation have neither.
"""

import asyncio
from uuid import uuid4

import anthropic

from harness.run_tree import Call, shown
from harness.scripted_model import say, use
from harness.tollgate_process import run_tollgate
from harness.waiting import eventually

MODEL = "claude-sonnet-5"
BASH = ("Bash", {"command": "ls"})


def task(prompt: str, agent: str, kind: str) -> tuple[str, dict]:
    return "Task", {"prompt": prompt, "subagent_type": kind, "agent": agent}


def script(*failures: int) -> dict:
    return {
        "Name this": [say("A bug")],
        "Fix": [
            use(BASH, ("Read", {"path": "a.py"})),
            use(task("Search here.", "a1", "Explore"), task("Search there.", "a2", "general-purpose")),
            say("Fixed."),
            use(BASH),
            say("Tested."),
        ],
        "Search here": [use(BASH, failures=failures), use(BASH, BASH), say("Nothing here.")],
        "Search there": [use(task("Search deeper.", "b1", "Explore"), BASH), say("Found.")],
        "Search deeper": [use(BASH), say("Deeper.")],
    }


def calls(node: str | None, parent: str | None, depth: int, *calls: Call) -> list[Call]:
    return [Call("session", call.tools, call.results, call.status, call.retry, node, parent, depth) for call in calls]


def first(*tools: str) -> Call:
    return Call("session", list(tools))


def answer(results: int, *tools: str) -> Call:
    return Call("session", list(tools), results)


# By agent: the calls of agents that work at the same time have no order.
SESSION = {
    None: calls(
        None, None, 0, first(), first("Bash", "Read"), answer(2, "Task", "Task"), answer(2), first("Bash"), answer(1)
    ),
    "a1": calls(
        "a1",
        None,
        1,
        Call("session", status=529),
        Call("session", ["Bash"], retry=True),
        answer(1, "Bash", "Bash"),
        answer(2),
    ),
    "a2": calls("a2", None, 1, first("Task", "Bash"), answer(2)),
    "b1": calls("b1", "a2", 2, first("Bash"), answer(1)),
}


class ClaudeCode:
    """Asks as Claude Code does, with sub-agents that work at the same time."""

    def __init__(self, url: str, session: str):
        fields = {
            "user-agent": "claude-cli/2.1.330 (external, cli)",
            "x-app": "cli",
            "x-claude-code-session-id": session,
        }
        self.client = anthropic.AsyncAnthropic(
            base_url=f"{url}/anthropic", auth_token="sk-test", default_headers=fields
        )

    async def session(self):
        await self.agent(["Name this conversation."], {"x-claude-code-request-class": "auxiliary"})
        await self.agent(["Fix the bug.", "Test it."], {"x-claude-code-request-class": "main"})

    async def agent(self, prompts: list[str], fields: dict[str, str]):
        said = []
        for prompt in prompts:
            said.append({"role": "user", "content": [{"type": "text", "text": prompt}]})
            while True:
                async with self.client.messages.stream(
                    model=MODEL, max_tokens=1000, messages=said, extra_headers=fields
                ) as stream:
                    reply = await stream.get_final_message()
                said.append({"role": "assistant", "content": [one.model_dump() for one in reply.content]})
                used = [one for one in reply.content if one.type == "tool_use"]
                if not used:
                    break
                results = await asyncio.gather(*(self.use(one, fields) for one in used))
                said.append({"role": "user", "content": list(results)})

    async def use(self, tool, fields: dict[str, str]) -> dict:
        if tool.name == "Task":
            own = {
                "x-claude-code-request-class": "subagent",
                "x-claude-code-agent-type": tool.input["subagent_type"],
                "x-claude-code-agent-id": tool.input["agent"],
            }
            if parent := fields.get("x-claude-code-agent-id"):
                own["x-claude-code-parent-agent-id"] = parent
            await self.agent([tool.input["prompt"]], own)
        return {"type": "tool_result", "tool_use_id": tool.id, "content": "Done."}


def by_agent(calls: list[Call]) -> dict[str | None, list[Call]]:
    return {node: [call for call in calls if call.node == node] for node in {call.node for call in calls}}


def test_a_session_is_a_run_and_its_sub_agents_are_its_branches(scripted, finish):
    tollgate, stub = scripted(script(529))
    session = str(uuid4())
    finish(ClaudeCode(tollgate.url, session).session())
    [run] = shown(tollgate, len(stub.received))
    assert run.name == session and run.children == []
    assert by_agent(run.calls) == SESSION
    agents = {call["node"]: call["agent"] for call in tollgate.calls()}
    assert agents == {
        None: "claude-code",
        "a1": "claude-code/Explore",
        "a2": "claude-code/general-purpose",
        "b1": "claude-code/Explore",
    }
    access = ["--control", tollgate.control_url, "--data", str(tollgate.data)]
    lines = run_tollgate("run", "show", session, *access).stdout.splitlines()
    branches = [line for line in lines if "agent claude-code/" in line]
    indents = {line.split("[")[1].split("]")[0]: line.index("agent") for line in branches}
    assert indents["a1"] == indents["a2"] < indents["b1"]


def test_sessions_that_say_the_same_at_the_same_moment_are_runs_of_their_own(scripted, finish):
    tollgate, stub = scripted(script())
    sessions = [str(uuid4()) for _ in range(3)]

    async def all_at_once():
        await asyncio.gather(*(ClaudeCode(tollgate.url, session).session() for session in sessions))

    finish(all_at_once())
    runs = shown(tollgate, len(stub.received))
    assert sorted(run.name for run in runs) == sorted(sessions)
    unfailing = SESSION | {"a1": calls("a1", None, 1, first("Bash"), *SESSION["a1"][2:])}
    assert [by_agent(run.calls) for run in runs] == [unfailing] * 3


def test_what_claude_code_measured_of_its_tools_is_what_they_took(scripted, finish):
    """A tool that waits for a person's permission did not take that long; of two calls at a time each has its own time."""
    tools = use(BASH, ("mcp__files__read all", {"path": "a"}), ("Write", {"path": "b"}))
    tollgate, _ = scripted({"Fix": [tools, say("Fixed.")]})
    session = str(uuid4())

    async def agent():
        client = ClaudeCode(tollgate.url, session).client
        said = [{"role": "user", "content": "Fix the bug."}]
        reply = await client.messages.create(model=MODEL, max_tokens=1000, messages=said)
        await asyncio.sleep(1.5)
        results = [{"type": "tool_result", "tool_use_id": one.id, "content": "Done."} for one in reply.content]
        results[2] |= {"is_error": True, "content": "The user does not want this."}
        said += [
            {"role": "assistant", "content": [one.model_dump() for one in reply.content]},
            {"role": "user", "content": results},
        ]
        # What was denied did not run, and has no entry.
        measured = {"x-claude-code-prev-tool-durations": "mcp__files__read%20all=9;Bash=742"}
        await client.messages.create(model=MODEL, max_tokens=1000, messages=said, extra_headers=measured)

    finish(agent())
    eventually(lambda: len(tollgate.calls()) == 2, what="both calls")
    shown = tollgate.json(f"/api/v1/runs/{session}")
    took = {tool["name"]: tool["took_ms"] for tool in shown["calls"][0]["tools"]}
    assert took.pop("Write") >= 1_500
    assert took == {"Bash": 742, "mcp__files__read all": 9}
    sums = {labels["tool"]: value for labels, value in tollgate.series("tollgate_tool_duration_seconds_sum")}
    assert sums["Bash"] == 0.742 and sums["mcp__files__read all"] == 0.009 and sums["Write"] >= 1.5
    access = ["--control", tollgate.control_url, "--data", str(tollgate.data)]
    assert run_tollgate("run", "end", session, *access).returncode == 0
    ended = tollgate.json(f"/api/v1/runs/{session}")["end"]
    by_name = {tool["name"]: tool["took_ms"] for tool in ended["tools"]}
    assert by_name["Bash"] == 742 and by_name["mcp__files__read all"] == 9
