"""The windows that the API shows, against Python's zoneinfo."""

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from test_budgets import serving

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo"]
PERIODS = ["hour", "day", "week", "month"]


def bounds(period: str, zone: str, now: datetime) -> tuple[datetime, datetime]:
    local = now.astimezone(ZoneInfo(zone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if period == "hour":
        start = local.replace(minute=0, second=0, microsecond=0)
        return start, start + timedelta(hours=1)
    if period == "day":
        return midnight, midnight + timedelta(days=1)
    if period == "week":
        monday = midnight - timedelta(days=local.weekday())
        return monday, monday + timedelta(days=7)
    first = midnight.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)


def instants(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def test_windows_are_those_of_the_calendar_in_their_zone(tmp_path):
    budgets = [
        {"name": f"{period}-{zone}", "limit": "1 USD", "every": period, "timezone": zone}
        for zone in ZONES
        for period in PERIODS
    ] + [
        {"name": "total", "limit": "1 USD", "every": "total"},
        {"name": "rolling", "limit": "1 USD", "every": "rolling 2h"},
    ]
    with serving(tmp_path, budgets) as (tollgate, _):
        before = datetime.now(ZoneInfo("UTC"))
        rows = {row["name"]: row for row in json.loads(tollgate.get("/api/v1/budgets")[1])["rows"]}
        after = datetime.now(ZoneInfo("UTC"))
        for zone in ZONES:
            for period in PERIODS:
                (window,) = rows[f"{period}-{zone}"]["windows"]
                shown = (instants(window["start"]), instants(window["end"]))
                # A window may have ended between the two readings of the clock.
                wanted = [tuple(edge.timestamp() for edge in bounds(period, zone, now)) for now in (before, after)]
                assert shown in wanted, (period, zone)
        (total,) = rows["total"]["windows"]
        assert (total["start"], total["end"]) == (None, None)
        (rolling,) = rows["rolling"]["windows"]
        assert rolling["end"] is None
        assert before.timestamp() - 7200 - 1 <= instants(rolling["start"]) <= after.timestamp() - 7200 + 1


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata"])
def test_metrics_show_the_same_windows(tmp_path, zone):
    with serving(tmp_path, [{"name": "day", "limit": "1 USD", "timezone": zone}]) as (tollgate, _):
        (window,) = json.loads(tollgate.get("/api/v1/budgets/day")[1])["windows"]
        for edge in ("start", "end"):
            metric = tollgate.metric(f"tollgate_budget_window_{edge}_timestamp_seconds", budget="day", scope="all")
            assert metric == instants(window[edge])
