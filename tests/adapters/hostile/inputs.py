"""One input of the hostile corpus: how its request is made, and which integration types it is meant for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

from chalicelib import adapters
from chalicelib.adapters.kit.request import Request

MIB = 1024 * 1024
RECEIVED_AT = datetime(2026, 3, 1, 8, 15, tzinfo=UTC)
EVERY = adapters.slugs()
_ALWAYS = ("aws_cloudwatch", "custom_webhook", "email", "meta_workplace")
_SAMPLE = 1


@dataclass(frozen=True)
class Hostile:
    """An input. `body` makes it for a type; `few` sends it to the types that read most, and to one other that its name
    chooses, since a megabyte costs any reader something."""

    name: str
    body: Callable[[str], bytes]
    content_type: str = "application/json"
    slugs: tuple[str, ...] = EVERY
    few: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def request(self, slug: str) -> Request:
        return Request(
            url="https://signalbox.example.com/integration/int_0123456789ABCD",
            headers={"content-type": self.content_type, **self.headers},
            body=self.body(slug),
            remote_ip="192.0.2.1",
            id="01K0EXAMP1EREQ0EST00000000",
            received_at=RECEIVED_AT,
        )

    def types(self, everything: bool = False) -> tuple[str, ...]:
        """The slugs to send this to. `everything`: all that it is meant for."""
        if everything or not self.few:
            return self.slugs
        start = crc32(self.name.encode()) % len(self.slugs)
        others = [slug for slug in (*self.slugs[start:], *self.slugs[:start]) if slug not in _ALWAYS]
        return (*(slug for slug in _ALWAYS if slug in self.slugs), *others[:_SAMPLE])


def fixed(body: bytes | str) -> Callable[[str], bytes]:
    """The same body for every type."""
    content = body.encode() if isinstance(body, str) else body
    return lambda slug: content


def filled(piece: str, begin: str = "", end: str = "", size: int = MIB) -> Callable[[str], bytes]:
    """`begin`, as many pieces as fit into `size` bytes, `end`; made only when asked for."""

    def make(slug: str) -> bytes:
        room = size - len((begin + end).encode())
        return (begin + piece * (room // len(piece.encode())) + end).encode()

    return make
