"""Google's own Python package through Tollgate, against an endpoint that always answers the same: nothing differs from a call
without Tollgate, and every call is in the ledger as its reply says."""

import asyncio
import json

import pytest
from google import genai
from google.genai import errors, types

from harness.raw_client import ask
from harness.scripted_gemini import USAGE, answer_as_gemini
from harness.tollgate_process import NOBODY
from harness.waiting import eventually

MODEL = "gemini-2.5-flash"
QUESTION = "Which cities have toll gates?"
TOOL = types.Tool(
    function_declarations=[
        types.FunctionDeclaration(
            name="look_up", parameters_json_schema={"type": "object", "properties": {"city": {"type": "string"}}}
        )
    ]
)


@pytest.fixture
def endpoint(make_stub):
    return make_stub(answer_as_gemini)


@pytest.fixture
def tollgate(endpoint, make_tollgate):
    return make_tollgate({"gemini": endpoint.url, "vertex": endpoint.url})


def client(url: str, **settings) -> genai.Client:
    return genai.Client(api_key="AIza-test", http_options=types.HttpOptions(base_url=url), **settings)


def plain(value):
    """A value of the package without what belongs to the connection."""
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if not hasattr(value, "model_dump"):
        return value
    dump = value.model_dump(mode="json", exclude_none=True)
    dump.pop("sdk_http_response", None)
    return dump


@pytest.fixture
def same(endpoint, tollgate):
    """Makes a call without Tollgate and through it: the results must be equal. The second one's is handed back."""

    def run(make_call, name: str = "gemini", **settings):
        results = [make_call(client(url, **settings)) for url in (endpoint.url, f"{tollgate.url}/{name}")]
        assert plain(results[0]) == plain(results[1])
        return results[1]

    return run


def rows(tollgate, count: int) -> list[dict]:
    """The calls of the ledger, the newest first."""
    return eventually(lambda: found if len(found := tollgate.calls()) == count else None, what=f"{count} rows")


def tokens(call: dict) -> tuple[int, int, int]:
    return call["usage"]["input"], call["usage"]["output"], call["usage"]["reasoning"]


def test_generate(same, tollgate):
    reply = same(lambda one: one.models.generate_content(model=MODEL, contents=QUESTION))
    assert reply.text == "Toll gates."
    [call] = rows(tollgate, 1)
    assert tokens(call) == tuple(
        USAGE[name] for name in ("promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount")
    )
    assert (call["usage_source"], call["dialect"], call["finish_reason"]) == ("provider", "gemini", "STOP")
    assert (call["model_requested"], call["model"]) == (MODEL, MODEL)
    assert call["provider_response_id"] == reply.response_id
    assert call["cost_pico_usd"] > 0


def test_stream(same, tollgate):
    chunks = same(lambda one: list(one.models.generate_content_stream(model=MODEL, contents=QUESTION)))
    assert "".join(one.text for one in chunks) == "One two three."
    [call] = rows(tollgate, 1)
    assert tokens(call) == (12, 3, 0)
    assert (call["usage_source"], call["outcome"]) == ("provider", "ok")


def test_a_stream_that_is_left_early_is_charged_by_what_it_said(tollgate):
    one = client(f"{tollgate.url}/gemini")
    stream = one.models.generate_content_stream(model=MODEL, contents=QUESTION)
    assert next(stream).text == "One "
    stream.close()
    [call] = rows(tollgate, 1)
    assert call["usage"]["input"] == 12 and call["usage"]["output"] >= 1


def test_twenty_at_once_streamed_and_not(tollgate):
    async def ask_all():
        one = client(f"{tollgate.url}/gemini")
        whole = [one.aio.models.generate_content(model=MODEL, contents=QUESTION) for _ in range(10)]
        streams = [read(one.aio) for _ in range(10)]
        return await asyncio.gather(*whole, *streams)

    async def read(one):
        return [part async for part in await one.models.generate_content_stream(model=MODEL, contents=QUESTION)]

    assert len(asyncio.run(ask_all())) == 20
    found = sorted(tokens(call) for call in rows(tollgate, 20))
    assert found == [(12, 3, 0)] * 10 + [(12, 5, 7)] * 10


def test_a_stream_that_is_an_array(tollgate):
    """The package always asks for events; others do not."""
    body = json.dumps({"contents": [{"parts": [{"text": QUESTION}]}]}).encode()
    path = f"/gemini/v1beta/models/{MODEL}:streamGenerateContent"
    reply = ask(tollgate.port, "POST", path, body, [("Content-Type", "application/json")])
    assert [one["responseId"] for one in json.loads(reply.body)] == ["s1"] * 3
    [call] = rows(tollgate, 1)
    assert (tokens(call), call["usage_source"], call["outcome"]) == ((12, 3, 0), "provider", "ok")


def test_tools_and_their_results(same, tollgate):
    settings = types.GenerateContentConfig(
        tools=[TOOL], automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True)
    )
    question = types.Content(role="user", parts=[types.Part(text=QUESTION)])
    first = same(lambda one: one.models.generate_content(model=MODEL, contents=[question], config=settings))
    assert [one.name for one in first.function_calls] == ["look_up", "look_up"]
    results = [
        types.Part.from_function_response(name=one.name, response={"output": "four"}) for one in first.function_calls
    ]
    history = [question, first.candidates[0].content, types.Content(role="user", parts=results)]
    second = same(lambda one: one.models.generate_content(model=MODEL, contents=history, config=settings))
    assert second.text == "Toll gates."
    newer, older = rows(tollgate, 2)
    assert [(one["id"], one["name"]) for one in older["tool_calls"]] == [("", "look_up")] * 2
    assert newer["tool_results"] == 2


def test_functions_that_the_package_calls_itself(tollgate):
    def look_up(city: str) -> str:
        """How many toll gates a city has."""
        return f"{len(city)} in {city}"

    one = client(f"{tollgate.url}/gemini")
    settings = types.GenerateContentConfig(tools=[look_up])
    reply = one.models.generate_content(model=MODEL, contents=QUESTION, config=settings)
    assert reply.text == "Toll gates."
    newer, older = rows(tollgate, 2)
    assert (len(older["tool_calls"]), newer["tool_results"]) == (2, 2)


def test_embeddings_are_counted_where_no_usage_comes(same, tollgate):
    reply = same(lambda one: one.models.embed_content(model="gemini-embedding-001", contents=QUESTION))
    assert reply.embeddings[0].values == [0.25, -0.5]
    [call] = rows(tollgate, 1)
    assert call["usage_source"] == "counted"
    assert 0 < call["usage"]["input"] <= len(QUESTION) and call["usage"]["output"] == 0


def test_counts_models_and_caches_cost_nothing(same, tollgate):
    assert same(lambda one: one.models.count_tokens(model=MODEL, contents=QUESTION)).total_tokens == 12
    assert [one.name for one in same(lambda one: list(one.models.list()))] == ["models/gemini-2.5-flash"]
    settings = types.CreateCachedContentConfig(contents=QUESTION, ttl="3600s")
    assert same(lambda one: one.caches.create(model=MODEL, config=settings)).name == "cachedContents/fx"
    calls = rows(tollgate, 3)
    assert [call["cost_pico_usd"] for call in calls] == [0, 0, 0]
    assert [call["units"].get("cache_storage") for call in calls] == [3000, None, None]


def test_batches_are_charged_once_for_each_reply(same, tollgate):
    requests = [types.InlinedRequest(contents=QUESTION, model=MODEL) for _ in range(2)]
    job = same(lambda one: one.batches.create(model=MODEL, src=requests))
    assert job.name == "batches/fx"
    for _ in range(2):
        done = same(lambda one: one.batches.get(name="batches/fx"))
        assert [one.response.text for one in done.dest.inlined_responses] == ["4", "5"]
    again, first, made = rows(tollgate, 3)
    assert tokens(made) == tokens(again) == (0, 0, 0)
    assert tokens(first) == (24, 10, 14)
    assert first["cost_pico_usd"] > 0 and again["cost_pico_usd"] == 0


def test_interactions(same, tollgate):
    reply = same(lambda one: one.interactions.create(model="gemini-3.5-flash", input=QUESTION))
    assert reply.id == "v1_fx"
    assert same(lambda one: one.interactions.get(id="v1_fx")).id == "v1_fx"
    polled, made = rows(tollgate, 2)
    assert (tokens(made), made["provider_response_id"]) == ((20, 3, 4), "v1_fx")
    assert (tokens(polled), polled["cost_pico_usd"]) == ((0, 0, 0), 0)


def test_interactions_streamed(same, tollgate):
    events = same(lambda one: list(one.interactions.create(model="gemini-3.5-flash", input=QUESTION, stream=True)))
    assert events[-1].event_type == "interaction.completed"
    [call] = rows(tollgate, 1)
    assert (tokens(call), call["outcome"]) == ((20, 3, 4), "ok")


def test_vertex(same, tollgate):
    reply = same(lambda one: one.models.generate_content(model=MODEL, contents=QUESTION), name="vertex", vertexai=True)
    assert reply.text == "Toll gates."
    [call] = rows(tollgate, 1)
    assert (tokens(call), call["provider"], call["model_requested"]) == ((12, 5, 7), "vertex", MODEL)


def failure(one: genai.Client, make_call) -> tuple:
    with pytest.raises(errors.APIError) as caught:
        make_call(one)
    return caught.value.code, caught.value.status, caught.value.details


def test_a_quota_is_the_error_that_the_package_knows(endpoint, tollgate):
    def make_call(one: genai.Client):
        return one.models.generate_content(model=MODEL, contents="busy")

    direct = failure(client(endpoint.url), make_call)
    assert failure(client(f"{tollgate.url}/gemini"), make_call) == direct
    assert direct[:2] == (429, "RESOURCE_EXHAUSTED") and "48s" in json.dumps(direct[2])
    call = rows(tollgate, 1)[0]
    assert (call["status"], call["error"], call["outcome"]) == (429, "RESOURCE_EXHAUSTED", "client_error")
    assert call["cost_pico_usd"] == 0


def test_an_error_inside_a_stream(endpoint, tollgate):
    def make_call(one: genai.Client):
        return list(one.models.generate_content_stream(model=MODEL, contents="break"))

    direct = failure(client(endpoint.url), make_call)
    assert failure(client(f"{tollgate.url}/gemini"), make_call) == direct
    [call] = rows(tollgate, 1)
    assert (call["status"], call["error"], call["outcome"]) == (200, "RESOURCE_EXHAUSTED", "upstream_error")
    assert tokens(call) == (12, 1, 0)


def test_a_refusal_of_ours_is_one_too(make_tollgate):
    """Nothing listens upstream: the package raises its own error for a bad gateway, with the message readable."""
    tollgate = make_tollgate({"gemini": NOBODY})
    one = client(f"{tollgate.url}/gemini")
    with pytest.raises(errors.ServerError) as refused:
        one.models.generate_content(model=MODEL, contents=QUESTION)
    assert refused.value.code == 502 and refused.value.message
