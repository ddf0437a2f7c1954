"""Secrets of the session, and a watch on everything that Tollgate writes or says: none of them may be in it."""

import secrets
from collections.abc import Iterator
from pathlib import Path

CANARY = "canary" + secrets.token_hex(12)
# The key of a provider that every proxy has and that nobody calls.
KEY = f"sk-{CANARY}"
# How a process gets it.
VARIABLE = "CANARY_KEY"

# Nowhere: not at rest, and not in what is said.
_hidden: set[bytes] = {KEY.encode()}
# Not at rest. Whoever asked for one was told it once.
_told: set[bytes] = set()
_places: set[Path] = set()
_found: list[str] = []


def watch(secret: str, is_told: bool = False) -> str:
    """Looks out for one more secret; its last 20 characters are enough to be it."""
    (_told if is_told else _hidden).add(secret.encode()[-20:])
    return secret


def watch_place(*paths: Path):
    """What is in these files and folders is searched when the session ends."""
    _places.update(paths)


def heard(what: str, *parts: bytes):
    """Something that Tollgate said."""
    _found.extend(f"{what} has a secret" for part in parts if any(secret in part for secret in _hidden))


def leaks() -> list[str]:
    """Where a secret was heard, or stands now."""
    stand = [str(path) for path in _files() if _holds(path, _hidden | _told)]
    return _found + stand


def _files() -> Iterator[Path]:
    for place in _places:
        yield from (path for path in ([place] if place.is_file() else place.rglob("*")) if path.is_file())


def _holds(path: Path, wanted: set[bytes]) -> bool:
    """Reads in parts that overlap, so that a large file takes no memory."""
    longest = max(map(len, wanted))
    rest = b""
    with open(path, "rb") as file:
        while part := file.read(1 << 20):
            # Most of the file of calls in flight is empty.
            if part.strip(b"\0") and any(secret in rest + part for secret in wanted):
                return True
            rest = part[-longest:]
    return False
