"""The example requests of an integration type: shown in the docs and the API, and run as tests."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from chalicelib.adapters.kit.adapter import IntegrationContext
from chalicelib.adapters.kit.request import Request

EXAMPLE_ID = "01K0EXAMP1EREQ0EST00000000"
EXAMPLE_INTEGRATION = "int_0123456789ABCD"
CONTEXT = IntegrationContext(prefix_id=EXAMPLE_INTEGRATION, name="Example")
"""The integration that examples are sent to."""
RECEIVED_AT = datetime(2026, 3, 1, 8, 20, tzinfo=UTC)
"""When examples are received: what they sign is fresh then."""

Examples = dict[str, dict[str, Any]]


def read_examples(path: Path) -> Examples:
    """The cases of an integration type by name: {"request": {...}, "options"?, "existing"?, "expect": {...}}.

    {} when there is no such file.
    """
    return {name: case for name, case in _read(path).items() if "sequence" not in case}


def read_sequences(path: Path) -> Examples:
    """The requests of an integration type that belong together, by name: {"sequence": [step, ...], "options"?}.

    A step is {"example": name of a case} or {"request": {...}}, and "open": how many alerts are live after it; it may
    say "action" and "acknowledged" (how many of them are) too.
    """
    return {name: case for name, case in _read(path).items() if "sequence" in case}


def _read(path: Path) -> Examples:
    cases: Examples = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return cases


def request_of(case: dict[str, Any]) -> Request:
    """The request of a case: `method`, `url`, `headers`, `query`, and one of `json`, `form` and `body` (raw text)."""
    given = case["request"]
    body, content_type = _body(given)
    headers = {"content-type": content_type} if content_type else {}
    return Request(
        method=given.get("method", "POST"),
        url=given.get("url", f"https://signalbox.example.com/integration/{EXAMPLE_INTEGRATION}"),
        headers=headers | {name.lower(): value for name, value in given.get("headers", {}).items()},
        query={name: [value] for name, value in given.get("query", {}).items()},
        body=body,
        id=EXAMPLE_ID,
        received_at=RECEIVED_AT,
        existing=case.get("existing"),
    )


def _body(given: dict[str, Any]) -> tuple[bytes, str]:
    """The body as it goes over the wire, and the content type that goes with it ("" when the case sets it)."""
    if "json" in given:
        return json.dumps(given["json"], ensure_ascii=False).encode(), "application/json"
    if "form" in given:
        return urlencode(given["form"]).encode(), "application/x-www-form-urlencoded"
    return given.get("body", "").encode(), ""
