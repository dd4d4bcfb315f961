"""Assemble the document: one operation for each mounted route, with its parameters, body, answers and errors."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Any

from chalicelib import ids
from chalicelib.api.comparisons import COMPARISONS
from chalicelib.api.http import MOUNTED, SECTIONS, Mounted
from chalicelib.api.listing import DEEPEST_OFFSET, LARGEST_PAGE
from chalicelib.api.openapi.public import public_paths
from chalicelib.api.openapi.schemas import all_schemas
from chalicelib.api.references import RESOURCES
from chalicelib.api.shapes import ref

_PUBLIC = {
    "ingress": "Where tools and forms send; no token.",
    "service": "Health, this document and its page; no token.",
}
_OTHER_IDS = {ids.ALERT: "/api/v4/alerts", ids.COMMENT: "/api/v4/comments", ids.LOG: "/api/v4/logs"}
"""Where objects with ids of these prefixes are listed, beside the resources': the page finds ids for examples there."""
_ABOUT = """Webhooks in, deduplicated and routed alerts out.

Bodies are JSON objects or forms. Forms nest by brackets: `meta[incident]=true`, `team_ids[]=A&team_ids[]=B`;
a name that repeats is a list. Parameters that an operation does not know are ignored, but for options (`option_…`) that
the integration's type does not have: those are refused. An id is a ULID or a prefix id, wherever one is read; answers
name objects by ULID. Times are ISO 8601 in UTC with milliseconds.
Errors answer `{"errors": [{"message": "name can't be blank"}], "code": 422}`."""
_ERRORS = {
    400: "The request cannot be read.",
    401: "No valid token.",
    403: "The caller's role does not allow this.",
    404: "No such object in the account.",
    409: "It clashes with another object or another request.",
    413: "The body is larger than 1 MiB.",
    422: "The request can be read, but its values may not be.",
    500: "An internal error.",
}


def document(base_url: str, ingress_url: str = "") -> dict[str, Any]:
    """The OpenAPI 3.1 document of every route that is mounted. The URLs of the API and of the integrations' endpoints
    have no slash at their ends; without the second, both are at one place."""
    sections = {**SECTIONS, **_PUBLIC}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Signalbox", "version": "4", "description": _ABOUT},
        "servers": [{"url": base_url or "/"}],
        "security": [{"bearer": []}],
        "tags": [{"name": name, "description": text} for name, text in sections.items()],
        "x-ids": {**{prefix: f"/api/v4/{resource.path}" for prefix, resource in RESOURCES.items()}, **_OTHER_IDS},
        "paths": {**_paths(), **public_paths(ingress_url)},
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "description": "An API token."}},
            "schemas": all_schemas(),
            "parameters": _list_parameters(),
            "responses": {f"Error{code}": _error(text) for code, text in _ERRORS.items()},
        },
    }


def _paths() -> dict[str, Any]:
    paths = dict[str, Any]()
    for route in MOUNTED:
        for method in route.methods:
            paths.setdefault(route.path, {})[method.lower()] = _operation(route, method)
    return paths


def _operation_id(route: Mounted, method: str) -> str:
    name = f"{route.tag}_{route.view.__name__.strip('_')}"
    return f"{name}_patch" if method == "PATCH" else name


def _operation(route: Mounted, method: str) -> dict[str, Any]:
    summary, _, rest = (inspect.getdoc(route.view) or "").partition("\n\n")
    operation: dict[str, Any] = {"operationId": _operation_id(route, method), "tags": [route.tag]}
    operation["summary"] = " ".join(summary.split())
    notes = [" ".join(rest.split()), "Only for admins of the account." if route.admin else ""]
    operation["description"] = " ".join(note for note in notes if note)
    operation["parameters"] = [*_path_parameters(route.path), *_query_parameters(route)]
    if route.takes:
        operation["requestBody"] = _body(route.takes.name, route.examples)
    operation["responses"] = {str(route.status): _success(route), **_failures(route, method)}
    return {key: value for key, value in operation.items() if value not in ("", [])}


def _path_parameters(path: str) -> list[Any]:
    schema = {"type": "string"} if "integration_types" in path else ref("Id")
    return [{"name": n, "in": "path", "required": True, "schema": schema} for n in re.findall(r"\{(\w+)\}", path)]


def _query_parameters(route: Mounted) -> list[Any]:
    if not (route.answers and route.answers.is_page):
        return []
    return [{"$ref": f"#/components/parameters/{name}"} for name in _list_parameters()]


def _list_parameters() -> dict[str, Any]:
    number = {"type": "integer", "minimum": 0}
    text: dict[str, Any] = {"type": "string"}
    attributes = {"type": "object", "additionalProperties": text}
    described: dict[str, tuple[dict[str, Any], str]] = {
        "limit": (
            {**number, "minimum": 1, "default": 10},
            f"Rows on a page, at most {LARGEST_PAGE}.",
        ),
        "offset": ({**number, "default": 0, "maximum": DEEPEST_OFFSET}, "Rows to skip."),
        "page": ({**number, "minimum": 1}, "Instead of offset: the number of the page, from 1."),
        "cursor": (text, "Instead of offset: the `next_cursor` of the last page, until it is null."),
        "sort": ({**text, "default": "created_at"}, "The attribute to sort by."),
        "direction": ({**text, "enum": ["asc", "desc"], "default": "desc"}, "The order."),
        "ops": (text, f"Operators of the filters, as attribute:operator,...: {', '.join(COMPARISONS)}."),
        "q": (text, "Words that a row must have; alerts are also found by the names of their source and destinations."),
        "filter": (
            attributes,
            "Any attribute of the rows by its name, such as status=open or status=open,acknowledged; between takes "
            "low..high. A name that repeats asks for one of its values, or, with as many operators, for each.",
        ),
    }
    found: dict[str, Any] = {
        n: {"name": n, "in": "query", "schema": schema, "description": d} for n, (schema, d) in described.items()
    }
    found["filter"] = found["filter"] | {"style": "form", "explode": True}
    return found


def _body(takes: str, examples: Mapping[str, Any]) -> dict[str, Any]:
    schema = ref(takes)
    shown = {name.replace(" ", "_"): {"summary": name, "value": value} for name, value in examples.items()}
    forms = {kind: {"schema": schema} for kind in ("application/x-www-form-urlencoded", "multipart/form-data")}
    return {"required": True, "content": {"application/json": {"schema": schema, "examples": shown}, **forms}}


def _success(route: Mounted) -> dict[str, Any]:
    if route.answers is None:
        return {"description": "Done; no body."}
    words = {201: "The new object.", 202: "Queued."}.get(route.status, "The answer.")
    return {"description": words, "content": {"application/json": {"schema": ref(route.answers.name)}}}


def _failures(route: Mounted, method: str) -> dict[str, Any]:
    codes = {401, 500}
    if method in ("PUT", "PATCH", "DELETE"):
        codes |= {403, 409}
    if method == "POST":
        codes |= {409, 422}
    if route.takes:
        codes |= {400, 413, 422}
    if route.answers and route.answers.is_page:
        codes.add(400)
    codes |= {403} if route.admin else set()
    codes |= {404} if "{" in route.path else set()
    return {str(code): {"$ref": f"#/components/responses/Error{code}"} for code in sorted(codes)}


def _error(text: str) -> dict[str, Any]:
    return {"description": text, "content": {"application/json": {"schema": ref("Error")}}}
