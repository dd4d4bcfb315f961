"""What a process remembers for some seconds, within a budget of bytes: the oldest entries make room for new ones."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Cache(Generic[K, V]):
    """Values by key for `seconds`, together at most `most_bytes` by the sizes that `put` is told."""

    def __init__(self, seconds: float, most_bytes: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._most_bytes = most_bytes
        self._bytes = 0
        self._entries: dict[K, tuple[float, int, V]] = {}  # until, bytes, value; the oldest first
        self._lock = threading.Lock()

    def get(self, key: K) -> V | None:
        entry = self._entries.get(key)
        return entry[2] if entry and entry[0] > self._clock() else None

    def put(self, key: K, value: V, size: int) -> None:
        """Remember a value of `size` bytes; one that is larger than the whole budget is not."""
        with self._lock:
            self._drop(key)
            if size > self._most_bytes:
                return
            while self._bytes + size > self._most_bytes:
                self._drop(next(iter(self._entries)))
            self._entries[key] = (self._clock() + self._seconds, size, value)
            self._bytes += size

    def drop(self, key: K) -> None:
        with self._lock:
            self._drop(key)

    def _drop(self, key: K) -> None:
        entry = self._entries.pop(key, None)
        self._bytes -= entry[1] if entry else 0

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self._bytes = 0
