"""Helpers that compare and choose."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from chalicelib.templates.values import number, same, truthy

equal = same


def unequal(first: Any, second: Any) -> bool:
    return not same(first, second)


def loosely_equal(first: Any, second: Any) -> bool:
    """As `equal`, but a number is equal to a text that spells it."""
    if same(first, second):
        return True
    found = number(first)
    return found is not None and found == number(second)


def loosely_unequal(first: Any, second: Any) -> bool:
    return not loosely_equal(first, second)


def _ordered(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def compare(first: Any, second: Any) -> bool:
        """Two texts compare as texts, everything else as numbers; what is no number compares false."""
        if isinstance(first, str) and isinstance(second, str):
            return test(first, second)
        a, b = number(first), number(second)
        return a is not None and b is not None and test(a, b)

    return compare


less = _ordered(operator.lt)
less_or_equal = _ordered(operator.le)
greater = _ordered(operator.gt)
greater_or_equal = _ordered(operator.ge)


def all_true(*values: Any) -> bool:
    return all(truthy(value) for value in values)


def any_true(*values: Any) -> bool:
    return any(truthy(value) for value in values)


def negated(value: Any) -> bool:
    return not truthy(value)


def default(*values: Any) -> Any:
    """The first value that is not null."""
    return next((value for value in values if value is not None), "")
