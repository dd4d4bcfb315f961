"""The notes taken while a request is processed: the sub-logs of its log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chalicelib.times import iso


class Journal:
    """Collects sub-logs in order. A fresh attempt starts a fresh journal, so notes tell only what was done."""

    def __init__(self, now: datetime) -> None:
        self._time = iso(now)
        self.entries: list[dict[str, Any]] = []
        self.level = "info"

    def note(self, message: str, level: str = "info") -> None:
        self.entries.append({"message": message, "level": level, "time": self._time})
        if level == "error" or (level == "warn" and self.level == "info"):
            self.level = level
