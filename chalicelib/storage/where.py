"""What the rows of an index must hold, as a filter expression: DynamoDB reads rows that do not, but does not send them.

Pure: nothing is read here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

MOST_VALUES = 150
"""Values in all conditions together: an expression may be 4 KB long and have 300 operators."""

_MOST_ALTERNATIVES = 100  # of one IN
Value = str | int


class Condition(NamedTuple):
    """That an attribute is one of the values (`is`), or a text in which one of them occurs (`has`)."""

    attribute: str
    operator: Literal["is", "has"]
    values: tuple[Value, ...]


Clause = tuple[Condition, ...]
"""Holds when one of its conditions does."""

Where = tuple[Clause, ...]
"""Holds when each of its clauses does."""


def size(where: Where) -> int:
    """How many values an expression compares with; of more than `MOST_VALUES` none can be made."""
    return sum(len(condition.values) for clause in where for condition in clause)


def expression(where: Where) -> tuple[str, dict[str, str], dict[str, Value]]:
    """A filter expression, its names and its values; its placeholders begin with ``#w`` and ``:w``."""
    names: dict[str, str] = {}
    values: dict[str, Value] = {}
    clauses = []
    for clause in where:
        texts = [text for condition in clause for text in _conditions(condition, names, values)]
        clauses.append(f"({' OR '.join(texts)})")
    return " AND ".join(clauses), names, values


def _conditions(condition: Condition, names: dict[str, str], values: dict[str, Value]) -> Iterator[str]:
    name = next((known for known, attribute in names.items() if attribute == condition.attribute), f"#w{len(names)}")
    names[name] = condition.attribute
    bound = []
    for value in condition.values:
        bound.append(f":w{len(values)}")
        values[bound[-1]] = value
    if condition.operator == "has":
        yield from (f"contains({name}, {placeholder})" for placeholder in bound)
        return
    for start in range(0, len(bound), _MOST_ALTERNATIVES):
        yield f"{name} IN ({', '.join(bound[start : start + _MOST_ALTERNATIVES])})"
