"""JMESPath within a budget: an expression may double a list at each step, and copies of copies grow beyond any memory.

Import this late: `jmespath` comes with boto3, and few integrations use expressions.
"""

from __future__ import annotations

from typing import Any

import jmespath
from jmespath.functions import Functions
from jmespath.visitor import TreeInterpreter

Json = Any

_MAX_LENGTH = 1000
_MAX_PARTS = 100
_MAX_STEPS = 200_000
_MAX_SIZE = 2_000_000  # values and characters that an evaluation makes
_MAKING = ("multi_select_list", "multi_select_dict", "function_expression")


class _TooMuch(Exception):
    """An evaluation took more steps, or made more, than it may."""


def expression_fault(expression: str) -> str | None:
    """What is wrong with an expression, or None; a blank one is fine."""
    if not expression.strip():
        return None
    if len(expression) > _MAX_LENGTH:
        return f"is too long (at most {_MAX_LENGTH} characters)"
    try:
        parts = _part_count(jmespath.compile(expression).parsed)
    except Exception as error:  # the parser raises RecursionError and more besides its own errors
        return f"must be a JMESPath expression: {error}"[:300]
    return f"is too complex (at most {_MAX_PARTS} parts, not {parts})" if parts > _MAX_PARTS else None


def search(expression: str, value: Json) -> Json:
    """What an expression finds in a value. None when it fails on it, takes more than 200,000 steps, or makes more than
    two million values and characters."""
    try:
        return _Interpreter().visit(jmespath.compile(expression).parsed, value)
    except Exception:  # the library raises what Python does with the values of strangers, besides its own errors
        return None


def _part_count(node: Any) -> int:
    pending, count = [node], 0
    while pending:
        count += 1
        pending += [child for child in pending.pop().get("children", ()) if isinstance(child, dict)]
    return count


class _Interpreter(TreeInterpreter):  # type: ignore[misc]
    """The library's interpreter, which counts what it does and what it makes."""

    def __init__(self) -> None:
        super().__init__()
        self._library = Functions()
        self._functions: Any = self
        self._steps = self._size = 0

    def visit(self, node: Any, *arguments: Any, **named: Any) -> Any:
        found = super().visit(node, *arguments, **named)
        self._steps += 1 + (len(found) if isinstance(found, list) else 0)
        if self._steps > _MAX_STEPS:
            raise _TooMuch
        if node["type"] in _MAKING:
            self._weigh(found)
        return found

    def call_function(self, name: str, arguments: list[Json]) -> Json:
        if name == "join":  # the one function whose text can be far longer than what it is made of
            self._add(_joined_length(*arguments))
        return self._library.call_function(name, arguments)

    def _weigh(self, value: Json) -> None:
        """Count the values and characters of what was made: copies share them, but whoever writes them out does not."""
        pending = [value]
        while pending:
            found = pending.pop()
            self._add(1 + (len(found) if isinstance(found, str) else 0))
            if isinstance(found, (dict, list)):
                pending += found.values() if isinstance(found, dict) else found

    def _add(self, amount: int) -> None:
        self._size += amount
        if self._size > _MAX_SIZE:
            raise _TooMuch


def _joined_length(glue: Json = None, parts: Json = None, *others: Json) -> int:
    return len(glue) * len(parts) if isinstance(glue, str) and isinstance(parts, list) else 0
