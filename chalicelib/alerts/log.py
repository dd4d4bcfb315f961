"""A log: what arrived or happened to an alert, and the notes that were taken while it was decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.times import iso

DONE = "done"
FAILED = "failed"
DEAD_LETTERED = "dead_lettered"
REFUSED = "refused"
_SEVERITIES = ("info", "warn", "error")


class Notes:
    """Collects notes in order: the sub-logs of a log, {message, level, time}. `level` is that of the gravest."""

    def __init__(self, now: datetime) -> None:
        self._time = iso(now)
        self.entries: list[dict[str, Any]] = []
        self.level = "info"

    def add(self, message: str, level: str = "info") -> None:
        self.entries.append({"message": message, "level": level, "time": self._time})
        self.level = max(self.level, level, key=_SEVERITIES.index)


@dataclass(frozen=True)
class Log:
    """A log of `owner` (type, ULID). `message` is text or a map. `request` is a request as `intake.envelope` packs
    it, without its secrets: the log is then that request's, shows it, and lets it be replayed. `change` is what was
    done to the configuration, and by whom."""

    id: str
    account_id: str
    owner: tuple[str, str]
    message: Any
    sublogs: tuple[Mapping[str, Any], ...] = ()
    level: str = "info"
    state: str = DONE
    request: Mapping[str, Any] | None = None
    change: Mapping[str, Any] | None = None
