"""What JavaScript means by equal, less and number, for JSON values: the matcher's ground rules (ECMA-262, 7)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

MAX_NUMBER_TEXT = 400
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\Z")
_BASES = {"0x": 16, "0o": 8, "0b": 2}
_SPACES = "\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))


class Missing:
    """The type of `MISSING`: JavaScript's undefined, the value of a key that is not there."""

    def __repr__(self) -> str:
        return "missing"


MISSING: Final = Missing()


def is_null(value: Any) -> bool:
    return value is None or value is MISSING


def equality(expected: Any) -> Callable[[Any], bool]:
    """A test for deep equality with `expected`: strict types (5 is not "5", 0 not false), null equals missing."""
    if is_null(expected):
        return is_null
    if isinstance(expected, bool):
        return lambda value: value is expected
    if isinstance(expected, (int, float)):
        return lambda value: value == expected and type(value) is not bool
    if isinstance(expected, str):
        return lambda value: value == expected
    return lambda value: equals(expected, value)


def equals(expected: Any, actual: Any) -> bool:
    """Deep equality, as deep as `expected` goes. A null entry equals a missing one."""
    if isinstance(expected, dict):
        return (
            isinstance(actual, dict)
            and len(expected) == len(actual)
            and all(equals(value, actual.get(key, MISSING)) for key, value in expected.items())
        )
    if isinstance(expected, list):
        return isinstance(actual, list) and len(expected) == len(actual) and all(map(equals, expected, actual))
    return equality(expected)(actual)


def membership(choices: list[Any]) -> Callable[[Any], bool]:
    """A test for being equal to one of `choices`; scalars are looked up, not tried one by one."""
    texts = frozenset(choice for choice in choices if isinstance(choice, str))
    if all(isinstance(choice, str) for choice in choices):
        return lambda value: type(value) is str and value in texts
    numbers = frozenset(choice for choice in choices if type(choice) in (int, float))
    others = [equality(choice) for choice in choices if type(choice) not in (str, int, float)]

    def test(value: Any) -> bool:
        kind = type(value)
        if kind is str:
            return value in texts
        if kind is int or kind is float:
            return value in numbers and value == value  # NaN is in a set that holds it, but equals nothing
        return any(other(value) for other in others)

    return test


def to_number(value: Any) -> float | int:
    """JavaScript's Number(value): of text, true, null and lists too; NaN where there is none."""
    if value is None:
        return 0
    if isinstance(value, (int, float)):
        return int(value) if isinstance(value, bool) else value
    if isinstance(value, str):
        return _text_number(value)
    if isinstance(value, list):
        return _list_number(value)
    return math.nan


def remainder(value: float | int, divisor: float | int) -> float | int:
    """JavaScript's `%`: the sign is the dividend's; NaN where it is undefined."""
    if divisor == 0:
        return math.nan
    if isinstance(value, int) and isinstance(divisor, int):
        rest = abs(value) % abs(divisor)
        return -rest if value < 0 else rest
    try:
        return math.fmod(value, divisor)
    except (ValueError, OverflowError):
        return math.nan


def utf16_units(text: str) -> Sequence[str]:
    """The units that JavaScript counts and indexes text by: two for a character beyond U+FFFF."""
    if text.isascii():
        return text
    units = text.encode("utf-16-be", "surrogatepass")
    return [units[at : at + 2].decode("utf-16-be", "surrogatepass") for at in range(0, len(units), 2)]


def _text_number(text: str) -> float | int:
    text = text.strip(_SPACES) if len(text) <= MAX_NUMBER_TEXT else "none"
    if not text:
        return 0
    base = _BASES.get(text[:2].lower())
    if base:
        digits = text[2:]
        return int(digits, base) if digits.isalnum() and digits.isascii() and _all_digits(digits, base) else math.nan
    if text.lstrip("+-") == "Infinity" and len(text) <= len("+Infinity"):
        return -math.inf if text[0] == "-" else math.inf
    if not _DECIMAL.match(text):
        return math.nan
    number = float(text)
    return int(number) if number.is_integer() else number


def _all_digits(digits: str, base: int) -> bool:
    return all(digit in "0123456789abcdef"[:base] for digit in digits.lower())


def _list_number(values: list[Any]) -> float | int:
    """A list becomes its text first: [] is "", [7] is "7", two items have a comma and are no number."""
    for _ in range(100):
        if len(values) != 1:
            return math.nan if values else 0
        if not isinstance(values[0], list):
            return math.nan if isinstance(values[0], bool) else to_number(values[0])
        values = values[0]
    return math.nan
