"""Integration types: `/api/v4/integration_types`, the catalogue, and a dry run of one adapter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from chalicelib import adapters, ids
from chalicelib.adapters import load_examples
from chalicelib.adapters.kit.adapter import Adapter, IntegrationContext
from chalicelib.adapters.kit.options import declared, options_schema, read_options
from chalicelib.api import listing
from chalicelib.api.http import Call, route, section
from chalicelib.api.previews import A_REQUEST, PREVIEW_REQUEST, READING, read_request
from chalicelib.api.shapes import (
    COMMON,
    FLAG,
    FREE,
    NULLABLE_TEXT,
    TEXT,
    Schema,
    array,
    fixed,
    page_of,
    record,
    ref,
)
from chalicelib.errors import Invalid, NotFound
from chalicelib.handling.preview import preview_adapter

section("integration_types", "The catalogue of tools, and a dry run of each.")

_RELEASED = "2026-11-23T00:00:00.000Z"
_GUIDE = "How to set the tool up, in Markdown, with {endpoint} and {token} to fill in."
_KINDS = {str: "string", bool: "boolean", int: "integer"}


def _shape() -> Schema:
    choices = {"choices": array({}), "format": NULLABLE_TEXT, "default": {}}
    flags = dict.fromkeys(("required", "secret"), FLAG)
    own = {
        "account_id": {"type": "null"},
        "meta": FREE,
        "slug": TEXT,
        "name": TEXT,
        "description": TEXT,
        "documentation_url": {"type": "string", "format": "uri"},
        "guide": {**NULLABLE_TEXT, "description": _GUIDE},
        "supports": {"type": "object", "additionalProperties": FLAG},
        "options": array(record({"name": TEXT, "type": TEXT, "help": TEXT, **flags, **choices})),
        "options_schema": {**FREE, "description": "JSON Schema of the options, by bare name."},
        "example_request": FREE,
    }
    return record({**COMMON, **own}, description="A kind of tool that integrations are made for.")


_TYPE = fixed("IntegrationType", _shape())
_STAND_IN = record(dict.fromkeys(("urgency", "prefix_id", "name"), TEXT), [])
_OPTIONS = {**FREE, "description": "By bare name."}
_PREVIEW_INPUT = fixed(
    "IntegrationTypePreviewInput",
    record({"options": _OPTIONS, "request": ref("PreviewRequest"), "integration": _STAND_IN}, ["request"]),
    PREVIEW_REQUEST,
)
_PREVIEW = fixed("IntegrationTypePreview", record(READING))


def embedded(slug: str) -> dict[str, Any]:
    """An integration type as it appears inside an integration; one that is not installed goes by its slug."""
    installed = adapters.slug_of(slug) is not None
    identifier = adapters.type_id(slug)
    return {
        "id": identifier,
        "prefix_id": ids.prefix_id(ids.INTEGRATION_TYPE, identifier),
        "slug": slug,
        "name": adapters.load(slug).name if installed else slug,
    }


@cache
def described(slug: str) -> dict[str, Any]:
    """An integration type in full."""
    adapter = adapters.load(slug)
    examples = load_examples(slug)
    return {
        **embedded(slug),
        "tiny_id": adapters.number_of(slug),
        "account_id": None,
        "created_at": _RELEASED,
        "updated_at": _RELEASED,
        "meta": {},
        "description": (adapter.__doc__ or _module_summary(adapter)).strip(),
        "documentation_url": adapter.vendor,
        "guide": adapters.guide(slug),
        "supports": _supports(adapter, examples),
        "options": [_option(option) for option in declared(adapter)],
        "options_schema": options_schema(adapter),
        "example_request": examples["create"]["request"],
    }


def _module_summary(adapter: type[Adapter]) -> str:
    module = __import__(adapter.__module__, fromlist=["__doc__"])
    return str(module.__doc__ or "").partition("\n")[0]


def _supports(adapter: type[Adapter], examples: Mapping[str, Any]) -> dict[str, bool]:
    actions = {case["expect"].get("action") for case in examples.values()}
    found = {action: action in actions for action in ("create", "recreate", "acknowledge", "resolve")}
    generic = dict.fromkeys(("title_template", "description_template", "auto_aggregate", "auto_resolve"), True)
    return {"incoming": True, "outgoing": False, **found, **generic}


def _option(option: Any) -> dict[str, Any]:
    return {
        "name": f"option_{option.name}",
        "type": _KINDS[option.kind],
        "default": option.default,
        "help": option.help,
        "required": option.required,
        "secret": option.secret,
        "choices": list(option.choices),
        "format": option.format,
    }


def _searched(row: Mapping[str, Any]) -> Iterable[str]:
    return (row["name"], row["slug"])


@route("/integration_types", "GET", answers=page_of(_TYPE))
def list_(call: Call) -> Any:
    """The catalogue, by name unless asked otherwise."""
    query = listing.parse({"sort": ["name"], "direction": ["asc"], **call.query})
    return listing.page(query, [dict(described(slug)) for slug in adapters.slugs()], _searched)


@route("/integration_types/{id}", "GET", answers=_TYPE)
def retrieve(call: Call, id: str) -> Any:
    """Retrieve an integration type by its id, prefix id or slug."""
    return described(_slug(id))


@route(
    "/integration_types/{id}/preview",
    "POST",
    takes=_PREVIEW_INPUT,
    answers=_PREVIEW,
    examples={"a request": {"options": {}, "request": A_REQUEST}},
)
def preview(call: Call, id: str) -> Any:
    """Dry run of one adapter: what it makes of a request. Nothing is stored or sent."""
    adapter = adapters.load(_slug(id))
    given = call.params.get("options") or {}
    if not isinstance(given, dict):
        raise Invalid("options must be an object")
    options = read_options(adapter, given, {})
    return preview_adapter(adapter(options, _context(call)), read_request(call, call.params))


def _slug(identifier: str) -> str:
    slug = adapters.slug_of(identifier)
    if slug is None:
        raise NotFound("integration type not found")
    return slug


def _context(call: Call) -> IntegrationContext:
    given = call.params.get("integration") or {}
    if not isinstance(given, dict):
        raise Invalid("integration must be an object")
    names = {name: str(given[name]) for name in ("urgency", "prefix_id", "name") if given.get(name) is not None}
    return IntegrationContext(**names)
