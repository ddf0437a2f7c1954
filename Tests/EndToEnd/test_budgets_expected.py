"""The default bound against agents of real habits: it gets out of the way until the money is nearly spent, and touches no byte."""

import json
import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.raw_client import ask
from harness.stub_upstream import StubUpstream
from harness.tollgate_process import Tollgate

JSON = [("Content-Type", "application/json")]


def spent(tollgate) -> int:
    return sum(row["cost_pico_usd"] or 0 for row in tollgate.calls())


@pytest.mark.parametrize("context", [20_000, 50_000, 80_000])
def test_an_agent_with_a_cached_context_uses_most_of_its_run(tmp_path, context):
    """Claude Code's habits: 32,000 tokens of output named, some hundred used, a context that is written into a cache once."""
    sent, received, calls = [], [], []

    def answer(exchange):
        received.append(exchange.read_body())
        first = not calls
        calls.append(1)
        grown = context + 400 * len(calls)
        usage = {
            "input_tokens": 12,
            "cache_creation_input_tokens": context if first else 400,
            "cache_read_input_tokens": 0 if first else grown - 400,
            "output_tokens": random.Random(len(calls)).randrange(150, 900),
        }
        message = {"id": f"msg_{len(calls)}", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5"}
        message |= {"content": [{"type": "text", "text": "ok"}], "stop_reason": "end_turn", "usage": usage}
        exchange.respond(200, json.dumps(message).encode(), JSON)

    budget = {"name": "runs", "each": "run", "limit": "0.50 USD"}
    with StubUpstream(answer) as stub:
        with Tollgate(tmp_path, {"anthropic": stub.url}, config={"budgets": [budget]}) as tollgate:
            history = [{"role": "user", "content": "word " * context}]
            status = 200
            while status == 200 and len(sent) < 200:
                body = {"model": "claude-sonnet-4-5", "max_tokens": 32_000, "messages": history}
                sent.append(json.dumps(body).encode())
                status = ask(tollgate.port, "POST", "/run/r1/anthropic/v1/messages", sent[-1], JSON).status
                history = history + [{"role": "assistant", "content": "ok"}, {"role": "user", "content": "on " * 400}]
            assert status == 402
            share = spent(tollgate) / 500_000_000_000
            print(f"{context} tokens of context: {len(sent) - 1} calls, {share:.1%} of the run")
            assert share >= 0.85
            assert received == sent[:-1]


def test_fifty_agents_at_once_are_not_refused_before_their_money_is_nearly_spent(tmp_path):
    """They name no limit, on a model that could answer with 128,000 tokens, and use some thousand."""

    def answer(exchange):
        exchange.read_body()
        tokens = random.randrange(500, 6_000)
        usage = {"prompt_tokens": 9_000, "completion_tokens": tokens, "total_tokens": 9_000 + tokens}
        choices = [{"index": 0, "message": {"role": "assistant", "content": "Ho"}, "finish_reason": "stop"}]
        reply = {"id": f"c-{random.getrandbits(60)}", "model": "gpt-5", "choices": choices, "usage": usage}
        exchange.respond(200, json.dumps(reply).encode(), JSON)

    body = json.dumps({"model": "gpt-5", "messages": [{"role": "user", "content": "word " * 9_000}]}).encode()
    # As much as some 460 calls cost: the $200 of a day in small, so that the test ends soon.
    limit = 20_000_000_000_000
    budget = {"name": "day", "limit": "20 USD", "every": "total"}
    with StubUpstream(answer) as stub:
        with Tollgate(tmp_path, {"openai": stub.url}, config={"budgets": [budget]}) as tollgate:
            at_refusal = []

            def agent(_):
                for _ in range(200):
                    status = ask(tollgate.port, "POST", "/openai/v1/chat/completions", body, JSON).status
                    if status != 200:
                        at_refusal.append(status)
                        return

            with ThreadPoolExecutor(50) as pool:
                list(pool.map(agent, range(50)))
            assert set(at_refusal) == {402}
            share = spent(tollgate) / limit
            print(f"{share:.1%} of the limit")
            assert 0.90 <= share <= 1.05
