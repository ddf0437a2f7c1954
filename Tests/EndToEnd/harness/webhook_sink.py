"""A receiver of alerts that tells real messages by the public `standardwebhooks` package."""

import base64
import json
import secrets
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks.webhooks import Webhook

from harness import canary

SECRET = canary.watch("whsec_" + base64.b64encode(secrets.token_bytes(30)).decode())


@dataclass
class Delivery:
    """One attempt as it came."""

    id: str
    path: str
    headers: dict[str, str]
    body: dict
    status: int


class WebhookSink:
    """An HTTP server that takes what verifies, unless `answer` says otherwise; anything that does not verify is a problem."""

    def __init__(self, port: int = 0, secret: str | None = SECRET, tls: ssl.SSLContext | None = None):
        self.deliveries: list[Delivery] = []
        self.problems: list[str] = []
        self.answer: Callable[[dict], tuple[int, dict[str, str], bytes]] = lambda body: (204, {}, b"")
        webhook = Webhook(secret) if secret else None
        sink = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                raw = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                if webhook:
                    try:
                        webhook.verify(raw, headers)
                    except Exception as error:
                        sink.problems.append(f"{type(error).__name__}: {error}")
                canary.heard("a message to a receiver", raw, str(self.headers).encode())
                body = json.loads(raw)
                status, fields, reply = sink.answer(body)
                identity = headers.get("webhook-id", "")
                sink.deliveries.append(Delivery(identity, self.path, headers, body, status))
                try:
                    self.send_response(status)
                    for name, value in ({"content-length": str(len(reply))} | fields).items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(reply)
                except OSError:
                    # Who asks for less than everything hangs up.
                    self.close_connection = True

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    @property
    def taken(self) -> list[Delivery]:
        return [delivery for delivery in self.deliveries if 200 <= delivery.status < 300]

    def of_type(self, kind: str) -> list[Delivery]:
        return [delivery for delivery in self.taken if delivery.body.get("type") == kind]
