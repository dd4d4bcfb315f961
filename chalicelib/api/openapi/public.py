"""The operations that need no token: webhooks in, the form's page, health, and this document itself."""

from __future__ import annotations

from typing import Any

from chalicelib.api.previews import WEBHOOK_BODY
from chalicelib.api.shapes import Schema, array, record, ref
from chalicelib.intake.gateway import ROUTES

_HTML = {"text/html": {"schema": {"type": "string"}}}
_ID = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "The integration's id, as in its `endpoint`.",
    "schema": ref("Id"),
}
_ERROR = {"application/json": {"schema": ref("Error")}}


def public_paths(ingress_url: str = "") -> dict[str, Any]:
    """The path items of the operations without a token. `ingress_url`: where integrations' endpoints are, if not
    where the API is."""
    return {
        **_ingress_paths({"servers": [{"url": ingress_url}]} if ingress_url else {}),
        "/api/v4/health": {"get": _get("service_health", "Whether the service answers.", _json(_status()))},
        "/api/v4/openapi.json": {
            "get": _get("service_openapi", "This document.", _json({"type": "object", "additionalProperties": True}))
        },
        "/docs": {"get": _get("service_docs", "A page to read and try the API.", _HTML)},
    }


def _ingress_paths(place: dict[str, Any]) -> dict[str, Any]:
    described = {"/integration/{id}": _webhook, "/integration/{id}/form": _form}
    return {
        path: {method.lower(): {**described[path](method), **place} for method in methods}
        for path, methods in ROUTES.items()
    }


def _status() -> Schema:
    return record({"status": {"const": "ok"}})


def _json(schema: Schema) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _get(name: str, summary: str, content: dict[str, Any]) -> dict[str, Any]:
    return _open(name, "service", summary, {"200": {"description": "Here it is.", "content": content}})


def _open(name: str, tag: str, summary: str, responses: dict[str, Any], **more: Any) -> dict[str, Any]:
    errors = {"500": {"$ref": "#/components/responses/Error500"}}
    base = {"operationId": name, "tags": [tag], "summary": summary, "security": []}
    return {**base, **more, "responses": {**responses, **errors}}


def _webhook(method: str) -> dict[str, Any]:
    """A tool's request; its shape is the tool's own."""
    responses = {
        "200": {"description": "Durably queued. The body is empty unless the tool expects one.", "content": _any()},
        "403": {"description": "The tool's token or signature is wrong."},
        "404": {"description": "No such integration."},
        "405": {"description": "The integration is disabled."},
        "413": {"description": "The body is larger than 1 MiB.", "content": _ERROR},
        "429": {
            "description": "More requests per minute than the integration's rate limit.",
            "headers": {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}},
        },
        "503": {"description": "A check could not be made: send it again.", "content": _ERROR},
    }
    more: dict[str, Any] = {"parameters": [_ID]}
    more["description"] = "Which shape is read depends on the integration's type; see GET /api/v4/integration_types."
    if method == "GET":
        responses["302"] = {"description": "A browser at the endpoint of a form: here is its page."}
    else:
        example = {"example": {"value": WEBHOOK_BODY}}
        more["requestBody"] = {"content": {"*/*": {"schema": {}, "examples": example}}}
    return _open(f"ingress_webhook_{method.lower()}", "ingress", "Take a webhook of a tool.", responses, **more)


def _any() -> dict[str, Any]:
    return {"*/*": {"schema": {"type": "string"}}}


def _form(method: str) -> dict[str, Any]:
    shown = {"200": {"description": "A page.", "content": _HTML}, "404": {"description": "No such form."}}
    if method == "GET":
        return _open("ingress_form_get", "ingress", "The page of a form integration.", shown, parameters=[_ID])
    answers = {
        "303": {"description": "Taken; `Location` leads to a page that says thanks."},
        "404": shown["404"],
        "403": {"description": "The sender was refused."},
        "405": {"description": "The integration is disabled."},
        "413": {"description": "The body is larger than 1 MiB.", "content": _ERROR},
        "422": {"description": "The page again, with the faults.", "content": _HTML},
        "429": {"description": "Too many requests: wait as long as `Retry-After` says."},
    }
    fields = {"type": "object", "additionalProperties": {"anyOf": [{"type": "string"}, array({"type": "string"})]}}
    body = {"content": {"application/x-www-form-urlencoded": {"schema": fields}}}
    more = {"parameters": [_ID], "requestBody": body}
    return _open("ingress_form_post", "ingress", "Send a filled form: makes an alert.", answers, **more)
