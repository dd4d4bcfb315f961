"""Integrations: `/api/v4/integrations`, an endpoint for a tool; its options are written as `option_<name>`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from chalice import Blueprint

from chalicelib import adapters, ids
from chalicelib.adapters.kit.options import declared, read_options
from chalicelib.api.http import Call, route
from chalicelib.api.integration_types import embedded
from chalicelib.api.previews import read_request
from chalicelib.api.resources import Kind, Object, find, mount
from chalicelib.errors import Invalid
from chalicelib.handling.preview import preview_integration
from chalicelib.words import INTEGRATION_FIELDS

integrations = Blueprint(__name__)

_MASK = "********"


def _complete(call: Call, found: Object, stored: Object | None) -> Object:
    """Add the type and the options; both are validated together with the destinations, before anything is stored."""
    slug = _slug(call.params.get("integration_type_id"), stored)
    adapter = adapters.load(slug)
    kept = stored["options"] if stored and stored["integration_type"] == slug else {}
    return {**found, "integration_type": slug, "options": read_options(adapter, _options(call.params), kept)}


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
    """Options by bare name: `option_<name>` keys, or the `options` map that a client read and sends back. A masked
    secret that comes back unchanged is no change."""
    grouped = params.get("options")
    options = dict(grouped) if isinstance(grouped, dict) else {}
    options |= {name.removeprefix("option_"): value for name, value in params.items() if name.startswith("option_")}
    return {name: value for name, value in options.items() if value != _MASK}


def _check(call: Call, found: Object) -> None:
    if not any(found[name] for name in INTEGRATION_FIELDS):
        raise Invalid(f"{', '.join(INTEGRATION_FIELDS)}: at least one destination is required")


def _show(found: Object, call: Call) -> Object:
    adapter = adapters.load(found["integration_type"])
    options = dict(found["options"])
    if not call.caller.is_admin:
        secret = [option.name for option in declared(adapter) if option.secret and options.get(option.name)]
        options |= dict.fromkeys(secret, _MASK)
    return {
        **found,
        "integration_type": embedded(found["integration_type"]),
        "integration_type_id": adapters.type_id(found["integration_type"]),
        "options": options,
        "endpoint": f"{call.base_url}/integration/{found['prefix_id']}",
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
