"""`kill -9` under load, again and again: every call that reached the upstream has exactly one row after the restart."""

import collections
import itertools
import os
import random
import threading
import time

import pytest

from harness.http_bytes import LAST_CHUNK, chunk, response_head
from harness.raw_client import RawClient
from harness.stub_upstream import StubUpstream, chat_reply
from harness.tollgate_process import Tollgate

ROUNDS = int(os.environ.get("TOLLGATE_KILLS", "100"))
CLIENTS = 8
SEED = int(os.environ.get("TOLLGATE_SEED", "0")) or random.randrange(1, 10**9)


class Load:
    """Clients that call without pause, half of them streaming. Each call has a number, which is its run."""

    def __init__(self):
        self.numbers = itertools.count(1)
        self.reached: set[str] = set()
        self.answered: dict[str, str] = {}
        self._lock = threading.Lock()

    def answer(self, exchange):
        """The upstream: notes the number that reached it and answers, the streams in two parts."""
        exchange.read_body()
        number = exchange.head.get("x-number")
        with self._lock:
            self.reached.add(number)
        if int(number) % 2:
            exchange.respond(200, chat_reply(number), [("Content-Type", "application/json")])
            return
        opening = (
            'data: {"id":"chatcmpl-%s","object":"chat.completion.chunk","model":"gpt-4.1-2025-04-14","choices":[{"index":0,'
            '"delta":{"content":"Hello"},"finish_reason":null}]}\n\n' % number
        )
        ending = (
            'data: {"id":"chatcmpl-%s","object":"chat.completion.chunk","model":"gpt-4.1-2025-04-14","choices":[],'
            '"usage":{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29}}\n\ndata: [DONE]\n\n' % number
        )
        fields = [("Content-Type", "text/event-stream"), ("Transfer-Encoding", "chunked")]
        exchange.send(response_head(200, fields) + chunk(opening.encode()))
        time.sleep(0.003)
        exchange.send(chunk(ending.encode()) + LAST_CHUNK)

    def run(self, port: int, stop: threading.Event):
        """One client, until the proxy dies."""
        try:
            with RawClient(port, seconds=20) as client:
                while not stop.is_set():
                    number = str(next(self.numbers))
                    body = b'{"model":"gpt-4.1","messages":[{"role":"user","content":"Hello, tell me."}],"stream":%s}'
                    stream = b"false" if int(number) % 2 else b"true"
                    target = f"/agent/loader/workflow/crash/run/{number}/openai/v1/chat/completions"
                    reply = client.ask("POST", target, body % stream, [("X-Number", number)])
                    if reply.status == 200 and reply.is_whole:
                        with self._lock:
                            self.answered[number] = f"chatcmpl-{number}"
        except Exception:  # noqa: BLE001 - the proxy was killed in the middle of anything
            return


@pytest.mark.timeout(60 + 6 * ROUNDS)
def test_no_kill_loses_or_doubles_a_call(tmp_path):
    print(f"seed {SEED}, {ROUNDS} kills: TOLLGATE_SEED and TOLLGATE_KILLS set them")
    source, load = random.Random(SEED), Load()
    with StubUpstream(load.answer) as stub:
        tollgate = Tollgate(tmp_path, {"openai": stub.url})
        for _ in range(ROUNDS):
            tollgate.start()
            stop = threading.Event()
            clients = [threading.Thread(target=load.run, args=(tollgate.port, stop)) for _ in range(CLIENTS)]
            for client in clients:
                client.start()
            time.sleep(source.uniform(0.01, 0.3))
            tollgate.kill()
            stop.set()
            for client in clients:
                client.join(30)
        with tollgate:
            rows = tollgate.calls()
        assert not stub.problems
    check(load, rows)


def check(load: Load, rows: list[dict]):
    by_run = collections.Counter(row["run"] for row in rows)
    by_response = collections.Counter(row["provider_response_id"] for row in rows if row["provider_response_id"])
    recovered = [row for row in rows if row["usage_source"] == "recovered"]
    print(
        f"{len(load.reached)} calls reached the upstream, {len(load.answered)} were answered whole, "
        f"{len(rows)} rows, {len(recovered)} of them recovered"
    )
    assert len(load.reached) > ROUNDS * CLIENTS, "there was hardly any load"
    assert recovered, "no call was interrupted: the kills prove nothing"
    assert not load.reached - by_run.keys(), "calls that reached the upstream have no row"
    assert not [run for run, count in by_run.items() if count > 1], "calls have two rows"
    assert not [one for one, count in by_response.items() if count > 1], "responses have two rows"
    rows_by_run = {row["run"]: row for row in rows}
    for number, response_id in load.answered.items():
        row = rows_by_run[number]
        assert row["usage_source"] in ("provider", "recovered")
        if row["usage_source"] == "provider":
            assert row["provider_response_id"] == response_id
            assert (row["usage"]["input"], row["usage"]["output"]) == (19, 10)
    for row in recovered:
        if row["run"] in load.reached:
            assert row["cost_pico_usd"] > 0, (
                "a call that reached the upstream is charged by what is known, never as zero"
            )
