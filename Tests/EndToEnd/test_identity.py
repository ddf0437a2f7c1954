"""Who is calling, and who pays: path segments, headers, what clients send anyway; the first that says something wins."""

import pytest

from harness.raw_client import ask

BODY = b'{"model":"gpt-4.1","messages":[{"role":"user","content":"Hi"}]}'
CLAUDE = b'{"model":"claude-sonnet-4-5","max_tokens":10,"messages":[{"role":"user","content":"Hi"}]}'
SESSION = "0b9c2f1e-6d1f-4a53-9f9e-6f0e4a1c2d3e"


def call_of(tollgate, target: str, body: bytes = BODY, fields=()) -> dict:
    reply = ask(tollgate.port, "POST", target, body, [("Content-Type", "application/json"), *fields])
    assert reply.status == 200, reply.body
    return tollgate.call(reply.head.get("x-tollgate-call"))


def identity(call: dict) -> tuple:
    return call["agent"], call["workflow"], call["run"]


PATHS = {
    "/agent/researcher/workflow/nightly/run/42": ("researcher", "nightly", "42"),
    "/workflow/nightly/agent/researcher/run/42": ("researcher", "nightly", "42"),
    "/agent/researcher": ("researcher", "default", None),
    "/run/42/agent/researcher": ("researcher", "default", "42"),
}


@pytest.mark.parametrize("prefix", PATHS)
def test_path_segments_name_the_caller_and_do_not_go_upstream(proxied, prefix):
    tollgate, stub = proxied
    agent, workflow, run = PATHS[prefix]
    call = call_of(tollgate, f"{prefix}/openai/v1/chat/completions?x=1")
    assert identity(call) == (agent, workflow, run or call["run"])
    assert call["run_source"] == ("explicit" if run else "new")
    assert stub.last.head.target == "/v1/chat/completions?x=1"


def test_path_segments_work_without_a_provider_in_the_path(proxied):
    tollgate, stub = proxied
    call = call_of(tollgate, "/agent/researcher/workflow/nightly/v1/messages", CLAUDE)
    assert (call["provider"], *identity(call)[:2]) == ("anthropic", "researcher", "nightly")
    assert stub.last.head.target == "/v1/messages"


def test_an_escaped_name_in_the_path_is_unescaped(proxied):
    tollgate, _ = proxied
    assert call_of(tollgate, "/workflow/etl%2Enightly/openai/v1/chat/completions")["workflow"] == "etl.nightly"


def test_headers_name_the_caller_and_do_not_go_upstream(proxied):
    tollgate, stub = proxied
    fields = [
        ("X-Tollgate-Agent", "researcher"),
        ("X-Tollgate-Workflow", "nightly"),
        ("X-Tollgate-Run", "42"),
        ("X-Tollgate-Parent-Run", "41"),
    ]
    assert identity(call_of(tollgate, "/openai/v1/chat/completions", BODY, fields)) == ("researcher", "nightly", "42")
    assert not [name for name in stub.last.head.names if name.startswith("x-tollgate")]


def test_the_path_wins_over_headers_and_headers_over_what_clients_send(proxied):
    tollgate, _ = proxied
    fields = [
        ("X-Tollgate-Agent", "from-header"),
        ("User-Agent", "claude-cli/2.1.330 (external, cli)"),
        ("X-Claude-Code-Session-Id", SESSION),
    ]
    call = call_of(tollgate, "/agent/from-path/anthropic/v1/messages", CLAUDE, fields)
    assert call["agent"] == "from-path"
    call = call_of(tollgate, "/anthropic/v1/messages", CLAUDE, fields)
    assert call["agent"] == "from-header"
    assert call["run"] == SESSION, "each part is looked for on its own"


def test_claude_code_is_recognised_with_its_subagents_and_session(proxied):
    tollgate, stub = proxied
    fields = [
        ("User-Agent", "claude-cli/2.1.330 (external, cli)"),
        ("x-app", "cli"),
        ("X-Claude-Code-Session-Id", SESSION),
    ]
    assert identity(call_of(tollgate, "/anthropic/v1/messages", CLAUDE, fields)) == ("claude-code", "default", SESSION)
    call = call_of(tollgate, "/anthropic/v1/messages", CLAUDE, [*fields, ("x-claude-code-agent-type", "Explore")])
    assert call["agent"] == "claude-code/Explore"
    assert stub.last.head.get("x-claude-code-session-id") == SESSION, "the client's own fields go on"


@pytest.mark.parametrize(
    "user_agent, agent",
    [
        ("OpenAI/Python 3.54.0", "openai-python"),
        ("AsyncOpenAI/Python 3.54.0", "openai-python"),
        ("pydantic-ai/2.68.0", "pydantic-ai"),
        ("langchain-anthropic/1.7.10", "langchain-anthropic"),
        ("curl/8.5.0", "curl"),
    ],  # fmt: skip
)
def test_otherwise_the_agent_is_the_product_of_the_user_agent(proxied, user_agent, agent):
    tollgate, _ = proxied
    call = call_of(tollgate, "/openai/v1/chat/completions", BODY, [("User-Agent", user_agent)])
    assert call["agent"] == agent
    assert call["workflow"] == "default"


def test_a_caller_that_says_nothing_still_has_a_name(proxied):
    tollgate, _ = proxied
    assert call_of(tollgate, "/openai/v1/chat/completions")["agent"]


@pytest.mark.parametrize("name", ["a b", "x" * 200, "caf\u00e9", "a\x1bb", "<script>"])
def test_a_name_that_is_not_plain_is_refused_or_replaced(proxied, name):
    """Names become labels and file entries: what is not plain never gets there."""
    tollgate, _ = proxied
    field = [("X-Tollgate-Agent", name)]
    reply = ask(tollgate.port, "POST", "/openai/v1/chat/completions", BODY, field)
    if reply.status == 200:
        assert tollgate.call(reply.head.get("x-tollgate-call"))["agent"] != name
    else:
        assert reply.status == 400


BILLING = {
    "an API key of OpenAI": ("openai", [("Authorization", "Bearer sk-proj-abc")], "metered"),
    "an API key of Anthropic": ("anthropic", [("X-Api-Key", "sk-ant-api03-abc")], "metered"),
    "an API key as a bearer": ("anthropic", [("Authorization", "Bearer sk-ant-api03-abc")], "metered"),
    "a Claude login anywhere but at Anthropic": (
        "anthropic",
        [("Authorization", "Bearer sk-ant-oat01-abc")],
        "metered",
    ),
}


@pytest.mark.parametrize("name", BILLING)
def test_the_kind_of_login_says_who_pays(proxied, name):
    tollgate, stub = proxied
    provider, fields, billing = BILLING[name]
    target, body = ("/openai/v1/chat/completions", BODY) if provider == "openai" else ("/anthropic/v1/messages", CLAUDE)
    call = call_of(tollgate, target, body, fields)
    assert call["billing"] == billing
    assert stub.last.head.get(fields[0][0]) == fields[0][1], "the login itself passes untouched"
    secret = fields[0][1].split()[-1]
    assert secret not in str(call), "a key must not be kept"
    assert call["upstream_key_id"]


def test_two_keys_have_two_ids_and_one_key_has_one(proxied):
    tollgate, _ = proxied
    keys = ["sk-proj-one", "sk-proj-two", "sk-proj-one"]
    ids = [
        call_of(tollgate, "/openai/v1/chat/completions", BODY, [("Authorization", f"Bearer {key}")])["upstream_key_id"]
        for key in keys
    ]
    assert ids[0] == ids[2] != ids[1]


def test_a_provider_can_be_configured_as_under_a_subscription(make_stub, make_tollgate):
    config = {"providers": {"anthropic": {"base_url": make_stub().url, "billing": "subscription"}}}
    login = [("Authorization", "Bearer sk-ant-oat01-abc")]
    assert call_of(make_tollgate(config=config), "/anthropic/v1/messages", CLAUDE, login)["billing"] == "subscription"


def test_a_provider_can_be_configured_as_free(make_stub, make_tollgate):
    config = {"providers": {"local": {"base_url": make_stub().url, "dialect": "openai", "billing": "free"}}}
    call = call_of(make_tollgate(config=config), "/local/v1/chat/completions")
    assert (call["billing"], call["cost_pico_usd"], call["cost_source"]) == ("free", 0, "free")
    assert call["usage"]["input"] == 19


def test_nothing_of_a_prompt_a_reply_or_a_key_is_kept(proxied):
    """A canary in every place where text passes is found in no file and no log."""
    tollgate, stub = proxied
    canaries = {
        "prompt": "CANARY-PROMPT-7f3a",
        "reply": "CANARY-REPLY-91bc",
        "key": "sk-proj-CANARY-KEY-55de",
        "user": "CANARY-USER-02ef",
    }

    def answer(exchange):
        exchange.read_body()
        reply = (
            '{"id":"chatcmpl-canary","model":"gpt-4.1-2025-04-14","choices":[{"index":0,"message":{"role":"assistant",'
            f'"content":"{canaries["reply"]}"}},"finish_reason":"stop"}}],"usage":{{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13}}}}'
        )
        exchange.respond(200, reply.encode(), [("Content-Type", "application/json")])

    stub.answer = answer
    body = f'{{"model":"gpt-4.1","user":"{canaries["user"]}","messages":[{{"role":"user","content":"{canaries["prompt"]}"}}]}}'
    call_of(tollgate, "/openai/v1/chat/completions", body.encode(), [("Authorization", f"Bearer {canaries['key']}")])
    assert tollgate.terminate() == 0
    kept = tollgate.log.encode() + b"".join(path.read_bytes() for path in tollgate.data.rglob("*") if path.is_file())
    assert b"chatcmpl-canary" in kept, "the search itself must be able to find something"
    for place, canary in canaries.items():
        assert canary.encode() not in kept, f"the {place} was kept"
