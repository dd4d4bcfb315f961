"""The routing log of an alert, kept small: what each router did, fit to be stored and shown."""

from __future__ import annotations

import json
from typing import Any

MAX_RULES_LISTED = 50
MAX_CHARACTERS = 60_000

_BULKY = ("rules", "routers", "receivers", "delayed", "notes", "instead")


def router_entry(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry for a router, before anything has happened there. `results` is for the walk, and removed by it."""
    return {
        **entry,
        "result": None,
        "enabled": True,
        "rules": [],
        "rules_tried": 0,
        "receivers": [],
        "delayed": [],
        "default": False,
        "reason": None,
        "notes": [],
        "routers": [],
        "results": [],
    }


def shortened(explanation: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The explanation, or when it is too large to store, each destination's outcome without the details."""
    if len(json.dumps(explanation, default=str)) <= MAX_CHARACTERS:
        return explanation
    short = [{name: value for name, value in entry.items() if name not in _BULKY} for entry in explanation]
    for entry in short:
        entry["shortened"] = True
    kept = MAX_CHARACTERS // 1000
    return short if len(short) <= kept else [*short[:kept], {"destination": None, "more": len(short) - kept}]
