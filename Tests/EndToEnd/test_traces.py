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
from harness.tollgate_process import NOBODY, environment
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
        assert span.name == f"invoke_agent {found['gen_ai.agent.name']}"
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
        by_run.setdefault(validate(span).get("tollgate.run.id"), []).append(span.trace_id)
    assert {run: len(found) for run, found in by_run.items()} == {"42": 3, "43": 1, None: 1}
    assert len({trace_id for found in by_run.values() for trace_id in found}) == 3
    assert len(set(by_run["42"])) == 1
    assert len({span.span_id for span in collector.spans}) == 5
    # The run's own span comes when it ends; its calls name it before.
    parents = {validate(span).get("tollgate.run.id"): span.parent_span_id for span in collector.spans}
    assert len(parents["42"]) == len(parents["43"]) == 8 and parents[None] == b""
    assert len({span.parent_span_id for span in collector.spans}) == 3


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
    assert span.parent_span_id == b""


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
