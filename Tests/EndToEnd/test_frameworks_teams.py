"""Agents of real frameworks that work together, each in its framework's own way: handed over, called as tools, sent out at once."""

import operator
from typing import Annotated, TypedDict

import agents
import pytest
from ag2 import Agent as Ag2Agent
from ag2.config import OpenAIConfig
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.types import Send
from pydantic import BaseModel
from pydantic_ai import Agent as PydanticAgent

from harness.agents import GPT, KEY, clock, langchain_model, openai_agents_model, pydantic_ai_model, weather
from harness.run_tree import Call, Run, ordered, shown
from harness.scripted_model import say, use

ROME = {"city": "Rome"}
openai_apis = pytest.mark.parametrize("api", ["chat", "responses"])


def one_run(*calls: Call) -> list[Run]:
    return [Run(list(calls))]


def openai_agent(name: str, model: agents.Model, tools: list = (), **more) -> agents.Agent:
    return agents.Agent(name, instructions=f"You are the {name}.", model=model, tools=list(tools), **more)


@openai_apis
def test_openai_agents_hands_a_conversation_over_and_stays_in_its_run(api, scripted, finish):
    tollgate, stub = scripted(
        {
            "Help": [
                use(("transfer_to_expert", {})),
                use(("weather", ROME)),
                use(("transfer_to_clerk", {"reason": "done"})),
                say("Sunny."),
            ]
        }
    )
    model = openai_agents_model(tollgate.url, api)
    clerk = openai_agent("clerk", model)
    expert = openai_agent("expert", model, [agents.function_tool(weather)], handoffs=[clerk])
    triage = openai_agent("triage", model, handoffs=[expert])
    done = finish(agents.Runner.run(triage, "Help me."))
    assert done.last_agent is clerk
    assert shown(tollgate, len(stub.received)) == one_run(
        Call("new", ["transfer_to_expert"]),
        Call("tool_call", ["weather"], results=1),
        Call("tool_call", ["transfer_to_clerk"], results=1),
        Call("tool_call", results=1),
    )


@openai_apis
def test_openai_agents_calls_agents_as_tools(api, scripted, finish):
    tollgate, stub = scripted(
        {
            "Plan": [use(("ask_expert", {"input": "Where?"}), ("ask_expert", {"input": "Why?"})), say("To Rome.")],
            "Where?": [use(("weather", ROME)), say("To Rome.")],
            "Why?": [say("It is warm.")],
        }
    )
    model = openai_agents_model(tollgate.url, api)
    expert = openai_agent("expert", model, [agents.function_tool(weather)])
    planner = openai_agent("planner", model, [expert.as_tool("ask_expert", "Asks an expert.")])
    finish(agents.Runner.run(planner, "Plan a trip."))
    assert shown(tollgate, len(stub.received)) == ordered(
        one_run(Call("new", ["ask_expert", "ask_expert"]), Call("tool_call", results=2))
        + one_run(Call("new", ["weather"]), Call("tool_call", results=1))
        + one_run(Call("new"))
    )


def test_openai_agents_leaves_what_was_said_with_the_provider(scripted, finish):
    tollgate, stub = scripted(
        {
            "Compare": [
                use(("weather", ROME), ("clock", ROME), failures=(500,)),
                say("Sunny."),
                use(("clock", ROME)),
                say("14:05."),
            ]
        }
    )
    tools = [agents.function_tool(weather), agents.function_tool(clock)]
    agent = openai_agent("agent", openai_agents_model(tollgate.url, "responses"), tools)

    async def two_turns():
        first = await agents.Runner.run(agent, "Compare the two.", auto_previous_response_id=True)
        await agents.Runner.run(agent, "What time is it?", previous_response_id=first.last_response_id)

    finish(two_turns())
    assert shown(tollgate, len(stub.received)) == one_run(
        Call("new", status=500),
        Call("messages", ["weather", "clock"], retry=True),
        Call("tool_call", results=2),
        Call("response", ["clock"]),
        Call("tool_call", results=1),
    )


def test_langgraph_sends_branches_out_at_once_and_joins_them(scripted, finish):
    cities = ["Rome", "Oslo", "Bonn"]
    tollgate, stub = scripted(
        {f"Describe {city}": [say(f"{city} is nice.")] for city in cities} | {"Sum up": [say("Nice.")]}
    )
    model = langchain_model(tollgate.url, "chat")

    class State(TypedDict):
        found: Annotated[list[str], operator.add]
        words: str

    async def describe(state: dict):
        return {"found": [(await model.ainvoke([HumanMessage(f"Describe {state['city']}.")])).text]}

    async def join(state: State):
        return {"words": (await model.ainvoke([HumanMessage("Sum up: " + " ".join(state["found"]))])).text}

    graph = StateGraph(State)
    graph.add_node("describe", describe)
    graph.add_node("join", join)
    graph.add_conditional_edges(START, lambda _: [Send("describe", {"city": city}) for city in cities], ["describe"])
    graph.add_edge("describe", "join")
    graph.add_edge("join", END)
    assert finish(graph.compile().ainvoke({"found": []}))["words"] == "Nice."
    assert shown(tollgate, len(stub.received)) == one_run(Call("new")) * 4


def test_langgraph_branches_of_one_conversation_stay_in_its_run(scripted, finish):
    tollgate, stub = scripted({"Describe": [say("Rome is nice."), say("And old.")]})
    model = langchain_model(tollgate.url, "messages")

    async def speak(state: MessagesState):
        return {"messages": [await model.ainvoke(state["messages"])]}

    graph = StateGraph(MessagesState)
    graph.add_node("speak", speak)
    graph.add_edge(START, "speak")
    kept = graph.compile(checkpointer=InMemorySaver())
    thread = {"configurable": {"thread_id": "1"}}

    async def go_on_three_times():
        await kept.ainvoke({"messages": [HumanMessage("Describe Rome.")]}, thread)
        said = await kept.aget_state(thread)
        for more in ("Go on.", "What else?", "Go on."):
            await kept.ainvoke({"messages": [HumanMessage(more)]}, said.config)

    finish(go_on_three_times())
    assert shown(tollgate, len(stub.received)) == one_run(Call("new"), *[Call("messages")] * 3)


@openai_apis
def test_pydantic_ai_ends_on_a_tool_that_is_its_output(api, scripted, finish):
    class City(BaseModel):
        name: str

    tollgate, stub = scripted(
        {
            "Name": [
                use(("weather", ROME)),
                use(("final_result", {"name": "Rome"})),
                use(("final_result", {"name": "Oslo"})),
            ]
        }
    )
    agent = PydanticAgent(pydantic_ai_model(tollgate.url, api), output_type=City, tools=[weather])

    async def two_turns():
        first = await agent.run("Name a city.")
        return await agent.run("Another one.", message_history=first.all_messages())

    assert finish(two_turns()).output == City(name="Oslo")
    assert shown(tollgate, len(stub.received)) == one_run(
        Call("new", ["weather"]),
        Call("tool_call", ["final_result"], results=1),
        Call("tool_call", ["final_result"], results=1),
    )


def test_ag2_calls_agents_as_tools(scripted, finish):
    tollgate, stub = scripted(
        {
            "Plan": [
                use(("ask_expert", {"objective": "Where?"}), ("ask_expert", {"objective": "Where?"})),
                say("To Rome."),
            ],
            "Where?": [use(("weather", ROME)), say("To Rome.")],
        }
    )
    config = OpenAIConfig(GPT, base_url=f"{tollgate.url}/openai/v1", api_key=KEY)
    expert = Ag2Agent("expert", "You are an expert.", config=config, tools=[weather])
    tool = expert.as_tool(description="Asks an expert.", name="ask_expert")
    planner = Ag2Agent("planner", "You plan.", config=config, tools=[tool])
    assert finish(planner.ask("Plan a trip.")).body == "To Rome."
    expert_run = one_run(Call("new", ["weather"]), Call("tool_call", results=1))
    outer_run = one_run(Call("new", ["ask_expert", "ask_expert"]), Call("tool_call", results=2))
    assert shown(tollgate, len(stub.received)) == ordered(outer_run + expert_run * 2)
