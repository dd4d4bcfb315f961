"""Where an expression is evaluated, and what a path leads to from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.templates.syntax import Path
from chalicelib.templates.values import own


@dataclass(slots=True)
class Scope:
    """Where an expression is evaluated: a context, those around it, ``@`` variables and block parameters."""

    context: Any
    outer: Scope | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    outer_variables: tuple[Mapping[str, Any], ...] = ()
    names: Mapping[str, Any] = field(default_factory=dict)


def found_at(path: Path, scope: Scope) -> Any:
    """What a path leads to; null where it leads nowhere."""
    parts = path.parts
    if path.variable:
        value = _variables(path.depth, scope)
    elif parts and not path.depth and not path.scoped and parts[0] in scope.names:
        value, parts = scope.names[parts[0]], parts[1:]
    else:
        value = _context(path.depth, scope)
    for part in parts:
        value = own(value, part)
    return value


def _context(depth: int, scope: Scope) -> Any:
    around: Scope | None = scope
    for _ in range(depth):
        around = around.outer if around else None
    return around.context if around else None


def _variables(depth: int, scope: Scope) -> Mapping[str, Any] | None:
    if not depth:
        return scope.variables
    return scope.outer_variables[depth - 1] if depth <= len(scope.outer_variables) else None
