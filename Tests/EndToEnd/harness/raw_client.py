"""A client of raw sockets: what it sends and what it sees are exact bytes."""

import socket

from harness import canary
from harness.http_bytes import LAST_CHUNK, ByteReader, Head, Message, Truncated, chunk, request_head


class RawClient:
    """One connection. Every wait has a limit, so that a proxy that hangs fails a test instead of stopping it."""

    def __init__(self, port: int, seconds: float = 30, receive_buffer_bytes: int | None = None):
        self.socket = socket.socket()
        if receive_buffer_bytes:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer_bytes)
        self.socket.settimeout(seconds)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = port
        self.reader = ByteReader(self._receive)

    def __enter__(self) -> "RawClient":
        return self

    def __exit__(self, *_):
        self.close()

    def _receive(self) -> bytes:
        try:
            part = self.socket.recv(65536)
        except ConnectionError:
            return b""
        canary.heard("a reply", part)
        return part

    def close(self):
        self.socket.close()

    def reset(self):
        """Ends the connection with RST rather than FIN."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()

    def send(self, data: bytes):
        self.socket.sendall(data)

    def send_request(
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        fields: list[tuple[str, str]] = (),
        chunked: bool = False,
    ):
        """Sends a whole request. `Host` and the framing are added unless they are among `fields`."""
        fields = list(fields)
        names = {name.lower() for name, _ in fields}
        if "host" not in names:
            fields.insert(0, ("Host", f"127.0.0.1:{self.port}"))
        if body is not None and chunked:
            fields.append(("Transfer-Encoding", "chunked"))
            parts = b"".join(chunk(body[at : at + 1000]) for at in range(0, len(body), 1000)) + LAST_CHUNK
            self.send(request_head(method, target, fields) + parts)
            return
        if body is not None and "content-length" not in names:
            fields.append(("Content-Length", str(len(body))))
        self.send(request_head(method, target, fields) + (body or b""))

    def read_head(self) -> Head:
        """The next final head; informational ones before it are dropped."""
        while True:
            head = self.reader.head()
            if head is None:
                raise Truncated(b"")
            if head.status >= 200:
                return head

    def read_informational(self) -> Head:
        head = self.reader.head()
        assert head is not None and head.status < 200, f"an informational response was expected, not {head}"
        return head

    def body_parts(self, head: Head, method: str = "POST"):
        """The parts of the body that follows `head`, as they come."""
        if method == "HEAD" or head.status in (204, 304):
            return
        if "chunked" in (head.get("transfer-encoding") or "").lower():
            yield from self.reader.chunks()
        elif head.get("content-length") is not None:
            left = int(head.get("content-length"))
            while left:
                part = self.reader.some()
                if not part:
                    raise Truncated(b"")
                self.reader.buffer = part[left:]
                part = part[:left]
                left -= len(part)
                yield part
        else:
            while part := self.reader.some():
                yield part

    def body_parts_of_stream(self):
        """The parts of a chunked body whose head has been read."""
        yield from self.reader.chunks()

    def read_response(self, method: str = "POST") -> Message:
        head = self.read_head()
        body = b""
        try:
            for part in self.body_parts(head, method):
                body += part
        except Truncated as problem:
            return Message(head, body + problem.body, is_whole=False)
        return Message(head, body)

    def ask(self, method: str, target: str, body: bytes | None = None, fields=(), chunked: bool = False) -> Message:
        self.send_request(method, target, body, fields, chunked)
        return self.read_response(method)

    def is_closed_by_peer(self, seconds: float = 10) -> bool:
        """Whether the peer closes within the limit, sending nothing more."""
        self.socket.settimeout(seconds)
        try:
            return self.reader.some() == b""
        except TimeoutError:
            return False


def ask(port: int, method: str, target: str, body: bytes | None = None, fields=(), chunked: bool = False) -> Message:
    """One request over a connection of its own."""
    with RawClient(port) as client:
        return client.ask(method, target, body, fields, chunked)
