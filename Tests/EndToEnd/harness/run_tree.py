"""Runs as a tree that can be written down before, and as the binary shows them."""

import json
from dataclasses import asdict, dataclass, field

from harness.tollgate_process import Tollgate, run_tollgate
from harness.waiting import eventually


@dataclass
class Call:
    """A call of a run: what linked it, the tools that its reply asked for, and how many results its request brought."""

    source: str
    tools: list[str] = field(default_factory=list)
    results: int = 0
    status: int = 200
    retry: bool = False
    node: str | None = None
    parent_node: str | None = None
    depth: int = 0


@dataclass
class Run:
    """A run: its calls in their order, and the runs that it started."""

    calls: list[Call]
    children: list["Run"] = field(default_factory=list)
    name: str | None = None

    def sums(self) -> dict:
        """What the run comes to, by what its calls are."""
        return {
            "run_source": self.calls[0].source,
            "llm_calls": len(self.calls),
            "errors": sum(call.status >= 400 for call in self.calls),
            "retries": sum(call.retry for call in self.calls),
            "tool_calls": sum(len(call.tools) for call in self.calls),
            "tool_results": sum(call.results for call in self.calls),
            "max_fanout": max(len(call.tools) for call in self.calls),
            "depth": max(call.depth for call in self.calls),
        }


def shown(tollgate: Tollgate, calls: int) -> list[Run]:
    """The runs that began by themselves, once so many calls are in the ledger; what stands above each call is checked."""
    eventually(lambda: len(tollgate.calls()) >= calls, what=f"{calls} calls")
    rows = tollgate.json("/api/v1/runs?limit=1000")["rows"]
    details = {row["id"]: tollgate.json(f"/api/v1/runs/{row['id']}") for row in rows}
    assert len(tollgate.calls()) == calls == sum(row["llm_calls"] for row in rows), "every call belongs to one run"
    for row in details.values():
        _check(tollgate, row)
    return ordered([_run(row, details) for row in details.values() if row["parent_run"] not in details])


def tool_results(tollgate: Tollgate) -> dict[tuple[str, str], float]:
    """How many results of each tool came, by how they ended."""
    series = tollgate.series("tollgate_tool_results_total")
    return {(labels["tool"], labels["outcome"]): count for labels, count in series}


def ordered(runs: list[Run]) -> list[Run]:
    """Runs that are at the same place of a tree have no order."""
    for run in runs:
        run.children = ordered(run.children)
    return sorted(runs, key=lambda run: json.dumps(asdict(run)))


def _run(row: dict, details: dict[str, dict]) -> Run:
    children = [_run(child, details) for child in details.values() if child["parent_run"] == row["id"]]
    name = None if row["run_source"] == "new" else row["id"]
    return Run([_call(call) for call in row["calls"]], children, name)


def _call(row: dict) -> Call:
    return Call(
        source=row["run_source"],
        tools=[tool["name"] for tool in row["tool_calls"]],
        results=row["tool_results"],
        status=row["status"],
        retry=row["retry"],
        node=row["node"],
        parent_node=row["parent_node"],
        depth=row["depth"],
    )


def _check(tollgate: Tollgate, row: dict):
    """The sums of a run are those of its calls, and the terminal shows what the API does."""
    sums = _run(row, {}).sums()
    found = {name: row[name] for name in sums}
    assert found == sums, f"{row['id']} says {found}, its calls {sums}"
    assert row["cost_pico_usd"] == sum(call["cost_pico_usd"] or 0 for call in row["calls"])
    access = ["--control", tollgate.control_url, "--data", str(tollgate.data)]
    terminal = run_tollgate("run", "show", row["id"], "--format", "json", *access)
    assert terminal.returncode == 0, terminal.stderr
    assert json.loads(terminal.stdout) == row
