"""Calls that a budget holds for a person, through the real binary: what the developer of an agent sees, and what the person does."""

import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import anthropic
import openai
import pytest
from test_budgets import JSON, answering, call, chat, reply, serving

from harness.raw_client import RawClient, ask
from harness.tollgate_process import run_tollgate
from harness.waiting import eventually
from harness.webhook_sink import SECRET, WebhookSink

HOLDING = [{"name": "asks", "limit": "1 calls", "on_exhausted": "hold"}]
RUN = "/run/{}/openai/v1/chat/completions"


def token(tollgate) -> str:
    return (tollgate.data / "control.token").read_text().strip()


def named_token(tollgate, name: str, role: str) -> str:
    status, made = post(tollgate, "/api/v1/tokens", {"name": name, "role": role})
    assert status == 201
    return made["secret"]


def post(tollgate, path: str, body: dict, secret: str | None = None, **headers) -> tuple[int, dict]:
    fields = {"authorization": f"Bearer {secret or token(tollgate)}", "content-type": "application/json"} | headers
    request = urllib.request.Request(
        tollgate.control_url + path, data=json.dumps(body).encode(), headers=fields, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=15) as reply:
            return reply.status, json.loads(reply.read())
    except urllib.error.HTTPError as problem:
        return problem.code, json.loads(problem.read())


def pending(tollgate) -> list[dict]:
    return tollgate.json("/api/v1/holds?state=pending")["rows"]


def held(tollgate, count: int = 1) -> list[dict]:
    """The calls that wait, the oldest first, once there are so many."""
    rows = eventually(lambda: len(rows := pending(tollgate)) == count and rows, what=f"{count} held calls")
    return rows[::-1]


def hold(tollgate, hold_id: str) -> dict:
    return tollgate.json(f"/api/v1/holds/{hold_id}")


def ended(tollgate, hold_id: str) -> dict:
    return eventually(lambda: (row := hold(tollgate, hold_id))["end"] and row, what="the end of the hold")


def ask_openai(tollgate, **options):
    client = openai.OpenAI(base_url=f"{tollgate.url}/openai/v1", api_key="sk-test", **options)
    return client.chat.completions.create(model="gpt-4.1", messages=[{"role": "user", "content": "Hi"}])


def ask_anthropic(tollgate, **options):
    client = anthropic.Anthropic(base_url=f"{tollgate.url}/anthropic", api_key="sk-test", **options)
    return client.messages.create(
        model="claude-sonnet-4-5", max_tokens=10, messages=[{"role": "user", "content": "Hi"}]
    )


MESSAGE = json.dumps(
    {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5",
        "content": [{"type": "text", "text": "Ho"}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 10, "output_tokens": 3},
    }
).encode()


@pytest.mark.parametrize(
    ("sdk", "body", "text"),
    [
        (ask_openai, reply(), lambda answer: answer.choices[0].message.content),
        (ask_anthropic, MESSAGE, lambda answer: answer.content[0].text),
    ],
    ids=["openai", "anthropic"],
)
def test_a_held_call_that_is_approved_just_takes_longer(tmp_path, sdk, body, text):
    with serving(tmp_path, HOLDING, answering(body)) as (tollgate, stub):
        assert call(tollgate).status == 200
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(sdk, tollgate, max_retries=0)
            [row] = held(tollgate)
            assert row["budget"] == "asks" and row["limit"] == "1 calls" and row["spent"] == "1 calls"
            assert row["need"] == "1 calls" and row["state"] == "pending" and row["end"] is None
            assert tollgate.metric("tollgate_holds_pending") == 1
            assert len(stub.received) == 1 and not answer.done()
            status, approved = post(tollgate, f"/api/v1/holds/{row['id']}/approve", {"reason": "month end"})
            assert status == 200 and approved["state"] == "approved"
            assert approved["end"]["by"] == "control.token" and approved["end"]["reason"] == "month end"
            assert approved["end"]["approval"]["amount"] == "1 calls"
            assert text(answer.result(timeout=20)) == "Ho"
        assert len(stub.received) == 2 and tollgate.metric("tollgate_holds_pending") == 0
        entry = eventually(lambda: tollgate.json("/api/v1/audit?action=hold")["rows"], what="the audit's entry")[0]
        assert entry["action"] == "hold.approve" and entry["subject"] == row["id"]
        assert entry["before"]["state"] == "pending" and entry["after"]["end"]["reason"] == "month end"


@pytest.mark.parametrize(
    ("sdk", "error"),
    [(ask_openai, openai.APIStatusError), (ask_anthropic, anthropic.APIStatusError)],
    ids=["openai", "anthropic"],
)
def test_a_held_call_that_is_denied_fails_once(tmp_path, sdk, error):
    with serving(tmp_path, HOLDING) as (tollgate, stub):
        assert call(tollgate).status == 200
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(sdk, tollgate, max_retries=5)
            [row] = held(tollgate)
            assert post(tollgate, f"/api/v1/holds/{row['id']}/deny", {"reason": "it loops"})[0] == 200
            with pytest.raises(error) as raised:
                answer.result(timeout=20)
        assert raised.value.status_code == 402
        assert raised.value.response.headers["x-should-retry"] == "false"
        assert raised.value.response.headers["x-tollgate-refused"] == "hold_denied"
        message = raised.value.body.get("message") or raised.value.body["error"]["message"]
        assert message.startswith('Tollgate budget "asks" (all) is exhausted: limit 1 calls, spent 1 calls')
        assert f"(hold {row['id']}), and it was denied: it loops." in message
        assert pending(tollgate) == [] and len(stub.received) == 1


def test_a_hold_is_decided_once(tmp_path):
    with serving(tmp_path, HOLDING) as (tollgate, _):
        assert call(tollgate).status == 200
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(call, tollgate)
            [row] = held(tollgate)
            path = f"/api/v1/holds/{row['id']}"
            with ThreadPoolExecutor(8) as people:
                ways = ["approve", "deny"] * 8
                statuses = sorted(people.map(lambda way: post(tollgate, f"{path}/{way}", {})[0], ways))
            assert statuses == [200] + [409] * 15
            assert answer.result().status == (200 if hold(tollgate, row["id"])["state"] == "approved" else 402)
        status, problem = post(tollgate, f"{path}/approve", {})
        assert status == 409 and "has ended" in problem["detail"]
        assert post(tollgate, "/api/v1/holds/0000000000001/deny", {})[0] == 404


def test_a_call_of_no_run_is_not_approved_for_its_run(tmp_path):
    with serving(tmp_path, [{"name": "asks", "limit": "1 calls", "on_exhausted": "hold"}]) as (tollgate, _):
        assert call(tollgate).status == 200
        with ThreadPoolExecutor(1) as pool:
            body = json.dumps({"model": "text-embedding-3-small", "input": "Hi"}).encode()
            answer = pool.submit(call, tollgate, body, "/openai/v1/embeddings")
            [row] = held(tollgate)
            status, problem = post(tollgate, f"/api/v1/holds/{row['id']}/approve", {"extent": "run"})
            assert status == 422 and "names no run" in problem["detail"]
            assert post(tollgate, f"/api/v1/holds/{row['id']}/approve", {})[0] == 200
            assert answer.result().status == 200


def test_a_decision_that_does_not_fit_changes_nothing(tmp_path):
    budgets = [{"name": "asks", "limit": "0.0030 USD", "on_exhausted": "hold"}]
    with serving(tmp_path, budgets) as (tollgate, _):
        assert call(tollgate, chat(max_tokens=100)).status == 200
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(call, tollgate, chat(max_tokens=100))
            [row] = held(tollgate)
            path = f"/api/v1/holds/{row['id']}/approve"
            for body, wanted, detail in [
                ({"amount": "0.0000001 USD"}, 422, "is not enough: the call needs"),
                ({"amount": "5 calls"}, 422, "counts usd"),
                ({"amount": "5"}, 400, "200 USD, 2M tokens"),
                ({"for": "8d"}, 400, "7d at most"),
                ({"to": "me"}, 400, "a member named"),
            ]:
                status, problem = post(tollgate, path, body)
                assert (status, detail in problem["detail"]) == (wanted, True), (body, problem)
            assert not answer.done()
            assert post(tollgate, path, {"amount": "1 USD", "for": "10m"})[0] == 200
            assert answer.result().status == 200


def test_deciding_takes_the_role_of_an_approver(tmp_path):
    with serving(tmp_path, HOLDING) as (tollgate, _):
        assert call(tollgate).status == 200
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(call, tollgate)
            [row] = held(tollgate)
            path = f"/api/v1/holds/{row['id']}/approve"
            assert post(tollgate, path, {}, secret=named_token(tollgate, "reads", "viewer"))[0] == 403
            assert post(tollgate, path, {}, secret="nobody")[0] == 401
            anna = named_token(tollgate, "anna", "approver")
            status, problem = post(tollgate, path, {}, anna, origin="https://evil.example")
            assert status == 403 and "browser" in problem["detail"]
            status, approved = post(tollgate, path, {}, anna)
            assert status == 200 and approved["end"]["by"] == "anna"
            assert answer.result().status == 200


def test_nobody_answers_and_the_call_is_denied(tmp_path):
    with serving(tmp_path, HOLDING, holds={"wait": "1s"}) as (tollgate, stub):
        assert call(tollgate).status == 200
        with pytest.raises(openai.APIStatusError) as raised:
            ask_openai(tollgate, max_retries=5)
        assert raised.value.status_code == 402 and raised.value.body["code"] == "hold_denied"
        assert "nobody decided in time" in raised.value.message
        [row] = tollgate.json("/api/v1/holds")["rows"]
        assert row["state"] == "expired" and row["end"]["by"] is None and len(stub.received) == 1


def test_a_client_that_is_told_to_come_again_passes_once_somebody_has_approved(tmp_path):
    with serving(tmp_path, HOLDING, holds={"wait": "1s", "then": "retry"}) as (tollgate, stub):
        assert call(tollgate).status == 200
        refused = call(tollgate)
        assert refused.status == 429 and refused.head.get("x-should-retry") == "true"
        assert refused.head.get("x-tollgate-refused") == "hold_pending" and int(refused.head.get("retry-after")) > 0
        [row] = tollgate.json("/api/v1/holds?state=retrying")["rows"]
        # The same case is parked again, and answered again.
        assert call(tollgate).status == 429
        assert [again["id"] for again in tollgate.json("/api/v1/holds?state=retrying")["rows"]] == [row["id"]]
        assert post(tollgate, f"/api/v1/holds/{row['id']}/approve", {})[0] == 200
        assert call(tollgate, chat("Something else")).status == 429
        assert call(tollgate).status == 200
        assert call(tollgate).status == 429
        assert len(stub.received) == 2


def test_an_sdk_that_comes_again_passes_by_itself(tmp_path):
    with serving(tmp_path, HOLDING, holds={"wait": "1s", "then": "retry"}) as (tollgate, _):
        assert call(tollgate).status == 200
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(ask_openai, tollgate, max_retries=3)
            [row] = eventually(
                lambda: tollgate.json("/api/v1/holds?state=retrying")["rows"],
                what="a client that was told to come again",
            )
            assert post(tollgate, f"/api/v1/holds/{row['id']}/approve", {})[0] == 200
            assert answer.result(timeout=30).choices[0].message.content == "Ho"


def test_approval_of_a_run_lets_its_calls_pass_by_the_amount_and_no_other_run(tmp_path):
    budgets = [{"name": "asks", "each": "workflow", "limit": "1 calls", "on_exhausted": "hold"}]
    with serving(tmp_path, budgets, holds={"wait": "2s"}) as (tollgate, stub):
        assert call(tollgate).status == 200
        with ThreadPoolExecutor(4) as pool:
            answers = [pool.submit(call, tollgate, path=RUN.format("r")) for _ in range(3)]
            other = pool.submit(call, tollgate, path=RUN.format("s"))
            rows = [row for row in held(tollgate, 4) if row["run"] == "r"]
            body = {"extent": "run", "amount": "4 calls", "for": "1h"}
            assert post(tollgate, f"/api/v1/holds/{rows[0]['id']}/approve", body)[0] == 200
            # All that the run has parked pass by the one approval.
            assert [answer.result().status for answer in answers] == [200] * 3
            assert {hold(tollgate, row["id"])["state"] for row in rows} == {"approved"}
            assert call(tollgate, path=RUN.format("r")).status == 200
            assert call(tollgate, path=RUN.format("r")).status == 402
            assert other.result().status == 402
        assert len(stub.received) == 5


def test_a_client_that_leaves_is_dropped(tmp_path):
    with serving(tmp_path, HOLDING) as (tollgate, stub):
        assert call(tollgate).status == 200
        with RawClient(tollgate.port) as client:
            client.send_request("POST", "/openai/v1/chat/completions", chat(), JSON)
            [row] = held(tollgate)
        row = ended(tollgate, row["id"])
        assert row["state"] == "dropped" and row["end"]["reason"] == "the client left"
        assert tollgate.metric("tollgate_holds_pending") == 0
        assert post(tollgate, f"/api/v1/holds/{row['id']}/approve", {})[0] == 409
        assert len(stub.received) == 1


def test_a_full_desk_tells_clients_to_come_again(tmp_path):
    with serving(tmp_path, HOLDING, holds={"max": 2}) as (tollgate, _):
        assert call(tollgate).status == 200
        with ThreadPoolExecutor(2) as pool:
            answers = [pool.submit(call, tollgate) for _ in range(2)]
            rows = held(tollgate, 2)
            full = call(tollgate)
            assert full.status == 429 and full.head.get("x-should-retry") == "true"
            assert "As many calls wait for a person as can" in json.loads(full.body)["error"]["message"]
            for row in rows:
                assert post(tollgate, f"/api/v1/holds/{row['id']}/deny", {})[0] == 200
            assert [answer.result().status for answer in answers] == [402, 402]


def test_an_upload_cannot_be_parked(tmp_path):
    with serving(tmp_path, HOLDING) as (tollgate, _):
        assert call(tollgate).status == 200
        form = b'--b\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n--b--\r\n'
        fields = [("Content-Type", "multipart/form-data; boundary=b")]
        refused = ask(tollgate.port, "POST", "/openai/v1/audio/transcriptions", form, fields)
        assert refused.status == 402 and refused.head.get("x-tollgate-refused") == "budget_exhausted"


def test_holds_are_not_lost_by_a_kill(tmp_path):
    with serving(tmp_path, HOLDING) as (tollgate, _):
        assert call(tollgate).status == 200
        with RawClient(tollgate.port) as client:
            client.send_request("POST", "/openai/v1/chat/completions", chat(), JSON)
            [row] = held(tollgate)
            time.sleep(0.5)  # It is written off the call's own way.
            tollgate.kill()
        tollgate.start()
        dropped = hold(tollgate, row["id"])
        assert dropped["state"] == "dropped" and dropped["end"]["reason"] == "process ended"
        assert dropped["budget"] == "asks" and dropped["need"] == "1 calls"
        assert "the last process ended before anybody decided" in tollgate.log and row["id"] in tollgate.log
        assert pending(tollgate) == []


def test_what_a_run_was_allowed_survives_a_kill_and_is_not_given_twice(tmp_path):
    with serving(tmp_path, HOLDING, holds={"wait": "2s"}) as (tollgate, _):
        assert call(tollgate).status == 200
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(call, tollgate, path=RUN.format("r"))
            [row] = held(tollgate)
            body = {"extent": "run", "amount": "3 calls", "for": "1h"}
            assert post(tollgate, f"/api/v1/holds/{row['id']}/approve", body)[0] == 200
            assert answer.result().status == 200
        tollgate.kill()
        tollgate.start()
        assert [call(tollgate, path=RUN.format(run)).status for run in ("s", "r", "r", "r")] == [402, 200, 200, 402]
        tollgate.kill()
        tollgate.start()
        assert call(tollgate, path=RUN.format("r")).status == 402, "all of it is used"


def test_a_decision_is_in_the_audit_log_before_it_is_in_force(tmp_path):
    with serving(tmp_path, HOLDING, holds={"wait": "1s", "then": "retry"}) as (tollgate, _):
        assert call(tollgate).status == 200
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(call, tollgate, path=RUN.format("r"))
            [row] = held(tollgate)
            assert (
                post(tollgate, f"/api/v1/holds/{row['id']}/approve", {"extent": "run", "amount": "2 calls"})[0] == 200
            )
            tollgate.kill()
            answer.exception()
        tollgate.start()
        assert hold(tollgate, row["id"])["state"] == "approved"
        [entry] = tollgate.json("/api/v1/audit?action=hold")["rows"]
        assert (entry["subject"], entry["before"]["state"], entry["after"]["state"]) == (
            row["id"],
            "pending",
            "approved",
        )
        # The run passes by it; of another the client is told to come again, and then the case is denied.
        assert call(tollgate, path=RUN.format("r")).status == 200
        assert call(tollgate, path=RUN.format("s")).status == 429
        [other] = tollgate.json("/api/v1/holds?state=retrying")["rows"]
        assert post(tollgate, f"/api/v1/holds/{other['id']}/deny", {"reason": "no"})[0] == 200
        entry = tollgate.json("/api/v1/audit?action=hold")["rows"][0]
        assert (entry["before"]["state"], entry["after"]["state"]) == ("retrying", "denied")


def test_the_prompt_is_nowhere(tmp_path):
    with serving(tmp_path, HOLDING) as (tollgate, _):
        assert call(tollgate).status == 200
        with RawClient(tollgate.port) as client:
            client.send_request("POST", "/openai/v1/chat/completions", chat("CANARY-7431"), JSON)
            [row] = held(tollgate)
            shown = tollgate.get(f"/holds/{row['id']}")[1] + tollgate.get("/api/v1/holds")[1]
        ended(tollgate, row["id"])
        tollgate.terminate()
        files = [path.read_bytes() for path in tollgate.data.iterdir()]
        assert b"CANARY-7431" not in shown + b"".join(files) + tollgate.log.encode()


def form(tollgate, hold_id: str, fields: dict, **headers) -> tuple[int, str]:
    request = urllib.request.Request(
        f"{tollgate.control_url}/holds/{hold_id}", data=urllib.parse.urlencode(fields).encode(), headers=headers
    )
    try:
        with urllib.request.urlopen(request, timeout=15) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as problem:
        return problem.code, problem.read().decode()


def test_the_page_shows_the_case_and_takes_the_decision(tmp_path):
    with serving(tmp_path, HOLDING) as (tollgate, _):
        assert call(tollgate).status == 200
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(call, tollgate, path="/workflow/night/run/r/openai/v1/chat/completions")
            [row] = held(tollgate)
            for link in [
                {},
                {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"},
            ]:
                status, body, headers = tollgate.get(f"/holds/{row['id']}", **link)
                page = body.decode()
                assert status == 200 and "night" in page and "Approve" in page and "its whole run" in page
                assert "form-action 'self'" in headers["content-security-policy"]
                assert headers["cache-control"] == "no-store" and headers["referrer-policy"] == "same-origin"
            assert pending(tollgate) == [row]
            decision = {
                "token": token(tollgate),
                "decision": "approve",
                "extent": "call",
                "amount": "1 calls",
                "for": "1h",
            }
            assert form(tollgate, row["id"], decision | {"token": "wrong"})[0] == 401
            viewer = named_token(tollgate, "reads", "viewer")
            assert form(tollgate, row["id"], decision | {"token": viewer})[0] == 403
            assert form(tollgate, row["id"], decision, origin="https://evil.example")[0] == 403
            assert form(tollgate, row["id"], decision, **{"sec-fetch-site": "cross-site"})[0] == 403
            assert form(tollgate, row["id"], decision, **{"content-type": "text/plain"})[0] == 415
            assert form(tollgate, row["id"], decision | {"amount": "x"})[0] == 400
            assert pending(tollgate) == [row] and not answer.done()
            status, page = form(tollgate, row["id"], decision | {"reason": "<script>"}, origin=tollgate.control_url)
            assert status == 200 and "Your decision has been taken." in page
            assert "&lt;script&gt;" in page and "<script>" not in page
            assert answer.result().status == 200
            assert form(tollgate, row["id"], decision)[0] == 409
            # To somebody elsewhere it shows nothing before a token is typed.
            status, body, _ = tollgate.get(f"/holds/{row['id']}", x_forwarded_for="10.0.0.9")
            assert status == 200 and b"night" not in body and b"Control token" in body
            status, page = form(tollgate, row["id"], {"token": viewer, "decision": "show"})
            assert status == 200 and "night" in page


def test_the_command_line_lists_shows_and_decides(tmp_path):
    with serving(tmp_path, HOLDING) as (tollgate, _):
        assert call(tollgate).status == 200
        options = ["--control", tollgate.control_url, "--data", str(tollgate.data)]

        def tool(*arguments):
            done = run_tollgate("hold", *arguments, *options)
            assert done.returncode == 0, done.stderr
            return done.stdout

        assert tool("list") == "No call waits for a person.\n"
        with ThreadPoolExecutor(2) as pool:
            answers = [pool.submit(call, tollgate, path=RUN.format(run)) for run in ("a", "b")]
            rows = {row["run"]: row["id"] for row in held(tollgate, 2)}
            listed = tool("list")
            assert all(row in listed for row in rows.values()) and "NEEDS" in listed
            assert "asks" in tool("show", rows["a"])
            approved = tool("approve", rows["a"], "--run", "--amount", "2 calls", "--for", "1h30m", "--reason", "ok")
            assert "approved_extent   run" in approved and "approved_amount   2 calls" in approved
            denied = json.loads(tool("deny", rows["b"], "--reason", "no", "--format", "json"))
            assert denied["state"] == "denied" and denied["end"]["reason"] == "no"
            assert [answer.result().status for answer in answers] == [200, 402]
        failed = run_tollgate("hold", "approve", rows["b"], *options)
        assert failed.returncode == 1 and "has ended" in failed.stderr
        assert rows["b"] in tool("list", "--all")


def test_an_approved_call_still_waits_for_others(tmp_path):
    gate = threading.Event()
    budgets = HOLDING + [{"name": "narrow", "match": {"workflow": "w"}, "limit": "2 calls"}]
    path = "/workflow/w/openai/v1/chat/completions"
    with serving(tmp_path, budgets, answering(reply(), gate)) as (tollgate, _):
        gate.set()
        assert call(tollgate).status == 200
        gate.clear()
        with ThreadPoolExecutor(3) as pool:
            answers = [pool.submit(call, tollgate, path=path) for _ in range(3)]
            for row in held(tollgate, 3):
                assert post(tollgate, f"/api/v1/holds/{row['id']}/approve", {})[0] == 200
            eventually(
                lambda: tollgate.metric("tollgate_requests_in_flight") == 2, what="two calls, and one that waits"
            )
            gate.set()
            assert sorted(answer.result().status for answer in answers) == [200, 200, 402]


def receiving(sink: WebhookSink) -> dict:
    return {"type": "webhook", "url": f"http://127.0.0.1:{sink.port}/hook", "secret": SECRET, "allow_private": True}


def told(sink: WebhookSink, count: int) -> list[dict]:
    """The messages so far, once there are so many. One that a kill repeats counts once."""

    def messages() -> dict:
        return {delivery.id: delivery.body for delivery in list(sink.deliveries)}

    eventually(lambda: len(messages()) >= count, seconds=20, what=f"{count} messages")
    assert sink.problems == []
    return list(messages().values())


def test_people_are_told_of_a_call_that_waits_and_the_link_leads_to_it(tmp_path):
    sink, slack = WebhookSink(), WebhookSink(secret=None)
    chat_room = {"type": "slack", "url": f"http://127.0.0.1:{slack.port}/services/T", "allow_private": True}
    receivers = {"ops": receiving(sink), "chat": chat_room}
    with serving(tmp_path, HOLDING, receivers=receivers) as (tollgate, _), ThreadPoolExecutor(1) as pool:
        assert call(tollgate).status == 200
        answer = pool.submit(call, tollgate)
        [row] = held(tollgate)
        [asked] = told(sink, 1)
        assert asked["type"] == "request.held" and asked["data"]["severity"] == "warning"
        assert asked["data"]["budget"] == "asks" and asked["data"]["holds_firing"] == 1
        link = f"{tollgate.control_url}/holds/{row['id']}"
        assert asked["data"]["holds"] == [
            {"hold": row["id"], "scope": "all", "expires_at": row["until"], "link": link},
        ]
        assert link in json.dumps(eventually(lambda: slack.deliveries, what="Slack's message")[0].body)
        with urllib.request.urlopen(link, timeout=10) as page:
            assert "Approve" in page.read().decode()
        assert post(tollgate, f"/api/v1/holds/{row['id']}/approve", {})[0] == 200
        assert answer.result(timeout=20).status == 200
        over = told(sink, 2)[1]
        assert over["type"] == "request.released" and over["data"]["dedup_key"] == asked["data"]["dedup_key"]
        # Whoever was told had the alert before the decision, and nobody is told twice.
        assert [body["data"]["status"] for body in told(sink, 2)] == ["firing", "resolved"]
    sink.close()
    slack.close()


def test_a_link_leads_where_the_operator_says_people_reach_the_control_plane(tmp_path):
    sink = WebhookSink()
    options = {"receivers": {"ops": receiving(sink)}, "control": {"url": "https://tollgate.example/"}}
    with serving(tmp_path, HOLDING, **options) as (tollgate, _):
        assert call(tollgate).status == 200
        with RawClient(tollgate.port) as client:
            client.send_request("POST", "/openai/v1/chat/completions", chat(), JSON)
            [row] = held(tollgate)
            [asked] = told(sink, 1)
            assert asked["data"]["holds"][0]["link"] == f"https://tollgate.example/holds/{row['id']}"
            # The next process tells that there is nothing to decide any more.
            tollgate.kill()
        tollgate.start()
        assert told(sink, 2)[1]["type"] == "request.released"
    sink.close()
