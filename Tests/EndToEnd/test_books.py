"""Closing the month: what is booked after calls were settled, and the ledger beside a provider's bill."""

import csv
import datetime
import io
import json
import re
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from harness.http_bytes import response_head
from harness.raw_client import RawClient, ask
from harness.recording import FIXTURES
from harness.stub_upstream import chat_reply
from harness.tollgate_process import run_tollgate
from harness.waiting import eventually

CHAT = "/openai/v1/chat/completions"
BODY = b'{"model":"gpt-4.1","messages":[{"role":"user","content":"Hi"}]}'
JSON = [("Content-Type", "application/json")]
# 19 prompt tokens at 2 USD and 10 of the reply at 8 USD a million.
COST = 19 * 2_000_000 + 10 * 8_000_000
DOLLAR = 10**12
# The day of the sample exports, which tests move to today.
SAMPLE_DAY = datetime.date(2026, 11, 23)


def today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()


def books(command: str, *arguments: str, data: Path | None = None, fails: bool = False):
    """Runs a command; its JSON, or its error where it is to fail."""
    more = ["--data", str(data)] if data else []
    result = run_tollgate(command, *arguments, *more)
    if fails:
        assert result.returncode not in (0, -9, -11), result.stdout
        return result.stderr
    assert result.returncode == 0, result.stderr
    return result


def entries(*arguments: str, data: Path) -> list[dict]:
    return json.loads(books("adjust", "list", "--format", "json", *arguments, data=data).stdout)["rows"]


def total(data: Path, *arguments: str) -> dict:
    return json.loads(books("report", "--format", "json", *arguments, data=data).stdout)["total"]


def spend(tollgate, count: int = 1, workflow: str = "nightly", fields=JSON, path: str = CHAT) -> list[dict]:
    replies = [
        ask(tollgate.port, "POST", f"/agent/researcher/workflow/{workflow}{path}", BODY, fields) for _ in range(count)
    ]
    assert all(reply.status == 200 for reply in replies)
    return [tollgate.call(reply.head.get("x-tollgate-call")) for reply in replies]


def token(tollgate) -> str:
    return (tollgate.data / "control.token").read_text().strip()


def post(tollgate, path: str, body: dict, **fields: str) -> tuple[int, dict]:
    request = urllib.request.Request(
        tollgate.control_url + path,
        data=json.dumps(body).encode(),
        headers={"content-type": "application/json"}
        | {name.replace("_", "-"): value for name, value in fields.items()},
    )
    try:
        with urllib.request.urlopen(request, timeout=15) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as problem:
        return problem.code, json.loads(problem.read())


# Corrections


def test_a_correction_is_booked_by_a_running_proxy_and_stands_in_every_report(proxied):
    tollgate, _ = proxied
    spend(tollgate)
    arguments = ["--provider", "openai", "--day", str(today()), "--amount", "-0.00001 USD", "--reason", "credit note 7"]
    result = books("adjust", *arguments, "--workflow", "nightly", "--control", tollgate.control_url, data=tollgate.data)
    assert "credit note 7" in result.stdout
    rows = tollgate.json("/api/v1/adjustments")["rows"]
    assert [(row["delta_usd"], row["workflow"], row["kind"]) for row in rows] == [("-0.00001", "nightly", "correction")]
    assert rows[0]["who"], "who booked it is kept"
    summary = tollgate.json("/api/v1/summary?by=workflow&since=48h")["rows"]
    assert [(row["cost_pico_usd"], row["adjusted_pico_usd"]) for row in summary] == [(COST - 10_000_000, -10_000_000)]
    assert tollgate.terminate() == 0
    assert total(tollgate.data, "--since", "48h")["cost_pico_usd"] == COST - 10_000_000
    assert len(entries(data=tollgate.data)) == 1


def test_a_correction_of_a_call_is_shown_with_it_and_its_row_stays(proxied):
    tollgate, _ = proxied
    [call] = spend(tollgate)
    control = ["--control", tollgate.control_url]
    books("adjust", "--call", call["id"], "--amount", "1USD", "--reason", "seen", *control, data=tollgate.data)
    seen = tollgate.call(call["id"])
    assert (seen["cost_pico_usd"], seen["settled_cost_pico_usd"]) == (COST + DOLLAR, COST)
    assert [entry["reason"] for entry in seen["adjustments"]] == ["seen"]
    error = books(
        "adjust",
        "--call",
        "0000000000001",
        "--amount",
        "1USD",
        "--reason",
        "x",
        *control,
        data=tollgate.data,
        fails=True,
    )
    assert "there is no call" in error


def test_booking_needs_the_token_on_loopback_too_and_one_key_books_once(proxied):
    tollgate, _ = proxied
    body = {"provider": "openai", "day": str(today()), "delta_usd": "2", "reason": "r", "who": "ann", "key": "k"}
    assert post(tollgate, "/api/v1/adjustments", body)[0] == 401
    bearer = f"Bearer {token(tollgate)}"
    assert post(tollgate, "/api/v1/adjustments", body, authorization=bearer, origin="http://evil.example")[0] == 403
    first = post(tollgate, "/api/v1/adjustments", body, authorization=bearer)
    again = post(tollgate, "/api/v1/adjustments", body, authorization=bearer)
    assert first[0] == again[0] == 201 and first[1]["id"] == again[1]["id"]
    assert len(tollgate.json("/api/v1/adjustments")["rows"]) == 1
    assert post(tollgate, "/api/v1/adjustments", body | {"delta_usd": "a lot"}, authorization=bearer)[0] == 400


def test_without_a_proxy_the_directory_is_opened_and_without_a_directory_it_is_an_error(proxied, tmp_path):
    tollgate, _ = proxied
    spend(tollgate)
    arguments = ["--provider", "openai", "--day", str(today()), "--amount", "3 USD", "--reason", "fine-tuning"]
    assert "control" in books("adjust", *arguments, data=tollgate.data, fails=True), "a proxy elsewhere uses it"
    assert tollgate.terminate() == 0
    books("adjust", *arguments, data=tollgate.data)
    assert total(tollgate.data, "--since", "48h")["cost_pico_usd"] == COST + 3 * DOLLAR
    assert "nothing" in books("adjust", *arguments, data=tmp_path / "nothing", fails=True)


@pytest.mark.parametrize(
    "arguments, named",
    [
        (["--provider", "openai", "--amount", "1USD", "--reason", "r"], "--day"),
        (["--provider", "openai", "--day", "2026-11-22", "--amount", "1", "--reason", "r"], "USD"),
        (["--provider", "openai", "--day", "yesterday", "--amount", "1USD", "--reason", "r"], "yesterday"),
        (["--call", "0000000000001", "--agent", "a", "--amount", "1USD", "--reason", "r"], "--call"),
        (["--provider", "openai", "--day", "2026-11-22", "--amount", "1USD"], "--reason"),
    ],
)
def test_a_correction_that_makes_no_sense_is_a_usage_error(arguments, named):
    result = run_tollgate("adjust", *arguments)
    assert result.returncode == 64
    assert named in result.stderr


# Prices that become known


def price_file(directory: Path, dollars_in: str = "1", dollars_out: str = "10") -> Path:
    """A price book that knows the provider `acme` and its model `road-1`."""
    directory.mkdir(exist_ok=True)
    book = {
        "format": 1, "provider": "acme", "name": "Acme", "currency": "USD", "hosts": ["acme.example"], "ids": {},
        "sources": {"page": {"what": "a price of this test", "url": "https://acme.example/pricing"}},
        "models": [{
            "id": "road-1", "match": ["road-1"],
            "prices": [{"source": "page", "rates": {"in": dollars_in, "in.cached": dollars_in, "out": dollars_out}}],
        }],
    }  # fmt: skip
    (directory / "acme.json").write_text(json.dumps(book))
    return directory


@pytest.fixture
def unpriced(make_stub, make_tollgate):
    """A proxy with three calls of a model that it has no price for: 19 tokens in and 10 out each."""
    stub = make_stub()
    stub.answer = lambda exchange: (
        exchange.read_body(),
        exchange.respond(200, chat_reply(1, model="road-1"), JSON),
    )
    tollgate = make_tollgate({"acme": stub.url})
    spend(tollgate, 3, path="/acme/v1/chat/completions")
    return tollgate


def reprice(data: Path, *arguments: str) -> dict:
    return json.loads(books("reprice", "--since", "2d", "--format", "json", *arguments, data=data).stdout)


def test_reprice_books_what_was_unpriced_once_and_history_stays(unpriced, tmp_path):
    tollgate, prices = unpriced, price_file(tmp_path / "prices")
    rows = tollgate.calls()
    assert [row["cost_source"] for row in rows] == ["unpriced"] * 3
    assert tollgate.terminate() == 0
    still = reprice(tollgate.data)
    assert (still["repriced"], still["unknown"]) == (0, [{"provider": "acme", "model": "road-1", "calls": 3}])
    book = ["--price-book", str(prices)]
    each = 19 * 1_000_000 + 10 * 10_000_000
    assert reprice(tollgate.data, *book, "--dry-run")["delta_pico_usd"] == 3 * each
    assert entries(data=tollgate.data) == []
    done = reprice(tollgate.data, *book)
    assert (done["repriced"], done["delta_pico_usd"]) == (3, 3 * each)
    assert reprice(tollgate.data, *book)["repriced"] == 0, "running twice books nothing"
    assert reprice(tollgate.data, *book, "--all")["repriced"] == 0
    after = total(tollgate.data, "--since", "48h")
    assert (after["cost_pico_usd"], after["unpriced_calls"], after["adjusted_pico_usd"]) == (3 * each, 0, 3 * each)
    price_file(prices, dollars_out="20")
    assert reprice(tollgate.data, *book)["repriced"] == 0, "what has its price is left alone"
    assert reprice(tollgate.data, *book, "--all", "--provider", "openai")["repriced"] == 0
    assert reprice(tollgate.data, *book, "--all")["delta_pico_usd"] == 3 * 100_000_000
    assert {entry["kind"] for entry in entries(data=tollgate.data)} == {"reprice"}
    tollgate.start()
    [call, *_] = tollgate.calls()
    assert (call["settled_cost_pico_usd"], call["cost_pico_usd"]) == (None, each + 100_000_000)
    assert (call["cost_source"], call["priced_as"], len(call["adjustments"])) == ("priced", "road-1", 2)


def test_reprice_without_a_proxy_knows_negotiated_rates_and_whose_prices_count(unpriced, tmp_path):
    tollgate, prices = unpriced, price_file(tmp_path / "prices")
    assert tollgate.terminate() == 0
    (prices / "acme.json").rename(prices / "roads.json")
    (prices / "roads.json").write_text((prices / "roads.json").read_text().replace('"acme"', '"roads"'))
    config = tmp_path / "tollgate.yaml"
    config.write_text(
        "price_book: " + str(prices) + "\n"
        "providers: { acme: { base_url: 'http://127.0.0.1:9', prices: roads, discount: { times: '0.5' } } }\n"
    )
    each = 19 * 1_000_000 + 10 * 10_000_000
    assert reprice(tollgate.data, "--price-book", str(prices))["repriced"] == 0, "nobody says whose prices count"
    done = reprice(tollgate.data, "--config", str(config))
    assert (done["repriced"], done["delta_pico_usd"]) == (3, 3 * each // 2)
    tollgate.start()
    refused = books("reprice", "--since", "2d", "--config", str(config), "--control", tollgate.control_url, fails=True)
    assert "its own prices count" in refused


def test_reprice_goes_through_a_proxy_that_runs_with_its_own_price_book(unpriced, tmp_path, make_tollgate):
    data, prices = unpriced.data, price_file(tmp_path / "prices")
    assert unpriced.terminate() == 0
    tollgate = make_tollgate(config={"price_book": str(prices)}, data=data)
    control = ["--control", tollgate.control_url]
    result = books("reprice", "--since", "2d", *control, data=data)
    assert "3 calls were repriced" in result.stdout
    assert "looked at 3 of 3 calls" in result.stderr, "progress"
    assert reprice(data, *control)["repriced"] == 0
    summary = tollgate.json("/api/v1/summary?by=model&since=48h")["rows"]
    assert [(row["unpriced_calls"], row["cost_pico_usd"]) for row in summary] == [(0, 3 * 119_000_000)]
    spend(tollgate, 2, path="/openai/v1/chat/completions") if "openai" in tollgate.upstreams else None
    assert tollgate.get("/readyz")[0] == 200
    body = {"from": "2026-01-01", "to": "2027-01-01", "reason": "r", "who": "w"}
    assert post(tollgate, "/api/v1/reprice", body)[0] == 401


# Count once


def results_line(number: int) -> bytes:
    message = {
        "id": f"msg_{number}", "type": "message", "role": "assistant", "model": "claude-haiku-4-5-20251001",
        "content": [{"type": "text", "text": "x" * 50}], "stop_reason": "end_turn", "stop_sequence": None,
        "usage": {"input_tokens": 1000, "output_tokens": 100, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0},
    }  # fmt: skip
    line = {"custom_id": f"c{number}", "result": {"type": "succeeded", "message": message}}
    return json.dumps(line).encode() + b"\n"


def test_batch_results_are_charged_once_over_an_aborted_download_and_a_restart(make_stub, make_tollgate):
    count, half = 400, 200
    lines = [results_line(number) for number in range(count)]
    path = "/anthropic/v1/messages/batches/msgbatch_1/results"
    fields = [("Content-Type", "application/x-jsonl"), ("Content-Length", str(sum(map(len, lines))))]
    go_on = threading.Event()

    def answer(exchange):
        exchange.read_body()
        exchange.send(response_head(200, fields) + b"".join(lines[:half]))
        go_on.wait(30)
        exchange.send(b"".join(lines[half:]))

    stub = make_stub(answer)
    tollgate = make_tollgate({"anthropic": stub.url})
    with RawClient(tollgate.port) as client:
        client.send_request("GET", path)
        call_id = client.read_head().get("x-tollgate-call")
        received = b""
        while received.count(b"\n") < half:
            received += client.reader.some()
        client.reset()
    first = tollgate.call(call_id)
    go_on.set()
    assert (first["outcome"], first["error"], first["stream"]) == ("aborted", "client_disconnected", False)
    assert 0 < first["usage"]["input"] <= half * 1000 and first["usage"]["input"] % 1000 == 0
    assert tollgate.terminate() == 0
    tollgate.start()
    second = tollgate.call(ask(tollgate.port, "GET", path).head.get("x-tollgate-call"))
    third = tollgate.call(ask(tollgate.port, "GET", path).head.get("x-tollgate-call"))
    assert (second["outcome"], third["outcome"]) == ("ok", "ok")
    assert first["usage"]["input"] + second["usage"]["input"] == count * 1000
    assert first["usage"]["output"] + second["usage"]["output"] == count * 100
    assert (third["usage"]["input"], third["cost_pico_usd"]) == (0, 0)
    # Haiku 4.5 in a batch: half of 1 and 5 USD a million.
    assert first["cost_pico_usd"] + second["cost_pico_usd"] == count * (1000 * 500_000 + 100 * 2_500_000)


def test_results_of_a_killed_proxy_are_charged_when_they_are_fetched_again(make_stub, make_tollgate):
    lines = [results_line(number) for number in range(50)]
    path = "/anthropic/v1/messages/batches/msgbatch_1/results"
    forever = threading.Event()
    is_cut = [True]

    def answer(exchange):
        exchange.read_body()
        exchange.send(
            response_head(200, [("Content-Type", "application/x-jsonl"), ("Content-Length", str(sum(map(len, lines))))])
            + b"".join(lines[:30])
        )
        if is_cut[0]:
            forever.wait(30)
        exchange.send(b"".join(lines[30:]))

    stub = make_stub(answer)
    tollgate = make_tollgate({"anthropic": stub.url})
    with RawClient(tollgate.port) as client:
        client.send_request("GET", path)
        client.read_head()
        received = b""
        while received.count(b"\n") < 30:
            received += client.reader.some()
        tollgate.kill()
    is_cut[0] = False
    forever.set()
    tollgate.start()
    ask(tollgate.port, "GET", path)
    rows = eventually(lambda: (rows := tollgate.calls()) and len(rows) == 2 and rows, what="two rows")
    assert sum(row["usage"]["input"] for row in rows if row["cost_pico_usd"]) == 50 * 1000


# The provider's bill


def moved(name: str, tmp_path: Path) -> str:
    """A sample export whose day is today."""
    passed = today() - SAMPLE_DAY
    midnight = 1_795_392_000
    day_after = SAMPLE_DAY + datetime.timedelta(days=1)
    places = {str(day): str(day + passed) for day in (SAMPLE_DAY, day_after)}
    for stamp in (midnight, midnight + 86_400):
        places[f": {stamp}"] = f": {stamp + passed.days * 86_400}"
    # In one pass: a day that was moved may be the name of another one.
    text = re.sub("|".join(places), lambda found: places[found[0]], (FIXTURES / "exports" / name).read_text())
    path = tmp_path / name
    path.write_text(text)
    return str(path)


def reconciled(tollgate, *arguments: str) -> dict[tuple, dict]:
    control = ["--control", tollgate.control_url]
    result = run_tollgate("reconcile", *arguments, *control, "--format", "json")
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    rows = {(row["model"], row["item"], row["project"]): row for row in document["rows"]}
    assert len(rows) == len(document["rows"])
    return rows | {"total": document["total"], "notes": document["notes"]}


@pytest.fixture
def with_projects(proxied):
    """A proxy with three calls of gpt-4.1 in one project."""
    tollgate, stub = proxied
    numbers = iter(range(100))
    fields = [*JSON, ("OpenAI-Project", "proj_1")]
    stub.answer = lambda exchange: (exchange.read_body(), exchange.respond(200, chat_reply(next(numbers)), fields))
    spend(tollgate, 3)
    return tollgate


def test_reconcile_compares_openais_costs_by_model_and_project(with_projects, tmp_path):
    rows = reconciled(with_projects, "--provider", "openai", moved("openai-costs.json", tmp_path))
    same = rows[("gpt-4.1", None, "proj_1")]
    assert same["theirs_pico_usd"] == same["ours_pico_usd"] == 3 * COST
    assert (same["gap_pico_usd"], same["likely_reasons"]) == (0, [])
    other = rows[("gpt-5.4", None, "proj_2")]
    assert (other["theirs_pico_usd"], other["ours_pico_usd"]) == (510_000_000_000, None)
    assert other["likely_reasons"] == ["not through Tollgate"]
    item = rows[(None, "Web search", "proj_1")]
    assert item["theirs_pico_usd"] == 250_000_000_000, "what cannot be matched is stated, not dropped"
    assert rows["total"]["gap_pico_usd"] == 760_000_000_000


def test_reconcile_compares_tokens_and_tells_a_different_price_from_calls_that_went_elsewhere(with_projects, tmp_path):
    costs = json.loads(Path(moved("openai-costs.json", tmp_path)).read_text())
    costs["data"][0]["results"][0]["amount"]["value"] = 0.5
    dearer = tmp_path / "dearer.json"
    dearer.write_text(json.dumps(costs))
    usage = moved("openai-usage.json", tmp_path)
    rows = reconciled(with_projects, "--provider", "openai", str(dearer), usage)
    assert rows[("gpt-4.1", None, "proj_1")]["their_tokens"] == 87 == rows[("gpt-4.1", None, "proj_1")]["our_tokens"]
    assert rows[("gpt-4.1", None, "proj_1")]["likely_reasons"] == ["same tokens: the price differs"]
    assert rows[("gpt-5.4", None, "proj_2")]["their_tokens"] == 204_000


def test_reconcile_names_unpriced_calls_and_adjustments_as_reasons(with_projects, tmp_path):
    tollgate = with_projects
    arguments = ["--provider", "openai", "--day", str(today()), "--amount", "-1USD", "--reason", "r"]
    scope = ["--model", "gpt-4.1-2025-04-14", "--project", "proj_1", "--control", tollgate.control_url]
    books("adjust", *arguments, *scope, data=tollgate.data)
    rows = reconciled(tollgate, "--provider", "openai", moved("openai-costs.json", tmp_path))
    [reason] = rows[("gpt-4.1", None, "proj_1")]["likely_reasons"]
    assert "-1.00 USD adjusted, which is the gap" in reason


def test_reconcile_reads_anthropics_reports_in_cents_and_a_plain_csv(make_stub, make_tollgate, tmp_path):
    stub = make_stub()
    reply = {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-haiku-4-5-20251001", "content": [],
        "stop_reason": "end_turn", "stop_sequence": None, "usage": {"input_tokens": 2095, "output_tokens": 503},
    }  # fmt: skip
    stub.answer = lambda exchange: (exchange.read_body(), exchange.respond(200, json.dumps(reply).encode(), JSON))
    tollgate = make_tollgate({"anthropic": stub.url})
    body = b'{"model":"claude-haiku-4-5","max_tokens":1000,"messages":[{"role":"user","content":"Hi"}]}'
    head = ask(tollgate.port, "POST", "/anthropic/v1/messages", body, JSON).head
    tollgate.call(head.get("x-tollgate-call"))
    files = [moved("anthropic-cost-report.json", tmp_path), moved("anthropic-usage.json", tmp_path)]
    rows = reconciled(tollgate, "--provider", "anthropic", *files)
    [row] = [row for key, row in rows.items() if key[0] and "haiku-4-5" in key[0]]
    # 0.2095 and 0.2515 cents.
    assert row["theirs_pico_usd"] == 4_610_000_000 == row["ours_pico_usd"]
    assert row["their_tokens"] == 2598 == row["our_tokens"]
    assert row["likely_reasons"] == []
    [item] = [row for key, row in rows.items() if key[1] == "Code Execution Usage"]
    assert item["theirs_pico_usd"] == 1_234_500_000_000
    table = run_tollgate(
        "reconcile", "--provider", "openai", moved("plain.csv", tmp_path), "--control", tollgate.control_url
    )
    assert table.returncode == 0, table.stderr
    assert "not through Tollgate" in table.stdout and "gpt-5.4" in table.stdout


@pytest.mark.parametrize(
    "content, named",
    [
        ("", "empty"), ("{", "line 1"), ("{}", "data"), ("a,b\n1,2\n", "amount_usd"),
        ('{"data":[{"start_time":0,"end_time":172800,"results":[]}]}', "bucket_width"),
        ('{"data":[{"start_time":0,"end_time":1,"results":[{"amount":{"value":1,"currency":"eur"}}]}]}', "EUR"),
        ("day,amount_usd\nsoon,1\n", "soon"), ("day,amount_usd\n2026-11-23,a lot\n", "a lot"),
    ],
)  # fmt: skip
def test_an_export_that_cannot_be_used_is_an_error_that_names_the_place(content, named, tmp_path):
    path = tmp_path / "export"
    path.write_text(content)
    result = run_tollgate("reconcile", "--provider", "openai", str(path), directory=tmp_path)
    assert result.returncode == 1
    assert str(path) in result.stderr and named in result.stderr


def test_a_page_that_is_given_twice_is_an_error_rather_than_twice_the_money(tmp_path):
    page = moved("openai-costs.json", tmp_path)
    result = run_tollgate("reconcile", "--provider", "openai", page, page, directory=tmp_path)
    assert result.returncode == 1 and "repeats" in result.stderr


# FOCUS


def test_focus_lines_add_up_to_the_cost_and_say_what_was_booked(proxied):
    tollgate, _ = proxied
    spend(tollgate, 2)
    spend(tollgate, 1, workflow="weekly")
    arguments = ["--provider", "openai", "--day", str(today()), "--amount", "-0.5USD", "--reason", "r"]
    books("adjust", *arguments, "--control", tollgate.control_url, data=tollgate.data)
    start, end = today(), today() + datetime.timedelta(days=1)
    result = run_tollgate(
        "report", "--format", "focus", "--from", str(start), "--to", str(end), "--control", tollgate.control_url
    )
    assert result.returncode == 0, result.stderr
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    usage = [row for row in rows if row["ChargeCategory"] == "Usage"]
    [adjustment] = [row for row in rows if row["ChargeCategory"] == "Adjustment"]
    assert sorted(row["BilledCost"] for row in usage) == ["0.000118", "0.000236"]
    assert adjustment["BilledCost"] == "-0.5"
    for row in rows:
        assert row["BillingCurrency"] == "USD"
        assert row["ServiceCategory"] == "AI and Machine Learning"
        assert row["ProviderName"] == "openai"
        assert row["ChargePeriodStart"] == f"{start}T00:00:00Z" and row["ChargePeriodEnd"] == f"{end}T00:00:00Z"
        assert row["BillingPeriodStart"] == f"{start.replace(day=1)}T00:00:00Z"
    [nightly] = [row for row in usage if row["ResourceName"] == "nightly"]
    assert (nightly["ConsumedQuantity"], nightly["ConsumedUnit"]) == ("58", "Tokens")
    assert json.loads(nightly["Tags"]) == {
        "tollgate/agent": "researcher", "tollgate/workflow": "nightly", "tollgate/billing": "metered",
    }  # fmt: skip
    assert "estimated" in result.stderr


def test_a_report_says_what_was_booked_afterwards_and_groups_by_project(with_projects):
    tollgate = with_projects
    arguments = ["--provider", "openai", "--day", str(today()), "--amount", "1USD", "--reason", "r"]
    books("adjust", *arguments, "--control", tollgate.control_url, data=tollgate.data)
    result = books("report", "--by", "project", "--from", str(today()), "--to", str(today() + datetime.timedelta(days=1)),
                   "--control", tollgate.control_url)  # fmt: skip
    assert "proj_1" in result.stdout
    assert "1.00000 USD of the cost was booked after the calls were settled" in result.stdout
