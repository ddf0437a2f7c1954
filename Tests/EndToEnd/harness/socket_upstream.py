"""An upstream of WebSockets that does what a test has it do, and the recorded sessions that it can play."""

import csv
import json
import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from websockets.http11 import Request, Response
from websockets.sync.client import ClientConnection, connect
from websockets.sync.server import ServerConnection, serve

from harness.recording import recordings_folder

Script = Callable[[ServerConnection], None]


class SocketUpstream:
    """Listens on a free port of loopback; `script` is called once a socket, on a thread of its own."""

    def __init__(self, script: Script, **options):
        self.script = script
        self.requests: list[Request] = []
        self.problems: list[BaseException] = []
        self.refusal: Callable[[ServerConnection, Request], Response | None] | None = None
        options = {"compression": None, "ping_interval": None, "max_size": None} | options
        self._server = serve(self._run, "127.0.0.1", 0, process_request=self._opened, **options)
        self.port = self._server.socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _opened(self, socket: ServerConnection, request: Request) -> Response | None:
        self.requests.append(request)
        return self.refusal(socket, request) if self.refusal else None

    def _run(self, socket: ServerConnection):
        try:
            self.script(socket)
        except BaseException as problem:
            self.problems.append(problem)
            raise

    def close(self):
        self._server.shutdown()


@contextmanager
def opened(tollgate, path: str, **options):
    """A socket through Tollgate, as the package's own client opens it."""
    options = {"compression": None, "ping_interval": None, "max_size": None, "proxy": None} | options
    with connect(f"ws://127.0.0.1:{tollgate.port}{path}", **options) as socket:
        yield socket


def call_id(socket: ClientConnection) -> str:
    return socket.response.headers["x-tollgate-call"]


@dataclass
class SocketRecording:
    name: str
    provider: str
    target: str
    frames: list[dict]
    index: dict[str, str]

    def __str__(self) -> str:
        return self.name

    def sessions(self) -> list[list[dict]]:
        """The frames of each socket: some recordings have several, one behind the close of another."""
        sessions: list[list[dict]] = [[]]
        for frame in self.frames:
            if frame["kind"] == "close":
                sessions.append([])
            else:
                sessions[-1].append(frame)
        return [session for session in sessions if session]

    def usages(self) -> list[dict]:
        """The usage objects of the responses, as the index has them; else of the messages."""
        if self.index["usage_merged_or_all"]:
            return json.loads(self.index["usage_merged_or_all"])["all_usage_messages"]
        if self.index["usage_last_raw"]:
            return [json.loads(self.index["usage_last_raw"])]
        messages = [json.loads(frame["data"]) for frame in self.frames if "data" in frame]
        return [message["usage"] for message in messages if message.get("type") == "response.done"]

    def transcriptions(self) -> list[dict]:
        text = self.index["usage_merged_or_all"]
        return json.loads(text)["transcription_usage"] if text else []


def socket_recordings() -> list[SocketRecording]:
    """The recorded sessions; empty where the folder is absent."""
    folder = recordings_folder()
    if not folder.is_dir():
        return []
    with open(folder / "INDEX.tsv", newline="") as lines:
        index = {row["name"]: row for row in csv.DictReader(lines, delimiter="\t")}
    found = []
    for path in sorted(folder.glob("*-*/*.json")):
        content = json.loads(path.read_text())
        if "frames" in content:
            url = urlsplit(content["request"]["url"])
            target = url.path + (f"?{url.query}" if url.query else "")
            name = f"{path.parent.name}/{path.stem}"
            found.append(SocketRecording(name, content["provider"], target, content["frames"], index[name]))
    return found
