"""Virtual keys in place of providers' keys, control tokens with roles, and the log of who changed what."""

import base64
import json
import secrets
import urllib.error
import urllib.request
from pathlib import Path

import anthropic
import openai
import pytest

from harness import canary
from harness.http_bytes import response_head
from harness.raw_client import ask
from harness.socket_upstream import SocketUpstream, opened
from harness.stub_upstream import chat_reply
from harness.tollgate_process import run_tollgate
from harness.waiting import eventually

# Keys of providers, which no caller and no other provider may see.
OPENAI_KEY = canary.watch("sk-provider-" + secrets.token_hex(16))
ANTHROPIC_KEY = canary.watch("sk-ant-provider-" + secrets.token_hex(16))
GEMINI_KEY = canary.watch("AIzaProvider" + secrets.token_hex(12))
CHAT = "/openai/v1/chat/completions"
BODY = b'{"model":"gpt-4.1","messages":[{"role":"user","content":"Hi"}]}'
JSON = ("content-type", "application/json")
HI = [{"role": "user", "content": "Hi"}]
CREDENTIALS = ("authorization", "x-api-key", "api-key", "x-goog-api-key", "x-tollgate-key")
CLAUDE_REPLY = (
    b'{"id":"msg_1","type":"message","role":"assistant","model":"claude-haiku-4-5","content":[{"type":"text","text":"Hi"}],'
    b'"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":9,"output_tokens":3}}'
)


def answer(exchange):
    exchange.read_body()
    is_claude = "/messages" in exchange.head.target
    exchange.respond(200, CLAUDE_REPLY if is_claude else chat_reply(), [("Content-Type", "application/json")])


@pytest.fixture
def keyed(make_stub, make_tollgate, tmp_path):
    """A proxy with the keys of three providers, and a stub for each."""
    stubs = {name: make_stub(answer) for name in ("openai", "anthropic", "gemini", "local")}
    key_file = tmp_path / "anthropic.key"
    key_file.write_text(ANTHROPIC_KEY + "\n")
    providers = {name: {"base_url": stub.url} for name, stub in stubs.items()}
    providers["openai"]["key"] = OPENAI_KEY
    providers["anthropic"]["key_file"] = str(key_file)
    providers["gemini"]["key"] = GEMINI_KEY
    return make_tollgate(config={"providers": providers}), stubs


def tollgate_command(tollgate, *arguments: str, fails: bool = False) -> str:
    """A command that asks the running proxy."""
    result = run_tollgate(*arguments, "--data", str(tollgate.data), "--control", tollgate.control_url)
    assert (result.returncode != 0) == fails, result.stderr
    return result.stderr if fails else result.stdout.strip()


def create(tollgate, name: str, *options: str) -> str:
    return canary.watch(tollgate_command(tollgate, "key", "create", name, *options), is_told=True)


def change(tollgate, method: str, path: str, body: dict | None = None, token: str | None = None) -> tuple[int, dict]:
    token = token or (tollgate.data / "control.token").read_text().strip()
    request = urllib.request.Request(tollgate.control_url + path, method=method)
    request.add_header("authorization", f"Bearer {token}")
    if body is not None:
        request.add_header("content-type", "application/json")
        request.data = json.dumps(body).encode()
    try:
        with urllib.request.urlopen(request, timeout=15) as reply:
            return reply.status, json.loads(reply.read() or b"{}")
    except urllib.error.HTTPError as problem:
        return problem.code, json.loads(problem.read())


def credentials(received) -> dict[str, str]:
    """What a stub was shown, of all that could be a credential."""
    return {name: received.head.get(name) for name in CREDENTIALS if received.head.get(name) is not None}


def client_of(tollgate, key: str, path: str = "", **options) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{tollgate.url}{path}/openai/v1", api_key=key, max_retries=0, **options)


def claude_of(tollgate, **options) -> anthropic.Anthropic:
    return anthropic.Anthropic(base_url=f"{tollgate.url}/anthropic", max_retries=0, **options)


# Swapping


def test_each_provider_gets_its_own_key_and_nothing_of_the_callers(keyed):
    tollgate, stubs = keyed
    key = create(tollgate, "nightly", "--workflow", "nightly", "--agent", "researcher", "--team", "data")
    with client_of(tollgate, key) as client:
        raw = client.chat.completions.with_raw_response.create(model="gpt-4.1", messages=HI)
    assert credentials(stubs["openai"].last) == {"authorization": f"Bearer {OPENAI_KEY}"}
    call = tollgate.call(raw.headers["x-tollgate-call"])
    assert (call["agent"], call["workflow"], call["key"], call["team"]) == ("researcher", "nightly", "nightly", "data")
    assert call["billing"] == "metered" and call["cost_pico_usd"] > 0
    assert tollgate.metric("tollgate_cost_usd_total", team="data", workflow="nightly") > 0
    for options in ({"api_key": key}, {"auth_token": key}):
        with claude_of(tollgate, **options) as client:
            client.messages.create(model="claude-haiku-4-5", max_tokens=10, messages=HI)
        assert credentials(stubs["anthropic"].last) == {"x-api-key": ANTHROPIC_KEY}
    path = "/gemini/v1beta/models/gemini-2.5-flash:generateContent"
    for target, fields in ((f"{path}?key={key}&alt=json", []), (f"{path}?alt=json", [("x-goog-api-key", key)])):
        ask(tollgate.port, "POST", target, b'{"contents":[]}', [JSON, *fields])
        assert credentials(stubs["gemini"].last) == {"x-goog-api-key": GEMINI_KEY}
        assert stubs["gemini"].last.head.target == f"{path.removeprefix('/gemini')}?alt=json"
    # A provider without a key of its own here gets none.
    ask(tollgate.port, "POST", "/local/v1/chat/completions", BODY, [JSON, ("authorization", f"Bearer {key}")])
    assert credentials(stubs["local"].last) == {}


def test_a_clients_own_login_passes_beside_the_key(keyed):
    tollgate, stubs = keyed
    key = create(tollgate, "claude-code", "--team", "core")
    with claude_of(tollgate, auth_token="sk-ant-oat01-mine", default_headers={"x-tollgate-key": key}) as client:
        raw = client.messages.with_raw_response.create(model="claude-haiku-4-5", max_tokens=10, messages=HI)
    assert credentials(stubs["anthropic"].last) == {"authorization": "Bearer sk-ant-oat01-mine"}
    call = tollgate.call(raw.headers["x-tollgate-call"])
    assert (call["key"], call["team"]) == ("claude-code", "core")


def test_a_key_is_demanded_where_the_providers_is_put_in(keyed):
    tollgate, stubs = keyed
    with client_of(tollgate, "sk-my-own") as client, pytest.raises(openai.AuthenticationError) as problem:
        client.chat.completions.create(model="gpt-4.1", messages=HI)
    assert problem.value.code == "invalid_api_key" and "tollgate key create" in str(problem.value)
    with claude_of(tollgate, api_key="sk-ant-mine") as client, pytest.raises(anthropic.AuthenticationError) as problem:
        client.messages.create(model="claude-haiku-4-5", max_tokens=10, messages=HI)
    assert problem.value.body["error"]["type"] == "authentication_error"
    reply = ask(tollgate.port, "POST", "/gemini/v1beta/models/g:generateContent", b"{}", [JSON])
    assert reply.status == 401 and json.loads(reply.body)["error"]["status"] == "UNAUTHENTICATED"
    assert not any(stub.received for stub in stubs.values())
    # Elsewhere the caller's own key passes, as ever.
    ask(tollgate.port, "POST", "/local/v1/chat/completions", BODY, [JSON, ("authorization", "Bearer sk-mine")])
    assert credentials(stubs["local"].last) == {"authorization": "Bearer sk-mine"}


def test_keys_that_are_not_in_force_are_refused_and_go_nowhere(keyed):
    tollgate, stubs = keyed
    revoked, rotated, expired = (create(tollgate, name) for name in ("revoked", "rotated", "expired"))
    with client_of(tollgate, revoked) as client:
        client.chat.completions.create(model="gpt-4.1", messages=HI)
        tollgate_command(tollgate, "key", "revoke", "revoked")
        with pytest.raises(openai.AuthenticationError, match="revoked"):
            client.chat.completions.create(model="gpt-4.1", messages=HI)
    successor = tollgate_command(tollgate, "key", "rotate", "rotated")
    seen = len(stubs["openai"].received)
    unknown = revoked[:-1] + ("0" if revoked[-1] != "0" else "1")
    token = (tollgate.data / "control.token").read_text().strip()
    named = tollgate_command(tollgate, "token", "create", "t", "--role", "viewer")
    for wrong in (rotated, unknown, revoked[:20], "tg-", named):
        for path in (CHAT, "/local/v1/chat/completions"):
            reply = ask(tollgate.port, "POST", path, BODY, [JSON, ("authorization", f"Bearer {wrong}")])
            assert reply.status == 401, wrong
            assert wrong == "tg-" or wrong not in reply.body.decode()
    assert len(stubs["openai"].received) == seen and not stubs["local"].received
    with client_of(tollgate, successor) as client:
        client.chat.completions.create(model="gpt-4.1", messages=HI)
    assert tollgate.call(json_calls(tollgate)[0]["id"])["key"] == "rotated"
    assert token not in tollgate.log
    # One that expires while the proxy runs.
    status, _ = change(tollgate, "POST", "/api/v1/keys", {"name": "past", "expires_at": "2020-01-01"})
    assert status == 422
    short = create(tollgate, "short", "--expires", "1s")
    eventually(
        lambda: ask(tollgate.port, "POST", CHAT, BODY, [JSON, ("authorization", f"Bearer {short}")]).status == 401,
        what="the end of a key",
    )
    with client_of(tollgate, expired) as client:
        client.chat.completions.create(model="gpt-4.1", messages=HI)


def json_calls(tollgate) -> list[dict]:
    return tollgate.json("/api/v1/calls")["rows"]


def test_a_rotated_key_can_overlap_with_the_former(keyed):
    tollgate, _ = keyed
    former = create(tollgate, "k")
    present = tollgate_command(tollgate, "key", "rotate", "k", "--overlap", "1h")
    for key in (former, present):
        assert ask(tollgate.port, "POST", CHAT, BODY, [JSON, ("x-api-key", key)]).status == 200
    tollgate_command(tollgate, "key", "revoke", "k")
    for key in (former, present):
        assert ask(tollgate.port, "POST", CHAT, BODY, [JSON, ("x-api-key", key)]).status == 401


# What a key allows


def test_only_the_named_providers_and_models_may_be_called(keyed):
    tollgate, stubs = keyed
    key = create(tollgate, "k", "--providers", "openai,local", "--models", "gpt-4.1*")
    with claude_of(tollgate, api_key=key) as client, pytest.raises(anthropic.PermissionDeniedError) as problem:
        client.messages.create(model="claude-haiku-4-5", max_tokens=10, messages=HI)
    assert problem.value.body["error"]["type"] == "permission_error"
    with client_of(tollgate, key) as client:
        client.chat.completions.create(model="gpt-4.1-mini", messages=HI)
        with pytest.raises(openai.PermissionDeniedError, match="gpt-5"):
            client.chat.completions.create(model="gpt-5", messages=HI)
    fields = [JSON, ("authorization", f"Bearer {key}")]
    # Two models in one body, none at all, and what cannot be read: none of them shows that it is allowed.
    twice = b'{"model":"gpt-4.1","messages":[],"model":"gpt-5"}'
    encoded = [*fields, ("content-encoding", "compress")]
    for path, body, head in (
        (CHAT, twice, fields),
        (CHAT, b'{"messages":[]}', fields),
        (CHAT, BODY, encoded),
        ("/openai/v1/batches", b'{"input_file_id":"f"}', fields),
        ("/openai/v1/unknown", BODY, fields),
        # What the provider makes, or is told to call, goes past Tollgate: with a credential, a file, a list of models.
        ("/openai/v1/realtime/client_secrets", b'{"session":{"type":"realtime","model":"gpt-4.1"}}', fields),
        ("/openai/v1/evals/e/runs", b'{"name":"x"}', fields),
        ("/openai/v1/realtime/calls", b'{"session":{"type":"realtime","model":"gpt-5"}}', fields),
        ("/openai/v1/realtime/calls/rtc_1/accept", b'{"type":"realtime","model":"gpt-5"}', fields),
        ("/openai/v1/organization/admin_api_keys", b'{"name":"x"}', fields),
        ("/local/v1/chat/completions", b'{"model":"gpt-4.1","models":["gpt-4.1","o1-pro"],"messages":[]}', fields),
        # Azure goes by the deployment in the path.
        ("/local/openai/deployments/gpt-5/chat/completions?api-version=1", BODY, fields),
    ):
        reply = ask(tollgate.port, "POST", path, body, head)
        assert reply.status == 403, (path, body)
    assert ask(tollgate.port, "GET", "/openai/v1/models", None, fields).status == 200
    assert [received.head.method for received in stubs["openai"].received] == ["POST", "GET"]
    assert not stubs["anthropic"].received
    assert tollgate.metric("tollgate_requests_total", outcome="denied") >= 5


def test_a_list_that_names_nothing_allows_nothing(keyed):
    tollgate, _ = keyed
    for option, value in (("--models", ""), ("--providers", " , ,"), ("--budgets", ",")):
        assert "names nothing" in tollgate_command(tollgate, "key", "create", "x", option, value, fails=True)
    for member in ("models", "providers", "budgets"):
        status, problem = change(tollgate, "POST", "/api/v1/keys", {"name": "x", member: []})
        assert status == 400 and member in problem["detail"], problem
    status, key = change(tollgate, "POST", "/api/v1/keys", {"name": "x", "models": None, "may_name": []})
    assert (status, key["models"], key["may_name"]) == (201, [], [])


def test_a_form_names_its_model_before_it_goes_on(keyed):
    tollgate, stubs = keyed
    key = create(tollgate, "k", "--models", "whisper-1")
    with client_of(tollgate, key) as client:
        client.audio.transcriptions.create(model="whisper-1", file=("a.mp3", b"x" * 1000))
        with pytest.raises(openai.PermissionDeniedError):
            client.audio.transcriptions.create(model="gpt-4o-transcribe", file=("a.mp3", b"x" * 1000))
    assert len(stubs["openai"].received) == 1


def test_what_a_key_binds_cannot_be_named_otherwise(keyed):
    tollgate, _ = keyed
    bound = create(tollgate, "bound", "--agent", "researcher", "--may-name", "workflow,run")
    names = {"x-tollgate-agent": "evil", "x-tollgate-workflow": "w", "x-tollgate-run": "r"}
    with client_of(tollgate, bound, "/agent/other", default_headers=names) as client:
        raw = client.chat.completions.with_raw_response.create(model="gpt-4.1", messages=HI)
    call = tollgate.call(raw.headers["x-tollgate-call"])
    assert (call["agent"], call["workflow"], call["run"]) == ("researcher", "w", "r")
    only = create(tollgate, "only-run", "--workflow", "nightly", "--may-name", "run")
    with client_of(tollgate, only, "/workflow/evil/agent/evil", default_headers=names) as client:
        raw = client.chat.completions.with_raw_response.create(model="gpt-4.1", messages=HI)
    call = tollgate.call(raw.headers["x-tollgate-call"])
    assert (call["agent"], call["workflow"], call["run"]) == ("only-run", "nightly", "r")
    silent = create(tollgate, "silent", "--may-name", "")
    with client_of(tollgate, silent, default_headers=names) as client:
        raw = client.chat.completions.with_raw_response.create(model="gpt-4.1", messages=HI)
    call = tollgate.call(raw.headers["x-tollgate-call"])
    assert (call["agent"], call["workflow"], call["run_source"]) == ("silent", "default", "new")
    assert call["run"] != "r"
    error = tollgate_command(tollgate, "key", "create", "x", "--agent", "a", "--may-name", "agent", fails=True)
    assert "--may-name" in error


def test_the_holder_sees_its_own_calls_and_no_others(keyed):
    tollgate, _ = keyed
    mine, other = create(tollgate, "mine"), create(tollgate, "other")
    reply = ask(tollgate.port, "POST", CHAT, BODY, [JSON, ("authorization", f"Bearer {mine}")])
    path = f"/tollgate/calls/{reply.head.get('x-tollgate-call')}"
    tollgate.call(reply.head.get("x-tollgate-call"))
    assert ask(tollgate.port, "GET", path, None, [("authorization", f"Bearer {mine}")]).status == 200
    assert ask(tollgate.port, "GET", path, None, [("x-tollgate-key", other)]).status == 404
    assert ask(tollgate.port, "GET", path, None, [("authorization", "Bearer sk-of-another")]).status == 404
    assert ask(tollgate.port, "GET", path, None, [("authorization", f"Bearer {mine[:-1]}")]).status == 401


def test_a_socket_opens_with_a_key_among_its_subprotocols(make_tollgate):
    upstream = SocketUpstream(lambda socket: socket.recv(), subprotocols=["realtime"])
    try:
        config = {"providers": {"openai": {"base_url": upstream.url, "key": OPENAI_KEY}}}
        tollgate = make_tollgate(config=config)
        key = create(tollgate, "k", "--models", "gpt-realtime*")
        offered = ["realtime", f"openai-insecure-api-key.{key}", "openai-beta.realtime-v1"]
        with opened(tollgate, "/openai/v1/realtime?model=gpt-realtime", subprotocols=offered) as socket:
            assert socket.subprotocol == "realtime"
            socket.send("x")
        request = upstream.requests[0]
        assert request.headers.get_all("authorization") == [f"Bearer {OPENAI_KEY}"]
        assert request.headers["sec-websocket-protocol"] == "realtime, openai-beta.realtime-v1"
        with (
            pytest.raises(Exception, match="403"),
            opened(tollgate, "/openai/v1/realtime?model=gpt-4o-realtime", subprotocols=offered),
        ):
            pass
        with pytest.raises(Exception, match="401"), opened(tollgate, "/openai/v1/realtime?model=gpt-realtime"):
            pass
        assert len(upstream.requests) == 1
    finally:
        upstream.close()


def test_a_redirect_takes_no_key_to_another_host(make_stub, make_tollgate):
    other = make_stub(answer)

    def redirect(exchange):
        exchange.read_body()
        exchange.send(response_head(307, [("Location", other.url + "/v1/chat/completions"), ("Content-Length", "0")]))

    stub = make_stub(redirect)
    tollgate = make_tollgate(config={"providers": {"openai": {"base_url": stub.url, "key": OPENAI_KEY}}})
    key = create(tollgate, "k")
    reply = ask(tollgate.port, "POST", CHAT, BODY, [JSON, ("authorization", f"Bearer {key}")])
    assert reply.status == 307 and len(stub.received) == 1 and not other.received


# Where keys are kept


def test_keys_are_made_before_the_first_start(make_stub, make_tollgate, tmp_path):
    data = tmp_path / "data"
    made = run_tollgate("key", "create", "first", "--workflow", "nightly", "--offline", "--data", str(data))
    assert made.returncode == 0, made.stderr
    key = made.stdout.strip()
    assert key.startswith("tg-") and "shown this once" in made.stderr
    assert data.stat().st_mode & 0o777 == 0o700
    stub = make_stub(answer)
    tollgate = make_tollgate(config={"providers": {"openai": {"base_url": stub.url, "key": OPENAI_KEY}}}, data=data)
    with client_of(tollgate, key) as client:
        client.chat.completions.create(model="gpt-4.1", messages=HI)
    held = run_tollgate("key", "list", "--offline", "--data", str(data))
    assert held.returncode == 1 and "leave out --offline" in held.stderr
    tollgate.terminate()
    listed = run_tollgate("key", "list", "--format", "json", "--data", str(data))
    (row,) = json.loads(listed.stdout)["rows"]
    assert (row["name"], row["workflow"], row["may_name"]) == ("first", "nightly", ["agent", "run"])
    assert "secret" not in row and key not in listed.stdout
    assert run_tollgate("key", "revoke", "first", "--data", str(data)).returncode == 0
    tollgate.start()
    with client_of(tollgate, key) as client, pytest.raises(openai.AuthenticationError):
        client.chat.completions.create(model="gpt-4.1", messages=HI)
    entries = tollgate.json("/api/v1/audit")["rows"]
    assert [entry["action"] for entry in entries] == ["key.revoke", "key.create"]
    assert all("(offline)" in entry["actor"] for entry in entries)


def test_keys_survive_kill_9(keyed):
    tollgate, _ = keyed
    live, dead = create(tollgate, "live"), create(tollgate, "dead")
    tollgate_command(tollgate, "key", "revoke", "dead")
    tollgate.kill()
    tollgate.start()
    statuses = [ask(tollgate.port, "POST", CHAT, BODY, [JSON, ("x-api-key", key)]).status for key in (live, dead)]
    assert statuses == [200, 401]


def test_a_canary_is_found_nowhere(keyed):
    """After calls, errors, lists and reports: neither keys of callers nor of providers, in no form that gives them away."""
    tollgate, stubs = keyed
    key = create(tollgate, "canary", "--models", "gpt-4.1*")
    rotated = tollgate_command(tollgate, "key", "rotate", "canary", "--overlap", "1h")
    token = tollgate_command(tollgate, "token", "create", "canary", "--role", "admin")
    answers = []
    for secret in (key, rotated, key[:-1] + "~", token):
        for fields in ([("authorization", f"Bearer {secret}")], [("x-tollgate-key", secret)], [("x-api-key", secret)]):
            for path in (CHAT, "/anthropic/v1/messages", "/nowhere/v1/x", f"/gemini/v1beta/models/m:x?key={secret}"):
                reply = ask(tollgate.port, "POST", path, BODY, [JSON, *fields])
                answers.append(str(reply.head.raw) + reply.body.decode(errors="replace"))
    for path in ("/api/v1/keys", "/api/v1/tokens", "/api/v1/audit", "/metrics", "/api/v1/calls?limit=1000", "/readyz"):
        answers.append(tollgate.get(path)[1].decode())
    for stub in stubs.values():
        answers += [str(received.head.raw) for received in stub.received]
    tollgate.terminate()
    files = [path for path in Path(tollgate.directory).rglob("*") if path.is_file() and path.name != "tollgate.yaml"]
    assert any(path.name == "ledger.sqlite" for path in files)
    kept = {str(path): path.read_bytes() for path in files}
    callers = [secret.split("-")[2] for secret in (key, rotated, token)]
    for secret in callers:
        forms = (secret, base64.b64encode(secret.encode()).decode()[:40])
        assert not [answer for answer in answers if any(form in answer for form in forms)]
        assert not [name for name, content in kept.items() if any(form.encode() in content for form in forms)]
    for secret in (OPENAI_KEY, ANTHROPIC_KEY, GEMINI_KEY):
        assert not [name for name, content in kept.items() if secret.encode() in content]
    for name, secret in (("openai", OPENAI_KEY), ("anthropic", ANTHROPIC_KEY), ("gemini", GEMINI_KEY)):
        for other, stub in stubs.items():
            seen = [received for received in stub.received if secret in str(received.head.raw)]
            assert bool(seen) == (other == name) or name == "gemini" and not seen


# The control plane


def test_roles(keyed):
    tollgate, _ = keyed
    tokens = {
        role: tollgate_command(tollgate, "token", "create", role, "--role", role)
        for role in ("metrics", "viewer", "approver", "admin")
    }
    body = {"name": "k"}
    for role in ("metrics", "viewer", "approver"):
        status, problem = change(tollgate, "POST", "/api/v1/keys", body, tokens[role])
        assert status == 403 and role in problem["detail"] and "admin" in problem["detail"]
    status, key = change(tollgate, "POST", "/api/v1/keys", body, tokens["admin"])
    assert status == 201 and key["secret"].startswith("tg-")
    assert change(tollgate, "DELETE", "/api/v1/keys/k", token=tokens["viewer"])[0] == 403
    assert change(tollgate, "DELETE", "/api/v1/keys/k", token=tokens["admin"])[0] == 200
    assert change(tollgate, "DELETE", "/api/v1/keys/k", token=tokens["admin"])[0] == 404
    # From elsewhere, as a proxy on this machine says, reading takes a role for it too.
    far = {"x_forwarded_for": "192.0.2.1"}
    for path, allowed in (("/metrics", set(tokens)), ("/api/v1/keys", set(tokens) - {"metrics"})):
        for role, token in tokens.items():
            status = tollgate.get(path, authorization=f"Bearer {token}", **far)[0]
            assert status == (200 if role in allowed else 403), (path, role)
        assert tollgate.get(path, **far)[0] == 401
        assert tollgate.get(path, authorization="Bearer tgc-nobody", **far)[0] == 401
    tollgate_command(tollgate, "token", "revoke", "viewer")
    assert tollgate.get("/api/v1/keys", authorization=f"Bearer {tokens['viewer']}", **far)[0] == 401


def test_every_change_is_in_the_audit_log(keyed):
    tollgate, _ = keyed
    anna = tollgate_command(tollgate, "token", "create", "anna", "--role", "admin")
    change(tollgate, "POST", "/api/v1/keys", {"name": "k", "team": "data", "may_name": ["run"]}, anna)
    change(tollgate, "POST", "/api/v1/keys/k/rotate", {"overlap_seconds": 60}, anna)
    change(tollgate, "DELETE", "/api/v1/keys/k", token=anna)
    day = {"day": "2026-11-22", "provider": "openai", "delta_usd": "-1.5", "reason": "credit", "who": "bert"}
    assert change(tollgate, "POST", "/api/v1/adjustments", day, anna)[0] == 201
    rows = tollgate.json("/api/v1/audit")["rows"]
    assert [(row["actor"], row["action"], row["subject"]) for row in rows] == [
        ("anna", "adjustment.book", "openai"),
        ("anna", "key.revoke", "k"),
        ("anna", "key.rotate", "k"),
        ("anna", "key.create", "k"),
        ("control.token", "token.create", "anna"),
    ]
    assert rows[0]["after"]["delta_pico_usd"] == -1_500_000_000_000 and rows[0]["after"]["who"] == "bert"
    assert rows[1]["before"]["revoked"] is None and rows[1]["after"]["revoked"]["by"] == "anna"
    assert rows[3]["before"] is None and rows[3]["after"]["may_name"] == ["run"]
    page = tollgate.json("/api/v1/audit?action=key&limit=2")
    assert len(page["rows"]) == 2 and page["next"] == str(page["rows"][-1]["id"])
    assert len(tollgate.json(f"/api/v1/audit?action=key&cursor={page['next']}")["rows"]) == 1


def test_what_is_wrong_with_a_key_is_said(keyed):
    tollgate, _ = keyed
    for body, status in (
        ({}, 400),
        ({"name": "a b"}, 422),
        ({"name": "k", "nonsense": 1}, 400),
        ({"name": "k", "may_name": ["team"]}, 400),
        ({"name": "k", "providers": "openai"}, 400),
        ({"name": "k", "agent": "a", "may_name": ["agent"]}, 422),
    ):
        assert change(tollgate, "POST", "/api/v1/keys", body)[0] == status, body
    create(tollgate, "k")
    assert "there is a key named k" in tollgate_command(tollgate, "key", "create", "k", fails=True)
    assert "no key nobody" in tollgate_command(tollgate, "key", "revoke", "nobody", fails=True)
    assert tollgate.get("/api/v1/keys/k")[0] == 405
