"""A collector of traces: takes OTLP over HTTP and decodes it with OpenTelemetry's own messages."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass
class Exported:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    request: ExportTraceServiceRequest
    status: int

    @property
    def spans(self) -> list[Span]:
        return [span for one in self.request.resource_spans for scope in one.scope_spans for span in scope.spans]


Answer = Callable[[int], tuple[int, dict[str, str], bytes]]


def taken(_number: int) -> tuple[int, dict[str, str], bytes]:
    return 200, {"content-type": "application/x-protobuf"}, ExportTraceServiceResponse().SerializeToString()


class TraceCollector:
    """An HTTP server that answers the n-th request as `answer` says; what cannot be decoded is a problem."""

    def __init__(self, answer: Answer = taken):
        self.exports: list[Exported] = []
        self.problems: list[str] = []
        self.answer = answer
        collector = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                raw = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                request = ExportTraceServiceRequest()
                try:
                    if request.ParseFromString(raw) != len(raw) or request.SerializeToString() != raw:
                        # The Python package writes fields in order and leaves defaults out, as proto3's canonical form has it.
                        collector.problems.append("the bytes are not the canonical ones of what they say")
                except Exception as error:
                    collector.problems.append(f"{type(error).__name__}: {error}")
                status, fields, reply = collector.answer(len(collector.exports) + 1)
                collector.exports.append(Exported(self.path, headers, request, status))
                try:
                    self.send_response(status)
                    for name, value in ({"content-length": str(len(reply))} | fields).items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(reply)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def spans(self) -> list[Span]:
        """Every span that was taken."""
        return [span for export in self.exports if export.status == 200 for span in export.spans]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def attributes(holder) -> dict:
    """The attributes of a span or a resource, by name, as Python values; a name twice is an error."""
    found = {}
    for entry in holder.attributes:
        assert entry.key not in found, f"{entry.key} stands twice"
        found[entry.key] = _value(entry.value)
    return found


def _value(value):
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(one) for one in value.array_value.values]
    return getattr(value, kind)
