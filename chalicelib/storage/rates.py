"""Rate limits per integration and minute, shared by all Lambda instances at little cost.

Each instance counts by itself and settles with the shared counter in steps of a twentieth of the limit, so that a
busy integration costs twenty writes a minute rather than one a request; limits below forty are exact. An instance
can overshoot by at most one step.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

from chalicelib.storage import dynamo
from chalicelib.storage.configuration import COUNTERS

_logger = logging.getLogger("signalbox")
_STEPS = 20
_KEPT_SECONDS = 300
_MOST_WINDOWS = 2000


@dataclass
class _Window:
    minute: int
    unsettled: int = 0
    shared: int = 0


_windows: dict[str, _Window] = {}
_samples: dict[str, tuple[int, int, int]] = {}
_lock = threading.Lock()  # the local service counts in many threads


def seconds_until_allowed(key: str, limit: int, now: float) -> int:
    """Count one request of `key` at `now` (epoch seconds): 0 when it is within `limit` a minute, else how many
    seconds to wait."""
    with _lock:
        return _count(key, limit, now)


def sample(key: str, most: int, now: float) -> int | None:
    """Whether this one of `key` is among the first `most` of its minute in this process: then how many were passed
    over since the last that was, else None."""
    with _lock:
        minute = int(now // 60)
        last, taken, passed_over = _samples.get(key, (minute, 0, 0))
        taken = taken if last == minute else 0
        if len(_samples) >= _MOST_WINDOWS:
            _samples.clear()
        if taken < most:
            _samples[key] = (minute, taken + 1, 0)
            return passed_over
        _samples[key] = (minute, taken, passed_over + 1)
        return None


def _count(key: str, limit: int, now: float) -> int:
    minute = int(now // 60)
    window = _windows.get(key)
    if window is None or window.minute != minute:
        if len(_windows) >= _MOST_WINDOWS:
            _windows.clear()
        window = _windows[key] = _Window(minute)
    if window.shared + window.unsettled >= limit:
        return max(1, int((minute + 1) * 60 - now))
    window.unsettled += 1
    if window.unsettled >= max(1, limit // _STEPS):
        _settle(key, window)
    return 0 if window.shared + window.unsettled <= limit else max(1, int((minute + 1) * 60 - now))


def _settle(key: str, window: _Window) -> None:
    expires = {"expires_at": window.minute * 60 + _KEPT_SECONDS}
    operation = dynamo.update(
        COUNTERS, f"rate#{key}#{window.minute}", None, set_=expires, add={"value": window.unsettled}
    )
    try:
        window.shared = int((dynamo.write(operation) or {})["value"])
    except Exception:  # a counter that cannot be reached must not cost a webhook
        _logger.exception("the rate of %s could not be counted", key)
        return
    window.unsettled = 0


def forget() -> None:
    """Start counting anew in this process."""
    _windows.clear()
    _samples.clear()
