"""The references of this suite agree with figures that were worked out by hand; no binary is needed."""

import json
from datetime import datetime, timezone

import pytest

from harness.recording import Recording, own_fixtures, shared_recordings
from harness.tollgate_process import REPOSITORY
from reference import pricing, read, tokens_as_reported

NOW = datetime(2026, 11, 23, tzinfo=timezone.utc)


@pytest.mark.parametrize("fixture", own_fixtures(), ids=str)
def test_a_fixture_is_read_as_its_author_meant(fixture: Recording):
    reading, expect = read(fixture), fixture.expect
    if expect.get("usage_source") == "provider":
        assert tokens_as_reported(reading.total) == expect["usage"]
    assert reading.total["web_search"] == expect.get("web_search", 0)
    assert reading.total["file_search"] == expect.get("file_search", 0)
    assert reading.error == expect.get("error")
    # A tool that is served is named by the request, which is not read here.
    if "tool_calls" in expect and fixture.api != "mcp":
        assert [list(call) for call in reading.tool_calls] == expect["tool_calls"]
    if "server_tool_calls" in expect:
        assert sum(reading.server_tool_calls.values()) == expect["server_tool_calls"]


@pytest.mark.parametrize("recording", shared_recordings(), ids=str)
def test_the_tool_calls_of_a_recording_are_those_of_the_index(recording: Recording):
    reading = read(recording)
    assert len(reading.tool_calls) == int(recording.index["tool_calls"])
    assert sum(reading.server_tool_calls.values()) == int(recording.index["server_tool_calls"])


# Each worked out on paper from the price book's own rates: model, context, cells, pico-dollars.
WORKED_OUT = [
    ("openai", "gpt-4.1", {}, {"in": 19, "out": 10}, 19 * 2_000_000 + 10 * 8_000_000),
    ("openai", "gpt-4.1-2025-04-14", {}, {"in.cached": 100}, 100 * 500_000),
    ("anthropic", "claude-sonnet-4-5", {}, {"in": 10, "out.reasoning": 7}, 10 * 3_000_000 + 7 * 15_000_000),
    (
        "anthropic",
        "claude-haiku-5-5-20261007",
        {"processing": "batch", "geo": "us"},
        {"in": 10_000, "in.cached": 120_000, "in.write": 20_000, "in.write.1h": 1_000, "out": 2_000},
        16_225_000_000,
    ),
    (
        "openai",
        "gpt-6.1-sol",
        {"service_tier": "flex", "geo": "eu"},
        {"in": 100_001, "in.cached": 150_000, "in.write.12h": 50_000, "out": 1_000},
        519_752_200_000,
    ),
]


@pytest.mark.parametrize("provider, model, context, cells, pico_usd", WORKED_OUT, ids=lambda value: str(value)[:24])
def test_a_price_is_what_was_worked_out_on_paper(provider, model, context, cells, pico_usd):
    book = pricing.Book(REPOSITORY / "pricing" / f"{provider}.json")
    price = pricing.price(book, model, NOW, context, cells)
    assert (price.pico_usd, price.source) == (pico_usd, "priced")


def test_every_meter_has_the_unit_that_the_reference_takes():
    meters = json.loads((REPOSITORY / "pricing/meters.json").read_text())["meters"]
    assert {name: meter["per"] for name, meter in meters.items()} == {
        name: pricing.units_per_price(name) for name in meters
    }
    assert {name for name, meter in meters.items() if meter["unit"] == "tokens"} == {
        name for name in meters if pricing.is_token_meter(name)
    }
