"""The expressions of DynamoDB that lists send, read as DynamoDB reads them: what it would refuse raises ValueError."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

Item = Mapping[str, Mapping[str, Any]]
Names = Mapping[str, str]
Values = Mapping[str, Mapping[str, Any]]
Test = Callable[[Item], bool]

HIGHEST = "\U0010ffff"
_KEY = re.compile(r"(#\w+) = (:\w+) AND (#\w+) BETWEEN (:\w+) AND (:\w+)")
_CLAUSE = re.compile(r"\(((?:[^()]|\([^()]*\))+)\)(?: AND |\Z)")
_IS = re.compile(r"(#\w+) IN \(([^()]+)\)")
_HAS = re.compile(r"contains\((#\w+), (:\w+)\)")
_LONGEST, _MOST_OPERANDS, _MOST_OPERATORS = 4096, 100, 300


def key_condition(expression: str, keys: Collection[str], names: Names, values: Values) -> tuple[str, str, str]:
    """The value of the first key, and the least and greatest of the second."""
    found = _KEY.fullmatch(expression)
    if found is None:
        raise ValueError(f"no key condition: {expression}")
    if [names[found[1]], names[found[3]]] != [*keys]:
        raise ValueError(f"{found[0]} is not about the keys {keys}")
    first, low, high = (str(values[found[place]]["S"]) for place in (2, 4, 5))
    return first, low, high


def condition(
    expression: str, keys: Collection[str], holds: Collection[str] | None, names: Names, values: Values
) -> Test:
    """The test that a filter makes of rows that hold some attributes (None: any), `keys` of which it may not use."""
    clauses = [_clause(text, names, values) for text in _CLAUSE.findall(expression)]
    if "".join(f" AND ({text})" for text in _CLAUSE.findall(expression)).removeprefix(" AND ") != expression:
        raise ValueError(f"no filter: {expression}")
    if len(expression) > _LONGEST or len(re.findall(r"contains| IN | OR | AND ", expression)) > _MOST_OPERATORS:
        raise ValueError("the filter is too long")
    for attribute in {names[name] for name in re.findall(r"#\w+", expression)}:
        if attribute in keys or (holds is not None and attribute not in holds):
            raise ValueError(f"{attribute} is a key of the index, or not in it")
    return lambda item: all(any(test(item) for test in tests) for tests in clauses)


def _clause(text: str, names: Names, values: Values) -> list[Test]:
    return [_test(part, names, values) for part in text.split(" OR ")]


def _test(text: str, names: Names, values: Values) -> Test:
    if found := _HAS.fullmatch(text):
        attribute, part = names[found[1]], str(values[found[2]]["S"])
        return lambda item: part in str(item.get(attribute, {}).get("S", ""))
    if found := _IS.fullmatch(text):
        wanted = [values[name] for name in found[2].split(", ")]
        if len(wanted) > _MOST_OPERANDS:
            raise ValueError("IN takes 100 values")
        attribute = names[found[1]]
        return lambda item: item.get(attribute) in wanted
    raise ValueError(f"no condition: {text}")
