"""The request inside a preview's body, as the request that a sender would have made; and what previews answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib import ids
from chalicelib.adapters.kit.request import Request
from chalicelib.api.http import Call
from chalicelib.api.shapes import FLAG, FREE, NULLABLE_TEXT, TEXT, Schema, fixed, nullable, record
from chalicelib.errors import Invalid

WEBHOOK_BODY = '{"event_type": "create", "Id": "disk-7", "Title": "Disk full on db-7"}'
A_REQUEST = {"method": "POST", "headers": {"Content-Type": "application/json"}, "query": {}, "body": WEBHOOK_BODY}

_TEXTS = {"type": "object", "additionalProperties": TEXT}
_BODY = {"type": "string", "description": "The raw body, exactly as it would be sent."}
PREVIEW_REQUEST = fixed(
    "PreviewRequest", record({"method": TEXT, "url": TEXT, "headers": _TEXTS, "query": _TEXTS, "body": _BODY}, [])
)
READING: dict[str, Schema] = {
    "blocked": {**FLAG, "description": "The sender would be refused."},
    "action": {"type": "string", "enum": ["create", "recreate", "acknowledge", "resolve", "other"]},
    "thirdparty_id": NULLABLE_TEXT,
    "alert": nullable(FREE),
    "note": NULLABLE_TEXT,
}
"""What an adapter makes of a request."""


def read_request(call: Call, params: Mapping[str, Any]) -> Request:
    """The parameter `request`: {method, headers, query, body}, all but the whole optional. Raises Invalid."""
    given = params.get("request")
    if not isinstance(given, dict):
        raise Invalid("request must be an object with method, headers, query and body")
    body = given.get("body")
    if body is not None and not isinstance(body, str):
        raise Invalid("request.body must be text: the raw body exactly as it would be sent")
    return Request(
        method=str(given.get("method") or "POST").upper(),
        url=str(given.get("url") or ""),
        headers={name.lower(): value for name, value in _texts(given, "headers").items()},
        query={name: [value] for name, value in _texts(given, "query").items()},
        body=(body or "").encode("utf-8", "surrogatepass"),
        remote_ip=str(given.get("remote_ip") or "127.0.0.1"),
        id=ids.new(call.now),
        received_at=call.now,
    )


def _texts(given: Mapping[str, Any], name: str) -> dict[str, str]:
    found = given.get(name) or {}
    if not isinstance(found, dict) or any(isinstance(value, (dict, list)) for value in found.values()):
        raise Invalid(f"request.{name} must be a map of texts")
    return {key: "" if value is None else str(value) for key, value in found.items()}
