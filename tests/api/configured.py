"""One of each resource, and every way in which one can name another: for tests that walk over all of them.

A new resource gets its line in `BODIES`; the walks find its references by themselves.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from chalicelib import ids
from chalicelib.api import mounts  # noqa: F401  fills RESOURCES
from chalicelib.api.references import RESOURCES
from chalicelib.api.resource import Resource, ids_of
from chalicelib.storage import configuration

_numbers = itertools.count()


def _person(number: int) -> dict[str, Any]:
    return {"user_attributes": {"name": "P", "emails_attributes": [{"email": f"p{number}@example.com"}]}}


BODIES: dict[str, Any] = {
    "account_users": lambda user, number: _person(number),
    "api_tokens": lambda user, number: {"name": "T"},
    "integrations": lambda user, number: {
        "name": "I",
        "urgency": "low",
        "integration_type_id": "webhook",
        "account_user_ids": [user],
    },
    "routers": lambda user, number: {"name": "R", "default_receiver_account_user_id": user},
    "stakeholders": lambda user, number: {"name": "S", "emails": ["s@example.com"]},
    "teams": lambda user, number: {
        "name": "T",
        "member_account_user_ids": [user],
        "admin_account_user_ids": [user],
    },
}
"""What makes one of each resource, by path, that names nothing but the admin of the account."""

Reference = tuple[Resource, str, str]


def references() -> list[Reference]:
    """Every (resource, field, prefix of what the field names), fields that name others in their text included."""
    return [
        (resource, field, prefix)
        for resource in RESOURCES.values()
        for field, prefixes in [*((f, (p,)) for f, p in resource.references.items()), *resource.named_in.items()]
        for prefix in prefixes
    ]


def naming(field: str, target: Any) -> dict[str, Any]:
    """A body in which `field` names the target."""
    if field == "rules":
        key = target["prefix_id"]
        action = (
            f"{{type: stakeholder, ids: [{key}]}}" if key.startswith("stk") else f"{{type: assign, receiver: {key}}}"
        )
        return {"rules": f"rules: [{{match: {{always: true}}, actions: [{action}]}}]"}
    return {field: [target["id"]] if field.endswith("_ids") else target["id"]}


def body(world: Any, resource: Resource, **fields: Any) -> dict[str, Any]:
    made: dict[str, Any] = {**BODIES[resource.path](world.account.user["id"], next(_numbers)), **fields}
    return made


def make(world: Any, prefix: str, **fields: Any) -> Any:
    """A new object of a model."""
    resource = RESOURCES[prefix]
    return world.ok("POST", f"/{resource.path}", body(world, resource, **fields))


def dangling(account_id: str) -> Iterator[str]:
    """The fields of the account's objects that name what is not there."""
    objects = {prefix: list(configuration.rows(account_id, prefix)) for prefix in RESOURCES}
    known = {found[form] for rows in objects.values() for found in rows for form in ("id", "prefix_id")}
    for prefix, rows in objects.items():
        for found in rows:
            for field in RESOURCES[prefix].references:
                yield from (f"{found['prefix_id']}.{field}" for named in ids_of(found[field]) if named not in known)
            for field in RESOURCES[prefix].named_in:
                named_ids = set(RESOURCES[prefix].named(found, field))
                yield from (f"{found['prefix_id']}.{field}" for named in named_ids if named not in known)


def admins(account_id: str) -> int:
    return sum(user["roles"]["admin"] for user in configuration.rows(account_id, ids.ACCOUNT_USER))
