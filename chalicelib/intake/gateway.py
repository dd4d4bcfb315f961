"""The front door's function: an event of API Gateway's HTTP API (payload format 2.0) in, the answer to it out.

`/integration/{id}` is where a tool sends; `/integration/{id}/form` is the public page of a form integration.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

from chalicelib.adapters.kit.adapter import Reply
from chalicelib.adapters.kit.request import Request
from chalicelib.errors import SignalboxError, error_body
from chalicelib.intake.door import find_integration, receive

MOUNT = "/integration"
"""The first part of every path: the stage of the HTTP API and the mapping of an own domain are named so."""

Event = Mapping[str, Any]
Answer = dict[str, Any]
View = Callable[[str, Request, datetime], Answer]

_CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "Authorization,Content-Type,Accept"}
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src https:; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
_PAGE_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
_SENT = "sent"
_ERRORS = {413: "request body is larger than 1 MiB"}
_logger = logging.getLogger("signalbox")


def answer(event: Event, now: datetime) -> Answer:
    """The answer to a request, as API Gateway takes it: statusCode, headers, body. Never raises."""
    try:
        return _route(event, now)
    except SignalboxError as error:
        return _failure(error.code, *error.messages)
    except Exception:
        _logger.exception("a request at the door failed")
        return _failure(500, "an internal error occurred")


def _route(event: Event, now: datetime) -> Answer:
    parts = [part for part in _path(event).split("/") if part]  # slashes too many make no difference
    after = "/".join(parts[2:])
    if len(parts) < 2 or after not in _VIEWS:
        return _failure(404, "not found")
    view, methods = _VIEWS[after]
    method = event["requestContext"]["http"]["method"]
    allowed = {"Allow": ", ".join(methods), "Access-Control-Allow-Methods": ", ".join((*methods, "OPTIONS"))}
    if method == "OPTIONS":
        return _answer(204, headers={**allowed, "Access-Control-Max-Age": "600"})
    if method not in methods:
        return _failure(405, f"method {method} is not allowed", headers=allowed)
    return view(parts[1], read_request(event), now)


def read_request(event: Event) -> Request:
    """The sender's request. Header names are lower case; the URL and its query are as they were sent: some sign it."""
    headers = {name.lower(): str(value) for name, value in event["headers"].items()}
    query = event.get("rawQueryString") or ""
    base = f"{headers.get('x-forwarded-proto', 'http')}://{headers.get('host', 'localhost')}"
    return Request(
        method=event["requestContext"]["http"]["method"],
        url=f"{base}{_path(event)}" + (f"?{query}" if query else ""),
        headers=headers,
        query=parse_qs(query, keep_blank_values=True),
        body=_body(event),
        remote_ip=str(event["requestContext"]["http"].get("sourceIp") or ""),
    )


def _path(event: Event) -> str:
    """The public path. AWS leaves the stage's or the mapping's name in `rawPath`; emulators may cut it off."""
    raw: str = event["rawPath"]
    return raw if f"{raw.lstrip('/')}/".startswith(f"{MOUNT[1:]}/") else MOUNT + raw


def _body(event: Event) -> bytes:
    """What was sent. API Gateway gives JSON, XML and text as text, any other type of content in base64."""
    given = event.get("body") or ""
    return base64.b64decode(given) if event.get("isBase64Encoded") else given.encode("utf-8", "replace")


def _webhook(identifier: str, request: Request, now: datetime) -> Answer:
    """Take a webhook. The answer is empty unless the sender needs more, or is a person who opened the address."""
    if _is_visit(request):
        return _explain(identifier, request)
    return _reply(*receive(identifier, request, now))


def _is_visit(request: Request) -> bool:
    """Whether a browser was pointed at the address: it asks for a page and sends nothing."""
    return request.method == "GET" and not request.query and "text/html" in request.headers.get("accept", "")


def _explain(identifier: str, request: Request) -> Answer:
    """Say what the address is for; that of a form leads to its page."""
    integration = find_integration(identifier)
    if integration is None:
        return _answer(404, "No integration has this address.\n")
    if integration["integration_type"] == "form":
        return _answer(302, headers={"Location": f"{urlsplit(request.url).path.rstrip('/')}/form"})
    return _answer(200, "This is the endpoint of an integration: a tool sends its webhooks here, by POST.\n")


def _reply(reply: Reply, wait: int) -> Answer:
    if reply.status in _ERRORS:
        return _failure(reply.status, _ERRORS[reply.status])
    headers = {"Retry-After": str(wait)} if wait else {}
    return _answer(reply.status, reply.body, reply.content_type, headers)


def _form(identifier: str, request: Request, now: datetime) -> Answer:
    """The page of a form integration; a POST with faults shows them, one without makes an alert and leads to the
    thanks: a page that is loaded again sends nothing again."""
    from chalicelib.adapters.kit.form_page import form_faults, form_page, form_thanks

    integration = find_integration(identifier)
    if integration is None or integration["integration_type"] != "form":
        return _failure(404, "form not found")
    options, name = integration["options"], integration["name"]
    if request.method == "GET":
        return _page(form_thanks(options) if _SENT in request.query else form_page(options, name, request.url))
    faults = form_faults(options, request.params)
    if faults:
        return _page(form_page(options, name, request.url, request.params, faults), 422)
    reply, wait = receive(identifier, request, now)
    return _answer(303, headers={"Location": f"?{_SENT}=1"}) if reply.status == 200 else _reply(reply, wait)


def _page(html: str, status: int = 200) -> Answer:
    return _answer(status, html, "text/html; charset=utf-8", _PAGE_HEADERS)


_VIEWS: Mapping[str, tuple[View, tuple[str, ...]]] = {
    "": (_webhook, ("GET", "POST", "PUT")),
    "form": (_form, ("GET", "POST")),
}
"""The view and its methods by what follows the integration's id in the path."""

ROUTES = {f"{MOUNT}/{{id}}/{after}".rstrip("/"): methods for after, (_, methods) in _VIEWS.items()}
"""The methods of each path, as the API's document names it."""


def _failure(code: int, *messages: str, headers: Mapping[str, str] | None = None) -> Answer:
    return _answer(code, orjson.dumps(error_body(code, *messages)).decode(), "application/json", headers)


def _answer(
    status: int, body: str = "", content_type: str = "text/plain", headers: Mapping[str, str] | None = None
) -> Answer:
    return {
        "statusCode": status,
        "headers": {"Content-Type": content_type, "X-Content-Type-Options": "nosniff", **_CORS, **(headers or {})},
        "body": body,
        "isBase64Encoded": False,
    }
