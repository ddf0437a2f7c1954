"""Runs that a guardrail holds for a person, through the real binary: their calls are parked as those of budgets are."""

import json
import time
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import openai
import pytest
from test_budgets import JSON, serving
from test_guardrails import Agent, Looping, guardrail, same, statuses
from test_holds import ended, held, hold, pending, post, token
from test_linking import ASKING, CHAT, Script

from harness.raw_client import RawClient, ask
from harness.tollgate_process import run_tollgate
from harness.waiting import eventually
from harness.webhook_sink import SECRET, WebhookSink

FIELDS = [("x-tollgate-run", "r")]
HOLDING = guardrail(repeated_call=2, then="hold")


def access(tollgate) -> list[str]:
    return ["--control", tollgate.control_url, "--data", str(tollgate.data)]


def call(tollgate, run: str = "r"):
    body = json.dumps({"model": "gpt-4.1", "messages": ASKING}).encode()
    return ask(tollgate.port, "POST", CHAT, body, [*JSON, ("x-tollgate-run", run)])


def test_a_held_call_shows_the_rule_its_figures_and_the_run_and_just_takes_longer_when_approved(tmp_path):
    with serving(tmp_path, [], Looping(same), **HOLDING) as (tollgate, stub):
        agent = Agent(tollgate, FIELDS)
        assert statuses(agent, 2) == [200] * 2
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(agent.step)
            [row] = held(tollgate)
            assert row["budget"] is None and row["run"] == "r" and row["state"] == "pending"
            tripped = row["guardrail"]
            assert (tripped["name"], tripped["limit"], tripped["value"]) == ("stop", "repeated_call", "2")
            assert tripped["tool"] == "read" and "run r: the tool read was asked for 2 times" in tripped["detail"]
            assert tollgate.metric("tollgate_holds_pending") == 1 and len(stub.received) == 2
            listed = run_tollgate("hold", "list", *access(tollgate)).stdout
            assert "stop" in listed and "repeated_call" in listed and row["id"] in listed
            shown = run_tollgate("hold", "show", row["id"], *access(tollgate)).stdout
            assert tripped["detail"] in shown
            page = tollgate.get(f"/holds/{row['id']}")[1].decode()
            assert tripped["detail"] in page and "Amount" not in page
            status, problem = post(tollgate, f"/api/v1/holds/{row['id']}/approve", {"amount": "5 calls"})
            assert status == 422 and "without an amount" in problem["detail"]
            assert not answer.done()
            approved = run_tollgate("hold", "approve", row["id"], "--reason", "fine", *access(tollgate))
            assert approved.returncode == 0, approved.stderr
            assert answer.result(timeout=20).status == 200
        assert hold(tollgate, row["id"])["end"]["approval"]["extent"] == "call"
        assert len(stub.received) == 3 and tollgate.metric("tollgate_holds_pending") == 0
        entry = eventually(lambda: tollgate.json("/api/v1/audit?action=hold")["rows"], what="the audit's entry")[0]
        assert entry["action"] == "hold.approve" and entry["after"]["guardrail"]["name"] == "stop"
        # It was for this call: the run's next one is held again.
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(agent.step)
            [row] = held(tollgate)
            form = urllib.parse.urlencode({"token": token(tollgate), "decision": "deny", "reason": "it loops"})
            urllib.request.urlopen(f"{tollgate.control_url}/holds/{row['id']}", data=form.encode(), timeout=15).read()
            refused = answer.result(timeout=20)
        assert refused.status == 403 and refused.head.get("x-should-retry") == "false"
        assert refused.head.get("x-tollgate-refused") == "hold_denied"
        error = json.loads(refused.body)["error"]["message"]
        assert "guardrail stop (repeated_call)" in error and error.endswith("and it was denied: it loops.")


def test_what_is_approved_for_a_run_lets_all_its_parked_calls_pass(tmp_path):
    with serving(tmp_path, [], **guardrail(max_llm_calls=1, then="hold")) as (tollgate, stub):
        assert call(tollgate).status == call(tollgate, "s").status == 200
        with ThreadPoolExecutor(4) as pool:
            answers = [pool.submit(call, tollgate) for _ in range(3)]
            other = pool.submit(call, tollgate, "s")
            rows = [row for row in held(tollgate, 4) if row["run"] == "r"]
            done = run_tollgate("hold", "approve", rows[0]["id"], "--run", "--for", "10m", *access(tollgate))
            assert done.returncode == 0, done.stderr
            assert [answer.result(timeout=20).status for answer in answers] == [200] * 3
            assert {hold(tollgate, row["id"])["state"] for row in rows} == {"approved"}
            [rest] = held(tollgate)
            assert rest["run"] == "s" and not other.done()
            assert post(tollgate, f"/api/v1/holds/{rest['id']}/deny", {})[0] == 200
            assert other.result(timeout=20).status == 403
        assert call(tollgate).status == 200
        assert len(stub.received) == 6
        # A restart keeps it.
        tollgate.kill()
        tollgate.start()
        assert call(tollgate).status == 200


def test_a_released_run_lets_its_parked_calls_go_on(tmp_path):
    with serving(tmp_path, [], Looping(same), **HOLDING) as (tollgate, _):
        agent = Agent(tollgate, FIELDS)
        assert statuses(agent, 2) == [200] * 2
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(agent.step)
            [row] = held(tollgate)
            released = run_tollgate("run", "release", "r", "--guardrail", "stop", *access(tollgate))
            assert released.returncode == 0, released.stderr
            assert answer.result(timeout=20).status == 200
        assert ended(tollgate, row["id"])["end"]["reason"] == "the run was released"
        assert pending(tollgate) == [] and statuses(agent, 3) == [200] * 3


def test_nobody_answers_and_the_call_is_denied_or_told_to_come_again(tmp_path):
    (tmp_path / "deny").mkdir()
    with serving(tmp_path / "deny", [], holds={"wait": "1s"}, **guardrail(max_llm_calls=1, then="hold")) as (
        tollgate,
        _,
    ):
        client = openai.OpenAI(
            base_url=f"{tollgate.url}/openai/v1", api_key="k", max_retries=5, default_headers=dict(FIELDS)
        )
        client.chat.completions.create(model="gpt-4.1", messages=ASKING)
        with pytest.raises(openai.PermissionDeniedError) as raised:
            client.chat.completions.create(model="gpt-4.1", messages=ASKING)
        assert raised.value.body["code"] == "hold_denied" and "nobody decided in time" in raised.value.message
        [row] = tollgate.json("/api/v1/holds")["rows"]
        assert row["state"] == "expired"
        assert run_tollgate("run", "end", "r", *access(tollgate)).returncode == 0
        assert tollgate.json("/api/v1/runs/r")["outcome"] == "guardrail"

    (tmp_path / "retry").mkdir()
    config = guardrail(max_llm_calls=1, then="hold") | {"holds": {"wait": "1s", "then": "retry"}}
    with serving(tmp_path / "retry", [], **config) as (tollgate, stub):
        assert call(tollgate).status == 200
        refused = call(tollgate)
        assert refused.status == 429 and refused.head.get("x-should-retry") == "true"
        assert refused.head.get("x-tollgate-refused") == "hold_pending" and int(refused.head.get("retry-after")) > 0
        [row] = tollgate.json("/api/v1/holds?state=retrying")["rows"]
        assert call(tollgate).status == 429
        assert post(tollgate, f"/api/v1/holds/{row['id']}/approve", {})[0] == 200
        assert [call(tollgate).status for _ in range(2)] == [200, 429]
        assert len(stub.received) == 2


def test_a_client_that_leaves_is_dropped_and_a_full_desk_tells_to_come_again(tmp_path):
    with serving(tmp_path, [], holds={"max": 1}, **guardrail(max_llm_calls=1, then="hold")) as (tollgate, stub):
        assert call(tollgate).status == 200
        with RawClient(tollgate.port) as client:
            body = json.dumps({"model": "gpt-4.1", "messages": ASKING}).encode()
            client.send_request("POST", CHAT, body, [*JSON, *FIELDS])
            [row] = held(tollgate)
            full = call(tollgate)
            assert full.status == 429 and full.head.get("x-should-retry") == "true"
            assert "As many calls wait for a person as can" in json.loads(full.body)["error"]["message"]
        assert ended(tollgate, row["id"])["state"] == "dropped"
        assert tollgate.metric("tollgate_holds_pending") == 0 and len(stub.received) == 1


def test_what_cannot_wait_is_refused(tmp_path):
    with serving(tmp_path, [], **guardrail(max_llm_calls=1, then="hold")) as (tollgate, _):
        assert call(tollgate).status == 200
        form = b'--b\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n--b--\r\n'
        fields = [("Content-Type", "multipart/form-data; boundary=b"), *FIELDS]
        refused = ask(tollgate.port, "POST", "/openai/v1/audio/transcriptions", form, fields)
        assert refused.status == 403 and refused.head.get("x-tollgate-refused") == "guardrail"


def test_holds_of_guardrails_are_not_lost_by_a_kill(tmp_path):
    with serving(tmp_path, [], **guardrail(max_llm_calls=1, then="hold")) as (tollgate, _):
        assert call(tollgate).status == 200
        with RawClient(tollgate.port) as client:
            body = json.dumps({"model": "gpt-4.1", "messages": ASKING}).encode()
            client.send_request("POST", CHAT, body, [*JSON, *FIELDS])
            [row] = held(tollgate)
            time.sleep(0.5)  # It is written off the call's own way.
            tollgate.kill()
        tollgate.start()
        dropped = hold(tollgate, row["id"])
        assert dropped["state"] == "dropped" and dropped["guardrail"] == row["guardrail"]
        assert row["id"] in tollgate.log and 'guardrail \\"stop\\"' in tollgate.log.replace('\\\\"', '\\"')


def test_a_run_that_is_approved_may_still_be_held_by_its_budget(tmp_path):
    budgets = [{"name": "asks", "limit": "1 calls", "on_exhausted": "hold"}]
    with serving(tmp_path, budgets, **guardrail(max_llm_calls=1, then="hold")) as (tollgate, stub):
        assert call(tollgate).status == 200
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(call, tollgate)
            [row] = held(tollgate)
            assert row["guardrail"]["name"] == "stop"
            assert post(tollgate, f"/api/v1/holds/{row['id']}/approve", {})[0] == 200
            second = eventually(
                lambda: [other for other in pending(tollgate) if other["id"] != row["id"]], what="the budget's hold"
            )[0]
            assert second["budget"] == "asks" and second["guardrail"] is None
            assert post(tollgate, f"/api/v1/holds/{second['id']}/approve", {})[0] == 200
            assert answer.result(timeout=20).status == 200
        assert len(stub.received) == 2


def test_a_call_that_two_limits_hold_passes_once_both_were_approved(tmp_path):
    rules = [
        {"name": "calls", "max_llm_calls": 1, "then": "hold"},
        {"name": "cost", "max_cost": "0.000001 USD", "then": "hold"},
    ]
    with serving(tmp_path, [], guardrails=rules) as (tollgate, stub):
        assert call(tollgate).status == 200
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(call, tollgate)
            names = []
            for _ in rules:
                [row] = eventually(
                    lambda: [one for one in pending(tollgate) if one["guardrail"]["name"] not in names], what="a hold"
                )
                names.append(row["guardrail"]["name"])
                assert post(tollgate, f"/api/v1/holds/{row['id']}/approve", {})[0] == 200
            assert sorted(names) == ["calls", "cost"]
            assert answer.result(timeout=20).status == 200
        assert len(stub.received) == 2


def test_the_alert_of_a_held_run_has_the_rule_the_figures_and_the_page(tmp_path):
    sink = WebhookSink()
    receiver = {"type": "webhook", "url": f"http://127.0.0.1:{sink.port}/", "secret": SECRET, "allow_private": True}
    config = guardrail(max_llm_calls=1, then="hold") | {"receivers": {"ops": receiver}}
    with serving(tmp_path, [], Script(), **config) as (tollgate, _):
        assert call(tollgate).status == 200
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(call, tollgate)
            [row] = held(tollgate)
            told = eventually(
                lambda: [one.body for one in sink.deliveries if one.body["type"] == "request.held"], what="the alert"
            )[0]["data"]
            assert told["budget"] is None and (told["guardrail"], told["limit"]) == ("stop", "max_llm_calls")
            [one] = told["holds"]
            assert one["hold"] == row["id"] and one["scope"] == "run=r" and one["link"].endswith(f"/holds/{row['id']}")
            assert one["detail"] == row["guardrail"]["detail"] and one["detail"] in told["summary"]
            assert post(tollgate, f"/api/v1/holds/{row['id']}/approve", {})[0] == 200
            assert answer.result(timeout=20).status == 200
        eventually(lambda: any(one.body["type"] == "request.released" for one in sink.deliveries), what="its end")
    sink.close()
    assert not sink.problems
