"""What a reference says of one exchange, and the framings of bodies. Slow and plain on purpose: whole bodies, no state machines."""

import binascii
import json
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal


def loads(text: str | bytes):
    """JSON whose fractions keep every digit."""
    return json.loads(text, parse_float=Decimal)


def count(value) -> int:
    """A count, however it is written; nothing where it is none."""
    if isinstance(value, str) and value.isdigit():
        return int(value)
    if isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


@dataclass
class Reading:
    """What one exchange says. `usages` has one entry a model that was billed; its model is None for the one that answered."""

    usages: list[tuple[str | None, Counter]] = field(default_factory=list)
    model: str | None = None
    # The model that is priced, where the reply's own name for it is its customer's.
    model_priced: str | None = None
    response_id: str | None = None
    context: dict[str, str] = field(default_factory=dict)
    tool_calls: list[tuple[str, str]] = field(default_factory=list)
    server_tool_calls: Counter = field(default_factory=Counter)
    finish_reason: str | None = None
    error: str | None = None
    # The replies of a body that holds several, by their ids.
    item_ids: list[str] = field(default_factory=list)
    # What the provider says that the call cost, in USD.
    reported_cost: Decimal | None = None

    @property
    def has_usage(self) -> bool:
        return bool(self.usages)

    @property
    def total(self) -> Counter:
        """Every cell over all models."""
        total = Counter()
        for _, cells in self.usages:
            total.update(cells)
        return total


def events(body: bytes) -> list[tuple[str | None, dict]]:
    """The events of a stream whose data is JSON, with their names."""
    found, name, data = [], None, []
    for line in body.decode("utf-8", "replace").replace("\r\n", "\n").split("\n"):
        if line.startswith("event:"):
            name = line[6:].strip()
        elif line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
        elif not line:
            text = "\n".join(data).strip()
            if text and text != "[DONE]":
                found.append((name, loads(text)))
            name, data = None, []
    return found


def lines(body: bytes) -> list[dict]:
    """The documents of a body that has one on each line."""
    return [loads(line) for line in body.decode("utf-8", "replace").splitlines() if line.strip()]


def frames(body: bytes) -> list[tuple[dict[str, str], bytes]]:
    """The messages of an `application/vnd.amazon.eventstream` body: their string headers and their payload."""
    found, at = [], 0
    while at < len(body):
        total, headers_length, prelude = (int.from_bytes(body[at + 4 * i : at + 4 * i + 4]) for i in range(3))
        assert binascii.crc32(body[at : at + 8]) == prelude
        message = body[at : at + total]
        assert binascii.crc32(message[:-4]) == int.from_bytes(message[-4:])
        headers, place = {}, 12
        while place < 12 + headers_length:
            length = message[place]
            name = message[place + 1 : place + 1 + length].decode()
            place += 1 + length
            assert message[place] == 7, "only strings are expected here"
            size = int.from_bytes(message[place + 1 : place + 3])
            headers[name] = message[place + 3 : place + 3 + size].decode()
            place += 3 + size
        found.append((headers, message[12 + headers_length : -4]))
        at += total
    return found


def tokens_as_reported(cells: Counter) -> dict:
    """Cells in the form of the control API's `usage`: all of its keys but `cache_write`, which has only what was written."""
    writes = {
        "in.write": "other",
        "in.write.5m": "5m",
        "in.write.30m": "30m",
        "in.write.1h": "1h",
        "in.write.12h": "12h",
    }
    return {
        "input": cells["in"],
        "cached_input": sum(cells[f"in.cached{medium}"] for medium in ("", ".audio", ".image", ".video")),
        "cache_write": {ttl: cells[cell] for cell, ttl in writes.items() if cells[cell]},
        "output": cells["out"],
        "reasoning": cells["out.reasoning"],
        "audio_input": cells["in.audio"],
        "audio_output": cells["out.audio"],
        "image_input": cells["in.image"],
        "image_output": cells["out.image"],
        "video_input": cells["in.video"],
        "video_output": cells["out.video"],
    }
