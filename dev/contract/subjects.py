"""What the checks look at: a type's source, its classes, and its adapter with the options of an example."""

from __future__ import annotations

import ast
import inspect
from typing import Any

from chalicelib import adapters
from chalicelib.adapters.kit.adapter import Adapter, IntegrationContext
from chalicelib.adapters.kit.examples import CONTEXT
from chalicelib.adapters.kit.options import read_options


def source(slug: str) -> str:
    return (adapters.folder_of(slug) / f"{slug}.py").read_text("utf-8")


def classes(slug: str) -> list[type[Adapter]]:
    """The adapter class, and the classes of its package that it builds on."""
    package = adapters.load(slug).__module__.rpartition(".")[0]
    return [cls for cls in adapters.load(slug).__mro__ if cls.__module__.startswith(f"{package}.")]


def sources(slug: str) -> list[ast.Module]:
    """The parsed modules of the adapter class and of those that it builds on, the rules of the kit included."""
    bases = [cls for cls in adapters.load(slug).__mro__ if issubclass(cls, Adapter) and cls is not Adapter]
    return [ast.parse(inspect.getsource(inspect.getmodule(cls) or cls)) for cls in bases]


def adapter_of(slug: str, options: dict[str, Any] | None = None, context: IntegrationContext = CONTEXT) -> Adapter:
    """An adapter with some options; required ones that are not among them are the example's. It fetches junk."""
    adapter = adapters.load(slug)
    example = adapters.load_examples(slug).get("create", {}).get("options", {})
    required = {option.name: example.get(option.name) for option in adapter.OPTIONS if option.required}
    values = read_options(adapter, required | (options or {}), {})
    return adapter(values, context, fetch=lambda url: b"no certificate")
