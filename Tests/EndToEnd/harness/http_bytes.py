"""HTTP/1.1 messages as bytes: only what a test needs to make them and to see exactly what came."""

from dataclasses import dataclass, field


@dataclass
class Head:
    """A start line and its header fields, in order and spelling as they came."""

    start: bytes
    fields: list[tuple[bytes, bytes]]
    raw: bytes

    @classmethod
    def parse(cls, raw: bytes) -> "Head":
        lines = raw.split(b"\r\n")
        fields = []
        for line in lines[1:]:
            if line:
                name, _, value = line.partition(b":")
                fields.append((name, value.strip(b" \t")))
        return cls(lines[0], fields, raw)

    def all(self, name: str) -> list[str]:
        wanted = name.lower().encode()
        return [value.decode("latin-1") for key, value in self.fields if key.lower() == wanted]

    def get(self, name: str) -> str | None:
        values = self.all(name)
        return values[0] if values else None

    @property
    def names(self) -> set[str]:
        return {key.lower().decode("latin-1") for key, _ in self.fields}

    @property
    def status(self) -> int:
        return int(self.start.split(b" ")[1])

    @property
    def method(self) -> str:
        return self.start.split(b" ")[0].decode("latin-1")

    @property
    def target(self) -> str:
        return self.start.split(b" ")[1].decode("latin-1")


@dataclass
class Message:
    """A whole message: its head, its body with transfer coding removed, and whether its own framing was satisfied."""

    head: Head
    body: bytes = b""
    is_whole: bool = True
    informational: list[Head] = field(default_factory=list)

    @property
    def status(self) -> int:
        return self.head.status


class Truncated(Exception):
    """The connection ended before the message did. Holds the bytes of the body that came."""

    def __init__(self, body: bytes):
        super().__init__(f"the connection ended in the middle of a message, after {len(body)} bytes of its body")
        self.body = body


class ByteReader:
    """Reads lines and counted bytes from a socket-like `receive() -> bytes`, which returns nothing at the end."""

    def __init__(self, receive):
        self.receive = receive
        self.buffer = b""

    def more(self) -> bool:
        part = self.receive()
        self.buffer += part
        return bool(part)

    def until(self, mark: bytes) -> bytes | None:
        """Everything up to and with `mark`; nothing where the peer closed before its first byte."""
        while mark not in self.buffer:
            if not self.more():
                if not self.buffer:
                    return None
                raise Truncated(self.buffer)
        end = self.buffer.index(mark) + len(mark)
        found, self.buffer = self.buffer[:end], self.buffer[end:]
        return found

    def exactly(self, count: int) -> bytes:
        parts = [self.buffer]
        held = len(self.buffer)
        self.buffer = b""
        while held < count:
            part = self.receive()
            if not part:
                raise Truncated(b"".join(parts))
            parts.append(part)
            held += len(part)
        whole = b"".join(parts)
        self.buffer = whole[count:]
        return whole[:count]

    def some(self) -> bytes:
        """At least one byte, or none at the end."""
        if not self.buffer:
            self.more()
        found, self.buffer = self.buffer, b""
        return found

    def head(self) -> Head | None:
        raw = self.until(b"\r\n\r\n")
        return None if raw is None else Head.parse(raw)

    def chunks(self):
        """The parts of a chunked body, one a chunk; reads the trailers and drops them."""
        while True:
            line = self.until(b"\r\n")
            if line is None:
                raise Truncated(b"")
            size = int(line.split(b";")[0], 16)
            if size == 0:
                while self.until(b"\r\n") not in (b"\r\n", None):
                    pass
                return
            yield self.exactly(size)
            self.exactly(2)


def request_head(method: str, target: str, fields: list[tuple[str, str]]) -> bytes:
    lines = [f"{method} {target} HTTP/1.1"] + [f"{name}: {value}" for name, value in fields]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def response_head(status: int, fields: list[tuple[str, str]], reason: str = "Whatever") -> bytes:
    lines = [f"HTTP/1.1 {status} {reason}"] + [f"{name}: {value}" for name, value in fields]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def chunk(part: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(part), part)


LAST_CHUNK = b"0\r\n\r\n"
