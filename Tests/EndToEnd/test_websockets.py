"""WebSockets through the binary: bytes, back-pressure, refusals, ends, and each response on a socket as a call of its own."""

import asyncio
import hashlib
import json
import os
import random
import re
import shutil
import socket as sockets
import ssl
import subprocess
import threading
import time
from base64 import b64encode
from datetime import datetime
from pathlib import Path

import openai
import pytest
from google import genai
from google.genai import types
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.sync.client import connect

from harness.raw_client import RawClient
from harness.socket_upstream import SocketUpstream, opened, socket_recordings
from harness.tollgate_process import REPOSITORY, Tollgate
from harness.waiting import eventually
from reference import pricing

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
USAGE = {
    "total_tokens": 30,
    "input_tokens": 20,
    "output_tokens": 10,
    "input_token_details": {"text_tokens": 20, "audio_tokens": 0, "cached_tokens": 0},
    "output_token_details": {"text_tokens": 10, "audio_tokens": 0},
}


@pytest.fixture
def make_upstream():
    """Makes upstreams of sockets; a problem in one of their scripts fails the test."""
    made: list[SocketUpstream] = []

    def make(script, **options) -> SocketUpstream:
        made.append(SocketUpstream(script, **options))
        return made[-1]

    yield make
    for upstream in made:
        upstream.close()
    problems = [
        problem for upstream in made for problem in upstream.problems if not isinstance(problem, ConnectionClosed)
    ]
    assert not problems, f"the upstream failed: {problems!r}"


def rows(tollgate: Tollgate, count: int) -> list[dict]:
    """The ledger's rows, oldest first, once there are so many."""

    def found():
        calls = tollgate.calls()
        assert len(calls) == count, f"{len(calls)} rows, not {count}: {[call['path'] for call in calls]}"
        return sorted(calls, key=lambda call: call["id"])

    return eventually(found, what=f"{count} rows")


def responses_of(calls: list[dict]) -> list[dict]:
    return [call for call in calls if call["method"] == "WEBSOCKET"]


def event(type: str, **members) -> str:
    return json.dumps({"type": type, **members})


def realtime_session(socket, model: str = "gpt-realtime"):
    """A realtime server that answers each `response.create` with a word, until the client leaves."""
    socket.send(event("session.created", session={"id": "sess_1", "model": model}))
    number = 0
    for message in socket:
        if json.loads(message)["type"] == "response.create":
            number += 1
            answer(socket, f"resp_{number}")


def answer(socket, identity: str, usage=USAGE):
    socket.send(event("response.created", response={"id": identity, "status": "in_progress", "usage": None}))
    socket.send(event("response.output_text.delta", response_id=identity, delta="Hello"))
    socket.send(event("response.done", response={"id": identity, "status": "completed", "output": [], "usage": usage}))


# --- Recordings


@pytest.mark.parametrize("recording", socket_recordings(), ids=str)
def test_a_recorded_session_passes_message_by_message_and_is_metered(recording, make_upstream, make_tollgate):
    seen = []
    sessions = recording.sessions()

    def play(socket):
        for frame in sessions[len(upstream.requests) - 1]:
            if frame["from"] == "server":
                socket.send(frame["data"])
            else:
                seen.append(socket.recv())
        socket.recv()

    upstream = make_upstream(play)
    tollgate = make_tollgate({recording.provider: upstream.url})
    for session in sessions:
        with opened(tollgate, f"/agent/voice/workflow/calls/run/7/{recording.provider}{recording.target}") as socket:
            for frame in session:
                if frame["from"] == "client":
                    socket.send(frame["data"])
                else:
                    assert socket.recv(timeout=20) == frame["data"]
    assert seen == [frame["data"] for session in sessions for frame in session if frame["from"] == "client"]
    usages, transcriptions = recording.usages(), recording.transcriptions()
    calls = rows(tollgate, len(sessions) + len(usages) + len(transcriptions))
    assert [call["outcome"] for call in calls] == ["ok"] * len(calls)
    assert {(call["agent"], call["workflow"], call["run"]) for call in calls} == {("voice", "calls", "7")}
    bills = [call for call in responses_of(calls) if not is_transcription(call)]
    assert sorted(map(figures, bills)) == sorted(map(expected_figures, usages))
    assert sum(len(call["tool_calls"]) for call in bills) == int(recording.index["tool_calls"])
    assert sum(call["tool_results"] for call in bills) == int(recording.index["tool_results_in_request"])
    model = recording.index["model_responded"].rpartition("/")[2]
    assert {call["model"] for call in bills} == {model}
    assert {call["usage_source"] for call in bills} == {"provider"}
    if recording.provider == "openai":
        check_costs(bills, usages, model)
        transcription_cost = round(3 * 1.02 / 3600 * 10**12)
        assert [call["cost_pico_usd"] for call in calls if is_transcription(call)] == [transcription_cost] * len(
            transcriptions
        )
    if recording.provider == "xai":
        assert [call["units"]["audio.time"] for call in bills] == [usage["billable_audio_seconds"] for usage in usages]
        # A message is billed only where there is one: results of tools are none.
        assert [call["units"].get("in.messages", 0) for call in bills] == [
            min(1, usage["input_tokens"]) for usage in usages
        ]
    sockets_ = [call for call in calls if call["method"] == "GET"]
    assert [call["cost_pico_usd"] for call in sockets_] == [0] * len(sessions)
    assert all(call["response_bytes"] > 0 and call["request_bytes"] > 0 for call in sockets_)


def is_transcription(call: dict) -> bool:
    return (call["provider_response_id"] or "").startswith("item_")


def figures(call: dict) -> tuple:
    usage = call["usage"]
    names = ("input", "cached_input", "output", "reasoning", "audio_input", "audio_output")
    return tuple(usage[name] for name in names)


def expected_figures(usage: dict) -> tuple:
    """What a usage object means, worked out from `wire-formats` in its own way; xAI's is billed by its length."""
    if "billable_audio_seconds" in usage:
        return (0, 0, 0, 0, 0, 0)
    if "promptTokenCount" in usage:
        audio_in = sum(
            part.get("tokenCount", 0) for part in usage["promptTokensDetails"] if part["modality"] == "AUDIO"
        )
        details = usage.get("responseTokensDetails") or usage.get("candidatesTokensDetails") or []
        audio_out = sum(part.get("tokenCount", 0) for part in details if part["modality"] == "AUDIO")
        reply = usage["totalTokenCount"] - usage["promptTokenCount"]
        return (
            usage["promptTokenCount"] - audio_in,
            0,
            reply - audio_out,
            usage.get("thoughtsTokenCount", 0),
            audio_in,
            audio_out,
        )
    cells = realtime_cells(usage)
    cells["in.cached"] += cells["in.cached.audio"]
    return tuple(cells[cell] for cell in ("in", "in.cached", "out", "out.reasoning", "in.audio", "out.audio"))


def realtime_cells(usage: dict) -> dict[str, int]:
    read, written = usage["input_token_details"], usage["output_token_details"]
    cached = read.get("cached_tokens_details") or {"text_tokens": read.get("cached_tokens", 0)}
    return {
        "in": read["text_tokens"] - cached.get("text_tokens", 0),
        "in.audio": read["audio_tokens"] - cached.get("audio_tokens", 0),
        "in.cached": cached.get("text_tokens", 0),
        "in.cached.audio": cached.get("audio_tokens", 0),
        "out": usage["output_tokens"] - written["audio_tokens"] - written.get("reasoning_tokens", 0),
        "out.audio": written["audio_tokens"],
        "out.reasoning": written.get("reasoning_tokens", 0),
    }


def check_costs(bills: list[dict], usages: list[dict], model: str):
    book = pricing.Book(REPOSITORY / "pricing" / "openai.json")
    at = datetime.fromisoformat(bills[0]["started_at"])
    expected = [pricing.price(book, model, at, {}, realtime_cells(usage)).pico_usd for usage in usages]
    assert sorted(call["cost_pico_usd"] for call in bills) == sorted(expected)


# --- Bytes


def masked(opcode: Opcode, payload: bytes, fin: bool = True) -> bytes:
    return bytes(Frame(opcode, payload, fin).serialize(mask=True))


def plain(opcode: Opcode, payload: bytes, fin: bool = True) -> bytes:
    return bytes(Frame(opcode, payload, fin).serialize(mask=False))


def opening(path: str, port: int, *fields: str) -> bytes:
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {KEY}",
        *fields,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def agreement(*fields: str) -> bytes:
    accept = b64encode(hashlib.sha1((KEY + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()
    lines = ["HTTP/1.1 101 Whatever", "Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Accept: {accept}"]
    return ("\r\n".join([*lines, *fields]) + "\r\n\r\n").encode()


def receive(peer, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
        part = peer.recv(65536)
        if not part:
            break
        data += part
    return bytes(data)


def receive_head(peer) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = peer.recv(1)
        assert byte, f"closed within a head: {head!r}"
        head += byte
    return head


class RawUpstream:
    """Agrees to one socket with exact bytes, and leaves the rest to `script(peer, head)`."""

    def __init__(self, script, reply: bytes | None = None):
        self._listener = sockets.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.heads: list[bytes] = []
        self.problems: list[BaseException] = []
        self._script = script
        self._reply = agreement() if reply is None else reply
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        try:
            peer, _ = self._listener.accept()
            peer.settimeout(30)
            with peer:
                self.heads.append(receive_head(peer))
                peer.sendall(self._reply)
                self._script(peer)
        except BaseException as problem:
            self.problems.append(problem)

    def finish(self):
        self.thread.join(timeout=30)
        self._listener.close()
        assert not self.thread.is_alive() and not self.problems, self.problems


def noise(seed: int, frame) -> bytes:
    """Frames of every kind and length, whole and in fragments, with control frames between them."""
    dice = random.Random(seed)
    data = b""
    for _ in range(60):
        parts = dice.randint(1, 4)
        for part in range(parts):
            size = dice.choice([0, 1, 125, 126, 4000, 65535, 65536, 200_000])
            opcode = dice.choice([Opcode.TEXT, Opcode.BINARY]) if part == 0 else Opcode.CONT
            data += frame(opcode, dice.randbytes(size), part == parts - 1)
            if dice.random() < 0.3:
                data += frame(dice.choice([Opcode.PING, Opcode.PONG]), dice.randbytes(dice.randint(0, 125)))
    return data


@pytest.mark.parametrize("path", ["/openai/v1/realtime?model=gpt-realtime", "/openai/v1/something/else"])
def test_every_byte_passes_both_ways_unchanged(path, make_tollgate):
    upwards, downwards = noise(1, masked), noise(2, plain)
    received = []

    def script(peer):
        writer = threading.Thread(target=peer.sendall, args=(downwards,))
        writer.start()
        received.append(receive(peer, len(upwards)))
        writer.join()

    upstream = RawUpstream(script)
    tollgate = make_tollgate({"openai": upstream.url})
    with RawClient(tollgate.port) as client:
        client.send(opening(path, tollgate.port))
        head = receive_head(client.socket)
        assert head.startswith(b"HTTP/1.1 101 ")
        writer = threading.Thread(target=client.send, args=(upwards,))
        writer.start()
        assert receive(client.socket, len(downwards)) == downwards
        writer.join()
        upstream.finish()
    assert received == [upwards]
    row = rows(tollgate, 1)[0]
    assert (row["request_bytes"], row["response_bytes"]) == (len(upwards), len(downwards))


def test_frames_right_behind_the_agreement_are_not_lost(make_tollgate):
    early = plain(Opcode.TEXT, b"early")
    upstream = RawUpstream(lambda peer: receive(peer, 1), reply=agreement() + early)
    tollgate = make_tollgate({"openai": upstream.url})
    with RawClient(tollgate.port) as client:
        client.send(opening("/openai/v1/realtime", tollgate.port))
        receive_head(client.socket)
        assert receive(client.socket, len(early)) == early


@pytest.mark.parametrize("is_agreed", [True, False])
def test_frames_right_behind_the_opening_wait_for_the_agreement(is_agreed, make_tollgate):
    early = masked(Opcode.TEXT, b"early") * 3
    received = []
    refusal = b"HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\nno"
    upstream = RawUpstream(
        lambda peer: received.append(receive(peer, len(early))), reply=agreement() if is_agreed else refusal
    )
    tollgate = make_tollgate({"openai": upstream.url})
    with RawClient(tollgate.port) as client:
        client.send(opening("/openai/v1/realtime", tollgate.port) + early)
        assert receive_head(client.socket).startswith(b"HTTP/1.1 101 " if is_agreed else b"HTTP/1.1 401 ")
        if not is_agreed:
            assert receive(client.socket, 3) == b"no"
        upstream.finish()
    assert received == [early if is_agreed else b""]


def test_anything_at_all_leaves_the_proxy_standing(make_tollgate):
    dice = random.Random(20_261_123)
    print("seed 20261123")
    listener = sockets.create_server(("127.0.0.1", 0), backlog=256)

    def answer_with_junk(peer, junk: bytes):
        with peer:
            receive_head(peer)
            peer.sendall(agreement() + junk)
            time.sleep(0.02)

    def accept():
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            junk = dice.randbytes(dice.randint(0, 300))
            threading.Thread(target=ignoring_ends, args=(answer_with_junk, peer, junk), daemon=True).start()

    def talk(round: int):
        with RawClient(tollgate.port) as client:
            request = opening("/openai/v1/realtime", tollgate.port)
            junk = dice.randbytes(200)
            first = [b"", junk, request * 2, masked(Opcode.TEXT, b"{}") + junk][round % 4]
            client.send(request + first)
            if dice.random() < 0.7:
                receive_head(client.socket)
                client.send(masked(Opcode.TEXT, junk) + junk)
                client.socket.recv(1000)

    threading.Thread(target=accept, daemon=True).start()
    tollgate = make_tollgate({"openai": f"http://127.0.0.1:{listener.getsockname()[1]}"})
    for round in range(200):
        ignoring_ends(talk, round)
        assert tollgate.process.poll() is None
    listener.close()
    eventually(lambda: tollgate.metric("tollgate_requests_in_flight") == 0, what="the end of every socket")
    assert len(rows(tollgate, 200)) == 200


def ignoring_ends(work, *arguments):
    """Junk may end a connection at any place."""
    try:
        work(*arguments)
    except (OSError, AssertionError):
        pass


# --- The opening


def test_the_opening_passes_as_it_came_but_for_what_is_tollgates(make_tollgate):
    upstream = RawUpstream(
        lambda peer: receive(peer, 1), reply=agreement("Sec-WebSocket-Protocol: realtime", "X-Up: 1")
    )
    tollgate = make_tollgate({"openai": upstream.url})
    fields = [
        "Authorization: Bearer sk-secret",
        "OpenAI-Beta: realtime=v1",
        "Sec-WebSocket-Protocol: realtime, openai-insecure-api-key.sk-very-secret",
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
        "x-tollgate-agent: alice",
    ]
    target = "/openai/v1/realtime?model=gpt-realtime&x=%20y"
    with RawClient(tollgate.port) as client:
        client.send(opening(target, tollgate.port, *fields))
        head = receive_head(client.socket).decode()
    sent = upstream.heads[0].decode().split("\r\n")
    assert sent[0] == "GET /v1/realtime?model=gpt-realtime&x=%20y HTTP/1.1"
    for field in fields[:3]:
        assert field in sent
    assert f"Sec-WebSocket-Key: {KEY}" in sent
    assert not [line for line in sent if line.lower().startswith(("sec-websocket-extensions", "x-tollgate"))]
    assert re.search(r"(?i)\r\nsec-websocket-protocol: realtime\r\n", head)
    assert re.search(r"(?i)\r\nx-up: 1\r\n", head) and re.search(r"\r\nx-tollgate-call: \S+\r\n", head)
    row = rows(tollgate, 1)[0]
    assert row["agent"] == "alice" and row["model"] == "gpt-realtime"
    stored = tollgate.log + "".join(path.read_bytes().decode("latin-1") for path in tollgate.data.glob("*"))
    assert "secret" not in stored and "insecure-api-key" not in stored


def certificate(directory: Path, name: str) -> tuple[Path, Path]:
    """A certificate that is signed by itself, for the address of loopback, and its key."""
    key, path = directory / f"{name}.key", directory / f"{name}.pem"
    arguments = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"]
    files = ["-keyout", str(key), "-out", str(path)]
    subprocess.run(["openssl", "req", *arguments, *names, *files], check=True, capture_output=True)
    return path, key


@pytest.mark.skipif(
    shutil.which("openssl") is None, reason="SKIPPED: there is no openssl command to make a certificate"
)
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_an_upstream_over_tls_is_checked_by_the_certificates_of_its_provider(
    host, make_upstream, make_tollgate, tmp_path
):
    path, key = certificate(tmp_path, "right")
    other, _ = certificate(tmp_path, "other")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, key)
    upstream = make_upstream(realtime_session, ssl=context)
    url = f"https://{host}:{upstream.port}"
    providers = {
        "right": {"base_url": url, "tls": {"ca": str(path)}, "dialect": "openai"},
        "other": {"base_url": url, "tls": {"ca": str(other)}},
        "none": {"base_url": url},
    }
    tollgate = make_tollgate(config={"providers": providers})
    for _ in range(2):
        with opened(tollgate, "/right/v1/realtime") as socket:
            assert json.loads(socket.recv())["type"] == "session.created"
            socket.send(event("response.create"))
            while json.loads(socket.recv())["type"] != "response.done":
                pass
    for name in ("other", "none"):
        with pytest.raises(InvalidStatus) as problem:
            connect(f"ws://127.0.0.1:{tollgate.port}/{name}/v1/realtime", proxy=None)
        assert problem.value.response.status_code == 502
        assert "TLS failed" in problem.value.response.body.decode()
    assert len(responses_of(rows(tollgate, 6))) == 2
    assert len(upstream.requests) == 2


REFUSED_OPENINGS = [
    (b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Version: 8", 426),
    (b"Sec-WebSocket-Key: " + KEY.encode(), b"Sec-WebSocket-Key: short", 400),
    (b"Connection: Upgrade", b"Connection: keep-alive", 400),
    (b"Upgrade: websocket", b"Upgrade: websocket, h2c", 400),
    (b"GET ", b"POST ", 400),
    (b"HTTP/1.1", b"HTTP/1.0", 400),
    (b"Upgrade: websocket", b"Upgrade: websocket\r\nContent-Length: 4", 400),
    (b"Upgrade: websocket", b"Upgrade: websocket\r\nOrigin: https://evil.example", 403),
]


@pytest.mark.parametrize(("old", "new", "status"), REFUSED_OPENINGS)
def test_any_other_form_of_an_opening_is_refused(old, new, status, make_tollgate):
    tollgate = make_tollgate({"openai": "http://127.0.0.1:1"})
    request = opening("/openai/v1/realtime", tollgate.port)
    assert old in request
    with RawClient(tollgate.port) as client:
        client.send(request.replace(old, new, 1))
        head = receive_head(client.socket).decode()
    assert head.startswith(f"HTTP/1.1 {status} "), head
    assert (status == 426) == ("sec-websocket-version: 13" in head)


@pytest.mark.parametrize("status", [401, 403, 404, 429, 503])
def test_a_refusal_of_the_upstream_is_passed_on_as_it_is(status, make_upstream, make_tollgate):
    body = json.dumps({"error": {"code": "nope", "message": "no", "type": "t"}}).encode() + b" " * 70_000
    upstream = make_upstream(lambda socket: None)
    headers = Headers({"Content-Type": "application/json", "Content-Length": str(len(body)), "Retry-After": "7"})
    upstream.refusal = lambda socket, request: Response(status, "Refused", headers, body)
    tollgate = make_tollgate({"openai": upstream.url})
    with pytest.raises(InvalidStatus) as problem:
        connect(f"ws://127.0.0.1:{tollgate.port}/openai/v1/realtime", proxy=None)
    reply = problem.value.response
    assert (reply.status_code, reply.body) == (status, body)
    assert reply.headers["Retry-After"] == "7" and reply.headers["x-tollgate-call"]
    row = rows(tollgate, 1)[0]
    assert (row["status"], row["error"], row["cost_pico_usd"]) == (status, "nope", 0)


def test_an_upstream_that_is_not_there_is_an_error_of_the_api_that_was_called(make_tollgate):
    tollgate = make_tollgate({"openai": "http://127.0.0.1:1"})
    with pytest.raises(InvalidStatus) as problem:
        connect(f"ws://127.0.0.1:{tollgate.port}/openai/v1/realtime", proxy=None)
    assert problem.value.response.status_code == 502
    assert json.loads(problem.value.response.body)["error"]["code"] == "upstream_unreachable"


@pytest.mark.parametrize(
    "reply",
    [
        agreement().replace(b"Accept: ", b"Accept: x"),
        agreement("Sec-WebSocket-Extensions: permessage-deflate"),
        agreement("Sec-WebSocket-Protocol: never-offered"),
        agreement().replace(b"Upgrade: websocket\r\n", b""),
    ],
)
def test_an_agreement_that_is_none_is_a_502(reply, make_tollgate):
    upstream = RawUpstream(lambda peer: None, reply=reply)
    tollgate = make_tollgate({"openai": upstream.url})
    with RawClient(tollgate.port) as client:
        client.send(opening("/openai/v1/realtime", tollgate.port))
        assert receive_head(client.socket).startswith(b"HTTP/1.1 502 ")


@pytest.mark.parametrize("compression", [None, "deflate"])
def test_compression_is_never_agreed_on_and_nobody_minds(compression, make_upstream, make_tollgate):
    upstream = make_upstream(realtime_session, compression="deflate")
    tollgate = make_tollgate({"openai": upstream.url})
    with opened(tollgate, "/openai/v1/realtime?model=gpt-realtime", compression=compression) as socket:
        assert json.loads(socket.recv())["type"] == "session.created"
        socket.send(event("response.create"))
        while json.loads(socket.recv())["type"] != "response.done":
            pass
        assert socket.protocol.extensions == []
    assert "Sec-WebSocket-Extensions" not in upstream.requests[0].headers
    assert [figures(call) for call in responses_of(rows(tollgate, 2))] == [(20, 0, 10, 0, 0, 0)]


# --- Frames that are refused

BROKEN = [
    b"\x81\x05Hello",
    b"\xc1\x85\0\0\0\0Hello",
    b"\x83\x80\0\0\0\0",
    b"\x09\x80\0\0\0\0",
    b"\x80\x80\0\0\0\0",
    b"\x81\xfe\0\x05\0\0\0\0Hello",
]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_frame_that_could_be_read_in_two_ways_ends_both_sides_with_1002(broken, make_tollgate):
    good = masked(Opcode.TEXT, b"good")
    received = []
    upstream = RawUpstream(lambda peer: received.append(receive(peer, 10_000)))
    tollgate = make_tollgate({"openai": upstream.url})
    with RawClient(tollgate.port) as client:
        client.send(opening("/openai/v1/realtime", tollgate.port))
        receive_head(client.socket)
        client.send(good)
        eventually(lambda: tollgate.metric("tollgate_requests_in_flight") == 1, what="the socket")
        time.sleep(0.2)
        client.send(broken)
        ending = receive(client.socket, 10_000)
    assert ending[:1] == b"\x88" and ending[2:4] == (1002).to_bytes(2, "big")
    upstream.finish()
    assert received[0].startswith(good) and received[0][len(good) : len(good) + 1] == b"\x88"
    row = rows(tollgate, 1)[0]
    assert (row["outcome"], row["error"]) == ("aborted", "cut")


# --- Ends


def test_a_close_of_either_end_passes_with_its_code_and_reason(make_upstream, make_tollgate):
    codes = []

    def script(socket):
        if len(upstream.requests) == 1:
            socket.close(4321, "because")
        else:
            with pytest.raises(ConnectionClosed):
                socket.recv()
            codes.append((socket.close_code, socket.close_reason))

    upstream = make_upstream(script)
    tollgate = make_tollgate({"openai": upstream.url})
    with opened(tollgate, "/openai/v1/realtime") as socket:
        with pytest.raises(ConnectionClosed):
            socket.recv()
        assert (socket.close_code, socket.close_reason) == (4321, "because")
    with opened(tollgate, "/openai/v1/realtime") as socket:
        socket.close(3000, "enough")
    eventually(lambda: codes == [(3000, "enough")], what="the close at the upstream")
    assert [row["finish_reason"] for row in rows(tollgate, 2)] == ["4321", "3000"]


def test_a_response_that_is_cut_is_settled_by_what_was_seen_of_it(make_upstream, make_tollgate):
    def script(socket):
        socket.send(event("session.created", session={"model": "gpt-realtime"}))
        socket.recv()
        socket.send(event("response.created", response={"id": "resp_cut", "status": "in_progress"}))
        socket.send(event("response.output_text.delta", response_id="resp_cut", delta="x" * 444))
        socket.recv()

    upstream = make_upstream(script)
    tollgate = make_tollgate({"openai": upstream.url})
    with opened(tollgate, "/openai/v1/realtime") as socket:
        socket.recv()
        socket.send(event("response.create"))
        socket.recv()
        socket.recv()
    call = responses_of(rows(tollgate, 2))[0]
    assert (call["outcome"], call["usage_source"], call["provider_response_id"]) == ("aborted", "counted", "resp_cut")
    assert call["usage"]["output"] == 100 and call["cost_pico_usd"] > 0


def test_an_idle_socket_ends_with_1001(make_upstream, make_tollgate):
    upstream = make_upstream(realtime_session)
    tollgate = make_tollgate({"openai": upstream.url}, config={"limits": {"socket_idle_timeout": "2s"}})
    with opened(tollgate, "/openai/v1/realtime") as socket:
        socket.recv()
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=20)
        assert socket.close_code == 1001


def test_a_shutdown_lets_a_response_end_and_then_closes_with_1001(make_upstream, make_tollgate):
    go_on = threading.Event()

    def script(socket):
        socket.send(event("session.created", session={"model": "gpt-realtime"}))
        for message in socket:
            if json.loads(message)["type"] == "response.create":
                socket.send(event("response.created", response={"id": "resp_1", "status": "in_progress"}))
                go_on.wait(20)
                socket.send(event("response.done", response={"id": "resp_1", "status": "completed", "usage": USAGE}))

    upstream = make_upstream(script)
    tollgate = make_tollgate({"openai": upstream.url})
    with opened(tollgate, "/openai/v1/realtime") as idle, opened(tollgate, "/openai/v1/realtime") as busy:
        idle.recv()
        busy.recv()
        busy.send(event("response.create"))
        assert json.loads(busy.recv())["type"] == "response.created"
        ending = threading.Thread(target=tollgate.terminate)
        ending.start()
        with pytest.raises(ConnectionClosed):
            idle.recv(timeout=20)
        assert idle.close_code == 1001
        go_on.set()
        assert json.loads(busy.recv(timeout=20))["type"] == "response.done"
        with pytest.raises(ConnectionClosed):
            busy.recv(timeout=20)
        assert busy.close_code == 1001
        ending.join(timeout=60)
    again = make_tollgate({}, data=tollgate.data)
    calls = rows(again, 3)
    assert [figures(call) for call in responses_of(calls)] == [(20, 0, 10, 0, 0, 0)]


def test_kill_in_the_middle_loses_no_response(make_upstream, make_tollgate):
    def script(socket):
        socket.send(event("session.created", session={"model": "gpt-realtime"}))
        socket.recv()
        answer(socket, "resp_whole")
        socket.recv()
        socket.send(event("response.created", response={"id": "resp_killed", "status": "in_progress"}))
        socket.send(event("response.output_text.delta", response_id="resp_killed", delta="x" * 4440))
        socket.recv()

    upstream = make_upstream(script)
    tollgate = make_tollgate({"openai": upstream.url})
    with opened(tollgate, "/agent/a/openai/v1/realtime") as socket:
        socket.recv()
        socket.send(event("response.create"))
        for _ in range(3):
            socket.recv()
        rows(tollgate, 1)
        socket.send(event("response.create"))
        socket.recv()
        socket.recv()
        eventually(lambda: tollgate.metric("tollgate_requests_in_flight") == 2, what="two calls in flight")
        tollgate.kill()
    again = make_tollgate({}, data=tollgate.data)
    calls = {call["provider_response_id"]: call for call in rows(again, 3)}
    assert calls["resp_whole"]["usage_source"] == "provider"
    killed, socket_row = calls["resp_killed"], calls[None]
    assert (killed["usage_source"], killed["outcome"], killed["agent"]) == ("recovered", "aborted", "a")
    assert killed["usage"]["output"] == 1000 and killed["cost_pico_usd"] > 0
    assert (socket_row["path"], socket_row["cost_pico_usd"]) == ("/v1/realtime", 0)


# --- Metering


def test_spend_is_seen_while_the_session_runs(make_upstream, make_tollgate):
    upstream = make_upstream(realtime_session)
    tollgate = make_tollgate({"openai": upstream.url})
    with opened(tollgate, "/workflow/w/openai/v1/realtime") as socket:
        socket.recv()
        for number in range(1, 4):
            socket.send(event("response.create"))
            while json.loads(socket.recv())["type"] != "response.done":
                pass
            expected = number * (20 * 4 + 10 * 16) / 10**6
            eventually(
                lambda: abs(tollgate.metric("tollgate_cost_usd_total", workflow="w") - expected) < 1e-12,  # noqa: B023
                what=f"{expected} USD",
            )
            assert len(tollgate.calls()) == number


def test_two_sockets_of_one_session_bill_a_response_once(make_upstream, make_tollgate):
    upstream = make_upstream(realtime_session)
    tollgate = make_tollgate({"openai": upstream.url})
    for _ in range(2):
        with opened(tollgate, "/openai/v1/realtime?call_id=rtc_1") as socket:
            socket.recv()
            socket.send(event("response.create"))
            while json.loads(socket.recv())["type"] != "response.done":
                pass
    calls = responses_of(rows(tollgate, 4))
    assert [call["usage_source"] for call in calls] == ["provider", "none"]


def test_a_response_that_cannot_be_admitted_is_not_asked_for(make_upstream, make_tollgate):
    asked = []

    def script(socket):
        for message in socket:
            asked.append(message)

    upstream = make_upstream(script)
    tollgate = make_tollgate({"openai": upstream.url}, config={"limits": {"in_flight": 2}})
    with opened(tollgate, "/openai/v1/responses") as socket:
        socket.send(event("response.create", model="gpt-4.1", input="one"))
        eventually(lambda: len(asked) == 1, what="the first")
        socket.send(event("response.create", model="gpt-4.1", input="two"))
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=20)
        assert (socket.close_code, socket.close_reason) == (1013, "tollgate: too_many_in_flight")
    assert len(asked) == 1


def test_unmetered_sockets_follow_the_policy(make_upstream, make_tollgate):
    upstream = make_upstream(lambda socket: socket.recv())
    denying = make_tollgate({"other": upstream.url}, config={"unmetered": "deny"})
    with pytest.raises(InvalidStatus) as problem:
        connect(f"ws://127.0.0.1:{denying.port}/other/socket", proxy=None)
    assert problem.value.response.status_code == 403
    allowing = make_tollgate({"other": upstream.url})
    with opened(allowing, "/other/socket") as socket:
        socket.send("anything")
    row = rows(allowing, 1)[0]
    assert (row["cost_source"], row["cost_pico_usd"]) == ("unmetered", None)


# --- Responses over WebSocket

LANES = Path(__file__).parent / "fixtures" / "openai-responses-socket" / "parallel-lanes.json"


def test_responses_in_parallel_lanes_are_calls_of_their_own(make_upstream, make_tollgate):
    fixture = json.loads(LANES.read_text())

    def play(socket):
        for frame in fixture["frames"]:
            if frame["from"] == "client":
                assert json.loads(socket.recv()) == frame["data"]
            else:
                socket.send(json.dumps(frame["data"]))
        socket.recv()

    upstream = make_upstream(play)
    tollgate = make_tollgate({"openai": upstream.url})
    with opened(tollgate, "/openai/v1/responses") as socket:
        for frame in fixture["frames"]:
            if frame["from"] == "client":
                socket.send(json.dumps(frame["data"]))
            else:
                assert json.loads(socket.recv(timeout=20)) == frame["data"]
    calls = responses_of(rows(tollgate, 1 + len(fixture["expect"])))
    found = {call["provider_response_id"]: call for call in calls}
    for identity, expect in fixture["expect"].items():
        call = found[None if identity == "none" else identity]
        for name, value in expect.items():
            actual = [tool["name"] for tool in call["tool_calls"]] if name == "tool_names" else call[name]
            if name == "usage":
                actual = {key: count for key, count in actual.items() if count}
            assert actual == value, (identity, name)


# --- Back-pressure


@pytest.mark.parametrize("direction", ["down", "up"])
def test_an_end_that_reads_slowly_bounds_memory(direction, make_tollgate):
    total = 96 * 1024 * 1024
    part = 1024 * 1024
    frame = (plain if direction == "down" else masked)(Opcode.BINARY, os.urandom(part))
    sent = 0

    def pour(peer):
        nonlocal sent
        for _ in range(total // part):
            peer.sendall(frame)
            sent += part

    finished = threading.Event()
    received = []

    def script(peer):
        if direction == "down":
            pour(peer)
            finished.wait(60)
        else:
            finished.wait(60)
            received.append(len(receive(peer, len(frame) * (total // part))))

    upstream = RawUpstream(script)
    tollgate = make_tollgate({"openai": upstream.url})
    with RawClient(tollgate.port, seconds=60) as client:
        client.send(opening("/openai/v1/realtime", tollgate.port))
        receive_head(client.socket)
        before = tollgate.rss_bytes()
        if direction == "up":
            writer = threading.Thread(target=pour, args=(client.socket,))
            writer.start()
        stalled = -1
        while stalled != sent:
            stalled = sent
            time.sleep(0.7)
        assert sent < total / 2, "nothing was held back"
        assert tollgate.rss_bytes() - before < 16 * 1024 * 1024
        if direction == "down":
            assert len(receive(client.socket, len(frame) * (total // part))) == len(frame) * (total // part)
        finished.set()
        if direction == "up":
            writer.join(timeout=60)
            upstream.finish()
            assert received == [len(frame) * (total // part)]


# --- SDKs


def test_the_openai_package_speaks_realtime_through_tollgate(make_upstream, make_tollgate):
    upstream = make_upstream(realtime_session)
    tollgate = make_tollgate({"openai": upstream.url})
    client = openai.OpenAI(base_url=f"{tollgate.url}/openai/v1", api_key="sk-test", max_retries=0)
    with client, client.realtime.connect(model="gpt-realtime") as connection:
        assert connection.recv().type == "session.created"
        connection.response.create()
        events = [connection.recv() for _ in range(3)]
    assert [one.type for one in events] == ["response.created", "response.output_text.delta", "response.done"]
    assert events[2].response.usage.total_tokens == 30
    assert [call["model"] for call in responses_of(rows(tollgate, 2))] == ["gpt-realtime"]
    assert upstream.requests[0].headers["Authorization"] == "Bearer sk-test"


def test_the_openai_package_speaks_responses_over_a_socket(make_upstream, make_tollgate):
    def script(socket):
        request = json.loads(socket.recv())
        assert (request["type"], request["model"]) == ("response.create", "gpt-4.1")
        base = {"id": "resp_sdk", "object": "response", "created_at": 1, "model": "gpt-4.1-2025-04-14", "output": []}
        base |= {"parallel_tool_calls": True, "tool_choice": "auto", "tools": []}
        socket.send(event("response.created", sequence_number=0, response=base | {"status": "in_progress"}))
        usage = {"input_tokens": 36, "input_tokens_details": {"cached_tokens": 4}, "output_tokens": 8}
        usage |= {"output_tokens_details": {"reasoning_tokens": 3}, "total_tokens": 44}
        done = base | {"status": "completed", "usage": usage}
        socket.send(event("response.completed", sequence_number=1, response=done))
        socket.recv()

    upstream = make_upstream(script)
    tollgate = make_tollgate({"openai": upstream.url})
    client = openai.OpenAI(base_url=f"{tollgate.url}/openai/v1", api_key="sk-test", max_retries=0)
    with client, client.responses.connect() as connection:
        connection.response.create(model="gpt-4.1", input="Say hello.")
        assert [connection.recv().type for _ in range(2)] == ["response.created", "response.completed"]
    call = responses_of(rows(tollgate, 2))[0]
    assert (call["model_requested"], call["model"], call["finish_reason"]) == (
        "gpt-4.1",
        "gpt-4.1-2025-04-14",
        "completed",
    )
    assert figures(call) == (32, 4, 5, 3, 0, 0)
    assert call["cost_source"] == "priced"


async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


@pytest.mark.skipif(
    shutil.which("openssl") is None, reason="SKIPPED: there is no openssl command to make a certificate"
)
def test_googles_package_speaks_live_through_tollgate(make_upstream, make_tollgate, tmp_path, monkeypatch):
    """The package opens its sockets by TLS only, so something in front of Tollgate takes that off."""
    path, key = certificate(tmp_path, "front")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))

    def script(socket):
        assert json.loads(socket.recv())["setup"]["model"] == "models/gemini-3.1-flash-live-preview"
        # Google sends JSON in binary frames.
        socket.send(b'{"setupComplete":{}}')
        json.loads(socket.recv())
        socket.send(b'{"serverContent":{"modelTurn":{"parts":[{"text":"Hello"}]}}}')
        usage = b'{"promptTokenCount":9,"responseTokenCount":4,"thoughtsTokenCount":2,"totalTokenCount":13}'
        socket.send(b'{"serverContent":{"turnComplete":true},"usageMetadata":' + usage + b"}")
        socket.recv()

    async def talk() -> list:
        async def accept(reader, writer):
            there = await asyncio.open_connection("127.0.0.1", tollgate.port)
            await asyncio.gather(pipe(reader, there[1]), pipe(there[0], writer), return_exceptions=True)

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path, key)
        front = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=context)
        url = f"https://127.0.0.1:{front.sockets[0].getsockname()[1]}/gemini"
        client = genai.Client(api_key="AIza-test", http_options=types.HttpOptions(base_url=url))
        config = {"response_modalities": ["TEXT"]}
        async with client.aio.live.connect(model="gemini-3.1-flash-live-preview", config=config) as session:
            await session.send_client_content(turns={"role": "user", "parts": [{"text": "Hi"}]}, turn_complete=True)
            return [message async for message in session.receive()]

    upstream = make_upstream(script)
    tollgate = make_tollgate({"gemini": upstream.url})
    messages = asyncio.run(talk())
    assert messages[0].text == "Hello" and messages[-1].usage_metadata.total_token_count == 13
    call = responses_of(rows(tollgate, 2))[0]
    assert (call["model"], call["finish_reason"]) == ("gemini-3.1-flash-live-preview", "turn_complete")
    assert figures(call) == (9, 0, 4, 2, 0, 0)
    assert upstream.requests[0].headers["x-goog-api-key"] == "AIza-test"
