"""A plain HTTP client of the API on the emulator, and waiting for what happens in its own time."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from typing import Any, TypeVar

from dev.e2e import emulator

T = TypeVar("T")
WAIT_SECONDS = 40.0


class Unexpected(Exception):
    """A step did not end as it must; the text says what came instead."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Client:
    """Speaks to the API at `base`, with `token` once there is one, under the name `host` if it is another."""

    base: str
    token: str = ""
    host: str = ""
    context: Any = field(default_factory=emulator.trust)

    def send(
        self, method: str, path: str, body: Any = None, content_type: str = "application/json", token: bool = True
    ) -> Answer:
        """One request; `body` is bytes as they are, or anything else as JSON."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        headers = {"Content-Type": content_type} if data is not None else {}
        if self.host:
            headers["Host"] = self.host
        if token and self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(self.base + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30, context=self.context) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.headers, error.read())

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """One API call that must succeed; answers its JSON. Raises Unexpected."""
        answer = self.send(method, f"/api/v4{path}", body)
        if answer.status not in (200, 201):
            raise Unexpected(f"{method} {path} answered {answer.status}: {answer.body[:500]!r}")
        return answer.json()


def eventually(what: str, look: Callable[[], T | None]) -> T:
    """What `look` finds as soon as it finds it. Raises Unexpected after WAIT_SECONDS."""
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        found = look()
        if found is not None:
            return found
        time.sleep(0.3)
    raise Unexpected(f"{what}: not within {WAIT_SECONDS:.0f} s")


def expect(what: str, found: Any, wanted: Any) -> None:
    """Raise Unexpected unless both are equal."""
    if found != wanted:
        raise Unexpected(f"{what}: {found!r}, not {wanted!r}")
