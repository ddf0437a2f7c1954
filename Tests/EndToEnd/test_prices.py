"""What the operator says of prices: own files, changed while it runs; negotiated rates; unknown models; reported costs."""

import json
from contextlib import contextmanager

from harness.raw_client import ask
from harness.stub_upstream import StubUpstream
from harness.tollgate_process import Tollgate, run_tollgate
from harness.waiting import eventually

JSON = [("Content-Type", "application/json")]
ENTRY = {
    "format": 1,
    "sources": {"contract": {"what": "a contract", "url": "https://acme.example/contract"}},
    "models": [
        {
            "id": "gpt-4.1",
            "match": ["gpt-4.1"],
            "prices": [{"source": "contract", "rates": {"in": "1", "out": "1"}}],
        }
    ],
}


def chat(model: str) -> bytes:
    return json.dumps({"model": model, "messages": [{"role": "user", "content": "Hi"}]}).encode()


def reply(model: str, **usage) -> bytes:
    usage = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100} | usage
    choices = [{"index": 0, "message": {"role": "assistant", "content": "Ho"}, "finish_reason": "stop"}]
    return json.dumps(
        {"id": "chatcmpl-1", "object": "chat.completion", "model": model, "choices": choices, "usage": usage}
    ).encode()


@contextmanager
def serving(directory, body: bytes, providers=("openai",), **config):
    def answer(exchange):
        exchange.read_body()
        exchange.respond(200, body, JSON)

    with StubUpstream(answer) as stub:
        with Tollgate(directory, {name: stub.url for name in providers}, config=config or None) as tollgate:
            yield tollgate, stub


def charge(tollgate, target: str, body: bytes) -> dict:
    answer = ask(tollgate.port, "POST", target, body, JSON)
    assert answer.status == 200, answer.body
    return tollgate.call(answer.head.get("x-tollgate-call"))


def test_changed_price_files_are_in_force_without_a_restart(tmp_path):
    folder = tmp_path / "prices"
    folder.mkdir()
    with serving(tmp_path, reply("gpt-4.1"), price_book=str(folder)) as (tollgate, _):
        call = charge(tollgate, "/openai/v1/chat/completions", chat("gpt-4.1"))
        assert call["cost_pico_usd"] == 1000 * 2_000_000 + 100 * 8_000_000
        assert tollgate.metric("tollgate_price_book_reload_success") == 1
        (folder / "openai.json").write_text(json.dumps(ENTRY))
        eventually(lambda: "changed price files are in force" in tollgate.log, what="a reload")
        call = charge(tollgate, "/openai/v1/chat/completions", chat("gpt-4.1"))
        assert call["cost_pico_usd"] == 1100 * 1_000_000
        (folder / "openai.json").write_text(json.dumps(ENTRY).replace('"in": "1"', '"in": 1'))
        eventually(lambda: tollgate.metric("tollgate_price_book_reload_success") == 0, what="a refused reload")
        assert "openai.json: model gpt-4.1: prices[0].rates.in: a price is a text" in tollgate.log
        assert charge(tollgate, "/openai/v1/chat/completions", chat("gpt-4.1"))["cost_pico_usd"] == 1100 * 1_000_000


def test_a_negotiated_rate_is_on_the_charge(tmp_path):
    def answer(exchange):
        exchange.read_body()
        exchange.respond(200, reply("gpt-4.1"), JSON)

    with StubUpstream(answer) as stub:
        openai = {"base_url": stub.url, "discount": {"times": 0.88, "from": "2026-01-01"}}
        with Tollgate(tmp_path, config={"providers": {"openai": openai}}) as tollgate:
            call = charge(tollgate, "/openai/v1/chat/completions", chat("gpt-4.1"))
            assert call["cost_pico_usd"] == (1000 * 2_000_000 + 100 * 8_000_000) * 88 // 100
            assert call["cost_source"] == "priced"


def test_an_unknown_model_is_refused_before_anything_is_sent(tmp_path):
    with serving(tmp_path, reply("gpt-99"), ["openai", "anthropic"], unpriced="deny") as (tollgate, stub):
        answer = ask(tollgate.port, "POST", "/openai/v1/chat/completions", chat("gpt-99"), JSON)
        assert (answer.status, answer.head.get("x-should-retry")) == (403, "false")
        assert json.loads(answer.body)["error"]["code"] == "unpriced_denied"
        body = json.dumps({"model": "claude-99", "max_tokens": 5, "messages": [{"role": "user", "content": "x"}]})
        answer = ask(tollgate.port, "POST", "/anthropic/v1/messages", body.encode(), JSON)
        assert answer.status == 403 and json.loads(answer.body)["type"] == "error"
        assert stub.received == []
        # The model that answers is the one that is priced, and it is not known before.
        assert charge(tollgate, "/openai/v1/chat/completions", chat("gpt-4.1"))["cost_source"] == "unpriced"


def test_an_unknown_model_may_be_charged_as_another(tmp_path):
    config = {"unpriced": {"charge_as": "gpt-4.1"}}
    with serving(tmp_path, reply("gpt-99"), **config) as (tollgate, _):
        call = charge(tollgate, "/openai/v1/chat/completions", chat("gpt-99"))
        assert (call["cost_source"], call["priced_as"]) == ("substituted", "gpt-4.1")
        assert call["cost_pico_usd"] == 1000 * 2_000_000 + 100 * 8_000_000
        assert tollgate.metric("tollgate_unpriced_requests_total", provider="openai") == 1
        [row] = tollgate.json("/api/v1/summary?by=provider")["rows"]
        assert row["substituted_pico_usd"] == row["cost_pico_usd"] == call["cost_pico_usd"]


def test_what_the_provider_says_that_a_call_cost_is_its_cost(tmp_path):
    body = reply("grok-4.3", cost_in_usd_ticks=37_756_000)
    with serving(tmp_path, body, ["xai"]) as (tollgate, _):
        call = charge(tollgate, "/xai/v1/chat/completions", chat("grok-4.3"))
        assert (call["cost_source"], call["cost_pico_usd"]) == ("reported", 3_775_600_000)
        assert call["priced_as"] == "grok-4.3"


def test_what_the_provider_says_that_the_results_of_a_batch_cost_is_their_cost_together_and_once(tmp_path):
    def result(number: int, **usage) -> dict:
        reply_of_batch = json.loads(reply("grok-4.3", **usage)) | {"id": f"xai-{number}"}
        return {"batch_request_id": str(number), "batch_result": {"response": {"chat_get_completion": reply_of_batch}}}

    def page(*results) -> bytes:
        return json.dumps({"results": results, "pagination_token": None}).encode()

    def fetch(tollgate) -> dict:
        answer = ask(tollgate.port, "GET", "/xai/v1/batches/batch_1/results")
        return tollgate.call(answer.head.get("x-tollgate-call"))

    whole = page(result(1, cost_in_usd_ticks=37_756_000), result(2, cost_in_usd_ticks=244_000))
    with serving(tmp_path, whole, ["xai"]) as (tollgate, stub):
        first, second = fetch(tollgate), fetch(tollgate)
        assert (first["cost_source"], first["cost_pico_usd"]) == ("reported", 3_800_000_000)
        assert first["book_cost_pico_usd"] is not None
        assert (second["cost_source"], second["cost_pico_usd"]) == ("free", 0)
        # Where the provider says it of some only, the price book says it of all.
        stub.answer = lambda exchange: (
            exchange.read_body(),
            exchange.respond(200, page(result(3, cost_in_usd_ticks=1), result(4)), JSON),
        )
        mixed = fetch(tollgate)
        assert (mixed["cost_source"], mixed["reported_cost_pico_usd"]) == ("priced", None)
        assert mixed["cost_pico_usd"] == first["book_cost_pico_usd"]


def test_a_substitute_that_the_book_does_not_know_is_told_at_the_start(tmp_path):
    config = tmp_path / "tollgate.yaml"
    config.write_text("providers: { openai: { unpriced: { charge_as: gpt-98 } } }\n")
    done = run_tollgate(
        "serve",
        "--config",
        str(config),
        "--listen",
        "127.0.0.1:0",
        "--control",
        "127.0.0.1:0",
        "--data",
        str(tmp_path / "data"),
    )
    assert done.returncode == 78 and 'does not know the model "gpt-98"' in done.stderr
