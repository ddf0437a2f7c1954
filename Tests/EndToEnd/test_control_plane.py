"""The control plane: what an operator and a scraper see."""

import json
import shutil
import subprocess
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.exposition import families, parse
from harness.http_bytes import LAST_CHUNK, chunk, response_head
from harness.raw_client import ask
from harness.stub_upstream import chat_reply
from harness.waiting import eventually

CHAT = "/openai/v1/chat/completions"
BODY = b'{"model":"gpt-4.1","messages":[{"role":"user","content":"Hi"}]}'
JSON = [("Content-Type", "application/json")]
# 19 prompt tokens at 2 USD and 10 of the reply at 8 USD a million.
COST = 19 * 2_000_000 + 10 * 8_000_000

CALL_FIELDS = """id started_at provider dialect method path model_requested model agent workflow run status outcome stream usage
usage_raw usage_source cost_pico_usd debited_pico_usd cost_source priced_as billing service_tier geo tool_calls server_tool_calls
tool_results finish_reason error provider_request_id provider_response_id provider_project upstream_key_id ttft_ms duration_ms
overhead_us request_bytes response_bytes""".split()

METRICS = {
    "tollgate_requests_total": "counter",
    "tollgate_tokens_total": "counter",
    "tollgate_cost_usd_total": "counter",
    "tollgate_tool_calls_total": "counter",
    "tollgate_tool_fanout": "histogram",
    "tollgate_request_duration_seconds": "histogram",
    "tollgate_time_to_first_token_seconds": "histogram",
    "tollgate_overhead_seconds": "histogram",
    "tollgate_requests_in_flight": "gauge",
    "tollgate_usage_source_total": "counter",
    "tollgate_ledger_queue_depth": "gauge",
    "tollgate_ledger_commit_seconds": "histogram",
    "tollgate_build_info": "gauge",
    "process_resident_memory_bytes": "gauge",
}


def call(tollgate, workflow: str = "nightly", agent: str = "researcher", body: bytes = BODY):
    reply = ask(tollgate.port, "POST", f"/agent/{agent}/workflow/{workflow}{CHAT}", body, JSON)
    assert reply.status == 200
    return tollgate.call(reply.head.get("x-tollgate-call"))


def test_a_call_has_every_field_of_the_contract(proxied):
    tollgate, stub = proxied
    fields = [*JSON, ("X-Request-Id", "req_abc"), ("OpenAI-Project", "proj_1")]
    stub.answer = lambda exchange: (exchange.read_body(), exchange.respond(200, chat_reply(7), fields))
    row = call(tollgate)
    assert not set(CALL_FIELDS) - row.keys()
    assert row["cost_pico_usd"] == COST == row["debited_pico_usd"]
    assert (row["provider_request_id"], row["provider_response_id"]) == ("req_abc", "chatcmpl-7")
    assert row["provider_project"] == "proj_1"
    assert row["path"] == "/v1/chat/completions"
    assert row["priced_as"] == "gpt-4.1"
    assert row["duration_ms"] >= 0 and row["overhead_us"] >= 0
    usage = row["usage_raw"] if isinstance(row["usage_raw"], dict) else json.loads(row["usage_raw"])
    assert usage["prompt_tokens"] == 19


def test_calls_are_listed_newest_first_with_filters_and_a_cursor(proxied):
    tollgate, _ = proxied
    ids = [call(tollgate, workflow=f"w{number % 2}")["id"] for number in range(6)]
    assert [row["id"] for row in tollgate.calls()] == ids[::-1]
    assert [row["id"] for row in tollgate.calls("&workflow=w0")] == ids[::-1][1::2]
    page = tollgate.json("/api/v1/calls?limit=4")
    assert len(page["rows"]) == 4 and page["next"]
    rest = tollgate.json(f"/api/v1/calls?limit=4&cursor={page['next']}")
    assert [row["id"] for row in rest["rows"]] == ids[1::-1] and rest["next"] is None


def test_a_summary_adds_up_exactly(proxied):
    tollgate, _ = proxied
    for workflow in ("nightly", "nightly", "weekly"):
        call(tollgate, workflow)
    rows = tollgate.json("/api/v1/summary?by=workflow,model&since=24h")["rows"]
    found = {(row["workflow"], row["model"]): row for row in rows}
    nightly = found[("nightly", "gpt-4.1-2025-04-14")]
    assert (nightly["calls"], nightly["cost_pico_usd"]) == (2, 2 * COST)
    assert nightly["cost_usd"] == "0.000236"
    assert (nightly["tokens"]["input"], nightly["tokens"]["output"]) == (38, 20)
    assert sum(row["cost_pico_usd"] for row in rows) == 3 * COST


@pytest.mark.parametrize("path", ["/api/v1/calls/0000000000000", "/api/v1/calls/nonsense", "/api/v1/nowhere"])
def test_what_is_not_there_is_a_404_with_problem_details(proxied, path):
    tollgate, _ = proxied
    status, body, headers = tollgate.get(path)
    assert status == 404
    assert headers["content-type"].startswith("application/problem+json")
    assert json.loads(body)["title"]


@pytest.mark.parametrize(
    "query",
    [
        "/api/v1/calls?limit=0",
        "/api/v1/calls?limit=x",
        "/api/v1/summary?by=nonsense",
        "/api/v1/summary?since=yesterday",
    ],
)
def test_a_bad_query_is_a_400_that_names_it(proxied, query):
    tollgate, _ = proxied
    status, body, _ = tollgate.get(query)
    assert status == 400
    assert json.loads(body)["detail"]


def test_metrics_have_the_names_and_labels_of_the_contract_and_agree_with_the_ledger(proxied):
    tollgate, stub = proxied
    tools = (
        b'{"id":"chatcmpl-t","model":"gpt-4.1-2025-04-14","choices":[{"index":0,"message":{"role":"assistant","content":null,'
        b'"tool_calls":[{"id":"a","type":"function","function":{"name":"search","arguments":"{}"}},{"id":"b","type":"function",'
        b'"function":{"name":"search","arguments":"{}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":10,'
        b'"completion_tokens":5,"total_tokens":15}}'
    )
    call(tollgate)
    stub.answer = lambda exchange: (exchange.read_body(), exchange.respond(200, tools, JSON))
    call(tollgate)
    text = tollgate.get("/metrics")[1].decode()
    kinds = families(text)
    assert not METRICS.items() - kinds.items()
    labels = {"provider": "openai", "agent": "researcher", "workflow": "nightly"}
    eventually(
        lambda: tollgate.metric("tollgate_requests_total", **labels, outcome="ok") == 2, what="two calls in the metrics"
    )
    assert tollgate.metric("tollgate_tokens_total", **labels, **{"class": "input"}) == 29
    assert tollgate.metric("tollgate_tokens_total", **labels, **{"class": "output"}) == 15
    total = sum(row["cost_pico_usd"] for row in tollgate.calls())
    assert round(tollgate.metric("tollgate_cost_usd_total", **labels) * 10**12) == total
    assert tollgate.metric("tollgate_tool_calls_total", agent="researcher", workflow="nightly", tool="search") == 2
    assert tollgate.metric("tollgate_tool_fanout_sum", workflow="nightly") == 2
    assert tollgate.metric("tollgate_requests_in_flight") == 0
    assert tollgate.metric("tollgate_usage_source_total", provider="openai", source="provider") == 2


def test_openmetrics_is_given_to_who_asks_for_it(proxied):
    tollgate, _ = proxied
    call(tollgate)
    status, body, headers = tollgate.get(
        "/metrics", Accept="application/openmetrics-text; version=1.0.0; charset=utf-8"
    )
    assert (status, headers["content-type"].split(";")[0]) == (200, "application/openmetrics-text")
    assert body.endswith(b"# EOF\n")
    status, body, headers = tollgate.get("/metrics", Accept="text/plain")
    assert headers["content-type"].startswith("text/plain; version=0.0.4")
    assert not body.endswith(b"# EOF\n")
    assert parse(body.decode())


@pytest.mark.skipif(
    not shutil.which("promtool"), reason="NO PROMTOOL: the exposition is checked by the suite's own reader only"
)
def test_promtool_accepts_the_exposition(proxied):
    tollgate, _ = proxied
    call(tollgate)
    result = subprocess.run(["promtool", "check", "metrics"], input=tollgate.get("/metrics")[1], capture_output=True)
    assert result.returncode == 0, result.stderr.decode()


def test_names_that_a_peer_chooses_cannot_break_or_flood_the_exposition(proxied):
    tollgate, stub = proxied
    hostile = json.dumps('gpt"4\\1\n{}').encode()
    stub.answer = lambda exchange: (
        exchange.read_body(),
        exchange.respond(
            200,
            b'{"id":"c","model":' + hostile + b',"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}',
            JSON,
        ),
    )
    for number in range(230):
        ask(
            tollgate.port,
            "POST",
            f"/agent/agent-{number}/workflow/flow-{number}{CHAT}",
            b'{"model":' + hostile + b"}",
            JSON,
        )
    eventually(lambda: tollgate.metric("tollgate_requests_total") == 230, what="every call in the metrics")
    series = tollgate.series("tollgate_requests_total")
    assert {labels["model"] for labels, _ in series} == {"unknown"}
    assert len({labels["agent"] for labels, _ in series}) <= 201
    assert any(labels["agent"] == "other" for labels, _ in series)
    assert tollgate.metric("tollgate_unpriced_requests_total", provider="openai") == 230


def test_configured_names_start_at_zero(make_stub, make_tollgate):
    tollgate = make_tollgate({"openai": make_stub().url}, {"agents": ["researcher"], "workflows": ["nightly"]})
    series = tollgate.series("tollgate_cost_usd_total")
    assert any(labels.get("workflow") == "nightly" and value == 0 for labels, value in series)


def test_health_and_readiness(proxied):
    tollgate, _ = proxied
    assert tollgate.get("/healthz")[0] == 200
    assert tollgate.get("/readyz")[0] == 200


@pytest.mark.parametrize(
    "fields", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}], ids=str
)
def test_a_web_page_elsewhere_cannot_read(proxied, fields):
    tollgate, _ = proxied
    request = urllib.request.Request(tollgate.control_url + "/api/v1/calls", headers=fields)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)
    assert 400 <= refused.value.code < 500


def stream_of_nothing(exchange):
    exchange.read_body()
    exchange.send(response_head(200, [("Content-Type", "application/x-whatever"), ("Transfer-Encoding", "chunked")]))
    exchange.send(chunk(b"\x00\x01\x02") + LAST_CHUNK)


UNMETERED_PATH = "/openai/v1/something/new"


def test_what_no_dialect_understands_passes_and_is_counted(proxied):
    tollgate, stub = proxied
    stub.answer = stream_of_nothing
    reply = ask(tollgate.port, "POST", UNMETERED_PATH, b'{"model":"tts-1","input":"Hi"}', JSON)
    assert (reply.status, reply.body) == (200, b"\x00\x01\x02")
    row = tollgate.call(reply.head.get("x-tollgate-call"))
    assert row["dialect"] is None
    eventually(lambda: tollgate.metric("tollgate_unmetered_requests_total", provider="openai") == 1, what="the counter")


def test_what_no_dialect_understands_can_be_denied(make_stub, make_tollgate):
    stub = make_stub()
    tollgate = make_tollgate({"openai": stub.url}, {"unmetered": "deny"})
    assert ask(tollgate.port, "POST", UNMETERED_PATH, b"{}", JSON).status in (402, 403)
    assert not stub.received
    assert ask(tollgate.port, "POST", CHAT, BODY, JSON).status == 200


def test_what_no_dialect_understands_can_have_a_price(make_stub, make_tollgate):
    stub = make_stub(stream_of_nothing)
    tollgate = make_tollgate({"openai": stub.url}, {"unmetered": {"charge": "0.05 USD"}})
    reply = ask(tollgate.port, "POST", UNMETERED_PATH, b"{}", JSON)
    assert tollgate.call(reply.head.get("x-tollgate-call"))["cost_pico_usd"] == 50_000_000_000


def test_a_hundred_calls_at_once_are_all_counted(proxied):
    tollgate, _ = proxied
    with ThreadPoolExecutor(32) as pool:
        replies = list(pool.map(lambda _: ask(tollgate.port, "POST", CHAT, BODY, JSON), range(100)))
    assert {reply.status for reply in replies} == {200}
    eventually(lambda: len(tollgate.calls()) == 100, what="a hundred rows")
    assert tollgate.json("/api/v1/summary?by=provider")["rows"][0]["cost_pico_usd"] == 100 * COST


def test_the_api_describes_itself(proxied):
    tollgate, _ = proxied
    document = tollgate.json("/api/v1/openapi.json")
    assert document["openapi"].startswith("3.1")
    assert {"/api/v1/calls", "/api/v1/calls/{id}", "/api/v1/summary"} <= document["paths"].keys()


def test_the_data_plane_shows_a_call_to_the_key_that_made_it_and_to_nobody_else(proxied):
    tollgate, stub = proxied
    key = [("Authorization", "Bearer sk-proj-mine")]
    call_id = ask(tollgate.port, "POST", CHAT, BODY, [*JSON, *key]).head.get("x-tollgate-call")
    mine = eventually(
        lambda: (
            reply
            if (reply := ask(tollgate.port, "GET", f"/tollgate/calls/{call_id}", None, key)).status == 200
            else None
        ),
        what="one's own call",
    )
    assert json.loads(mine.body)["id"] == call_id
    for fields in ([], [("Authorization", "Bearer sk-proj-other")]):
        assert ask(tollgate.port, "GET", f"/tollgate/calls/{call_id}", None, fields).status in (401, 403, 404)
    assert len(stub.received) == 1
