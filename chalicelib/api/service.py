"""What belongs to no resource: health, a dry run of templates, the OpenAPI document and its page."""

from __future__ import annotations

from typing import Any

from chalice import Response

from chalicelib.api.http import Call, answer, api, base_url, ingress_url, public, route, section
from chalicelib.api.shapes import FREE, TEXT, fixed, record
from chalicelib.errors import Invalid

_PREVIEW_INPUT = fixed("TemplatePreviewInput", record({"template": TEXT, "data": FREE}, ["template"]))
_PREVIEW = fixed("TemplatePreview", record({"text": TEXT}))
_SAMPLE = {
    "template": "[{{alert.urgency}}] {{alert.title}}",
    "data": {"alert": {"title": "Disk full on db-7", "urgency": "critical"}},
}

section("templates", "A dry run of templates.")


@public("/api/v4/health", "GET")
def health() -> Response:
    return answer({"status": "ok"})


@route("/templates/preview", "POST", takes=_PREVIEW_INPUT, answers=_PREVIEW, examples={"a title": _SAMPLE})
def preview_template(call: Call) -> Any:
    """Render a template over data, or say what is wrong in it."""
    from chalicelib.templates import TemplateError, render

    template, data = call.params.get("template"), call.params.get("data") or {}
    if not isinstance(template, str):
        raise Invalid("template must be text" if template else "template can't be blank")
    if not isinstance(data, dict):
        raise Invalid("data must be an object")
    try:
        return {"text": render(template, data)}
    except TemplateError as error:
        raise Invalid(f"template {error}") from error


@public("/api/v4/openapi.json", "GET")
def openapi() -> Response:
    from chalicelib.api.openapi import document

    return answer(document(base_url(api.current_request), ingress_url()))


@public("/docs", "GET")
def docs() -> Response:
    from chalicelib.api.openapi import docs_page, docs_policy

    headers: dict[str, str | list[str]] = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": docs_policy(ingress_url()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
    return Response(docs_page(), headers)
