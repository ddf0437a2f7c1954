"""Traces, as a collector sees them that decodes OTLP with OpenTelemetry's own packages."""

import json
import time
from decimal import Decimal

import openai
import pytest
from opentelemetry import propagate, trace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes, mcp_attributes
from opentelemetry.semconv.attributes import error_attributes, http_attributes, server_attributes
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from harness.raw_client import ask
from harness.stub_upstream import numbered_answer
from harness.tollgate_process import NOBODY, environment, run_tollgate
from harness.trace_collector import TraceCollector, attributes, taken
from harness.waiting import eventually

CHAT = "/openai/v1/chat/completions"
BODY = b'{"model":"gpt-4.1","max_tokens":64,"messages":[{"role":"user","content":"the prompt is a secret"}]}'
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331"

# What the conventions say of an attribute's type. The names are checked against the package; the types are those of
# https://github.com/open-telemetry/semantic-conventions-genai/blob/main/model/gen-ai/registry.yaml.
TYPES = {
    "gen_ai.operation.name": str,
    "gen_ai.provider.name": str,
    "gen_ai.request.model": str,
    "gen_ai.request.max_tokens": int,
    "gen_ai.request.choice.count": int,
    "gen_ai.request.stream": bool,
    "gen_ai.response.model": str,
    "gen_ai.response.id": str,
    "gen_ai.response.finish_reasons": list,
    "gen_ai.response.time_to_first_chunk": float,
    "gen_ai.usage.input_tokens": int,
    "gen_ai.usage.output_tokens": int,
    "gen_ai.usage.cache_read.input_tokens": int,
    "gen_ai.usage.cache_creation.input_tokens": int,
    "gen_ai.usage.reasoning.output_tokens": int,
    "gen_ai.conversation.id": str,
    "gen_ai.agent.name": str,
    "gen_ai.agent.id": str,
    "gen_ai.tool.name": str,
    "gen_ai.tool.call.id": str,
    "gen_ai.tool.type": str,
    "mcp.method.name": str,
    "error.type": str,
    "server.address": str,
    "server.port": int,
    "http.response.status_code": int,
}


def names_of_the_conventions() -> set[str]:
    modules = [gen_ai_attributes, mcp_attributes, error_attributes, http_attributes, server_attributes]
    return {
        value for module in modules for name, value in vars(module).items() if name.isupper() and type(value) is str
    }


def validate(span: Span) -> dict:
    """Checks a span against OTLP and the GenAI conventions; its attributes."""
    found = attributes(span)
    assert len(span.trace_id) == 16 and any(span.trace_id)
    assert len(span.span_id) == 8 and any(span.span_id)
    assert len(span.parent_span_id) in (0, 8)
    assert 0 < span.start_time_unix_nano <= span.end_time_unix_nano
    assert abs(time.time() - span.end_time_unix_nano / 1e9) < 120
    known = names_of_the_conventions()
    for name, value in found.items():
        if name.startswith("tollgate."):
            continue
        assert name in known, f"{name} is no attribute of the conventions"
        assert type(value) is TYPES[name], f"{name} is a {type(value).__name__}"
    operation = found["gen_ai.operation.name"]
    if operation == "execute_tool":
        assert found["gen_ai.tool.name"]
    elif operation == "invoke_agent":
        assert found["gen_ai.provider.name"]
        assert span.kind == Span.SPAN_KIND_INTERNAL
        assert span.name == f"invoke_agent {found.get('gen_ai.agent.name', '')}".rstrip()
    else:
        assert found["gen_ai.provider.name"]
        assert span.kind == Span.SPAN_KIND_CLIENT
        assert span.name == f"{operation} {found['gen_ai.request.model']}"
    assert ("server.address" in found) == ("server.port" in found)
    assert (span.status.code == Status.STATUS_CODE_ERROR) == ("error.type" in found)
    assert span.status.code != Status.STATUS_CODE_OK
    return found


@pytest.fixture
def make_collector():
    """Makes collectors; what they could not decode fails the test."""
    collectors: list[TraceCollector] = []

    def make(answer=taken) -> TraceCollector:
        collectors.append(TraceCollector(answer))
        return collectors[-1]

    yield make
    problems = [problem for collector in collectors for problem in collector.problems]
    for collector in collectors:
        collector.close()
    assert not problems, problems


def traces(collector: TraceCollector, **more) -> dict:
    return {"traces": {"endpoint": f"{collector.url}/v1/traces", "allow_private": True} | more}


@pytest.fixture
def traced(make_stub, make_tollgate, make_collector):
    """A proxy whose calls become spans, its upstream, and the collector."""
    stub, collector = make_stub(), make_collector()
    return make_tollgate({"openai": stub.url, "anthropic": stub.url}, traces(collector)), stub, collector


def call(tollgate, target: str = CHAT, body: bytes = BODY, **fields: str):
    headers = [("Content-Type", "application/json")] + [
        (name.replace("_", "-"), value) for name, value in fields.items()
    ]
    return ask(tollgate.port, "POST", target, body, headers)


def spans(collector: TraceCollector, count: int) -> list[Span]:
    return eventually(
        lambda: collector.spans if len(collector.spans) >= count else None, seconds=30, what=f"{count} spans"
    )


def test_a_call_is_a_span_of_the_conventions_with_its_cost_and_none_of_its_text(traced):
    tollgate, stub, collector = traced
    reply = call(tollgate, "/agent/researcher/workflow/nightly/run/42" + CHAT)
    row = tollgate.call(reply.head.get("x-tollgate-call"))
    (span,) = spans(collector, 1)
    found = validate(span)
    assert span.name == "chat gpt-4.1"
    assert found == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4.1",
        "gen_ai.request.max_tokens": 64,
        "gen_ai.response.model": "gpt-4.1-2025-04-14",
        "gen_ai.response.id": "chatcmpl-1",
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": 19,
        "gen_ai.usage.output_tokens": 10,
        "gen_ai.agent.name": "researcher",
        "server.address": "127.0.0.1",
        "server.port": int(stub.url.rsplit(":", 1)[1]),
        "http.response.status_code": 200,
        "tollgate.call.id": row["id"],
        "tollgate.run.id": "42",
        "tollgate.run.source": "explicit",
        "tollgate.workflow": "nightly",
        "tollgate.provider": "openai",
        "tollgate.outcome": "ok",
        "tollgate.cost_usd": row["cost_usd"],
        "tollgate.cost.source": "priced",
        "tollgate.billing": "metered",
        "tollgate.usage_source": "provider",
        "tollgate.overhead_us": found["tollgate.overhead_us"],
    }
    # gpt-4.1: $2 and $8 for a million tokens.
    assert Decimal(found["tollgate.cost_usd"]) == (19 * 2 + 10 * 8) / Decimal(1_000_000)
    (export,) = collector.exports
    assert export.path == "/v1/traces"
    assert export.headers["content-type"] == "application/x-protobuf"
    assert export.headers["user-agent"].startswith("Tollgate/")
    (one,) = export.request.resource_spans
    assert attributes(one.resource)["service.name"] == "tollgate"
    assert one.scope_spans[0].scope.name == "tollgate"
    assert b"secret" not in export.request.SerializeToString()
    eventually(lambda: tollgate.metric("tollgate_traces_exported_total") == 1, what="the count")


def test_the_calls_of_a_run_share_a_trace_over_a_restart_and_other_calls_have_their_own(traced):
    tollgate, _, collector = traced
    for _ in range(2):
        assert call(tollgate, x_tollgate_run="42").status == 200
    assert call(tollgate, x_tollgate_run="43").status == 200
    assert call(tollgate).status == 200
    assert tollgate.terminate() == 0
    tollgate.start()
    assert call(tollgate, x_tollgate_run="42").status == 200
    assert tollgate.terminate() == 0
    by_run: dict = {}
    for span in spans(collector, 5):
        by_run.setdefault(validate(span)["tollgate.run.id"], []).append(span)
    assert len(by_run) == 3 and [len(by_run[run]) for run in ("42", "43")] == [3, 1]
    assert [len({span.trace_id for span in found}) for found in by_run.values()] == [1, 1, 1]
    assert len({span.trace_id for span in collector.spans}) == 3
    assert len({span.span_id for span in collector.spans}) == 5
    # The run's own span comes when it ends; its calls name it before.
    assert [len({span.parent_span_id for span in found}) for found in by_run.values()] == [1, 1, 1]
    assert {len(span.parent_span_id) for span in collector.spans} == {8}


@pytest.mark.parametrize("sampler", [ALWAYS_ON, ALWAYS_OFF], ids=["sampled", "unsampled"])
def test_a_call_joins_the_trace_of_an_application_that_is_instrumented(traced, sampler):
    tollgate, stub, collector = traced
    tracer = TracerProvider(sampler=sampler).get_tracer("application")
    client = openai.OpenAI(base_url=f"{tollgate.url}/openai/v1", api_key="sk-test", max_retries=0)
    with tracer.start_as_current_span("the application's own") as own:
        headers: dict[str, str] = {}
        propagate.inject(headers)
        client.chat.completions.create(
            model="gpt-4.1", messages=[{"role": "user", "content": "Hi"}], extra_headers=headers
        )
    # The header itself is the upstream's as well.
    assert stub.last.head.get("traceparent") == headers["traceparent"]
    assert tollgate.terminate() == 0
    context = own.get_span_context()
    if not context.trace_flags.sampled:
        assert collector.spans == []
        return
    (span,) = spans(collector, 1)
    validate(span)
    assert int.from_bytes(span.trace_id) == context.trace_id
    assert int.from_bytes(span.parent_span_id) == context.span_id
    assert span.flags & 0x301 == 0x301, "sampled, and its parent is known to be remote"
    assert trace.format_trace_id(context.trace_id) == span.trace_id.hex()


@pytest.mark.parametrize(
    "header",
    [
        f"ff{PARENT[2:]}-01",
        f"{PARENT}-01-more",
        f"{PARENT}-1",
        f"00-{'0' * 32}-b7ad6b7169203331-01",
        f"{PARENT.upper()}-01",
    ],
)
def test_a_malformed_traceparent_is_as_if_it_were_not_there(traced, header):
    tollgate, _, collector = traced
    assert call(tollgate, traceparent=header).status == 200
    assert tollgate.terminate() == 0
    (span,) = spans(collector, 1)
    assert span.trace_id.hex() != "0af7651916cd43dd8448eb211c80319c"
    assert span.parent_span_id.hex() not in header.lower()


def test_streams_errors_and_refusals_say_what_became_of_them(make_stub, make_tollgate, make_collector):
    def answer(exchange):
        body = exchange.read_body()
        if not body:
            exchange.respond(200, b'{"object":"list","data":[]}', [("Content-Type", "application/json")])
            return
        if json.loads(body)["model"] == "broken":
            exchange.respond(
                503, b'{"error":{"code":"overloaded","message":"x"}}', [("Content-Type", "application/json")]
            )
            return
        usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
        usage |= {"prompt_tokens_details": {"cached_tokens": 64}, "completion_tokens_details": {"reasoning_tokens": 5}}
        head = {"id": "chatcmpl-s", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4.1-2025-04-14"}
        chunks = [
            head | {"choices": [{"index": 0, "delta": {"role": "assistant", "content": "Hi"}, "finish_reason": None}]},
            head | {"choices": [{"index": 0, "delta": {}, "finish_reason": "length"}]},
            head | {"choices": [], "usage": usage},
        ]
        body = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
        exchange.respond(200, body.encode(), [("Content-Type", "text/event-stream")])

    stub, collector = make_stub(answer), make_collector()
    budget = {"name": "none", "match": {"agent": "poor"}, "limit": "0.000001 USD", "every": "total", "mode": "enforce"}
    tollgate = make_tollgate({"openai": stub.url}, traces(collector) | {"budgets": [budget]})
    stream = {"stream": True, "stream_options": {"include_usage": True}, "n": 2}
    assert call(tollgate, body=json.dumps(json.loads(BODY) | stream).encode()).status == 200
    assert call(tollgate, body=BODY.replace(b"gpt-4.1", b"broken")).status == 503
    assert call(tollgate, x_tollgate_agent="poor").status == 402
    assert call(tollgate, "/openai/v1/embeddings", b'{"model":"broken","input":"x"}').status == 503
    assert ask(tollgate.port, "GET", "/openai/v1/models").status == 200
    assert tollgate.terminate() == 0
    found = {
        tuple(attributes(span)[key] for key in ("gen_ai.operation.name", "tollgate.outcome")): span
        for span in collector.spans
    }
    assert found.keys() == {
        ("chat", "ok"),
        ("chat", "upstream_error"),
        ("chat", "denied"),
        ("embeddings", "upstream_error"),
    }
    streamed = validate(found["chat", "ok"])
    expected = {
        "gen_ai.request.stream": True,
        "gen_ai.request.choice.count": 2,
        "gen_ai.response.finish_reasons": ["length"],
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.cache_read.input_tokens": 64,
        "gen_ai.usage.output_tokens": 20,
        "gen_ai.usage.reasoning.output_tokens": 5,
    }
    assert expected.items() <= streamed.items()
    assert 0 < streamed["gen_ai.response.time_to_first_chunk"] < 60
    failed = validate(found["chat", "upstream_error"])
    assert (failed["error.type"], failed["http.response.status_code"]) == ("overloaded", 503)
    denied = validate(found["chat", "denied"])
    assert denied["error.type"] == "budget_exhausted"
    assert not denied.keys() & {"gen_ai.response.model", "gen_ai.usage.input_tokens", "tollgate.cost_usd"}
    validate(found["embeddings", "upstream_error"])


def test_a_call_to_a_server_of_tools_is_the_span_of_its_tool(make_stub, make_tollgate, make_collector):
    def answer(exchange):
        asked = json.loads(exchange.read_body())
        result = {"content": [], "isError": asked["params"]["name"] == "fail"}
        reply = {"jsonrpc": "2.0", "id": asked["id"], "result": result}
        exchange.respond(200, json.dumps(reply).encode(), [("Content-Type", "application/json")])

    stub, collector = make_stub(answer), make_collector()
    providers = {"providers": {"tools": {"base_url": stub.url, "dialect": "mcp"}}}
    tollgate = make_tollgate(None, traces(collector) | providers)
    for tool in ("search", "fail"):
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": {}}}
        assert call(tollgate, "/tools/mcp", json.dumps(message).encode(), x_tollgate_run="42").status == 200
    assert tollgate.terminate() == 0
    found = {span.name: validate(span) for span in collector.spans}
    assert found.keys() == {"tools/call search", "tools/call fail"}
    assert found["tools/call search"]["mcp.method.name"] == "tools/call"
    assert "error.type" not in found["tools/call search"]
    assert found["tools/call fail"]["error.type"] == "tool_error"
    assert {span.kind for span in collector.spans} == {Span.SPAN_KIND_CLIENT}
    assert len({span.trace_id for span in collector.spans}) == 1


class Script:
    """Answers one reply after the other."""

    def __init__(self, *replies: dict):
        self.replies = list(replies)

    def __call__(self, exchange):
        exchange.read_body()
        message = {"role": "assistant", "content": None} | self.replies.pop(0)
        choice = {
            "index": 0,
            "message": message,
            "finish_reason": "tool_calls" if message["content"] is None else "stop",
        }
        usage = {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25}
        body = {"id": "chatcmpl-9", "object": "chat.completion", "created": 1, "model": "gpt-4.1-2025-04-14"}
        body |= {"choices": [choice], "usage": usage}
        exchange.respond(200, json.dumps(body).encode(), [("Content-Type", "application/json")])


def tool_call(number: int, name: str) -> dict:
    return {"id": f"call_{number}", "type": "function", "function": {"name": name, "arguments": "{}"}}


def end(tollgate, run: str):
    ended = run_tollgate("run", "end", run, "--control", tollgate.control_url, "--data", str(tollgate.data))
    assert ended.returncode == 0, ended.stderr


def one(found: list[Span], name: str) -> Span:
    (span,) = [span for span in found if span.name == name]
    return span


def test_an_agent_that_names_nothing_is_a_trace_of_its_calls_and_of_the_tools_between_them(
    make_stub, make_tollgate, make_collector
):
    stub = make_stub(Script({"tool_calls": [tool_call(1, "search"), tool_call(2, "read")]}, {"content": "Done"}))
    collector = make_collector()
    tollgate = make_tollgate({"openai": stub.url}, traces(collector))
    client = openai.OpenAI(base_url=f"{tollgate.url}/openai/v1", api_key="sk-test", max_retries=0)
    messages: list = [{"role": "user", "content": "What is in the secret file?"}]
    reply = client.chat.completions.create(model="gpt-4.1", messages=messages).choices[0].message
    asked = time.time()
    time.sleep(0.2)
    results = [("call_2", "secret"), ("call_1", "Error: no such file")]
    answers = [{"role": "tool", "tool_call_id": call, "content": text} for call, text in results]
    messages += [{"role": "assistant", "tool_calls": [one.model_dump() for one in reply.tool_calls]}, *answers]
    client.chat.completions.create(model="gpt-4.1", messages=messages)
    calls = eventually(lambda: len(tollgate.calls()) == 2 and tollgate.calls(), what="both rows")
    (run,) = {row["run"] for row in calls}
    end(tollgate, run)
    assert tollgate.terminate() == 0
    found = {span.span_id: validate(span) for span in collector.spans}
    assert len({span.trace_id for span in collector.spans}) == 1 and len(found) == len(collector.spans) == 5
    (whole,) = [span for span in collector.spans if found[span.span_id]["gen_ai.operation.name"] == "invoke_agent"]
    assert whole.parent_span_id == b""
    assert {span.parent_span_id for span in collector.spans if span is not whole} == {whole.span_id}
    expected = {
        "tollgate.run.id": run,
        "tollgate.run.llm_calls": 2,
        "tollgate.run.tool_calls": 2,
        "tollgate.run.outcome": "ok",
        "gen_ai.usage.input_tokens": 40,
        "gen_ai.usage.output_tokens": 10,
        "gen_ai.provider.name": "openai",
    }
    assert expected.items() <= found[whole.span_id].items()
    cost = sum(Decimal(row["cost_usd"]) for row in calls)
    assert Decimal(found[whole.span_id]["tollgate.cost_usd"]) == cost > 0
    chats = sorted(
        (span for span in collector.spans if span.name == "chat gpt-4.1"), key=lambda s: s.start_time_unix_nano
    )
    for name, call, error in (("search", "call_1", "tool_error"), ("read", "call_2", None)):
        tool = one(collector.spans, f"execute_tool {name}")
        says = found[tool.span_id]
        assert (says["gen_ai.tool.name"], says["gen_ai.tool.call.id"]) == (name, call)
        assert (says["gen_ai.tool.type"], says["tollgate.inferred"]) == ("function", True)
        assert says.get("error.type") == error
        # From the reply that asked to the request that answered.
        assert tool.start_time_unix_nano == chats[0].end_time_unix_nano
        assert tool.end_time_unix_nano == chats[1].start_time_unix_nano
        assert tool.end_time_unix_nano - tool.start_time_unix_nano >= 0.15e9
        assert tool.start_time_unix_nano / 1e9 < asked + 0.1
        (link,) = tool.links
        assert (link.trace_id, link.span_id) == (chats[0].trace_id, chats[0].span_id)
    assert b"secret" not in b"".join(export.request.SerializeToString() for export in collector.exports)


def test_agents_and_runs_below_a_run_stand_below_the_one_that_started_them(traced):
    tollgate, _, collector = traced
    claude = {"x_claude_code_session_id": "6a8d1c3e-0000-4000-8000-000000000001"}
    assert call(tollgate, **claude).status == 200
    assert call(tollgate, **claude, x_claude_code_agent_id="a1").status == 200
    assert call(tollgate, **claude, x_claude_code_agent_id="a2", x_claude_code_parent_agent_id="a1").status == 200
    session = claude["x_claude_code_session_id"]
    assert call(tollgate, x_tollgate_run="below", x_tollgate_parent_run=session).status == 200
    eventually(lambda: len(tollgate.calls()) == 4, what="the rows")
    end(tollgate, "below")
    end(tollgate, session)
    assert tollgate.terminate() == 0
    found = {span.span_id: validate(span) for span in collector.spans}
    assert len(found) == 8 and len({span.trace_id for span in collector.spans}) == 1
    agents = [span for span in collector.spans if found[span.span_id]["gen_ai.operation.name"] == "invoke_agent"]
    parents = {
        found[span.span_id].get("gen_ai.agent.id", found[span.span_id]["tollgate.run.id"]): span.parent_span_id
        for span in agents
    }
    ids = {
        found[span.span_id].get("gen_ai.agent.id", found[span.span_id]["tollgate.run.id"]): span.span_id
        for span in agents
    }
    assert parents == {session: b"", "a1": ids[session], "a2": ids["a1"], "below": ids[session]}
    chats = [span for span in collector.spans if span not in agents]
    assert sorted(span.parent_span_id for span in chats) == sorted(ids.values())
    assert {found[ids[name]]["gen_ai.conversation.id"] for name in (session, "a1", "a2")} == {session}


def test_a_run_of_an_instrumented_application_stands_in_its_trace(traced):
    tollgate, _, collector = traced
    tracer = TracerProvider(sampler=ALWAYS_ON).get_tracer("application")
    with tracer.start_as_current_span("the application's own") as own:
        headers: dict[str, str] = {}
        propagate.inject(headers)
        for _ in range(2):
            assert call(tollgate, x_tollgate_run="42", **headers).status == 200
    # One that comes without it belongs to the run, and so to its trace.
    assert call(tollgate, x_tollgate_run="42").status == 200
    eventually(lambda: len(tollgate.calls()) == 3, what="the rows")
    end(tollgate, "42")
    assert tollgate.terminate() == 0
    for span in collector.spans:
        validate(span)
    context = own.get_span_context()
    assert {int.from_bytes(span.trace_id) for span in collector.spans} == {context.trace_id}
    (run,) = [span for span in collector.spans if span.name.startswith("invoke_agent")]
    assert int.from_bytes(run.parent_span_id) == context.span_id
    parents = sorted(span.parent_span_id for span in collector.spans if span is not run)
    assert parents == sorted([run.parent_span_id, run.parent_span_id, run.span_id])
    assert len(collector.spans) == 4


def test_a_run_that_is_idle_ends_and_is_told_after_a_restart_too(make_stub, make_tollgate, make_collector):
    stub, collector = make_stub(), make_collector()
    tollgate = make_tollgate({"openai": stub.url}, traces(collector) | {"runs": {"idle": "2s"}})
    assert call(tollgate, x_tollgate_run="42", x_tollgate_agent="researcher").status == 200
    assert tollgate.terminate() == 0
    tollgate.start()
    (first, run) = spans(collector, 2)
    assert [validate(span)["gen_ai.operation.name"] for span in (first, run)] == ["chat", "invoke_agent"]
    assert (run.trace_id, run.span_id) == (first.trace_id, first.parent_span_id)
    assert attributes(run)["tollgate.run.outcome"] == "unknown"
    # What it came to is not known here: nothing is better than too little.
    assert "tollgate.run.llm_calls" not in attributes(run)


def test_headers_resource_and_sampling_are_configured(make_stub, make_tollgate, make_collector):
    stub, collector = make_stub(), make_collector()
    more = {"headers": {"x-api-key": "hunter2"}, "sample": 0.5, "service": "gateway-eu"}
    more["attributes"] = {"deployment.environment.name": "test"}
    tollgate = make_tollgate({"openai": stub.url}, traces(collector, **more))
    for number in range(60):
        assert call(tollgate, x_tollgate_run=f"run-{number}").status == 200
    assert tollgate.terminate() == 0
    kept = {attributes(span)["tollgate.run.id"] for span in collector.spans}
    # A coin that is thrown sixty times shows the same side 45 times once in ten thousand.
    assert 15 < len(kept) < 45
    (export, *_) = collector.exports
    assert export.headers["x-api-key"] == "hunter2"
    resource = attributes(export.request.resource_spans[0].resource)
    assert resource.items() >= {"service.name": "gateway-eu", "deployment.environment.name": "test"}.items()
    assert "hunter2" not in tollgate.log


def test_opentelemetrys_own_variables_are_read_where_nothing_is_configured(
    make_stub, make_tollgate, make_collector, monkeypatch
):
    stub, collector = make_stub(), make_collector()
    monkeypatch.setattr(
        "harness.tollgate_process.environment",
        lambda: (
            environment()
            | {
                "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
                "OTEL_EXPORTER_OTLP_HEADERS": "x-api-key=a%20b, x-other = c",
                "OTEL_SERVICE_NAME": "from-the-environment",
                "OTEL_RESOURCE_ATTRIBUTES": "service.namespace=n,service.name=less",
            }
        ),
    )
    tollgate = make_tollgate({"openai": stub.url})
    assert call(tollgate).status == 200
    (span,) = spans(collector, 1)
    validate(span)
    (export,) = collector.exports
    assert (export.path, export.headers["x-api-key"], export.headers["x-other"]) == ("/v1/traces", "a b", "c")
    resource = attributes(export.request.resource_spans[0].resource)
    assert resource.items() >= {"service.name": "from-the-environment", "service.namespace": "n"}.items()


def test_a_batch_that_may_be_taken_later_is_sent_again_and_one_that_may_not_is_dropped(
    make_stub, make_tollgate, make_collector
):
    partial = ExportTraceServiceResponse(
        partial_success=ExportTracePartialSuccess(rejected_spans=1, error_message="too old")
    ).SerializeToString()
    answers = {
        1: (503, {"retry-after": "1"}, b""),
        2: (429, {}, b""),
        3: (200, {"content-type": "application/x-protobuf"}, partial),
        4: (400, {}, b"bad"),
    }
    stub, collector = make_stub(), make_collector(lambda number: answers.get(number) or taken(number))
    tollgate = make_tollgate({"openai": stub.url}, traces(collector))
    dropped = lambda reason: tollgate.metric("tollgate_traces_dropped_total", reason=reason)  # noqa: E731
    for _ in range(3):
        assert call(tollgate).status == 200
    eventually(lambda: dropped("rejected") == 1, seconds=30, what="what the collector left out")
    assert tollgate.metric("tollgate_traces_exported_total") == 2
    assert [export.status for export in collector.exports] == [503, 429, 200]
    assert len({export.request.SerializeToString() for export in collector.exports}) == 1
    assert "too old" in tollgate.log
    assert call(tollgate).status == 200
    eventually(lambda: dropped("refused") == 1, seconds=30, what="the batch that was refused")
    assert len(collector.exports) == 4


def test_a_collector_that_is_not_there_slows_no_call_and_holds_up_no_end(make_stub, make_tollgate):
    stub = make_stub(numbered_answer())
    tollgate = make_tollgate(
        {"openai": stub.url}, {"traces": {"endpoint": f"{NOBODY}/v1/traces", "allow_private": True}}
    )
    began = time.monotonic()
    for _ in range(50):
        assert call(tollgate).status == 200
    assert time.monotonic() - began < 20
    began = time.monotonic()
    assert tollgate.terminate() == 0
    assert time.monotonic() - began < 20


def test_nothing_is_sent_anywhere_unless_it_is_configured(proxied):
    tollgate, _ = proxied
    assert call(tollgate).status == 200
    assert tollgate.series("tollgate_traces_exported_total") == []
    assert b"trace_id" not in tollgate.get("/metrics", Accept="application/openmetrics-text")[1]


def test_exemplars_lead_from_a_histogram_to_the_trace_in_openmetrics_only(traced):
    tollgate, _, collector = traced
    assert call(tollgate, traceparent=f"{PARENT}-01").status == 200
    (span,) = spans(collector, 1)
    status, body, headers = tollgate.get("/metrics", Accept="application/openmetrics-text; version=1.0.0")
    assert status == 200 and headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    families = {family.name: family for family in text_string_to_metric_families(body.decode())}
    found = [sample for sample in families["tollgate_request_duration_seconds"].samples if sample.exemplar]
    assert [sample.exemplar.labels for sample in found] == [
        {"trace_id": "0af7651916cd43dd8448eb211c80319c", "span_id": span.span_id.hex()}
    ]
    (sample,) = found
    assert sample.exemplar.value <= float(sample.labels["le"])
    assert abs(float(sample.exemplar.timestamp) - span.end_time_unix_nano / 1e9) < 0.001
    assert abs(sample.exemplar.value - (span.end_time_unix_nano - span.start_time_unix_nano) / 1e9) < 0.001
    assert body.endswith(b"# EOF\n")
    assert b"trace_id" not in tollgate.get("/metrics")[1]
