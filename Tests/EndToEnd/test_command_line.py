"""The commands besides `serve`."""

import csv
import io
import json
import re
import subprocess
import urllib.request

import pytest

from harness.raw_client import ask
from harness.tollgate_process import REPOSITORY, binary, die_with_the_tests, environment, free_port, run_tollgate
from harness.waiting import eventually

CHAT = "/openai/v1/chat/completions"
BODY = b'{"model":"gpt-4.1","messages":[{"role":"user","content":"Hi"}]}'


@pytest.mark.parametrize(
    "command", ["serve", "demo", "env", "report", "reconcile", "reprice", "adjust", "price", "check-config", "version"]
)
def test_every_command_explains_itself(command):
    result = run_tollgate(command, "--help")
    assert result.returncode == 0
    assert "usage" in result.stdout.lower()


def test_an_unknown_option_is_a_usage_error():
    result = run_tollgate("serve", "--no-such-option")
    assert result.returncode == 64
    assert "no-such-option" in result.stderr


def test_the_version_is_printed():
    result = run_tollgate("version")
    assert result.returncode == 0 and re.search(r"\d+\.\d+", result.stdout)


def test_env_prints_what_an_agent_needs():
    result = run_tollgate("env", "--workflow", "nightly", "--agent", "researcher")
    assert result.returncode == 0
    variables = dict(re.findall(r'^(?:export )?([A-Z_]+)=[\'"]?([^\'"\n]*)', result.stdout, re.M))
    assert re.fullmatch(r"http://127\.0\.0\.1:4100/.*workflow/nightly.*/openai/v1", variables["OPENAI_BASE_URL"])
    assert "/agent/researcher" in variables["OPENAI_BASE_URL"]
    assert variables["ANTHROPIC_BASE_URL"].endswith("/anthropic")
    assert variables["ENABLE_TOOL_SEARCH"] == "true"
    assert variables["CLAUDE_CODE_GATEWAY_HINT_HEADERS"] == "1"


def test_what_env_prints_is_understood_by_a_shell_and_names_the_caller(proxied):
    tollgate, _ = proxied
    result = run_tollgate("env", "--workflow", "nightly", "--agent", "researcher")
    script = result.stdout + '\nprintf %s "$OPENAI_BASE_URL"'
    url = subprocess.run(["sh", "-c", f"set -a\n{script}"], capture_output=True, text=True).stdout
    path = url.split("4100", 1)[1]
    reply = ask(tollgate.port, "POST", f"{path}/chat/completions", BODY)
    call = tollgate.call(reply.head.get("x-tollgate-call"))
    assert (call["agent"], call["workflow"]) == ("researcher", "nightly")


PRICES = [
    (["gpt-4.1", "--at", "2026-11-23", "--usage", "in=19,out=10"], 118_000_000),
    (["claude-haiku-5-5-20261007", "--at", "2026-11-23", "--usage", "in=10000,in.cached=120000,in.write=20000,in.write.1h=1000,out=2000",
      "--geo", "us", "--processing", "batch"], 16_225_000_000),
    (["gpt-6.1-sol", "--at", "2026-11-23", "--usage", "in=100001,in.cached=150000,in.write.12h=50000,out=1000", "--tier", "flex", "--geo",
      "eu"], 519_752_200_000),
]  # fmt: skip


@pytest.mark.parametrize("arguments, pico_usd", PRICES, ids=lambda value: str(value)[:40])
def test_price_charges_a_usage_exactly(arguments, pico_usd):
    result = run_tollgate("price", *arguments, "--format", "json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["cost_pico_usd"] == pico_usd


def test_price_shows_what_applies():
    result = run_tollgate("price", "gpt-4.1")
    assert result.returncode == 0
    assert "gpt-4.1" in result.stdout and "8" in result.stdout


def test_the_price_of_an_unknown_model_is_unknown_not_zero():
    result = run_tollgate("price", "example-model-nobody-knows")
    assert result.returncode != 0
    assert "example-model-nobody-knows" in result.stdout + result.stderr


def test_check_config_accepts_what_serve_accepts_and_names_what_is_wrong(tmp_path):
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text("providers: { local: { base_url: 'http://127.0.0.1:9', dialect: openai } }\n")
    bad.write_text("providers: { local: { base_url: 'http://127.0.0.1:9', dialekt: openai } }\n")
    result = run_tollgate("check-config", "--config", str(good))
    assert result.returncode == 0 and "http://127.0.0.1:9" in result.stdout
    for arguments in (
        ["check-config", "--config", str(bad)],
        ["serve", "--config", str(bad), "--data", str(tmp_path / "data")],
    ):
        result = run_tollgate(*arguments, directory=tmp_path)
        assert result.returncode == 78
        assert "dialekt" in result.stderr + result.stdout, "an unknown key is named"


def rows_of(tollgate, *arguments: str) -> list[dict]:
    result = run_tollgate("report", *arguments, "--format", "json", directory=tollgate.directory)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)["rows"]


def spend(tollgate):
    for workflow in ("nightly", "nightly", "weekly"):
        assert ask(tollgate.port, "POST", f"/agent/researcher/workflow/{workflow}{CHAT}", BODY).status == 200
    eventually(lambda: len(tollgate.calls()) == 3, what="three rows")


def test_a_report_from_a_running_proxy_and_from_its_directory_say_the_same(proxied):
    tollgate, _ = proxied
    spend(tollgate)
    running = rows_of(tollgate, "--by", "workflow", "--control", tollgate.control_url)
    assert tollgate.terminate() == 0
    stopped = rows_of(tollgate, "--by", "workflow", "--data", str(tollgate.data))
    assert running == stopped
    assert {row["workflow"]: (row["calls"], row["cost_pico_usd"]) for row in running} == {
        "nightly": (2, 236_000_000), "weekly": (1, 118_000_000),
    }  # fmt: skip


def test_a_report_as_csv_is_read_by_a_csv_reader(proxied):
    tollgate, _ = proxied
    spend(tollgate)
    assert tollgate.terminate() == 0
    result = run_tollgate("report", "--by", "workflow", "--data", str(tollgate.data), "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert sorted(row["workflow"] for row in rows) == ["nightly", "weekly"]


@pytest.mark.parametrize("by", ["agent", "workflow", "model", "provider", "tool", "day", "billing", "project"])
def test_a_report_is_a_table_by_every_dimension(proxied, by):
    tollgate, _ = proxied
    spend(tollgate)
    arguments = ["--by", by, "--control", tollgate.control_url, "--format", "table"]
    result = run_tollgate("report", *arguments)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip()


def test_a_report_says_what_has_no_workflow(proxied):
    tollgate, _ = proxied
    assert ask(tollgate.port, "POST", CHAT, BODY).status == 200
    eventually(lambda: len(tollgate.calls()) == 1, what="a row")
    result = run_tollgate("report", "--control", tollgate.control_url, "--format", "table")
    assert "workflow" in result.stdout and "100" in result.stdout


def test_a_report_without_a_proxy_or_a_directory_is_a_clear_error(tmp_path):
    result = run_tollgate("report", "--data", str(tmp_path / "nothing"), directory=tmp_path)
    assert result.returncode not in (0, -9, -11)
    assert "nothing" in result.stderr


def test_serve_says_how_to_point_an_agent_at_it(proxied):
    tollgate, _ = proxied
    assert f"http://127.0.0.1:{tollgate.port}" in tollgate.log
    assert "OPENAI_BASE_URL" in tollgate.log and "ANTHROPIC_BASE_URL" in tollgate.log


def test_the_demo_shows_traffic_without_a_key(tmp_path):
    """The demo runs until it is stopped; within its time it has priced calls of several agents."""
    listen, control = free_port(), free_port()
    arguments = ["demo", "--listen", f"127.0.0.1:{listen}", "--control", f"127.0.0.1:{control}"]
    log = open(tmp_path / "demo.log", "wb")
    process = subprocess.Popen(
        [binary(), *arguments], stdout=log, stderr=log, env=environment(), cwd=tmp_path, preexec_fn=die_with_the_tests
    )
    try:

        def agents() -> bool:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{control}/api/v1/summary?by=agent", timeout=5) as reply:
                    rows = json.load(reply)["rows"]
            except OSError:
                if process.poll() is not None:
                    raise RuntimeError((tmp_path / "demo.log").read_text()) from None
                return False
            return len([row for row in rows if row["cost_pico_usd"] > 0]) >= 3

        eventually(agents, seconds=60, what="priced calls of three agents")
    finally:
        process.terminate()
        assert process.wait(timeout=30) == 0
        log.close()


def test_the_configuration_in_the_readme_is_accepted(tmp_path):
    text = (REPOSITORY / "README.md").read_text()
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.S)
    configuration = next(block for block in blocks if "on_client_disconnect" in block)
    (tmp_path / "my-prices").mkdir()
    (tmp_path / "my-ca.pem").write_text("")
    configuration = configuration.replace("/etc/ssl/my-ca.pem", str(tmp_path / "my-ca.pem"))
    (tmp_path / "tollgate.yaml").write_text(configuration)
    result = run_tollgate("check-config", "--config", "tollgate.yaml", directory=tmp_path)
    assert result.returncode == 0, result.stderr
    again = tmp_path / "printed.yaml"
    again.write_text(result.stdout)
    second = run_tollgate("check-config", "--config", str(again), directory=tmp_path)
    assert second.stdout == result.stdout, "what is printed means the same"


def test_where_there_is_no_ledger_the_proxy_at_the_default_address_is_asked(tmp_path):
    """As the demo's, whose ledger is elsewhere."""
    result = run_tollgate("runs", directory=tmp_path)
    assert result.returncode == 1
    assert "no proxy answers at http://127.0.0.1:4101, and there is no data directory ./tollgate-data" in result.stderr
    named = run_tollgate("runs", "--data", "elsewhere", directory=tmp_path)
    assert named.returncode == 1 and "there is no ledger in elsewhere" in named.stderr
