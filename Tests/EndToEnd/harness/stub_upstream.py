"""An upstream of raw sockets: answers with exact bytes, in parts that the test chooses, and keeps the exact bytes it received."""

import itertools
import random
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from harness.http_bytes import LAST_CHUNK, ByteReader, Head, Truncated, chunk, response_head


@dataclass
class Received:
    """One request as it came: every byte of its head, and its body with transfer coding removed."""

    head: Head
    body: bytes
    connection: int


class Exchange:
    """One request that a stub is answering."""

    def __init__(self, peer: socket.socket, reader: ByteReader, head: Head, connection: int):
        self.peer = peer
        self.reader = reader
        self.head = head
        self.connection = connection
        self.is_closed = False
        self.sent_bytes = 0

    def read_body_parts(self) -> Iterator[bytes]:
        """The parts of the request's body, as they come."""
        if "chunked" in (self.head.get("transfer-encoding") or "").lower():
            yield from self.reader.chunks()
            return
        left = int(self.head.get("content-length") or 0)
        while left:
            part = self.reader.some()
            if not part:
                raise Truncated(b"")
            self.reader.buffer = part[left:]
            part = part[:left]
            left -= len(part)
            yield part

    def read_body(self) -> bytes:
        return b"".join(self.read_body_parts())

    def send(self, data: bytes):
        """Sends everything; `sent_bytes` grows by what the peer's buffers took, also while this waits."""
        view = memoryview(data)
        while view:
            taken = self.peer.send(view)
            self.sent_bytes += taken
            view = view[taken:]

    def respond(self, status: int, body: bytes, fields: list[tuple[str, str]] = (), reason: str = "Whatever"):
        """A reply of fixed length."""
        self.send(response_head(status, [*fields, ("Content-Length", str(len(body)))], reason) + body)

    def close(self):
        """Ends the connection after what was sent."""
        self.is_closed = True
        self.peer.close()

    def reset(self):
        """Ends the connection with RST."""
        self.peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.close()

    def peer_has_left(self, seconds: float = 30) -> bool:
        """Waits until the other side closes; false where it does not within the limit."""
        self.peer.settimeout(seconds)
        try:
            while self.peer.recv(65536):
                pass
            return True
        except TimeoutError:
            return False
        except OSError:
            return True
        finally:
            if self.peer.fileno() >= 0:
                self.peer.settimeout(None)


Answer = Callable[[Exchange], None]


class StubUpstream:
    """Listens on a free port of loopback; `answer` is called once a request, on a thread a connection."""

    def __init__(self, answer: Answer):
        self.answer = answer
        self.received: list[Received] = []
        self.problems: list[BaseException] = []
        self.connections = 0
        self._lock = threading.Lock()
        self._peers: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> "StubUpstream":
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Stops listening and ends every connection."""
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._listener.close()
        with self._lock:
            peers = list(self._peers)
        for peer in peers:
            try:
                peer.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    @property
    def last(self) -> Received:
        return self.received[-1]

    def _accept(self):
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._peers.add(peer)
                self.connections += 1
                number = self.connections
            threading.Thread(target=self._serve, args=(peer, number), daemon=True).start()

    def _serve(self, peer: socket.socket, number: int):
        def receive() -> bytes:
            try:
                return peer.recv(65536)
            except OSError:
                return b""

        reader = ByteReader(receive)
        try:
            while (head := reader.head()) is not None:
                exchange = RecordingExchange(peer, reader, head, number, self)
                self.answer(exchange)
                if exchange.is_closed:
                    return
                exchange.finish_reading()
        except (OSError, Truncated):
            pass  # the proxy ended the connection: what a test wants to know of that, its answer function sees
        except BaseException as problem:  # noqa: BLE001 - shown by the test that owns the stub
            self.problems.append(problem)
        finally:
            with self._lock:
                self._peers.discard(peer)
            peer.close()


class RecordingExchange(Exchange):
    """An exchange whose request is added to the stub's list once its body has been read."""

    def __init__(self, peer, reader, head, connection, stub: StubUpstream):
        super().__init__(peer, reader, head, connection)
        self._stub = stub
        self._is_read = False

    def read_body_parts(self) -> Iterator[bytes]:
        whole = []
        for part in super().read_body_parts():
            whole.append(part)
            yield part
        self._is_read = True
        self._stub.received.append(Received(self.head, b"".join(whole), self.connection))

    def finish_reading(self):
        if not self._is_read:
            self.read_body()


def splits(data: bytes, seed: int | None) -> Iterator[bytes]:
    """`data` in parts of random sizes from a seed; one byte at a time where the seed is none."""
    if seed is None:
        for at in range(len(data)):
            yield data[at : at + 1]
        return
    source = random.Random(seed)
    at = 0
    while at < len(data):
        size = source.choice((1, 2, 3, 5, 17, 64, 300, 1400, 9000))
        yield data[at : at + size]
        at += size


def replay(status: int, fields: list[tuple[str, str]], body: bytes, framing: str, seed: int | None) -> Answer:
    """An answer that sends `body` in random parts. `framing` is `chunked`, `length` or `close`; heads are sent whole."""

    def answer(exchange: Exchange):
        exchange.read_body()
        if status in (204, 304):
            exchange.send(response_head(status, fields))
            return
        if framing == "chunked":
            exchange.send(response_head(status, [*fields, ("Transfer-Encoding", "chunked")]))
            for part in splits(body, seed):
                exchange.send(chunk(part))
            exchange.send(LAST_CHUNK)
        elif framing == "length":
            exchange.send(response_head(status, [*fields, ("Content-Length", str(len(body)))]))
            for part in splits(body, seed):
                exchange.send(part)
        else:
            exchange.send(response_head(status, [*fields, ("Connection", "close")]))
            for part in splits(body, seed):
                exchange.send(part)
            exchange.close()

    return answer


def chat_reply(
    number: int | str = 1, model: str = "gpt-4.1-2025-04-14", prompt: int = 19, completion: int = 10
) -> bytes:
    """A short chat completion with an id of its own, as OpenAI's API words it."""
    return (
        '{"id":"chatcmpl-%s","object":"chat.completion","created":1741569952,"model":"%s","choices":[{"index":0,"message":'
        '{"role":"assistant","content":"Hello!","refusal":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":%d,'
        '"completion_tokens":%d,"total_tokens":%d},"service_tier":"default"}'
        % (number, model, prompt, completion, prompt + completion)
    ).encode()


def numbered_answer(first: int = 1) -> Answer:
    """Answers each request with a chat completion whose id is new."""
    numbers = itertools.count(first)

    def answer(exchange: Exchange):
        exchange.read_body()
        exchange.respond(200, chat_reply(next(numbers)), [("Content-Type", "application/json")])

    return answer
