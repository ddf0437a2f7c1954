"""What operators see and change of budgets: metrics, the API, and the command line."""

import json
import shutil
import subprocess
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from test_budgets import COST, call, chat, serving

from harness.tollgate_process import run_tollgate
from harness.waiting import eventually

WORKFLOW = "/workflow/{}/openai/v1/chat/completions"


def test_metrics_say_what_the_ledger_says(tmp_path):
    budgets = [
        {"name": "day", "limit": "1 USD", "timezone": "Europe/Berlin"},
        {"name": "flows", "each": "workflow", "limit": "2 calls"},
        {"name": "runs", "each": "run", "limit": "1 calls"},
    ]
    with serving(tmp_path, budgets) as (tollgate, _):
        for workflow, wanted in [("a", [200, 200, 402]), ("b", [200])]:
            assert [call(tollgate, chat(max_tokens=100), WORKFLOW.format(workflow)).status for _ in wanted] == wanted
        spent = 3 * COST / 1e12
        eventually(lambda: tollgate.metric("tollgate_budget_spent_usd", budget="day") == spent, what="three calls")
        assert tollgate.metric("tollgate_budget_limit_usd", budget="day", scope="all") == 1
        assert tollgate.metric("tollgate_budget_reserved_usd", budget="day") == 0
        assert tollgate.metric("tollgate_budget_used_ratio", budget="day") == pytest.approx(spent, abs=1e-6)
        assert tollgate.metric("tollgate_budget_spent_calls", budget="flows", scope="workflow=a") == 2
        assert tollgate.metric("tollgate_budget_spent_calls", budget="flows", scope="workflow=b") == 1
        assert tollgate.metric("tollgate_budget_decisions_total", budget="flows", decision="deny") == 1
        assert tollgate.metric("tollgate_budget_decisions_total", budget="day", decision="allow") == 3
        assert tollgate.metric("tollgate_budget_scopes", budget="flows", state="exhausted") == 1
        assert tollgate.metric("tollgate_budget_overruns_total", budget="day") == 3
        assert tollgate.metric("tollgate_budget_waiting") == 0
        window = [
            tollgate.metric(f"tollgate_budget_window_{end}_timestamp_seconds", budget="day") for end in ("start", "end")
        ]
        assert 23 * 3600 <= window[1] - window[0] <= 25 * 3600
        if shutil.which("promtool"):
            checked = subprocess.run(
                ["promtool", "check", "metrics"], input=tollgate.get("/metrics")[1], capture_output=True
            )
            assert (checked.returncode, checked.stderr) == (0, b"")


def api(tollgate, method: str, path: str, body: dict | None = None, token: str | None = None):
    """A change over the control plane; status and JSON."""
    token = token or (tollgate.data / "control.token").read_text().strip()
    request = urllib.request.Request(
        f"{tollgate.control_url}{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"authorization": f"Bearer {token}"} | ({} if body is None else {"content-type": "application/json"}),
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def budget(tollgate, name: str) -> dict:
    return json.loads(tollgate.get(f"/api/v1/budgets/{name}")[1])


def command(tollgate, *arguments: str):
    result = run_tollgate(
        "budget", *arguments, "--control", tollgate.control_url, "--data", str(tollgate.data), "--format", "json"
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_of_changes_at_once_none_is_lost(tmp_path):
    with serving(tmp_path, []) as (tollgate, _), ThreadPoolExecutor(4) as pool:
        assert api(tollgate, "PUT", "/api/v1/budgets/b", {"limit": "1 USD", "every": "day"})[0] == 201
        for number in range(2, 42):
            changes = [
                {"limit": f"{number} USD"},
                {"mode": "observe" if number % 2 else "enforce"},
                {"on_exhausted": "warn" if number % 2 else "deny"},
                {"bound": "hard" if number % 2 else "expected"},
            ]
            answers = list(pool.map(lambda change: api(tollgate, "PATCH", "/api/v1/budgets/b", change), changes))
            assert [status for status, _ in answers] == [200] * 4, answers
            found = budget(tollgate, "b")
            assert found["limit"].removesuffix(" USD") in (f"{number}", f"{number}.0000"), found
            for change in changes[1:]:
                assert change.items() <= found.items(), found
        assert api(tollgate, "PATCH", "/api/v1/budgets/none", {"limit": "1 USD"})[0] == 404


def test_a_budget_made_at_run_time_knows_what_was_spent_and_outlives_the_process(tmp_path):
    with serving(tmp_path, []) as (tollgate, _):
        for workflow in ("a", "a", "b"):
            assert call(tollgate, path=WORKFLOW.format(workflow)).status == 200
        eventually(lambda: len(tollgate.calls()) == 3, what="three rows")
        status, made = api(tollgate, "PUT", "/api/v1/budgets/late", {"limit": "3 calls", "each": "workflow"})
        assert status == 201
        assert {window["scope"]: window["spent"] for window in made["windows"]} == {
            "workflow=a": "2 calls",
            "workflow=b": "1 calls",
        }
        assert [call(tollgate, path=WORKFLOW.format("a")).status for _ in range(2)] == [200, 402]
        eventually(lambda: len(tollgate.calls()) >= 4, what="the fourth row")
        tollgate.kill()
        tollgate.start()
        assert call(tollgate, path=WORKFLOW.format("a")).status == 402
        assert call(tollgate, path=WORKFLOW.format("b")).status == 200
        status, changed = api(tollgate, "PATCH", "/api/v1/budgets/late", {"limit": "4 calls"})
        assert status == 200 and changed["each"] == "workflow"
        assert [call(tollgate, path=WORKFLOW.format("a")).status for _ in range(2)] == [200, 402]
        assert api(tollgate, "DELETE", "/api/v1/budgets/late")[0] == 200
        assert call(tollgate, path=WORKFLOW.format("a")).status == 200
        assert tollgate.get("/api/v1/budgets/late")[0] == 404
        audit = json.loads(tollgate.get("/api/v1/audit?action=budget")[1])["rows"]
        assert [entry["action"] for entry in audit] == ["budget.remove", "budget.set", "budget.set"]
        assert audit[1]["before"]["limit"] == "3 calls" and audit[1]["after"]["limit"] == "4 calls"


def test_a_budget_of_the_file_is_read_only_but_for_a_raise(tmp_path):
    with serving(tmp_path, [{"name": "fixed", "limit": "1 calls", "every": "total"}]) as (tollgate, _):
        assert [call(tollgate).status for _ in range(2)] == [200, 402]
        assert api(tollgate, "PUT", "/api/v1/budgets/fixed", {"limit": "9 calls"})[0] == 422
        assert api(tollgate, "DELETE", "/api/v1/budgets/fixed")[0] == 422
        raised = command(tollgate, "raise", "fixed", "--by", "1 calls", "--for", "1h", "--reason", "month end")
        assert raised["source"] == "configuration" and raised["windows"][0]["limit"] == "2 calls"
        assert raised["raises"][0]["reason"] == "month end"
        assert [call(tollgate).status for _ in range(2)] == [200, 402]
        eventually(lambda: len(tollgate.calls()) >= 2, what="two rows")
        tollgate.terminate()
        tollgate.start()
        assert budget(tollgate, "fixed")["windows"][0]["limit"] == "2 calls"
        assert call(tollgate).status == 402


def test_changes_take_a_token_of_the_role_admin(tmp_path):
    with serving(tmp_path, []) as (tollgate, _):
        body = {"limit": "1 USD"}
        assert api(tollgate, "PUT", "/api/v1/budgets/x", body, token="nobody")[0] == 401
        own = {"name": "control.token", "role": "admin"}
        assert api(tollgate, "POST", "/api/v1/tokens", own)[0] == 400, "it could not be told from Tollgate's own"
        status, issued = api(tollgate, "POST", "/api/v1/tokens", {"name": "eyes", "role": "viewer"})
        assert status == 201
        assert api(tollgate, "PUT", "/api/v1/budgets/x", body, token=issued["secret"])[0] == 403
        for wrong in ({}, {"limit": "5"}, {"limit": "1 USD", "window": "day"}):
            assert api(tollgate, "PUT", "/api/v1/budgets/x", wrong)[0] == 400
        for wrong in ({"limit": "1 USD", "timezone": "Mars/Olympus"}, {"limit": "1 USD", "clamp": "on"}):
            assert api(tollgate, "PUT", "/api/v1/budgets/x", wrong)[0] == 422
        assert json.loads(tollgate.get("/api/v1/budgets")[1])["rows"] == []


def test_the_command_line_sets_lists_and_removes_with_and_without_a_proxy(tmp_path):
    with serving(tmp_path, []) as (tollgate, _):
        made = command(
            tollgate,
            "set",
            "etl",
            "--limit",
            "2 calls",
            "--every",
            "day",
            "--match",
            "workflow=etl-*",
            "--each",
            "workflow",
        )
        assert made["match"] == {"workflow": ["etl-*"]} and made["source"] == "api"
        assert [call(tollgate, path=WORKFLOW.format("etl-a")).status for _ in range(3)] == [200, 200, 402]
        assert command(tollgate, "list")["rows"][0]["windows"][0]["spent"] == "2 calls"
        eventually(lambda: len(tollgate.calls()) >= 2, what="two rows")
        tollgate.terminate()
        offline = ["--data", str(tollgate.data), "--format", "json"]
        listed = run_tollgate("budget", "list", *offline)
        assert json.loads(listed.stdout)["rows"][0]["windows"][0]["spent"] == "2 calls", listed.stderr
        changed = run_tollgate("budget", "set", "etl", "--limit", "3 calls", "--alert", "80%=nobody", *offline)
        assert json.loads(changed.stdout)["limit"] == "3 calls", changed.stderr
        tollgate.start()
        assert "told to nobody" in tollgate.log and '"receivers":"nobody"' in tollgate.log.replace(" ", "")
        assert [call(tollgate, path=WORKFLOW.format("etl-a")).status for _ in range(2)] == [200, 402]
        table = run_tollgate("budget", "list", "--control", tollgate.control_url)
        assert "workflow=etl-a" in table.stdout and "3 calls" in table.stdout
        removed = run_tollgate(
            "budget", "remove", "etl", "--control", tollgate.control_url, "--data", str(tollgate.data)
        )
        assert removed.returncode == 0, removed.stderr
        assert command(tollgate, "list")["rows"] == []


def test_explain_says_both_bounds_and_what_each_budget_would_decide(tmp_path):
    budgets = [
        {"name": "tight", "limit": "0.01 USD", "bound": "hard"},
        {"name": "wide", "limit": "5 USD", "match": {"workflow": "etl"}},
        {"name": "others", "limit": "5 USD", "match": {"workflow": "night"}},
    ]
    with serving(tmp_path, budgets) as (tollgate, _):
        answer = command(
            tollgate,
            *("explain", "--model", "gpt-4.1", "--provider", "openai", "--workflow", "etl"),
            *("--input-tokens", "10000", "--max-tokens", "1000"),
        )
        # 11,500 tokens of prompt and 1,000 of reply as expected; at the worst no less than 10,000 and 1,000.
        assert float(answer["expected_usd"]) == pytest.approx(0.0115 * 2 + 0.001 * 8)
        assert float(answer["hard_usd"]) >= 0.01 * 2 + 0.001 * 8
        assert {row["budget"]: row["decision"] for row in answer["budgets"]} == {"tight": "deny", "wide": "allow"}
        assert len(tollgate.calls()) == 0


def test_explain_knows_what_the_region_of_the_host_costs(make_tollgate):
    hosts = {"openai": "https://eu.api.openai.com", "elsewhere": "https://api.openai.com"}
    config = {"providers": {name: {"base_url": url, "prices": "openai"} for name, url in hosts.items()}}
    tollgate = make_tollgate(config=config)

    def explained(provider: str) -> dict:
        query = f"model=gpt-5.4&provider={provider}&input_tokens=10000&max_tokens=1000"
        return tollgate.json(f"/api/v1/explain?{query}")

    inside, outside = explained("openai"), explained("elsewhere")
    assert float(outside["expected_usd"]) > 0
    assert float(inside["expected_usd"]) == pytest.approx(float(outside["expected_usd"]) * 1.1)


def test_simulate_says_what_a_budget_would_have_refused(tmp_path):
    with serving(tmp_path, []) as (tollgate, _):
        for workflow in ["a"] * 4 + ["b"]:
            assert call(tollgate, path=WORKFLOW.format(workflow)).status == 200
        eventually(lambda: len(tollgate.calls()) == 5, what="five rows")
        draft = tmp_path / "draft.yaml"
        draft.write_text("budgets: [{name: few, each: workflow, limit: 2 calls, every: month}]")
        for running in (True, False):
            if running:
                answer = command(tollgate, "simulate", str(draft), "--since", "7d")
            else:
                tollgate.terminate()
                arguments = ["simulate", str(draft), "--since", "7d", "--data", str(tollgate.data), "--format", "json"]
                answer = json.loads(run_tollgate("budget", *arguments).stdout)
            assert answer["calls"] == 5
            (row,) = answer["rows"]
            assert (row["budget"], row["workflow"], row["refusals"]) == ("few", "a", 2)
            assert float(row["saved_usd"]) == pytest.approx(2 * COST / 1e12)
        table = run_tollgate("budget", "simulate", str(draft), "--data", str(tollgate.data))
        assert "5 calls from" in table.stdout and "workflow=a" in table.stdout


def test_check_config_warns_of_what_is_probably_not_meant(tmp_path):
    path = tmp_path / "tollgate.yaml"
    narrow = {"name": "narrow", "limit": "1 USD", "bound": "hard", "match": {"model": "gpt-4.1"}}
    named = {"name": "named", "limit": "1 USD", "match": {"workflow": "nightly"}}
    path.write_text(json.dumps({"budgets": [narrow, named]}))
    checked = run_tollgate("check-config", "--config", str(path))
    assert checked.returncode == 0
    assert 'budgets[0] "narrow": a hard limit of 1 USD has room for fewer than 10 calls' in checked.stderr
    assert 'budgets[1] "named": callers choose their workflow' in checked.stderr
    path.write_text(json.dumps({"budgets": [named, {"name": "all", "limit": "9 USD"}]}))
    assert run_tollgate("check-config", "--config", str(path)).stderr == ""
