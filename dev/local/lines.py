"""What the running service tells on standard output: a line per request, and one per verdict of its workers."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable

Say = Callable[[str], None]
_UNPRINTABLE = re.compile(r"[^!-~]")
_LONGEST_PATH = 200


def say(text: str) -> None:
    """One whole line, whichever thread says it; to nobody when nobody listens any more."""
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        return


def to_nobody(text: str) -> None:
    """What is said where nobody listens."""


def of_request(status: int, method: str, target: str, seconds: float) -> str:
    """The line of a request that was answered. Its query is left out: it may hold secrets."""
    path = _UNPRINTABLE.sub("?", target.partition("?")[0])[:_LONGEST_PATH]
    return f"{_now()} {status} {method} {path} {seconds * 1000:.0f} ms"


def of_verdict(text: str) -> str:
    """The line of what a worker did, under those of requests."""
    return f"{_now()}   {text}"


def _now() -> str:
    return time.strftime("%H:%M:%S")
