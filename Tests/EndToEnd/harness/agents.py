"""Agents of real frameworks, which know nothing of Tollgate but its address."""

import os

# Before the frameworks are read: they tell nobody what they do.
os.environ |= {"OPENAI_AGENTS_DISABLE_TRACING": "1", "LANGSMITH_TRACING": "false", "LANGCHAIN_TRACING_V2": "false"}

from collections.abc import Callable  # noqa: E402
from dataclasses import dataclass  # noqa: E402
from functools import partial, wraps  # noqa: E402

import agents  # noqa: E402
import openai  # noqa: E402
from ag2 import Agent as Ag2Agent  # noqa: E402
from ag2.config import AnthropicConfig, OpenAIConfig, OpenAIResponsesConfig  # noqa: E402
from langchain.agents import create_agent  # noqa: E402
from langchain.agents.middleware import ToolRetryMiddleware  # noqa: E402
from langchain_anthropic import ChatAnthropic  # noqa: E402
from langchain_core.messages import HumanMessage, SystemMessage  # noqa: E402
from langchain_openai import ChatOpenAI  # noqa: E402
from langgraph.graph import START, MessagesState, StateGraph  # noqa: E402
from langgraph.prebuilt import ToolNode, tools_condition  # noqa: E402
from pydantic_ai import Agent as PydanticAgent  # noqa: E402
from pydantic_ai import ModelRetry, UsageLimits  # noqa: E402
from pydantic_ai.models.anthropic import AnthropicModel  # noqa: E402
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel  # noqa: E402
from pydantic_ai.providers.anthropic import AnthropicProvider  # noqa: E402
from pydantic_ai.providers.openai import OpenAIProvider  # noqa: E402

KEY = "sk-test"
GPT = "gpt-4.1"
CLAUDE = "claude-sonnet-5"
TURNS_MAX = 50


async def weather(city: str) -> str:
    """Tells the weather of a city."""
    return f"{city}: sunny, 21 degrees"


async def clock(city: str) -> str:
    """Tells the time in a city."""
    return f"{city}: 14:05"


async def broken(city: str) -> str:
    """Tells the tide of a city, which it cannot."""
    raise ValueError(f"no station in {city}")


@dataclass(frozen=True)
class Framework:
    """A framework with one of the APIs that it speaks.

    `run(url, instructions, prompts, tools)` gives an agent with functions as its tools one prompt after the other, each when it has
    answered the one before, and returns its last words.
    """

    name: str
    api: str
    run: Callable

    def __str__(self) -> str:
        return f"{self.name}-{self.api}"


def openai_agents_model(url: str, api: str) -> agents.Model:
    kinds = {"chat": agents.OpenAIChatCompletionsModel, "responses": agents.OpenAIResponsesModel}
    client = openai.AsyncOpenAI(base_url=f"{url}/openai/v1", api_key=KEY)
    return kinds[api](model=GPT, openai_client=client)


async def run_openai_agents(api: str, url: str, instructions: str, prompts: list, tools: list, is_stream=False) -> str:
    tools = [agents.function_tool(one) for one in tools]
    agent = agents.Agent("Agent", instructions=instructions, model=openai_agents_model(url, api), tools=tools)
    said = []
    for prompt in prompts:
        said.append({"role": "user", "content": prompt})
        if is_stream:
            done = agents.Runner.run_streamed(agent, said, max_turns=TURNS_MAX)
            async for _ in done.stream_events():
                pass
        else:
            done = await agents.Runner.run(agent, said, max_turns=TURNS_MAX)
        said = done.to_input_list()
    return done.final_output


def langchain_model(url: str, api: str):
    if api == "messages":
        return ChatAnthropic(model=CLAUDE, base_url=f"{url}/anthropic", api_key=KEY)
    return ChatOpenAI(
        model=GPT, base_url=f"{url}/openai/v1", api_key=KEY, use_responses_api=api == "responses", stream_usage=True
    )


async def run_langchain(api: str, url: str, instructions: str, prompts: list, tools: list, is_stream=False) -> str:
    failures = ToolRetryMiddleware(max_retries=0, on_failure="continue")
    agent = create_agent(langchain_model(url, api), tools, system_prompt=instructions, middleware=[failures])
    return await _finish_graph(agent, prompts, is_stream)


async def run_langgraph(api: str, url: str, instructions: str, prompts: list, tools: list, is_stream=False) -> str:
    model = langchain_model(url, api).bind_tools(tools)

    async def speak(state: MessagesState):
        return {"messages": [await model.ainvoke([SystemMessage(instructions), *state["messages"]])]}

    graph = StateGraph(MessagesState)
    graph.add_node("model", speak)
    graph.add_node("tools", ToolNode(tools, handle_tool_errors=True))
    graph.add_edge(START, "model")
    graph.add_conditional_edges("model", tools_condition)
    graph.add_edge("tools", "model")
    return await _finish_graph(graph.compile(), prompts, is_stream)


async def _finish_graph(graph, prompts: list, is_stream: bool) -> str:
    limit = {"recursion_limit": 4 * TURNS_MAX}
    state = {"messages": []}
    for prompt in prompts:
        asked = {"messages": [*state["messages"], HumanMessage(prompt)]}
        if is_stream:
            async for kind, part in graph.astream(asked, limit, stream_mode=["messages", "values"]):
                state = part if kind == "values" else state
        else:
            state = await graph.ainvoke(asked, limit)
    return state["messages"][-1].text


def pydantic_ai_model(url: str, api: str):
    if api == "messages":
        return AnthropicModel(CLAUDE, provider=AnthropicProvider(base_url=f"{url}/anthropic", api_key=KEY))
    kinds = {"chat": OpenAIChatModel, "responses": OpenAIResponsesModel}
    return kinds[api](GPT, provider=OpenAIProvider(base_url=f"{url}/openai/v1", api_key=KEY))


def _asking_again(tool: Callable) -> Callable:
    """The tool with its failures as Pydantic AI wants them: any other ends the agent."""

    @wraps(tool)
    async def asking_again(*args, **kwargs):
        try:
            return await tool(*args, **kwargs)
        except ValueError as failure:
            raise ModelRetry(str(failure)) from failure

    return asking_again


async def run_pydantic_ai(api: str, url: str, instructions: str, prompts: list, tools: list, is_stream=False) -> str:
    tools = [_asking_again(one) for one in tools]
    agent = PydanticAgent(pydantic_ai_model(url, api), instructions=instructions, tools=tools, retries=TURNS_MAX)
    limits = UsageLimits(request_limit=TURNS_MAX)
    said, words = [], ""
    for prompt in prompts:
        if is_stream:
            async with agent.run_stream(prompt, message_history=said, usage_limits=limits) as done:
                words = await done.get_output()
        else:
            done = await agent.run(prompt, message_history=said, usage_limits=limits)
            words = done.output
        said = done.all_messages()
    return words


async def run_ag2(api: str, url: str, instructions: str, prompts: list, tools: list, is_stream=False) -> str:
    config = {
        "chat": partial(OpenAIConfig, GPT, base_url=f"{url}/openai/v1"),
        "responses": partial(OpenAIResponsesConfig, GPT, base_url=f"{url}/openai/v1"),
        "messages": partial(AnthropicConfig, CLAUDE, base_url=f"{url}/anthropic"),
    }[api](api_key=KEY, streaming=is_stream)
    speaker = Ag2Agent("Agent", instructions, config=config, tools=tools)
    for prompt in prompts:
        speaker = await speaker.ask(prompt)
    return speaker.body


_RUNNERS = [
    ("openai-agents", run_openai_agents, ("chat", "responses")),
    ("langchain", run_langchain, ("chat", "responses", "messages")),
    ("langgraph", run_langgraph, ("chat", "messages")),
    ("pydantic-ai", run_pydantic_ai, ("chat", "responses", "messages")),
    ("ag2", run_ag2, ("chat", "responses", "messages")),
]

FRAMEWORKS = [Framework(name, api, partial(run, api)) for name, run, apis in _RUNNERS for api in apis]
