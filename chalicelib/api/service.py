"""What belongs to no resource: health, a dry run of templates, the OpenAPI document and its page."""

from __future__ import annotations

from typing import Any

from chalice import Blueprint, Response

from chalicelib.api.http import ANY_CONTENT, CORS, Call, answer, base_url, guarded, ingress_url, route
from chalicelib.errors import Invalid

service = Blueprint(__name__)


@service.route("/api/v4/health", methods=["GET"], content_types=ANY_CONTENT, cors=CORS)
@guarded
def health() -> Response:
    return answer({"status": "ok"})


@route(service, "/templates/preview", "POST")
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


@service.route("/api/v4/openapi.json", methods=["GET"], content_types=ANY_CONTENT, cors=CORS)
@guarded
def openapi() -> Response:
    from chalicelib.api.openapi import document

    return answer(document(base_url(service.current_request), ingress_url()))


@service.route("/docs", methods=["GET"], content_types=ANY_CONTENT, cors=CORS)
@guarded
def docs() -> Response:
    from chalicelib.api.openapi import docs_page, docs_policy

    headers: dict[str, str | list[str]] = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": docs_policy(ingress_url()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
    return Response(docs_page(), headers)
