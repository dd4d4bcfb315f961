"""Requests that we make to others: only https, only to public addresses, without redirects, small, and over in time."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException
from threading import Thread
from urllib.parse import urlsplit

from chalicelib.errors import Refused
from chalicelib.intake.addresses import is_public


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


@dataclass(frozen=True)
class Limits:
    """Where we connect to, and for how long: `seconds` is all the time there is, from the name to the last byte."""

    allows: Callable[[str], bool] = is_public
    trust: Callable[[], ssl.SSLContext] = _trust
    port: int = 443
    seconds: float = 5.0
    largest: int = 256 * 1024


def fetch(url: str, limits: Limits = Limits()) -> bytes:
    """GET an https URL's bytes. Raises Refused when it leads to where we do not go or is answered with anything but a
    success, and OSError when it cannot be had within the time."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise Refused("the URL is none") from error
    if parts.scheme != "https" or not host or port not in (None, 443):
        raise Refused("only https URLs on port 443 are fetched")
    call = _Call(host, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), limits)
    thread = Thread(target=call.run, daemon=True)
    thread.start()
    thread.join(limits.seconds)
    if thread.is_alive():
        call.abandon()
        raise OSError(f"{host} did not answer within {limits.seconds:g} s")
    if call.error:
        raise call.error
    return call.content


class _Call:
    """One GET, made in a thread of its own: whoever waits for it can stop waiting, however slowly the other side goes
    on sending."""

    def __init__(self, host: str, target: str, limits: Limits) -> None:
        self.host, self.target, self.limits = host, target, limits
        self.content = b""
        self.error: OSError | None = None
        self._socket: socket.socket | None = None

    def run(self) -> None:
        try:
            self.content = self._get()
        except OSError as error:
            self.error = error
        except (HTTPException, ValueError) as error:
            self.error = OSError(f"{self.host} answered no HTTP: {type(error).__name__}")

    def abandon(self) -> None:
        """End the call: what it waits for fails at once."""
        if self._socket:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def _get(self) -> bytes:
        plain = socket.create_connection((self._address(), self.limits.port), self.limits.seconds)
        wrapped = self.limits.trust().wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
        self._socket = wrapped
        with contextlib.closing(HTTPConnection(self.host)) as connection:
            connection.sock = wrapped
            wrapped.do_handshake()
            connection.request("GET", self.target, headers={"Connection": "close"})
            answer = connection.getresponse()
            content = answer.read(self.limits.largest + 1)
        if answer.status >= 500:
            raise OSError(f"{self.host} answered {answer.status}")
        if answer.status != 200 or len(content) > self.limits.largest:
            raise Refused(f"{self.host} answered {answer.status} with {len(content)} bytes")
        return content

    def _address(self) -> str:
        """One address of the host, all of which must be allowed; the connection is made to this very one."""
        try:
            found = [str(info[4][0]) for info in socket.getaddrinfo(self.host, 443, type=socket.SOCK_STREAM)]
        except socket.gaierror as error:
            unknown = error.errno in (socket.EAI_NONAME, socket.EAI_NODATA)
            raise (Refused if unknown else OSError)(f"{self.host} has no address") from error
        if not all(map(self.limits.allows, found)):
            raise Refused(f"{self.host} has an address that is not public")
        return found[0]
