"""A client of the running service for demonstrations: calls that must succeed, and waiting for what comes later."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")
WAIT_SECONDS = 20.0


class Unexpected(Exception):
    """A step did not end as it must; the text says what came instead."""


def send(url: str, method: str = "GET", body: Any = None, token: str = "") -> Any:
    """Send a request with a JSON body; answers the JSON that came back, None for none. Raises Unexpected."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # never through a proxy: all is local
    try:
        with opener.open(request, timeout=10) as answer:
            content = answer.read()
    except urllib.error.HTTPError as error:
        raise Unexpected(
            f"{method} {url} answered {error.code}: {error.read()[:500].decode(errors='replace')}"
        ) from error
    except OSError as error:
        raise Unexpected(f"{method} {url}: {error}") from error
    return json.loads(content) if content else None


def eventually(what: str, look: Callable[[], T | None]) -> T:
    """What `look` finds as soon as it finds something. Raises Unexpected after WAIT_SECONDS."""
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.1)
    raise Unexpected(f"{what}: not within {WAIT_SECONDS:.0f} s")


def expect(what: str, found: Any, wanted: Any) -> None:
    """Raise Unexpected unless both are equal."""
    if found != wanted:
        raise Unexpected(f"{what} is {found!r}, not {wanted!r}")
