"""Alerts, from their cause to receivers that verify them with the public package of Standard Webhooks."""

import json
import os
import secrets
import shutil
import ssl
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness.raw_client import ask
from harness.stub_upstream import chat_reply
from harness.tollgate_process import NOBODY, environment, free_port, run_tollgate
from harness.waiting import eventually
from harness.webhook_sink import SECRET, WebhookSink

CHAT = "/openai/v1/chat/completions"
NEW_SECRET = "whsec_//////////////////////////////////////////8="
ROUTING_KEY = secrets.token_hex(16)


def chat(tollgate, model: str = "no-such-model-1") -> int:
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": "Hi"}]}).encode()
    return ask(tollgate.port, "POST", CHAT, body).status


def unpriced_answer(exchange):
    """A completion of a model that no price book knows."""
    exchange.read_body()
    exchange.respond(200, chat_reply(time.monotonic_ns(), "no-such-model-1"), [("Content-Type", "application/json")])


def hook(port: int, **more) -> dict:
    return {
        "type": "webhook",
        "url": f"http://127.0.0.1:{port}/hook?k=1",
        "secret": SECRET,
        "allow_private": True,
    } | more


@pytest.fixture
def make_sink():
    """Makes receivers; a message that does not verify fails the test."""
    sinks: list[WebhookSink] = []

    def make(*arguments, **more) -> WebhookSink:
        sinks.append(WebhookSink(*arguments, **more))
        return sinks[-1]

    yield make
    problems = [problem for sink in sinks for problem in sink.problems]
    for sink in sinks:
        sink.close()
    assert not problems, problems


@pytest.fixture
def make_alerting(make_stub, make_tollgate):
    """A proxy with receivers, whose openai answers with a model that has no price."""

    def make(receivers: dict, **more):
        stub = make_stub(unpriced_answer)
        return make_tollgate({"openai": stub.url}, {"receivers": receivers} | more)

    return make


def messages(tollgate, receiver: str | None = None) -> list[dict]:
    rows = tollgate.json("/api/v1/alerts")["rows"]
    found = [message for row in reversed(rows) for message in row["messages"]]
    return [message for message in found if receiver in (None, message["receiver"])]


def first_message(tollgate, state: str = "delivered") -> dict:
    return eventually(
        lambda: next((found for found in messages(tollgate) if found["state"] == state), None),
        seconds=30,
        what=f"a message that is {state}",
    )


def token(tollgate) -> dict[str, str]:
    return {"authorization": f"Bearer {(tollgate.data / 'control.token').read_text().split()[0]}"}


def post(tollgate, path: str, body: dict) -> tuple[int, dict]:
    reply = ask(
        tollgate.control_port,
        "POST",
        path,
        json.dumps(body).encode(),
        fields=[("Content-Type", "application/json"), *((name, value) for name, value in token(tollgate).items())],
    )
    return reply.status, json.loads(reply.body)


def test_calls_without_a_price_are_told_once_to_every_receiver_in_its_own_format(make_alerting, make_sink):
    ops, slack, pager = make_sink(), make_sink(secret=None), make_sink(secret=None)
    tollgate = make_alerting(
        {
            "ops": hook(ops.port, secret=[NEW_SECRET, SECRET]),
            "slack": {"type": "slack", "url": f"http://127.0.0.1:{slack.port}/services/T/B/x", "allow_private": True},
            "pager": {
                "type": "pagerduty",
                "url": f"http://127.0.0.1:{pager.port}/v2/enqueue",
                "routing_key": ROUTING_KEY,
                "allow_private": True,
            },
        }
    )
    for _ in range(20):
        assert chat(tollgate) == 200
    for sink in (ops, slack, pager):
        eventually(lambda sink=sink: sink.taken, seconds=30, what="a delivery")

    body = ops.taken[0].body
    assert (body["type"], body["version"]) == ("price.unknown_model", 1)
    assert body["data"]["provider"] == "openai" and body["data"]["status"] == "firing"
    assert 0 < body["data"]["calls"] <= 20
    assert ops.taken[0].path == "/hook?k=1"
    assert len(ops.taken[0].headers["webhook-signature"].split()) == 2, "one signature for each secret"

    assert "openai" in slack.taken[0].body["text"] and slack.taken[0].body["blocks"][0]["type"] == "header"

    event = pager.taken[0].body
    assert (event["routing_key"], event["event_action"]) == (ROUTING_KEY, "trigger")
    assert event["payload"]["severity"] == "warning" and event["dedup_key"] == body["data"]["dedup_key"]

    for _ in range(5):
        chat(tollgate)
    time.sleep(8)
    assert [len(sink.deliveries) for sink in (ops, slack, pager)] == [1, 1, 1], "told once, not once a call"
    assert {found["state"] for found in messages(tollgate)} == {"delivered"}
    assert tollgate.metric("tollgate_webhook_deliveries_total", receiver="ops", outcome="delivered") == 1
    assert tollgate.metric("tollgate_webhook_oldest_undelivered_seconds", receiver="ops") == 0


def test_secrets_are_shown_nowhere(make_alerting, make_sink):
    pager = make_sink(secret=None)
    url = f"http://127.0.0.1:{pager.port}/canary-path-of-a-hook"
    tollgate = make_alerting(
        {
            "pager": {"type": "pagerduty", "url": url, "routing_key": ROUTING_KEY, "allow_private": True},
            "ops": hook(free_port(), url=f"http://127.0.0.1:{free_port()}/canary-path-of-a-hook"),
        }
    )
    chat(tollgate)
    eventually(lambda: pager.taken, seconds=30, what="a delivery")
    shown = tollgate.log + str(tollgate.json("/api/v1/alerts")) + str(tollgate.json("/api/v1/receivers"))
    shown += tollgate.get("/metrics")[1].decode()
    shown += run_tollgate(
        "alert", "test", "ops", "--control", tollgate.control_url, "--data", str(tollgate.data)
    ).stderr
    shown += run_tollgate("check-config", "--config", str(tollgate.directory / "tollgate.yaml")).stdout
    tollgate.terminate()
    shown += "".join(path.read_bytes().decode(errors="replace") for path in tollgate.data.iterdir() if path.is_file())
    for canary in (ROUTING_KEY, SECRET, SECRET.removeprefix("whsec_"), "canary-path"):
        assert canary not in shown


def test_a_provider_that_fails_is_told_and_so_is_its_recovery_under_one_key(make_stub, make_tollgate, make_sink):
    sink = make_sink()
    broken = threading.Event()
    broken.set()

    def answer(exchange):
        if broken.is_set():
            exchange.read_body()
            exchange.respond(500, b"{}", [("Content-Type", "application/json")])
        else:
            unpriced_answer(exchange)

    stub = make_stub(answer)
    tollgate = make_tollgate(
        {"openai": stub.url}, {"receivers": {"ops": hook(sink.port)}, "alerts": {"unpriced": "off"}}
    )
    for _ in range(4):
        chat(tollgate)
    eventually(lambda: sink.of_type("provider.degraded"), seconds=30, what="an alert")
    broken.clear()
    for _ in range(20):
        chat(tollgate)
    eventually(lambda: sink.of_type("provider.recovered"), seconds=30, what="its end")
    firing, over = sink.taken
    assert firing.body["data"]["alert"] == over.body["data"]["alert"]
    assert firing.body["data"]["dedup_key"] == over.body["data"]["dedup_key"]
    assert firing.body["data"]["severity"] == "error" and firing.body["data"]["calls"] in (3, 4)
    assert firing.id != over.id
    rows = tollgate.json("/api/v1/alerts?status=resolved&rule=upstream_failing")["rows"]
    assert len(rows) == 1 and rows[0]["status"] == "resolved" and len(rows[0]["messages"]) == 2


@pytest.mark.skipif(os.geteuid() != 0, reason="NOT ROOT: a small disk cannot be mounted")
def test_a_ledger_that_cannot_be_written_is_told_although_it_keeps_the_outbox(
    tmp_path, make_stub, make_tollgate, make_sink
):
    place = tmp_path / "small-disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m,mode=0700", "tmpfs", place], check=True)
    try:
        sink = make_sink()
        stub = make_stub()
        config = {"limits": {"in_flight": 64}, "receivers": {"ops": hook(sink.port)}}
        tollgate = make_tollgate({"openai": stub.url}, config, data=place / "data")
        with open(place / "filler", "wb", buffering=0) as filler:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while True:
                        filler.write(b"\0" * size)
                except OSError:
                    continue
        eventually(lambda: sink.of_type("ledger.failing"), seconds=60, what="an alert")
        (place / "filler").unlink()
        eventually(lambda: sink.of_type("ledger.recovered"), seconds=60, what="its end")
        eventually(lambda: len(messages(tollgate)) == 2, what="both messages in the ledger")
        assert len(sink.deliveries) == 2
        tollgate.terminate()
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def test_an_alert_outlives_kill_minus_nine_and_keeps_its_id(make_stub, make_tollgate, make_sink):
    stub = make_stub(unpriced_answer)
    port = free_port()
    config = {"receivers": {"ops": hook(port)}}
    first = make_tollgate({"openai": stub.url}, config)
    chat(first)
    waiting = first_message(first, "waiting")
    first.kill()
    sink = make_sink(port)
    second = make_tollgate({"openai": stub.url}, config, data=first.data)
    eventually(lambda: sink.taken, seconds=30, what="the delivery")
    assert [delivery.id for delivery in sink.taken] == [waiting["id"]]
    first_message(second)
    second.kill()
    third = make_tollgate({"openai": stub.url}, config, data=first.data)
    chat(third)
    time.sleep(9)
    assert len(sink.deliveries) == 1, "what was told is not told again by the next process"


def test_a_receiver_that_is_down_gets_everything_in_order_when_it_is_back(make_stub, make_tollgate, make_sink):
    port = free_port()
    stub = make_stub(unpriced_answer)
    config = {"receivers": {"ops": hook(port)}}
    tollgate = make_tollgate({"openai": stub.url, "broken": NOBODY}, config)
    chat(tollgate)
    for _ in range(4):
        ask(tollgate.port, "POST", "/broken/v1/chat/completions", b'{"model":"m","messages":[]}')
    eventually(lambda: len(messages(tollgate, "ops")) >= 2, seconds=30, what="two messages")
    receiver = tollgate.json("/api/v1/receivers")["rows"][0]
    assert receiver["waiting"] >= 2 and receiver["last_outcome"].startswith("connect_failed")
    assert tollgate.metric("tollgate_webhook_deliveries_total", receiver="ops", outcome="no_answer") >= 1
    eventually(
        lambda: tollgate.metric("tollgate_webhook_oldest_undelivered_seconds", receiver="ops") >= 1, what="an age"
    )
    made = [message["id"] for message in sorted(messages(tollgate), key=lambda message: message["created_at"])]
    sink = make_sink(port)
    status, answer = post(tollgate, "/api/v1/alerts/redeliver", {"receiver": "ops"})
    assert status == 200 and answer["messages"] >= 2
    eventually(lambda: len(sink.taken) >= len(made), seconds=30, what="every delivery")
    assert sorted(delivery.id for delivery in sink.taken) == sorted(made)
    eventually(lambda: tollgate.json("/api/v1/receivers")["rows"][0]["waiting"] == 0, what="an empty outbox")


def test_a_message_is_sent_again_with_its_id_when_somebody_asks(make_alerting, make_sink):
    sink = make_sink()
    tollgate = make_alerting({"ops": hook(sink.port)})
    chat(tollgate)
    message = first_message(tollgate)
    where = ["--control", tollgate.control_url, "--data", str(tollgate.data)]
    result = run_tollgate("alert", "redeliver", "--message", message["id"], *where)
    assert result.returncode == 0, result.stderr
    eventually(lambda: len(sink.taken) == 2, what="the second delivery")
    assert {delivery.id for delivery in sink.taken} == {message["id"]}
    assert sink.taken[0].body == sink.taken[1].body
    result = run_tollgate("alert", "redeliver", "--message", "msg_none", *where)
    assert result.returncode == 1 and "msg_none" in result.stderr


def test_a_receiver_is_tested_from_the_command_line(make_alerting, make_sink):
    sink = make_sink()
    tollgate = make_alerting({"ops": hook(sink.port), "down": hook(free_port())})
    where = ["--control", tollgate.control_url, "--data", str(tollgate.data)]
    result = run_tollgate("alert", "test", "ops", *where)
    assert result.returncode == 0 and "took the message" in result.stdout, result.stderr
    assert sink.taken[0].body["type"] == "alert.test"
    for name, words in (("down", "did not take"), ("none", "no receiver")):
        result = run_tollgate("alert", "test", name, *where)
        assert result.returncode == 1 and words in result.stderr, result.stderr
    sink.answer = lambda body: (410, {}, b"")
    assert "410" in run_tollgate("alert", "test", "ops", *where).stderr


def test_the_list_is_the_same_with_a_proxy_and_without(make_alerting, make_sink):
    sink = make_sink()
    tollgate = make_alerting({"ops": hook(sink.port)})
    chat(tollgate)
    first_message(tollgate)
    arguments = ["alert", "list", "--status", "firing", "--format", "json", "--data", str(tollgate.data)]
    online = run_tollgate(*arguments, "--control", tollgate.control_url)
    table = run_tollgate(*arguments[:-4], "--data", str(tollgate.data), "--control", tollgate.control_url)
    assert "had a model without a price" in table.stdout and "ops" in table.stdout, table.stderr
    tollgate.terminate()
    offline = run_tollgate(*arguments)
    assert json.loads(online.stdout) == json.loads(offline.stdout), offline.stderr
    assert len(json.loads(offline.stdout)["rows"]) == 1


def test_a_redirect_is_a_failure_and_is_not_followed(make_alerting, make_sink):
    target, sink = make_sink(), make_sink()
    sink.answer = lambda body: (307, {"location": f"http://127.0.0.1:{target.port}/"}, b"")
    tollgate = make_alerting({"ops": hook(sink.port)})
    status, answer = post(tollgate, "/api/v1/receivers/ops/test", {})
    assert status == 200 and answer == {"delivered": False, "outcome": "status 307: redirects are not followed"}
    assert not target.deliveries


def test_a_huge_answer_is_cut_off_and_its_status_counts(make_alerting, make_sink):
    sink = make_sink()
    sink.answer = lambda body: (200, {}, b"x" * (64 << 20))
    tollgate = make_alerting({"ops": hook(sink.port)})
    before = tollgate.rss_bytes()
    assert post(tollgate, "/api/v1/receivers/ops/test", {})[1] == {"delivered": True, "outcome": "status 200"}
    assert tollgate.rss_bytes() - before < 32 << 20


def test_a_slow_receiver_delays_no_call_and_no_other_receiver(make_alerting, make_sink):
    slow, quick = make_sink(), make_sink()
    release = threading.Event()

    def wait(body):
        release.wait(60)
        return 204, {}, b""

    slow.answer = wait
    tollgate = make_alerting({"slow": hook(slow.port), "quick": hook(quick.port)})
    for _ in range(50):
        assert chat(tollgate) == 200
    eventually(lambda: quick.taken, seconds=30, what="the delivery to the quick one")
    assert chat(tollgate) == 200
    release.set()
    eventually(lambda: slow.taken, seconds=30, what="the delivery to the slow one")


@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1"])
def test_a_private_address_is_refused_unless_that_is_allowed(tmp_path, host):
    path = tmp_path / "tollgate.yaml"
    path.write_text(json.dumps({"receivers": {"ops": hook(1, url=f"https://{host}/", allow_private=False)}}))
    checked = run_tollgate("check-config", "--config", str(path))
    assert checked.returncode == 78 and "is not a public address" in checked.stderr, checked.stderr
    path.write_text(json.dumps({"receivers": {"ops": hook(1, url=f"https://{host}/", allow_private=True)}}))
    assert run_tollgate("check-config", "--config", str(path)).returncode == 0


def test_a_name_of_a_private_address_is_not_called_unless_that_is_allowed(make_alerting, make_sink):
    sink = make_sink()
    url = f"https://localhost:{sink.port}/"
    tollgate = make_alerting({"ops": hook(sink.port, url=url, allow_private=False)})
    answer = post(tollgate, "/api/v1/receivers/ops/test", {})[1]
    assert not answer["delivered"] and "not a public address" in answer["outcome"], answer
    assert not sink.deliveries


@pytest.mark.skipif(
    shutil.which("openssl") is None, reason="SKIPPED: there is no openssl command to make a certificate"
)
def test_a_certificate_is_checked(make_alerting, make_sink, tmp_path):
    def certificate(name: str) -> tuple[Path, Path]:
        key, path = tmp_path / f"{name}.key", tmp_path / f"{name}.pem"
        arguments = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
        names = ["-addext", "subjectAltName=IP:127.0.0.1"]
        files = ["-keyout", str(key), "-out", str(path)]
        subprocess.run(
            ["openssl", "req", *arguments, *names, *files], check=True, capture_output=True, env=environment()
        )
        return path, key

    path, key = certificate("right")
    other, _ = certificate("other")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, key)
    sink = make_sink(tls=context)
    url = f"https://127.0.0.1:{sink.port}/"
    tollgate = make_alerting(
        {
            "right": hook(0, url=url, tls={"ca": str(path)}),
            "other": hook(0, url=url, tls={"ca": str(other)}),
            "system": hook(0, url=url),
        }
    )
    for name in ("other", "system"):
        answer = post(tollgate, f"/api/v1/receivers/{name}/test", {})[1]
        assert not answer["delivered"] and answer["outcome"].startswith("tls_failed"), answer
    assert not sink.deliveries
    assert post(tollgate, "/api/v1/receivers/right/test", {})[1]["delivered"]


def test_mistakes_in_the_configuration_are_named_and_secrets_are_not_repeated(tmp_path):
    path = tmp_path / "tollgate.yaml"
    path.write_text("receivers:\n  ops: { type: webhook, url: 'https://x.example/', secret: hunter2 }\n")
    path.chmod(0o600)
    result = run_tollgate("check-config", "--config", str(path))
    assert result.returncode == 78
    assert "receivers.ops.secret" in result.stderr and "whsec_" in result.stderr and "hunter2" not in result.stderr


def test_a_budget_made_at_run_time_names_receivers_that_are_there(make_alerting, make_sink):
    tollgate = make_alerting({"ops": hook(make_sink().port)})

    def put(to: list[str]) -> tuple[int, dict]:
        body = json.dumps({"limit": "1 USD", "alerts": [{"at": "50%", "to": to}]}).encode()
        fields = list((token(tollgate) | {"content-type": "application/json"}).items())
        reply = ask(tollgate.control_port, "PUT", "/api/v1/budgets/b", body, fields=fields)
        return reply.status, json.loads(reply.body)

    status, problem = put(["opps"])
    assert status == 400 and "opps" in problem["detail"] and "one of ops" in problem["detail"], problem
    assert put(["ops"])[0] == 201


def test_a_refusal_is_told_although_the_process_is_killed_right_after_it(make_stub, make_tollgate, make_sink):
    sink = make_sink()
    budget = {"name": "calls", "limit": "1 calls", "every": "day", "alerts": [{"at": "refusing", "to": "ops"}]}
    config = {"receivers": {"ops": hook(sink.port)}, "budgets": [budget]}
    stub = make_stub()
    tollgate = make_tollgate({"openai": stub.url}, config)
    assert [chat(tollgate, "gpt-4.1") for _ in range(2)] == [200, 402]
    time.sleep(0.1)
    tollgate.kill()
    make_tollgate({"openai": stub.url}, config, data=tollgate.data)
    eventually(lambda: sink.of_type("budget.exhausted"), seconds=30, what="the alert, with no other refusal")


def test_the_thresholds_of_a_budget_are_told_once_over_restarts_and_its_scopes_together(
    make_stub, make_tollgate, make_sink
):
    sink = make_sink()
    stub = make_stub()
    config = {
        "receivers": {"ops": hook(sink.port)},
        "budgets": [
            {
                "name": "calls",
                "each": "workflow",
                "limit": "10 calls",
                "every": "day",
                "alerts": [{"at": "50%", "to": "ops"}, {"at": "refusing", "to": "ops"}],
            }
        ],
    }
    tollgate = make_tollgate({"openai": stub.url}, config)

    def call(workflow: str) -> int:
        body = b'{"model":"gpt-4.1","messages":[{"role":"user","content":"Hi"}]}'
        return ask(tollgate.port, "POST", f"/workflow/{workflow}{CHAT}", body).status

    with ThreadPoolExecutor() as pool:
        statuses = list(pool.map(lambda workflow: [call(workflow) for _ in range(6)], "abc"))
    assert statuses == [[200] * 6] * 3
    eventually(lambda: sink.of_type("budget.threshold_crossed"), seconds=30, what="an alert")
    data = sink.taken[0].body["data"]
    assert (data["budget"], data["unit"], data["threshold"]) == ("calls", "calls", 0.5)
    assert sorted(scope["scope"] for scope in data["scopes"]) == ["workflow=a", "workflow=b", "workflow=c"]
    assert {scope["limit"] for scope in data["scopes"]} == {"10"}
    assert data["window"]["end"] > data["window"]["start"]

    assert [call("a") for _ in range(6)] == [200] * 4 + [402] * 2
    eventually(lambda: sink.of_type("budget.exhausted"), seconds=30, what="an alert of the refusal")
    first_message(tollgate)
    tollgate.kill()
    tollgate = make_tollgate({"openai": stub.url}, config, data=tollgate.data)
    assert call("a") == 402
    time.sleep(6)
    assert [delivery.body["type"] for delivery in sink.taken] == ["budget.threshold_crossed", "budget.exhausted"]
    wrong = {"budgets": [config["budgets"][0] | {"alerts": [{"at": "50%", "to": "nobody"}]}]}
    path = tollgate.directory / "wrong.yaml"
    path.write_text(json.dumps(wrong))
    path.chmod(0o600)
    assert "nobody" in run_tollgate("check-config", "--config", str(path)).stderr
