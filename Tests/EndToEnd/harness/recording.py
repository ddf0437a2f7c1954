"""Recorded exchanges in one neutral form: a JSON file with a request, a reply and where it comes from."""

import base64
import csv
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from harness.tollgate_process import REPOSITORY

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"

# Header fields that a replay makes anew: they belong to the connection or to the recorder.
_REPLACED = {
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "content-encoding",
    "keep-alive",
    "accept-encoding",
}


@dataclass
class Recording:
    name: str
    provider: str
    api: str
    method: str
    target: str
    request_fields: list[tuple[str, str]]
    request_body: bytes
    status: int
    reply_fields: list[tuple[str, str]]
    reply_body: bytes
    framing: str
    # The cassette that it was taken from, which has the exchanges of one test, and its place there.
    conversation: str | None = None
    place: int = 0
    # What the index of the shared recordings says: counts of tool calls.
    index: dict[str, str] = field(default_factory=dict)
    # What our own fixtures say must come out, written by hand.
    expect: dict = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.provider}-{self.api}/{self.name}"

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


def _body(side: dict) -> bytes:
    if side.get("body_base64") is not None:
        return base64.b64decode(side["body_base64"])
    return (side.get("body") or "").encode()


def _fields(side: dict) -> list[tuple[str, str]]:
    kept = []
    for name, value in (side.get("headers") or {}).items():
        if name.lower() not in _REPLACED:
            kept += [(name, one) for one in (value if isinstance(value, list) else [value])]
    return kept


def _recording(path: Path, content: dict, index: dict[str, dict] | None = None) -> Recording:
    request, reply = content["request"], content["response"]
    url = urlsplit(request["url"])
    key = f"{path.parent.name}/{path.stem}"
    return Recording(
        name=path.stem,
        provider=content["provider"],
        api=content["api"],
        # Some recorders write the method in lower case, which no client sends.
        method=request["method"].upper(),
        target=_target(url),
        request_fields=_fields(request),
        request_body=_body(request),
        status=reply["status"],
        reply_fields=_fields(reply),
        reply_body=_body(reply),
        framing=reply["framing"],
        conversation=content.get("conversation"),
        place=content.get("seq", 0),
        index=(index or {}).get(key, {}),
        expect=content.get("expect", {}),
    )


def _target(url: SplitResult) -> str:
    """Path and query; what recorders put in the place of a project's name is no URL until its brackets are encoded."""
    target = url.path + (f"?{url.query}" if url.query else "")
    target = target.replace("<", "%3C").replace(">", "%3E")
    return target if target.startswith("/") else f"/{target}"


def recordings_folder() -> Path:
    """Recordings of others, which stay out of the project."""
    return Path(os.environ.get("TOLLGATE_RECORDINGS", REPOSITORY / "../shared/recordings")).resolve()


def shared_recordings() -> list[Recording]:
    """Every shared recording of an exchange over HTTP; empty where the folder is absent."""
    folder = recordings_folder()
    if not folder.is_dir():
        return []
    with open(folder / "INDEX.tsv", newline="") as lines:
        index = {row["name"]: row for row in csv.DictReader(lines, delimiter="\t")}
    return _load_all(folder, index)


def own_fixtures() -> list[Recording]:
    """The fixtures that this project wrote."""
    return _load_all(FIXTURES, None)


def _load_all(folder: Path, index: dict | None) -> list[Recording]:
    """Every exchange over HTTP, by API; those over WebSockets are told apart by their frames."""
    found = []
    for path in sorted(folder.glob("*-*/*.json")):
        content = json.loads(path.read_text())
        if "frames" not in content:
            found.append(_recording(path, content, index))
    return found
