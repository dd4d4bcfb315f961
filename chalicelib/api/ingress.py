"""Ingress: `/integration/{id}`, where tools send their webhooks, and the public page of a form integration."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from chalice import Blueprint, Response

from chalicelib.adapters.kit.adapter import Reply
from chalicelib.adapters.kit.request import Request
from chalicelib.api.http import ANY_CONTENT, CORS, base_url, failure, guarded, query_of
from chalicelib.intake.door import find_integration, receive

ingress = Blueprint(__name__)

_SENT = "sent"
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src https:; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
_NAMES = {413: "request body is larger than 1 MiB"}


@ingress.route("/integration/{id}", methods=["POST", "PUT", "GET"], content_types=ANY_CONTENT, cors=CORS)
@guarded
def webhook(id: str) -> Response:
    """Take a webhook. The answer is empty unless the sender needs more."""
    request = read_request(ingress.current_request)
    reply, wait = receive(id, request, datetime.now(UTC))
    return _response(reply, wait)


def _response(reply: Reply, wait: int = 0) -> Response:
    if reply.status in _NAMES:
        return failure(reply.status, _NAMES[reply.status])
    headers = {"Retry-After": str(wait)} if wait else {}
    headers |= {"Content-Type": reply.content_type, "X-Content-Type-Options": "nosniff"}
    return Response(reply.body, {**headers}, reply.status)


def read_request(raw: Any) -> Request:
    """The sender's request out of the event of API Gateway."""
    context = raw.context
    return Request(
        method=raw.method,
        url=_url(raw),
        headers={name.lower(): str(value) for name, value in dict(raw.headers).items()},
        query={name: list(values) for name, values in query_of(raw).items()},
        body=raw.raw_body or b"",
        remote_ip=str((context.get("identity") or {}).get("sourceIp") or ""),
    )


def _url(raw: Any) -> str:
    """The full public URL, query included: some senders sign it."""
    from urllib.parse import urlencode

    query = urlencode([(name, value) for name, values in query_of(raw).items() for value in values])
    path = raw.context.get("path") or raw.path.replace("{id}", (raw.uri_params or {}).get("id", ""))
    stage = raw.context.get("stage")
    base = base_url(raw)
    if stage and base.endswith(f"/{stage}"):
        path = path.removeprefix(f"/{stage}")
    return f"{base}{path}" + (f"?{query}" if query else "")


@ingress.route("/integration/{id}/form", methods=["GET", "POST"], content_types=ANY_CONTENT, cors=CORS)
@guarded
def form(id: str) -> Response:
    """The page of a form integration; a POST with faults shows them, one without makes an alert and leads to the
    thanks: a page that is loaded again sends nothing again."""
    from chalicelib.adapters.kit.form_page import form_faults, form_page, form_thanks

    integration = find_integration(id)
    if integration is None or integration["integration_type"] != "form":
        return failure(404, "form not found")
    request = read_request(ingress.current_request)
    options, name = integration["options"], integration["name"]
    if request.method == "GET":
        return _html(form_thanks(options) if _SENT in request.query else form_page(options, name, request.url))
    faults = form_faults(options, request.params)
    if faults:
        return _html(form_page(options, name, request.url, request.params, faults), 422)
    reply, wait = receive(id, request, datetime.now(UTC))
    return Response("", {"Location": f"?{_SENT}=1"}, 303) if reply.status == 200 else _response(reply, wait)


def _html(page: str, status: int = 200) -> Response:
    headers: dict[str, str | list[str]] = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": _POLICY,
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
    return Response(page, headers, status)
