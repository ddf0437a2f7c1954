"""What operators see and change of budgets: metrics, the API, and the command line."""

import shutil
import subprocess

import pytest
from harness.waiting import eventually
from test_budgets import COST, call, chat, serving

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
