"""Helpers of numbers: texts that spell a number count as one, anything else gives ""."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from chalicelib.templates.values import number

_MAX_DIGITS = 20


def _arithmetic(work: Callable[[float, float], float]) -> Callable[[Any, Any], float | str]:
    def compute(first: Any, second: Any) -> float | str:
        a, b = number(first), number(second)
        if a is None or b is None:
            return ""
        try:
            return work(a, b)
        except (ZeroDivisionError, OverflowError):
            return ""

    return compute


add = _arithmetic(lambda a, b: a + b)
subtract = _arithmetic(lambda a, b: a - b)
multiply = _arithmetic(lambda a, b: a * b)
divide = _arithmetic(lambda a, b: a / b)


def floor(value: Any) -> int | str:
    found = number(value)
    return "" if found is None else math.floor(found)


def ceil(value: Any) -> int | str:
    found = number(value)
    return "" if found is None else math.ceil(found)


def round_half_up(value: Any) -> int | str:
    """The nearest whole number; halves go up, as JavaScript's Math.round has it."""
    found = number(value)
    return "" if found is None else math.floor(found + 0.5)


def to_fixed(value: Any, digits: Any) -> str:
    found, places = number(value), number(digits) or 0
    return "" if found is None else f"{found:.{int(max(0, min(places, _MAX_DIGITS)))}f}"
