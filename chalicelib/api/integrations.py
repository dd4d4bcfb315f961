"""Integrations: `/api/v4/integrations`, an endpoint for a tool; its options are written as `option_<name>`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from chalice import Blueprint

from chalicelib import adapters, ids
from chalicelib.adapters.kit.options import MASK, declared, generic, read_options, without_former
from chalicelib.api.http import Call, route
from chalicelib.api.integration_types import embedded
from chalicelib.api.previews import read_request
from chalicelib.api.resources import Kind, Object, find, mount
from chalicelib.errors import Invalid
from chalicelib.handling.preview import preview_integration
from chalicelib.words import INTEGRATION_FIELDS

integrations = Blueprint(__name__)


def _complete(call: Call, found: Object, stored: Object | None) -> Object:
    """Add the type and the options; both are validated together with the destinations, before anything is stored."""
    slug = _slug(call.params.get("integration_type_id"), stored)
    adapter, given = adapters.load(slug), _options(call.params)
    kept = stored["options"] if stored else {}
    if stored and stored["integration_type"] != slug:
        given = without_former(adapters.load(stored["integration_type"]), adapter, given, kept)
        kept = generic(kept)
    return {**found, "integration_type": slug, "options": read_options(adapter, given, kept)}


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


def _check(call: Call, found: Object) -> None:
    if not any(found[name] for name in INTEGRATION_FIELDS):
        raise Invalid(f"{', '.join(INTEGRATION_FIELDS)}: at least one destination is required")


def _show(found: Object, call: Call) -> Object:
    adapter = adapters.load(found["integration_type"])
    options = dict(found["options"])
    if not call.caller.is_admin:
        secret = [option.name for option in declared(adapter) if option.secret and options.get(option.name)]
        options |= dict.fromkeys(secret, MASK)
    return {
        **found,
        "integration_type": embedded(found["integration_type"]),
        "integration_type_id": adapters.type_id(found["integration_type"]),
        "options": options,
        "endpoint": f"{call.ingress_url}/integration/{found['prefix_id']}",
        "email": _address(found),
    }


def _address(found: Object) -> str | None:
    """Where mails to an e-mail integration go, once the deployment receives any."""
    domain = os.environ.get("EMAIL_DOMAIN")
    return f"{found['prefix_id']}@{domain}" if domain and found["integration_type"] == "email" else None


def _searched(row: Mapping[str, Any]) -> Iterable[str]:
    return (row["name"], row["integration_type"]["name"], row["integration_type"]["slug"])


INTEGRATION = Kind(
    name="integration",
    path="integrations",
    prefix=ids.INTEGRATION,
    model="Integration",
    references=INTEGRATION_FIELDS,
    complete=_complete,
    check=_check,
    show=_show,
    searched=_searched,
)
mount(integrations, INTEGRATION)


@route(integrations, "/integrations/{id}/preview", "POST")
def preview(call: Call, id: str) -> Any:
    """Dry run of the whole way of a request, up to its destinations. Nothing is stored or sent."""
    integration = find(INTEGRATION, call, id)
    return preview_integration(integration, read_request(call, call.params), call.now)
