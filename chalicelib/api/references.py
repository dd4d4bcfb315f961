"""References between objects: ids that clients write become ULIDs of what exists, and what is named is not deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib import ids
from chalicelib.accounts.objects import Object
from chalicelib.api.resource import Resource, ids_of
from chalicelib.errors import check
from chalicelib.storage import configuration

RESOURCES: dict[str, Resource] = {}
"""Every resource that is mounted, by the prefix of its ids."""


def resolve(account_id: str, fields: Mapping[str, Any], references: Mapping[str, str]) -> Object:
    """The reference fields with every id as a ULID. Raises Invalid naming the fields whose ids do not exist in the
    account."""
    keys: dict[tuple[str, str], str | None] = {}
    for name, prefix in references.items():
        for identifier in ids_of(fields.get(name)):
            keys[name, identifier] = ids.key_of(prefix, identifier) if isinstance(identifier, str) else None
    found = configuration.read_many(account_id, [key for key in keys.values() if key]) if keys else {}
    missing = [
        f"{name} has no match for {identifier[:40]}" for (name, identifier), key in keys.items() if key not in found
    ]
    check(missing)
    resolved: Object = {}
    for name in references:
        value = fields.get(name)
        ulids = [found[keys[name, identifier] or ""]["id"] for identifier in ids_of(value)]
        resolved[name] = list(dict.fromkeys(ulids)) if isinstance(value, list) else (ulids[0] if ulids else None)
    return resolved


def users_of(target: Object) -> Iterator[tuple[Resource, Object, str]]:
    """What names an object: the resource, the object of it, and the field, one after the other as they are read."""
    prefix = target["prefix_id"][:3]
    for resource in RESOURCES.values():
        fields = [name for name, named in resource.references.items() if named == prefix]
        texts = [name for name, prefixes in resource.named_in.items() if prefix in prefixes]
        rows = configuration.rows(target["account_id"], resource.prefix) if fields or texts else ()
        for found in rows:
            if found["id"] != target["id"]:
                yield from ((resource, found, name) for name in fields if target["id"] in ids_of(found[name]))
                yield from ((resource, found, name) for name in texts if _is_named(resource, found, name, target))


def _is_named(resource: Resource, found: Object, field: str, target: Object) -> bool:
    """Whether a text names the target; it is only read closely where it has the id at all."""
    key = target["prefix_id"]
    return key in found[field] and key in resource.named(found, field)
