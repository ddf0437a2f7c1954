"""Runs through the real binary: what links calls, what the API and the terminal show of them."""

import csv
import io
import json

from test_budgets import JSON, chat, serving

from harness.raw_client import ask
from harness.tollgate_process import run_tollgate
from harness.waiting import eventually

CHAT = "openai/v1/chat/completions"


def call(tollgate, path: str, body: bytes | None = None, fields: list | None = None):
    return ask(tollgate.port, "POST", f"/{path}/{CHAT}", body or chat(), fields or JSON)


def run(tollgate, name: str, calls: int) -> dict:
    """The run, once so many of its calls are in the ledger."""

    def found():
        status, body, _ = tollgate.get(f"/api/v1/runs/{name}")
        if status != 200:
            return None
        row = json.loads(body)
        return row["llm_calls"] == calls and row

    return eventually(found, what=f"{calls} calls of run {name}")


def test_a_named_run_is_what_its_calls_came_to(tmp_path):
    with serving(tmp_path, []) as (tollgate, _):
        for agent in ("lead", "lead", "helper"):
            assert call(tollgate, f"agent/{agent}/workflow/nightly/run/42").status == 200
        row = run(tollgate, "42", 3)
        assert row["agent"] == "lead" and row["workflow"] == "nightly" and row["run_source"] == "explicit"
        assert row["ended_at"] is None and row["outcome"] is None and row["errors"] == 0
        listed = tollgate.json("/api/v1/calls?run=42")["rows"]
        assert row["cost_pico_usd"] == sum(one["cost_pico_usd"] for one in listed) > 0
        assert [one["id"] for one in row["calls"]] == [one["id"] for one in listed][::-1]
        assert {one["run_source"] for one in listed} == {"explicit"}
        assert tollgate.get("/api/v1/runs/nobody")[0] == 404


def test_runs_are_listed_and_sorted_by_the_api_and_the_terminal_with_a_proxy_and_without(tmp_path):
    with serving(tmp_path, []) as (tollgate, _):
        for name, calls in (("a", 1), ("b", 3), ("c", 2)):
            for _ in range(calls):
                assert call(tollgate, f"workflow/w-{name}/run/{name}").status == 200
            run(tollgate, name, calls)
        assert [row["id"] for row in tollgate.json("/api/v1/runs?sort=cost")["rows"]] == ["b", "c", "a"]
        assert [row["id"] for row in tollgate.json("/api/v1/runs?workflow=w-c")["rows"]] == ["c"]
        page = tollgate.json("/api/v1/runs?sort=llm_calls&limit=2")
        assert [row["id"] for row in page["rows"]] == ["b", "c"]
        rest = tollgate.json(f"/api/v1/runs?sort=llm_calls&limit=2&cursor={page['next']}")
        assert [row["id"] for row in rest["rows"]] == ["a"] and rest["next"] is None
        for query, accepted in (("sort=size", "one of started"), ("state=dead", "live or ended"), ("cursor=x", "next")):
            status, body, _ = tollgate.get(f"/api/v1/runs?{query}")
            assert status == 400 and accepted in json.loads(body)["detail"]
        access = ["--control", tollgate.control_url, "--data", str(tollgate.data)]
        online = run_tollgate("runs", "--sort", "cost", "--format", "csv", *access)
        shown = run_tollgate("run", "show", "b", *access)
    offline = run_tollgate("runs", "--sort", "cost", "--format", "csv", "--data", str(tollgate.data))
    assert online.returncode == 0 and offline.stdout == online.stdout
    rows = list(csv.DictReader(io.StringIO(offline.stdout)))
    assert [(row["id"], row["llm_calls"]) for row in rows] == [("b", "3"), ("c", "2"), ("a", "1")]
    assert shown.stdout == run_tollgate("run", "show", "b", "--data", str(tollgate.data)).stdout
    assert shown.stdout.startswith("Run b  w-b/") and shown.stdout.count("█") >= 3
    missing = run_tollgate("run", "show", "zzz", "--data", str(tollgate.data))
    assert missing.returncode == 1 and 'there is no run "zzz"' in missing.stderr
