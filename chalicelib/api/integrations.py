"""Integrations: `/api/v4/integrations`, an endpoint for a tool; its options are written as `option_<name>`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib import adapters, ids
from chalicelib.accounts.objects import Object
from chalicelib.adapters.kit.options import MASK, declared, generic, read_options, without_former
from chalicelib.api import crud
from chalicelib.api.http import Call, route
from chalicelib.api.integration_types import embedded
from chalicelib.api.previews import A_REQUEST, PREVIEW_REQUEST, READING, read_request
from chalicelib.api.resource import Resource
from chalicelib.api.routes import mount
from chalicelib.api.shapes import (
    A_TEAM,
    COUNT,
    FLAG,
    FREE,
    NULLABLE_TEXT,
    TEXT,
    ULID,
    Schema,
    array,
    fixed,
    record,
    ref,
)
from chalicelib.errors import Invalid
from chalicelib.handling.preview import preview_integration
from chalicelib.words import INTEGRATION_FIELDS

_TYPE = {"type": "string", "description": "Id, prefix id or slug of the integration type.", "examples": ["webhook"]}
_OPTION = "An option of the integration type; GET /api/v4/integration_types/{id} lists them."
_SHOWN_OPTIONS = "Options by bare name; secret ones masked unless read by an admin."

_PREVIEW_INPUT = fixed("IntegrationPreviewInput", record({"request": ref("PreviewRequest")}), PREVIEW_REQUEST)
_WAY: dict[str, Schema] = {
    "correlation": {"type": "string", "description": "new, duplicate of <alert>, resolve <alert>, or nothing."},
    "routing": array({}),
    "destinations": array(TEXT),
    "sublogs": array(FREE),
}
_DELAYED = array(record({"receiver": TEXT, "delay_ms": COUNT}))
_PREVIEW = fixed(
    "IntegrationPreview",
    record({**READING, **_WAY, "delayed": _DELAYED, "suppressed": FLAG}, [*READING, *_WAY]),
)


class Integrations(Resource):
    name = "integration"
    path = "integrations"
    prefix = ids.INTEGRATION
    model = "Integration"
    about = "Endpoints that tools send their webhooks to."
    references = INTEGRATION_FIELDS
    any_of = tuple(INTEGRATION_FIELDS)
    added = {
        "integration_type": record(dict.fromkeys(("id", "prefix_id", "slug", "name"), TEXT)),
        "integration_type_id": ULID,
        "options": {**FREE, "description": _SHOWN_OPTIONS},
        "endpoint": {"type": "string", "format": "uri", "description": "Where the tool sends its webhooks."},
        "form_url": {**NULLABLE_TEXT, "description": "The page of an integration of the type form."},
        "email": {**NULLABLE_TEXT, "description": "Where mails to an integration of the type email go."},
    }
    examples = {
        "a webhook": {
            "name": "Deployments",
            "integration_type_id": "webhook",
            "urgency": "medium",
            "team_ids": [A_TEAM],
        },
        "with options": {
            "name": "Prometheus",
            "integration_type_id": "prometheus",
            "urgency": "high",
            "team_ids": [A_TEAM],
            "option_auto_resolve_timeout": "24h",
            "option_title_template": "[prod] {{alert.title}}",
            "option_title_template_enabled": True,
        },
    }
    change = {"enabled": False, "option_rate_limit": 600}

    def complete(self, call: Call, found: Object, stored: Object | None) -> Object:
        """Add the type and the options; both are validated together with the destinations, before anything is
        stored."""
        slug = _slug(call.params.get("integration_type_id"), stored)
        adapter, given = adapters.load(slug), _options(call.params)
        before = stored["options"] if stored else {}
        if stored and stored["integration_type"] != slug:
            given = without_former(adapters.load(stored["integration_type"]), adapter, given, before)
            before = generic(before)
        return {**found, "integration_type": slug, "options": read_options(adapter, given, before)}

    def check(self, call: Call, found: Object) -> None:
        if not any(found[name] for name in INTEGRATION_FIELDS):
            raise Invalid(f"{', '.join(INTEGRATION_FIELDS)}: at least one destination is required")

    def show(self, found: Object, call: Call) -> Object:
        slug = found["integration_type"]
        endpoint = f"{call.ingress_url}/integration/{found['prefix_id']}"
        return {
            **(found if call.caller.is_admin else self.masked(found)),
            "integration_type": embedded(slug),
            "integration_type_id": adapters.type_id(slug),
            "endpoint": endpoint,
            "form_url": f"{endpoint}/form" if slug == "form" else None,
            "email": _address(found),
        }

    def masked(self, found: Object) -> Object:
        options = found["options"]
        hidden = {name: MASK for name in _secret(found["integration_type"], options) if options.get(name)}
        return {**found, "options": {**options, **hidden}}

    def searched(self, row: Mapping[str, Any]) -> Iterable[str]:
        return (row["name"], row["integration_type"]["name"], row["integration_type"]["slug"])

    def writable(self, models: Mapping[str, Schema]) -> Schema:
        written = models[self.model]
        return {
            **written,
            "properties": {**written["properties"], "integration_type_id": _TYPE},
            "required": [*written["required"], "integration_type_id"],
            "patternProperties": {"^option_": {"description": _OPTION}},
        }


INTEGRATIONS = mount(Integrations())


@route(
    "/integrations/{id}/preview",
    "POST",
    takes=_PREVIEW_INPUT,
    answers=_PREVIEW,
    examples={"a request": {"request": A_REQUEST}},
)
def preview(call: Call, id: str) -> Any:
    """Dry run of the whole way of a request, up to its destinations. Nothing is stored or sent. Whether the sender
    would be refused is told to admins alone: others could guess a token by it."""
    integration = crud.find(INTEGRATIONS, call, id)
    return preview_integration(integration, read_request(call, call.params), call.now, call.caller.is_admin)


def _slug(given: Any, stored: Object | None) -> str:
    if given in (None, ""):
        if stored is None:
            raise Invalid("integration_type_id can't be blank")
        return str(stored["integration_type"])
    slug = adapters.slug_of(given) if isinstance(given, str) else None
    if slug is None:
        raise Invalid(f"integration_type_id has no match for {str(given)[:40]}")
    return slug


def _options(params: Mapping[str, Any]) -> dict[str, Any]:
    """Options by bare name: `option_<name>` keys, or the `options` map that a client read and sends back. What only
    looks like the one or the other (`optionToken`) is among them, so that it is refused. Raises Invalid."""
    grouped = params.get("options") or {}
    if not isinstance(grouped, dict):
        raise Invalid("options must be an object")
    lone = {name: value for name, value in params.items() if name.lower().startswith("option") and name != "options"}
    return grouped | {_bare(name): value for name, value in lone.items()}


def _bare(name: str) -> str:
    return name[len("option_") :] if name.startswith("option_") else name


def _secret(slug: str, options: Mapping[str, Any]) -> Iterable[str]:
    """The names of the options that only admins read; of a type that is not installed, all."""
    if adapters.slug_of(slug) is None:
        return options
    return [option.name for option in declared(adapters.load(slug)) if option.secret]


def _address(found: Object) -> str | None:
    """Where mails to an e-mail integration go, once the deployment receives any."""
    domain = os.environ.get("EMAIL_DOMAIN")
    return f"{found['prefix_id']}@{domain}" if domain and found["integration_type"] == "email" else None
