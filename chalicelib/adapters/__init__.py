"""Adapters: one per integration type, found by listing packages and imported only when used.

The types of this project are the modules of `tools`; `register` adds packages of one's own beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from chalicelib import ids
from chalicelib.adapters.kit.adapter import Adapter, IntegrationContext
from chalicelib.adapters.kit.examples import Examples, read_examples, read_sequences

_SLUG = re.compile(r"[a-z][a-z0-9_]{0,63}")
_packages = ["chalicelib.adapters.tools"]


def register(packages: Iterable[str]) -> None:
    """Add packages of adapters: importable names such as ``acme_adapters``, each a folder of modules named by slug.
    Raises ValueError when one cannot be imported, or defines a slug that another has."""
    new = [package for package in packages if package not in _packages]
    if not new:
        return  # and imports nothing
    _packages.extend(new)
    _modules.cache_clear()
    _slug_by_key.cache_clear()
    _modules()


def named(packages: str | None) -> list[str]:
    """The packages that a setting such as ``acme_adapters, other`` names."""
    return [name.strip() for name in (packages or "").split(",") if name.strip()]


@cache
def _modules() -> dict[str, str]:
    """The module of each slug."""
    modules: dict[str, str] = {}
    for package in _packages:
        for slug in _slugs_in(package):
            if slug in modules:
                raise ValueError(f"integration type {slug} of {package} is defined by {modules[slug]} already")
            modules[slug] = f"{package}.{slug}"
    return modules


def _slugs_in(package: str) -> list[str]:
    try:
        path = import_module(package).__path__
    except (ImportError, AttributeError) as error:
        raise ValueError(f"{package} is no package of adapters that can be imported: {error}") from error
    return [module.name for module in iter_modules(path) if not module.ispkg and _SLUG.fullmatch(module.name)]


def slugs(package: str | None = None) -> tuple[str, ...]:
    """The slugs of all integration types, or of one package's, sorted, without importing any of them."""
    return tuple(sorted(slug for slug, module in _modules().items() if package in (None, module.rpartition(".")[0])))


def number_of(slug: str) -> int:
    """The number of an integration type, which stays as it is when packages are registered beside this project's."""
    return list(_modules()).index(slug) + 1


@cache
def load(slug: str) -> type[Adapter]:
    """The adapter class of an integration type. Raises KeyError for an unknown slug, ValueError for a module without
    an adapter."""
    module = import_module(_modules()[slug])
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, Adapter) and value.__module__ == module.__name__:
            return value
    raise ValueError(f"{module.__name__} holds no adapter: a class derived from chalicelib.adapters.kit.Adapter")


def folder_of(slug: str) -> Path:
    """The folder of the package that an integration type is in: its `examples` lie there."""
    package = import_module(_modules()[slug].rpartition(".")[0])
    return Path(package.__path__[0])


@cache
def load_examples(slug: str) -> Examples:
    """The examples of an integration type, {} when it has none. Callers share the maps: do not change them."""
    return read_examples(folder_of(slug) / "examples" / f"{slug}.json")


@cache
def load_sequences(slug: str) -> Examples:
    """The examples of an integration type that are series of requests; see `read_sequences`."""
    return read_sequences(folder_of(slug) / "examples" / f"{slug}.json")


@cache
def guide(slug: str) -> str | None:
    """How to set the tool up, in Markdown, where {endpoint} stands for the integration's URL and {token} for its
    token; None when nobody wrote one."""
    path = folder_of(slug) / "guides" / f"{slug}.md"
    return path.read_text("utf-8").strip() if path.is_file() else None


def for_integration(integration: Mapping[str, Any], fetch: Callable[[str], bytes]) -> Adapter:
    """The adapter of a stored integration; `fetch` is its only way to the network."""
    context = IntegrationContext(integration["urgency"], integration["prefix_id"], integration["name"])
    return load(integration["integration_type"])(integration["options"], context, fetch)


def type_id(slug: str) -> str:
    """The constant ULID of an integration type."""
    return ids.stable_ulid(f"integration_type:{slug}")


@cache
def _slug_by_key() -> dict[str, str]:
    return {ids.prefix_id(ids.INTEGRATION_TYPE, type_id(slug)): slug for slug in slugs()}


def slug_of(identifier: str) -> str | None:
    """The slug behind a slug, a ULID or a prefix id; None when there is no such type."""
    if identifier in _modules():
        return identifier
    key = ids.key_of(ids.INTEGRATION_TYPE, identifier)
    return _slug_by_key().get(key) if key else None
