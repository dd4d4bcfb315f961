"""Adapters: one file per integration type, found by listing this package and imported only when used."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from chalicelib import ids
from chalicelib.adapters._base import Adapter

_PRIVATE = ("_", "examples")


@cache
def slugs() -> tuple[str, ...]:
    """The slugs of all integration types, sorted, without importing any of them."""
    return tuple(sorted(m.name for m in iter_modules(__path__) if not m.name.startswith(_PRIVATE)))


@cache
def load(slug: str) -> type[Adapter]:
    """The adapter class of an integration type. Raises KeyError for an unknown slug."""
    if slug not in slugs():
        raise KeyError(slug)
    module = import_module(f"{__name__}.{slug}")
    found: type[Adapter] = next(
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Adapter) and value.__module__ == module.__name__
    )
    return found


def type_id(slug: str) -> str:
    """The constant ULID of an integration type."""
    return ids.stable_ulid(f"integration_type:{slug}")


@cache
def _slug_by_key() -> dict[str, str]:
    return {ids.prefix_id(ids.INTEGRATION_TYPE, type_id(slug)): slug for slug in slugs()}


def slug_of(identifier: str) -> str | None:
    """The slug behind a slug, a ULID or a prefix id; None when there is no such type."""
    if identifier in slugs():
        return identifier
    key = ids.key_of(ids.INTEGRATION_TYPE, identifier)
    return _slug_by_key().get(key) if key else None
