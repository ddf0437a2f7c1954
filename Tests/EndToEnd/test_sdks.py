"""The providers' own Python packages, through Tollgate, to a server that speaks both APIs with honest usage.

The server is `TOLLGATE_LLM` (its base URL, such as http://127.0.0.1:9400) where that is set, else the endpoint that
`tollgate demo` also uses.
"""

import asyncio
import os
import subprocess
from collections import Counter

import anthropic
import openai
import pytest

from harness.raw_client import ask
from harness.tollgate_process import NOBODY, binary, die_with_the_tests, environment, free_port
from harness.waiting import eventually

MODEL = os.environ.get("TOLLGATE_LLM_MODEL", "gpt-4.1-mini")
CLAUDE = os.environ.get("TOLLGATE_LLM_MODEL", "claude-haiku-4-5")
QUESTION = [{"role": "user", "content": "Which cities have toll gates?"}]
TOOL = {
    "type": "function",
    "function": {"name": "look_up", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}},
}
CLAUDE_TOOL = {"name": "look_up", "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}}}


@pytest.fixture(scope="module")
def endpoint():
    """The base URL of a server that speaks both APIs."""
    if "TOLLGATE_LLM" in os.environ:
        yield os.environ["TOLLGATE_LLM"]
        return
    port = free_port()
    process = subprocess.Popen(
        [binary(), "simulate-endpoint", "--listen", f"127.0.0.1:{port}"],
        env=environment(),
        stdout=subprocess.DEVNULL,
        preexec_fn=die_with_the_tests,
    )
    try:
        eventually(lambda: is_up(port), what="the simulated endpoint")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)


def is_up(port: int) -> bool:
    try:
        return ask(port, "GET", "/v1/models").status == 200
    except OSError:
        return False


@pytest.fixture
def tollgate(endpoint, make_tollgate):
    return make_tollgate({"openai": endpoint, "anthropic": endpoint})


@pytest.fixture
def openai_client(tollgate):
    with openai.OpenAI(base_url=f"{tollgate.url}/openai/v1", api_key="sk-test", max_retries=0) as client:
        yield client


@pytest.fixture
def anthropic_client(tollgate):
    with anthropic.Anthropic(base_url=f"{tollgate.url}/anthropic", api_key="sk-ant-test", max_retries=0) as client:
        yield client


def only_call(tollgate) -> dict:
    calls = eventually(tollgate.calls, what="a row")
    assert len(calls) == 1
    assert calls[0]["usage_source"] == "provider"
    return calls[0]


def tokens(call: dict) -> tuple[int, int]:
    """Every token of the prompt, every token of the reply."""
    usage = call["usage"]
    prompt = (
        usage["input"]
        + usage["cached_input"]
        + sum(usage["cache_write"].values())
        + usage["audio_input"]
        + usage["image_input"]
    )
    return prompt, usage["output"] + usage["reasoning"] + usage["audio_output"] + usage["image_output"]


def openai_tokens(usage) -> tuple[int, int]:
    if hasattr(usage, "prompt_tokens"):
        return usage.prompt_tokens, usage.completion_tokens
    return usage.input_tokens, usage.output_tokens


def anthropic_tokens(usage) -> tuple[int, int]:
    return usage.input_tokens + (usage.cache_read_input_tokens or 0) + (
        usage.cache_creation_input_tokens or 0
    ), usage.output_tokens


def test_chat(tollgate, openai_client):
    reply = openai_client.chat.completions.create(model=MODEL, messages=QUESTION, max_tokens=32)
    assert reply.choices[0].message.content
    assert tokens(only_call(tollgate)) == openai_tokens(reply.usage)


def test_chat_streamed(tollgate, openai_client):
    stream = openai_client.chat.completions.create(
        model=MODEL, messages=QUESTION, max_tokens=32, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    assert sum(len(chunk.choices) for chunk in chunks) > 1
    assert tokens(only_call(tollgate)) == openai_tokens(chunks[-1].usage)


def test_chat_streamed_without_usage_is_counted(tollgate, openai_client):
    stream = openai_client.chat.completions.create(model=MODEL, messages=QUESTION, max_tokens=32, stream=True)
    assert list(stream)
    call = eventually(tollgate.calls, what="a row")[0]
    assert call["usage_source"] == "counted"
    assert call["usage"]["input"] > 0 and call["usage"]["output"] > 0 and call["cost_pico_usd"] != 0


def test_chat_with_tools_and_their_results(tollgate, openai_client):
    if "TOLLGATE_LLM" in os.environ:
        pytest.skip("a tiny model does not call tools at will")
    messages = list(QUESTION)
    reply = openai_client.chat.completions.create(model=MODEL, messages=messages, tools=[TOOL], tool_choice="required")
    calls = reply.choices[0].message.tool_calls
    assert calls
    messages.append(reply.choices[0].message)
    messages += [{"role": "tool", "tool_call_id": call.id, "content": "four"} for call in calls]
    second = openai_client.chat.completions.create(model=MODEL, messages=messages, tools=[TOOL])
    rows = eventually(lambda: rows if len(rows := tollgate.calls()) == 2 else None, what="two rows")
    assert [(one["id"], one["name"]) for one in rows[1]["tool_calls"]] == [
        (call.id, call.function.name) for call in calls
    ]
    assert rows[0]["tool_results"] == len(calls)
    assert tokens(rows[0]) == openai_tokens(second.usage)


def test_responses(tollgate, openai_client):
    reply = openai_client.responses.create(model=MODEL, input="Which cities have toll gates?", max_output_tokens=32)
    assert reply.output_text
    assert tokens(only_call(tollgate)) == openai_tokens(reply.usage)


def test_responses_streamed(tollgate, openai_client):
    stream = openai_client.responses.create(model=MODEL, input="Which cities?", max_output_tokens=32, stream=True)
    events = list(stream)
    assert any(event.type == "response.output_text.delta" for event in events)
    assert tokens(only_call(tollgate)) == openai_tokens(events[-1].response.usage)


def test_completions(tollgate, openai_client):
    reply = openai_client.completions.create(model="gpt-3.5-turbo-instruct", prompt="Once upon", max_tokens=8)
    assert tokens(only_call(tollgate)) == openai_tokens(reply.usage)


def test_embeddings(tollgate, openai_client):
    if "TOLLGATE_LLM" in os.environ:
        pytest.skip("the server may have been started without embeddings")
    reply = openai_client.embeddings.create(model="text-embedding-3-small", input=["one", "two"])
    assert len(reply.data) == 2
    assert tokens(only_call(tollgate)) == (reply.usage.prompt_tokens, 0)


def test_models_are_free(tollgate, openai_client):
    assert list(openai_client.models.list())
    call = eventually(tollgate.calls, what="a row")[0]
    assert (call["cost_pico_usd"], call["usage_source"]) == (0, "none")


def test_messages(tollgate, anthropic_client):
    reply = anthropic_client.messages.create(model=CLAUDE, messages=QUESTION, max_tokens=32)
    assert reply.content[0].text
    assert tokens(only_call(tollgate)) == anthropic_tokens(reply.usage)


def test_messages_streamed(tollgate, anthropic_client):
    with anthropic_client.messages.stream(model=CLAUDE, messages=QUESTION, max_tokens=32) as stream:
        assert "".join(stream.text_stream)
        final = stream.get_final_message()
    assert tokens(only_call(tollgate)) == anthropic_tokens(final.usage)


def test_messages_with_tools_and_their_results(tollgate, anthropic_client):
    if "TOLLGATE_LLM" in os.environ:
        pytest.skip("a tiny model does not call tools at will")
    settings = {"model": CLAUDE, "max_tokens": 64, "tools": [CLAUDE_TOOL]}
    reply = anthropic_client.messages.create(messages=QUESTION, tool_choice={"type": "any"}, **settings)
    uses = [block for block in reply.content if block.type == "tool_use"]
    assert uses
    results = [{"type": "tool_result", "tool_use_id": use.id, "content": "four"} for use in uses]
    messages = [*QUESTION, {"role": "assistant", "content": reply.content}, {"role": "user", "content": results}]
    anthropic_client.messages.create(messages=messages, **settings)
    rows = eventually(lambda: rows if len(rows := tollgate.calls()) == 2 else None, what="two rows")
    assert [(one["id"], one["name"]) for one in rows[1]["tool_calls"]] == [(use.id, use.name) for use in uses]
    assert rows[0]["tool_results"] == len(uses)


def test_count_tokens_is_free(tollgate, anthropic_client):
    assert anthropic_client.messages.count_tokens(model=CLAUDE, messages=QUESTION).input_tokens > 0
    call = eventually(tollgate.calls, what="a row")[0]
    assert (call["cost_pico_usd"], call["usage_source"]) == (0, "none")


def test_fifty_at_once_of_both_streamed_and_not_agree_with_the_ledger(tollgate):
    """Every reply's usage, by response id, is the row's."""
    reported = asyncio.run(fifty_at_once(tollgate.url))
    assert len(reported) == 50
    rows = eventually(lambda: rows if len(rows := tollgate.calls()) == 50 else None, what="fifty rows")
    assert {row["provider_response_id"]: tokens(row) for row in rows} == reported
    assert Counter(row["provider"] for row in rows) == {"openai": 25, "anthropic": 25}


async def fifty_at_once(url: str) -> dict[str, tuple[int, int]]:
    async with (
        openai.AsyncOpenAI(
            base_url=f"{url}/workflow/fifty/openai/v1", api_key="sk-test", max_retries=0, timeout=60
        ) as gpt,
        anthropic.AsyncAnthropic(
            base_url=f"{url}/workflow/fifty/anthropic", api_key="sk-ant-test", max_retries=0, timeout=60
        ) as claude,
    ):
        kinds = [lambda: chat(gpt), lambda: message(claude), lambda: chat_stream(gpt), lambda: message_stream(claude)]
        return dict(await asyncio.gather(*(kinds[number % 4]() for number in range(50))))


async def chat(client):
    reply = await client.chat.completions.create(model=MODEL, messages=QUESTION, max_tokens=16)
    return reply.id, openai_tokens(reply.usage)


async def chat_stream(client):
    stream = await client.chat.completions.create(
        model=MODEL, messages=QUESTION, max_tokens=16, stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    return chunks[-1].id, openai_tokens(chunks[-1].usage)


async def message(client):
    reply = await client.messages.create(model=CLAUDE, messages=QUESTION, max_tokens=16)
    return reply.id, anthropic_tokens(reply.usage)


async def message_stream(client):
    async with client.messages.stream(model=CLAUDE, messages=QUESTION, max_tokens=16) as stream:
        final = await stream.get_final_message()
    return final.id, anthropic_tokens(final.usage)


def test_a_refusal_is_the_error_that_each_package_knows(make_tollgate):
    """Nothing listens upstream: the packages raise their own error for a bad gateway, with the message readable."""
    tollgate = make_tollgate({"openai": NOBODY, "anthropic": NOBODY})
    with openai.OpenAI(base_url=f"{tollgate.url}/openai/v1", api_key="sk-test", max_retries=0) as client:
        with pytest.raises(openai.InternalServerError) as refused:
            client.chat.completions.create(model=MODEL, messages=QUESTION)
        assert refused.value.status_code == 502 and refused.value.body["message"]
    with anthropic.Anthropic(base_url=f"{tollgate.url}/anthropic", api_key="sk-ant-test", max_retries=0) as client:
        with pytest.raises(anthropic.InternalServerError) as refused:
            client.messages.create(model=CLAUDE, messages=QUESTION, max_tokens=8)
        assert refused.value.status_code == 502 and refused.value.body["error"]["message"]
