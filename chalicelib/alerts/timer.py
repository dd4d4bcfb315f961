"""A timer: something to do later, by kind, with what it needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Timer:
    """`kind` names a module of `handling/timers`, `due_ms` is epoch ms; `details` are texts, numbers, lists."""

    id: str
    account_id: str
    kind: str
    due_ms: int
    details: Mapping[str, Any]
