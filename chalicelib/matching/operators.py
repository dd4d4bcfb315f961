"""The operators that test one value: what each accepts as operand, and how it judges a value or many visits.

`one` judges a single value that is no list, or MISSING; `flat`, where there is one, a list that holds no lists;
`many` all the visits of a path that met other lists or broke off.
Source: sift.js 17.1.3 (its documentation and behaviour). Sift judges visits in order, and some operators stop early;
that order is kept: `$elemMatch` looks at the first list met, `$exists` stops where the path breaks off, and under a
path that fans out `$nin` is settled by the last element of the first list and `$exists: false` is met by the list.
"""

from __future__ import annotations

import operator as python
from collections.abc import Callable
from typing import Any, NamedTuple

from chalicelib.matching.javascript import MISSING, equality, is_null, membership, remainder, to_number
from chalicelib.matching.paths import Visit
from chalicelib.matching.patterns import compile_pattern

One = Callable[[Any], bool]
Many = Callable[[list[Visit]], bool]


class Search(NamedTuple):
    """Looks for a value that meets `one`, asking of what a list lacks only when `absent`; the test is met when it is
    found, or, when `negated`, when it is not."""

    one: One
    absent: bool
    negated: bool = False


class Test(NamedTuple):
    one: One
    many: Many
    flat: Callable[[list[Any]], bool] | None = None
    texts: frozenset[str] | None = None
    """When known: the test is met by just these texts, and nothing else."""
    search: Search | None = None
    """When the order of visits does not matter: how to judge them without writing them down."""
    ordered: bool = False
    """Whether `flat` does not hold for lists that are visited within a query, because order matters there."""


Builder = Callable[[Any], Test]
"""Makes a test from an operand; raises ValueError, saying what is wrong with the operand."""


def any_value(one: One, texts: frozenset[str] | None = None) -> Test:
    """Met when any visited value meets `one`; what a list has no such element for is not asked."""

    def many(visits: list[Visit]) -> bool:
        return any(one(visit.value) for visit in visits if visit.counts)

    return Test(one, many, _any_text(texts) if texts else _any_of(one), texts, Search(one, absent=False))


def _any_of(one: One) -> Callable[[list[Any]], bool]:
    def flat(values: list[Any]) -> bool:
        for value in values:
            if one(value):
                return True
        return one(values)

    return flat


def _any_text(texts: frozenset[str]) -> Callable[[list[Any]], bool]:
    def flat(values: list[Any]) -> bool:
        for value in values:  # noqa: SIM110
            if type(value) is str and value in texts:
                return True
        return False

    return flat


def _texts(choices: list[Any]) -> frozenset[str] | None:
    return frozenset(choices) if choices and all(isinstance(choice, str) for choice in choices) else None


def equal(expected: Any) -> Test:
    return any_value(equality(expected), _texts([expected]))


def matching(pattern: Any, options: Any = "") -> Test:
    """`$regex` with its `$options`: a search in text, nothing else."""
    if not isinstance(pattern, str):
        raise ValueError("must be a pattern, as text")
    if not isinstance(options, str):
        raise ValueError("$options must be text, such as i")
    return any_value(compile_pattern(pattern, options).search)


def _not_equal(expected: Any) -> Test:
    same = equality(expected)
    some = _any_of(same)
    return Test(
        lambda value: not same(value),
        lambda visits: not any(same(visit.value) for visit in visits),
        lambda values: not some(values),
        search=Search(same, absent=True, negated=True),
    )


def _in(choices: Any) -> Test:
    choices = _choices(choices)
    test = membership(choices)
    texts = _texts(choices)
    flat = _any_text(texts) if texts else _any_of(test)
    search = Search(test, absent=True)
    return Test(test, lambda visits: any(test(visit.value) for visit in visits), flat, texts, search)


def _not_in(choices: Any) -> Test:
    test = membership(_choices(choices))

    def many(visits: list[Visit]) -> bool:
        for visit in visits:
            if test(visit.value):
                return False
            if visit.last or not visit.within:
                return True
        return False

    def flat(values: list[Any]) -> bool:
        return not (any(map(test, values)) if values else test(values))

    return Test(lambda value: not test(value), many, flat, ordered=True)


def _choices(operand: Any) -> list[Any]:
    choices = operand if isinstance(operand, list) else [operand]
    if any(isinstance(choice, dict) and any(key.startswith("$") for key in choice) for choice in choices):
        raise ValueError("must list plain values, not operators")
    return choices


def _exists(wanted: Any) -> Test:
    if not isinstance(wanted, bool):
        raise ValueError("must be true or false")

    def many(visits: list[Visit]) -> bool:
        for visit in visits:
            if not visit.whole:
                return not wanted
            if visit.own is wanted:
                return True
        return False

    return Test(lambda value: (value is not MISSING) is wanted, many, lambda values: wanted)


def _size(length: Any) -> Test:
    if isinstance(length, bool) or not isinstance(length, (int, float)):
        raise ValueError("must be a number")

    def many(visits: list[Visit]) -> bool:
        return any(isinstance(visit.value, list) and len(visit.value) == length for visit in visits)

    return Test(lambda value: False, many, lambda values: len(values) == length)


def _mod(operand: Any) -> Test:
    numbers = operand if isinstance(operand, list) else []
    if len(numbers) != 2 or not all(type(number) in (int, float) for number in numbers):
        raise ValueError("must be two numbers, [divisor, remainder]")
    divisor, rest = numbers
    return any_value(lambda value: value is not MISSING and remainder(to_number(value), divisor) == rest)


_TYPES: dict[str, One] = {
    "number": lambda value: type(value) in (int, float),
    "string": lambda value: isinstance(value, str),
    "bool": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "null": lambda value: value is None,
    "timestamp": lambda value: False,
}


def _type(name: Any) -> Test:
    if not isinstance(name, str) or name not in _TYPES:
        raise ValueError(f"must be one of {', '.join(_TYPES)}")
    return any_value(_TYPES[name])


Compare = Callable[[Any, Any], bool]


def _ordering(compare: Compare, or_equal: bool) -> Builder:
    def build(bound: Any) -> Test:
        if bound is None:
            return any_value(_against_null(compare, or_equal))
        if isinstance(bound, bool):
            return any_value(lambda value: type(value) is bool and compare(value, bound))
        if isinstance(bound, (int, float)):
            return any_value(lambda value: (type(value) is int or type(value) is float) and compare(value, bound))
        if isinstance(bound, str):
            return any_value(_against_text(compare, bound))
        raise ValueError("must be a number, text, true, false or null")

    return build


def _against_null(compare: Compare, or_equal: bool) -> One:
    """Null is below and above nothing; of other values only lists compare with it, as numbers with zero."""

    def test(value: Any) -> bool:
        if is_null(value):
            return or_equal
        return isinstance(value, list) and compare(to_number(value), 0)

    return test


def _against_text(compare: Compare, bound: str) -> One:
    """JavaScript orders text by UTF-16 code units, which differs from Python's order only beyond U+D7FF."""
    units = bound.encode("utf-16-be", "surrogatepass")

    def test(value: Any) -> bool:
        if type(value) is not str:
            return False
        if value.isascii():
            return compare(value, bound)
        return compare(value.encode("utf-16-be", "surrogatepass"), units)

    return test


BUILDERS: dict[str, Builder] = {
    "$eq": equal,
    "$ne": _not_equal,
    "$in": _in,
    "$nin": _not_in,
    "$exists": _exists,
    "$size": _size,
    "$mod": _mod,
    "$type": _type,
    "$gt": _ordering(python.gt, False),
    "$gte": _ordering(python.ge, True),
    "$lt": _ordering(python.lt, False),
    "$lte": _ordering(python.le, True),
}


def all_of(tests: list[Test]) -> Test:
    """One test that is met when all are; none is always met."""
    if len(tests) == 1:
        return tests[0]

    def many(visits: list[Visit]) -> bool:
        return all(test.many(visits) for test in tests)

    flats = [test.flat for test in tests if test.flat]
    flat = every(flats) if len(flats) == len(tests) else None
    return Test(every([test.one for test in tests]), many, flat, ordered=any(test.ordered for test in tests))


def every(tests: list[One]) -> One:
    """One function that is true when all are."""
    if len(tests) == 2:
        first, second = tests
        return lambda value: first(value) and second(value)

    def all_met(value: Any) -> bool:
        for test in tests:  # noqa: SIM110 - a generator would cost more than the tests
            if not test(value):
                return False
        return True

    return all_met
