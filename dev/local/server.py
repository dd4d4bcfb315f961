"""The HTTP server of the local service: a thread per connection, in front of the gateway."""

from __future__ import annotations

import re
import socket
import sys
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from typing import Any

from dev.local.address import url_of
from dev.local.body import BadBody, TooLarge, read_body
from dev.local.gateway import Answer, Gateway, refusal
from dev.local.lines import Say, of_request

_SILENCE_SECONDS = 30
_LINGER_SECONDS = 2.0
_UNSENDABLE = re.compile(r"[^ -~\xa0-\xff]")


class Server(ThreadingMixIn, TCPServer):
    """Connections wait until there is a gateway and `serve_forever` runs."""

    daemon_threads = True
    block_on_close = False
    gateway: Gateway

    def __init__(self, listener: socket.socket, say: Say) -> None:
        """Of a socket that listens; `say` gets a line for each request."""
        super().__init__(listener.getsockname(), Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.say = say
        self._calls = threading.Condition()
        self._running_calls, self._closed = 0, False

    @property
    def url(self) -> str:
        return url_of(self.socket)

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """What the gateway answers; 503 once it is closed."""
        with self._calls:
            if self._closed:
                return refusal(503, "the service stops")
            self._running_calls += 1
        try:
            return self.gateway.answer(method, target, headers, body)
        finally:
            with self._calls:
                self._running_calls -= 1
                self._calls.notify_all()

    def close_gateway(self, seconds: float) -> None:
        """Take no more requests, and wait for those that are being answered."""
        with self._calls:
            self._closed = True
            self._calls.wait_for(lambda: not self._running_calls, seconds)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    timeout = _SILENCE_SECONDS
    wbufsize = -1  # headers and body leave in one packet

    def version_string(self) -> str:
        return "Signalbox"

    def handle_expect_100(self) -> bool:
        """Let a client that waits for it send its body now."""
        super().handle_expect_100()
        self.wfile.flush()
        return True

    def handle_any(self) -> None:
        """Answer one request, whatever its method."""
        begun = time.monotonic()
        try:
            body = read_body(self.headers, self.rfile)
        except BadBody as error:
            self._refuse(refusal(400, str(error)))
        except TooLarge:
            self._refuse(refusal(413, "body is too large"))
        else:
            self._send(self._answer(body))
        self._log(begun)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = handle_any  # noqa: N815

    def _answer(self, body: bytes) -> Answer:
        headers = {name.lower(): re.sub(r"[\r\n]+\s*", " ", value) for name, value in self.headers.items()}
        target = re.sub(r"^https?://[^/?]*", "", self.path, flags=re.IGNORECASE)
        try:
            return self.server.answer(self.command, target, headers, body)
        except Exception:
            self.server.handle_error(self.request, self.client_address)
            return refusal(500, "internal server error")

    def _refuse(self, answer: Answer) -> None:
        """Answer a request whose body is not read to its end, and close. What still comes is thrown away for a
        while, or the client would see a reset connection in place of the answer."""
        self.close_connection = True
        self._send(answer)
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_WR)
        until = time.monotonic() + _LINGER_SECONDS
        self.connection.settimeout(_LINGER_SECONDS)
        while time.monotonic() < until and self.rfile.read1(65536):
            pass

    def _send(self, answer: Answer) -> None:
        self.status = answer.status
        self.send_response(answer.status)
        for name, values in answer.headers.items():
            for value in values if isinstance(values, list) else [values]:
                self.send_header(name, _UNSENDABLE.sub(" ", str(value)))
        if answer.status != 204:
            self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD" and answer.status != 204:
            self.wfile.write(answer.body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What http.server refuses by itself, such as a request line that is none, in our shape."""
        self.close_connection = True
        self.command = self.command or ""
        self._send(refusal(code, (message or "bad request").lower()))

    def _log(self, begun: float) -> None:
        self.server.say(of_request(self.status, self.command, self.path, time.monotonic() - begun))

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing: `_log` tells of each request."""
