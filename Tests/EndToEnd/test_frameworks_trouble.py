"""Agents of real frameworks in trouble: they give up waiting, leave streams, take another model, and forget what was said."""

import agents
import openai
import pytest
from langchain_core.messages import HumanMessage
from langchain_openai import ChatOpenAI
from pydantic_ai import Agent as PydanticAgent
from pydantic_ai.capabilities import ProcessHistory

from harness.agents import GPT, KEY, clock, pydantic_ai_model, weather
from harness.run_tree import Call, Run, shown
from harness.scripted_model import SILENCE, say, use

ROME = {"city": "Rome"}


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_a_client_that_gives_up_waiting_tries_again_in_its_run(api, scripted, finish):
    tollgate, stub = scripted(
        {
            "Watch": [
                use(("weather", ROME), failures=(SILENCE,)),
                use(("clock", ROME)),
                say("Noon.", failures=(SILENCE, 503)),
            ]
        }
    )
    client = openai.AsyncOpenAI(base_url=f"{tollgate.url}/openai/v1", api_key=KEY, timeout=0.4)
    kinds = {"chat": agents.OpenAIChatCompletionsModel, "responses": agents.OpenAIResponsesModel}
    tools = [agents.function_tool(one) for one in (weather, clock)]
    agent = agents.Agent("Agent", model=kinds[api](model=GPT, openai_client=client), tools=tools)
    finish(agents.Runner.run(agent, "Watch Rome."))
    assert shown(tollgate, len(stub.received)) == [
        Run(
            [
                Call("new", status=0),
                Call("messages", ["weather"], retry=True),
                Call("tool_call", ["clock"], results=1),
                Call("tool_call", results=1, status=0),
                # What is sent again brings results that were counted.
                Call("tool_call", status=503, retry=True),
                Call("tool_call", retry=True),
            ]
        )
    ]


def test_a_stream_that_was_left_early_is_gone_on_from(scripted, finish):
    tollgate, stub = scripted(
        {"Describe": [say("The sun shines over Rome, and nothing else is known. " * 400), say("No.")]}
    )
    client = openai.AsyncOpenAI(base_url=f"{tollgate.url}/openai/v1", api_key=KEY)

    async def leave_and_go_on(city: str, parts: int):
        said = [{"role": "user", "content": f"Describe {city}."}]
        words = ""
        async with await client.chat.completions.create(model=GPT, messages=said, stream=True) as stream:
            async for part in stream:
                words += part.choices[0].delta.content or ""
                if len(words.split()) >= parts:
                    break
        said += [{"role": "assistant", "content": words}, {"role": "user", "content": "Is there more?"}]
        await client.chat.completions.create(model=GPT, messages=said)

    # By nothing but the beginning of what was left: a few words of it, and many.
    finish(leave_and_go_on("Rome", 3))
    finish(leave_and_go_on("Oslo", 300))
    runs = shown(tollgate, len(stub.received))
    assert [[call.source for call in run.calls] for run in runs] == [["new", "messages"]] * 2


def test_another_model_that_is_asked_after_a_failure_belongs_to_the_run(scripted, finish):
    tollgate, stub = scripted({"Describe": [say("Old.", failures=(503,)), say("Nice.", failures=(500,))]})
    first, other = (
        ChatOpenAI(model=model, base_url=f"{tollgate.url}/openai/v1", api_key=KEY, max_retries=0)
        for model in (GPT, "gpt-4.1-mini")
    )
    model = first.with_fallbacks([other])

    async def two_turns():
        said = [HumanMessage("Describe Rome.")]
        said.append(await model.ainvoke(said))
        await model.ainvoke([*said, HumanMessage("And now?")])

    finish(two_turns())
    assert shown(tollgate, len(stub.received)) == [
        Run(
            [
                Call("new", status=503),
                Call("messages", retry=True),
                Call("messages", status=500),
                Call("messages", retry=True),
            ]
        )
    ]


@pytest.mark.parametrize("api", ["chat", "responses", "messages"])
def test_results_of_tools_tell_the_run_of_an_agent_that_forgets_how_it_began(api, scripted, finish):
    tollgate, stub = scripted({"Watch": [use(("weather", ROME)) for _ in range(4)] + [say("Nothing.")]})
    # What the agent says no longer tells how often the model has spoken.
    stub.answer.place = lambda *_: ("Watch", len(stub.received) - 1)

    def forget(messages: list) -> list:
        # The first prompt and the last call with its result: what was between is gone.
        return messages[:1] + messages[-2:] if len(messages) > 3 else messages

    agent = PydanticAgent(pydantic_ai_model(tollgate.url, api), tools=[weather], capabilities=[ProcessHistory(forget)])
    finish(agent.run("Watch Rome."))
    assert shown(tollgate, len(stub.received)) == [
        Run([Call("new", ["weather"])] + [Call("tool_call", ["weather"], 1)] * 3 + [Call("tool_call", results=1)])
    ]
