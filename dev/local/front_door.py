"""API Gateway's HTTP API on this machine: the events that the ingress function gets, in payload format 2.0."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

MOUNT = "/integration"
_TEXT = ("application/json", "application/xml", "application/javascript")


def is_ingress(path: str) -> bool:
    """Whether a path is the front door's, and not the API's."""
    return path.lstrip("/").partition("/")[0] == MOUNT.strip("/")


def event(method: str, target: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """The event of a request to `target`, a path with its query. Content that API Gateway takes for text comes as
    text, whatever bytes it is made of; all other comes in base64."""
    path, _, query = target.partition("?")
    given = {name.lower(): value for name, value in headers.items()}
    kind = given.get("content-type", "").partition(";")[0].strip().lower()
    text = kind.startswith("text/") or kind in _TEXT
    content = body.decode("utf-8", "replace") if text else base64.b64encode(body).decode()
    http = {"method": method, "path": unquote(path), "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"}
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": unquote(path),
        "rawQueryString": query,
        "headers": given,
        "requestContext": {"stage": MOUNT.strip("/"), "http": {**http, "userAgent": given.get("user-agent", "")}},
        "isBase64Encoded": bool(body) and not text,
        **({"body": content} if body else {}),
    }
