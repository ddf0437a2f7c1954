"""Agents of real frameworks, with nothing changed but the base URL: the runs that come of them are those that were written down.

Nothing tells which agent an agent was started by, where a framework says nothing of it: an agent that is a tool of another one has
a run of its own.
"""

import asyncio

import pytest

from harness.agents import FRAMEWORKS, Framework, broken, clock, weather
from harness.run_tree import Call, Run, ordered, shown, tool_results
from harness.scripted_model import say, use

INSTRUCTIONS = "You are an agent. Use your tools."
# How often the looping agent calls its tool.
ROUNDS = 8


ROME, OSLO = {"city": "Rome"}, {"city": "Oslo"}

PARALLEL = {"Compare": [use(("weather", ROME), ("weather", OSLO), ("clock", ROME)), say("Rome is warmer.")]}
PARALLEL_RUN = Run([Call("new", ["weather", "weather", "clock"]), Call("tool_call", results=3)])

RETRIED = {
    "Compare": [
        use(("weather", ROME), failures=(500,)),
        use(("clock", ROME)),
        say("It is warm.", failures=(429, 503)),
    ]
}
RETRIED_RUN = Run(
    [
        Call("new", status=500),
        Call("messages", ["weather"], retry=True),
        Call("tool_call", ["clock"], results=1),
        Call("tool_call", results=1, status=429),
        # What is sent again brings results that were counted.
        Call("tool_call", status=503, retry=True),
        Call("tool_call", retry=True),
    ]
)

LOOP = {"Watch": [use(("weather", ROME)) for _ in range(ROUNDS)] + [say("Nothing changes.")]}
LOOP_RUN = Run(
    [Call("new", ["weather"])]
    + [Call("tool_call", ["weather"], results=1) for _ in range(ROUNDS - 1)]
    + [Call("tool_call", results=1)]
)

FAILING = {"Tell": [use(("broken", ROME)), use(("broken", OSLO), ("weather", OSLO)), say("I cannot tell.")]}
FAILING_RUN = Run(
    [Call("new", ["broken"]), Call("tool_call", ["broken", "weather"], results=1), Call("tool_call", results=2)]
)

CONVERSATION = {
    "Compare": [
        use(("weather", ROME), ("weather", OSLO)),
        say("Rome."),
        say("Rome, too."),
        use(("clock", OSLO)),
        say("14:05."),
    ]
}
CONVERSATION_RUN = Run(
    [
        Call("new", ["weather", "weather"]),
        Call("tool_call", results=2),
        Call("messages"),
        Call("messages", ["clock"]),
        Call("tool_call", results=1),
    ]
)

NESTED = {
    "Plan": [use(("ask_expert", {"question": "Where?"}), ("ask_expert", {"question": "Where?"})), say("To Rome.")],
    "Where?": [use(("weather", ROME), ("ask_clock", {"question": "When?"})), say("Rome.")],
    "When?": [use(("clock", ROME)), say("At noon.")],
}
# The experts are asked the same at the same moment.
EXPERT_RUN = Run([Call("new", ["weather", "ask_clock"]), Call("tool_call", results=2)])
CLOCK_RUN = Run([Call("new", ["clock"]), Call("tool_call", results=1)])
NESTED_RUNS = [
    Run([Call("new", ["ask_expert", "ask_expert"]), Call("tool_call", results=2)]),
    *[EXPERT_RUN] * 2,
    *[CLOCK_RUN] * 2,
]


each_framework = pytest.mark.parametrize("framework", FRAMEWORKS, ids=str)
each_way = pytest.mark.parametrize("is_stream", [False, True], ids=["whole", "stream"])


@each_framework
@each_way
def test_parallel_tools_of_a_reply_are_its_width(framework: Framework, is_stream, scripted, finish):
    tollgate, stub = scripted(PARALLEL)
    prompts = ["Compare Rome and Oslo."]
    words = finish(framework.run(tollgate.url, INSTRUCTIONS, prompts, [weather, clock], is_stream))
    assert words.strip() == "Rome is warmer."
    assert shown(tollgate, len(stub.received)) == [PARALLEL_RUN]


@each_framework
@each_way
def test_what_an_sdk_sends_again_belongs_to_its_run(framework: Framework, is_stream, scripted, finish):
    tollgate, stub = scripted(RETRIED)
    finish(framework.run(tollgate.url, INSTRUCTIONS, ["Compare the two."], [weather, clock], is_stream))
    assert shown(tollgate, len(stub.received)) == [RETRIED_RUN]
    assert tool_results(tollgate) == {("weather", "ok"): 1, ("clock", "ok"): 1}


@each_framework
def test_a_loop_is_counted_to_its_end(framework: Framework, scripted, finish):
    tollgate, stub = scripted(LOOP)
    finish(framework.run(tollgate.url, INSTRUCTIONS, ["Watch the weather."], [weather]))
    assert shown(tollgate, len(stub.received)) == [LOOP_RUN]
    assert tool_results(tollgate) == {("weather", "ok"): ROUNDS}


@each_framework
def test_a_tool_that_fails_is_told_from_one_that_does_not(framework: Framework, scripted, finish):
    tollgate, stub = scripted(FAILING)
    finish(framework.run(tollgate.url, INSTRUCTIONS, ["Tell the tide."], [weather, broken]))
    assert shown(tollgate, len(stub.received)) == [FAILING_RUN]
    assert tool_results(tollgate) == {("broken", "error"): 2, ("weather", "ok"): 1}


@each_framework
@each_way
def test_a_conversation_goes_on_in_its_run(framework: Framework, is_stream, scripted, finish):
    tollgate, stub = scripted(CONVERSATION)
    prompts = ["Compare Rome and Oslo.", "And tomorrow?", "What time is it?"]
    words = finish(framework.run(tollgate.url, INSTRUCTIONS, prompts, [weather, clock], is_stream))
    assert words.strip() == "14:05."
    assert shown(tollgate, len(stub.received)) == [CONVERSATION_RUN]


@each_framework
def test_agents_that_are_tools_of_others_have_runs_of_their_own(framework: Framework, scripted, finish):
    tollgate, stub = scripted(NESTED)

    async def ask_clock(question: str) -> str:
        """Asks an agent with a clock."""
        return await framework.run(tollgate.url, "You have a clock.", [question], [clock])

    async def ask_expert(question: str) -> str:
        """Asks an expert."""
        return await framework.run(tollgate.url, "You are an expert.", [question], [weather, ask_clock])

    assert finish(framework.run(tollgate.url, INSTRUCTIONS, ["Plan a trip."], [ask_expert])) == "To Rome."
    assert shown(tollgate, len(stub.received)) == ordered(NESTED_RUNS)


@each_framework
def test_agents_that_say_the_same_at_the_same_moment_are_told_apart_by_their_tool_calls(framework, scripted, finish):
    tollgate, stub = scripted(PARALLEL)

    async def all_at_once():
        prompts = ["Compare Rome and Oslo."]
        await asyncio.gather(*(framework.run(tollgate.url, INSTRUCTIONS, prompts, [weather, clock]) for _ in range(4)))

    finish(all_at_once())
    assert shown(tollgate, len(stub.received)) == [PARALLEL_RUN] * 4


@each_framework
@pytest.mark.parametrize("new_id", ["call_{turn}_{place}", "call_{place}"])
def test_ids_of_tool_calls_that_others_have_too_are_told_apart_by_their_words(framework, new_id, scripted, finish):
    if framework.name == "openai-agents" and "turn" not in new_id:
        pytest.skip("openai-agents keeps one result of those that have the same id, and asks for ever")
    names = ["Watch Rome.", "Watch Oslo.", "Watch Bonn."]
    tollgate, stub = scripted(
        {name: LOOP["Watch"] for name in names}, new_id=lambda turn, place: new_id.format(turn=turn, place=place)
    )

    async def all_at_once():
        await asyncio.gather(*(framework.run(tollgate.url, INSTRUCTIONS, [name], [weather]) for name in names))

    finish(all_at_once())
    assert shown(tollgate, len(stub.received)) == [LOOP_RUN] * 3
