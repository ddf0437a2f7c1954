"""The real binary as a process of its own: free ports, its own data directory, its log kept."""

import ctypes
import json
import os
import random
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import yaml

from harness import canary
from harness.waiting import eventually

REPOSITORY = Path(__file__).resolve().parents[3]


def binary() -> str:
    """The binary under test: `TOLLGATE_BINARY`, by default the release build."""
    return os.environ.get("TOLLGATE_BINARY", str(REPOSITORY / ".build/release/tollgate"))


def environment() -> dict[str, str]:
    """What a tollgate process gets: no crash symbolication, no configuration that happens to be set outside."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("OPENAI_", "ANTHROPIC_", "OTEL_", "TOLLGATE_"))
    }
    return kept | {"SWIFT_BACKTRACE": "enable=no", canary.VARIABLE: canary.KEY}


_libc = ctypes.CDLL(None, use_errno=True)


def die_with_the_tests():
    """Asks the kernel to kill a child when the tests end, however they end."""
    set_parent_death_signal = 1
    _libc.prctl(set_parent_death_signal, signal.SIGKILL)


# Below the range that the kernel gives to outgoing connections, which could take a port between its choice and its use.
_PORTS = range(10_240, 32_000)
# Never given to anybody: a port where nobody listens.
NOBODY = "http://127.0.0.1:1"


def free_port() -> int:
    """A port of loopback that nobody uses now."""
    while True:
        with socket.socket() as probe:
            port = random.choice(_PORTS)
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


def run_tollgate(*arguments: str, seconds: float = 60, directory: Path | None = None) -> subprocess.CompletedProcess:
    """Runs a command of the binary to its end."""
    return subprocess.run(
        [binary(), *arguments], capture_output=True, text=True, timeout=seconds, env=environment(), cwd=directory
    )


class Tollgate:
    """`tollgate serve`. The data directory outlives the process, so that a test can start another on it."""

    def __init__(
        self,
        directory: Path,
        upstreams: dict[str, str] | None = None,
        config: dict | None = None,
        data: Path | None = None,
    ):
        self.directory = directory
        self.data = data or directory / "data"
        self.upstreams = upstreams or {}
        self.config = config
        self.process: subprocess.Popen | None = None
        self.log_path = directory / "tollgate.log"
        self.port = 0
        self.control_port = 0

    def __enter__(self) -> "Tollgate":
        return self.start()

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.kill()

    def arguments(self) -> list[str]:
        self.port, self.control_port = free_port(), free_port()
        arguments = ["serve", "--listen", f"127.0.0.1:{self.port}", "--control", f"127.0.0.1:{self.control_port}"]
        arguments += ["--data", str(self.data)]
        watched = {"canary": {"base_url": NOBODY, "key": f"${{{canary.VARIABLE}}}"}}
        config = self.config or {}
        path = self.directory / "tollgate.yaml"
        path.write_text(yaml.safe_dump(config | {"providers": config.get("providers", {}) | watched}))
        path.chmod(0o600)
        arguments += ["--config", str(path)]
        canary.watch_place(self.data, self.log_path)
        for name, url in self.upstreams.items():
            arguments += ["--upstream", f"{name}={url}"]
        return arguments

    def start(self, wait: bool = True) -> "Tollgate":
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [binary(), *self.arguments()],
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=environment(),
                cwd=self.directory,
                preexec_fn=die_with_the_tests,
            )
        if wait:
            eventually(self._is_ready, what="a ready tollgate")
        return self

    def _is_ready(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError(f"tollgate ended with {self.process.returncode} at its start:\n{self.log[-4000:]}")
        return self.get("/readyz")[0] == 200

    @property
    def log(self) -> str:
        return self.log_path.read_text(errors="replace")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def control_url(self) -> str:
        return f"http://127.0.0.1:{self.control_port}"

    def get(self, path: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
        """A reply of the control plane: status, body, header fields by lower-case name; status 0 where nothing answers."""
        request = urllib.request.Request(
            self.control_url + path, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )
        try:
            with urllib.request.urlopen(request, timeout=15) as reply:
                body = reply.read()
                canary.heard(f"GET {path}", body, str(reply.headers).encode())
                return reply.status, body, {name.lower(): value for name, value in reply.headers.items()}
        except urllib.error.HTTPError as problem:
            return problem.code, problem.read(), {name.lower(): value for name, value in problem.headers.items()}
        except OSError:
            return 0, b"", {}

    def json(self, path: str):
        status, body, _ = self.get(path)
        assert status == 200, f"{path}: {status} {body[:500]!r}"
        return json.loads(body)

    def call(self, call_id: str) -> dict:
        """One call of the ledger. A call is settled after its last byte was forwarded, so this waits for its row."""
        return eventually(lambda: self.json(f"/api/v1/calls/{call_id}"), what=f"the row of call {call_id}")

    def calls(self, query: str = "") -> list[dict]:
        """Every call that a query names, over all pages."""
        rows, cursor = [], None
        while True:
            page = self.json(f"/api/v1/calls?limit=1000{query}" + (f"&cursor={cursor}" if cursor else ""))
            rows += page["rows"]
            cursor = page["next"]
            if cursor is None:
                return rows

    def metric(self, name: str, **labels: str) -> float:
        """The sum of the series of a metric that have these labels."""
        return sum(value for found, value in self.series(name) if labels.items() <= found.items())

    def series(self, name: str) -> list[tuple[dict[str, str], float]]:
        from harness.exposition import parse

        return [
            (sample.labels, sample.value) for sample in parse(self.get("/metrics")[1].decode()) if sample.name == name
        ]

    def rss_bytes(self) -> int:
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("no VmRSS")

    def terminate(self) -> int:
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)

    def kill(self):
        """SIGKILL: nothing of the process gets a chance to tidy up."""
        self.process.kill()
        self.process.wait(timeout=30)
