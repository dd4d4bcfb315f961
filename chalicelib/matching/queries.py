"""Tests that walk further: fields of a document, and the queries within `$not`, `$all`, `$elemMatch`, `$and`, `$or`.

Where several values meet an `$or` or `$nor` within those (an array under `$not`, say), each alternative is judged
over all of them; sift stops at the first value that meets any.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from chalicelib.matching.javascript import MISSING
from chalicelib.matching.operators import Test
from chalicelib.matching.paths import Path, Visit, expand


def field_matcher(path: Path, test: Test) -> Callable[[Mapping[str, Any], Any], bool]:
    """A function of (document, now) that tests the value at `path`. Paths through mappings alone, which most are,
    are read step by step; a list, or a part that is not there, takes the full walk."""
    if len(path.segments) == 1:
        return _of_one_step(path, test)
    if len(path.segments) == 2:
        return _of_two_steps(path, test)
    return _of_many_steps(path, test)


def _of_one_step(path: Path, test: Test) -> Callable[[Mapping[str, Any], Any], bool]:
    one, many, visits = test.one, test.many, path.visits
    (key,) = path.segments

    def matches(document: Mapping[str, Any], now: Any) -> bool:
        value = document.get(key, MISSING)
        return many(visits(document)) if type(value) is list else one(value)

    return matches


def _of_two_steps(path: Path, test: Test) -> Callable[[Mapping[str, Any], Any], bool]:
    one, many, visits = test.one, test.many, path.visits
    first, second = path.segments

    def matches(document: Mapping[str, Any], now: Any) -> bool:
        owner = document.get(first)
        if type(owner) is dict:
            value = owner.get(second, MISSING)
            if type(value) is not list:
                return one(value)
        return many(visits(document))

    return matches


def _of_many_steps(path: Path, test: Test) -> Callable[[Mapping[str, Any], Any], bool]:
    one, many, visits = test.one, test.many, path.visits
    *inner, last = path.segments

    def matches(document: Mapping[str, Any], now: Any) -> bool:
        owner: Any = document
        for segment in inner:
            owner = owner.get(segment)
            if type(owner) is not dict:
                return many(visits(document))
        value = owner.get(last, MISSING)
        return many(visits(document)) if type(value) is list else one(value)

    return matches


class Field(NamedTuple):
    path: Path
    test: Test

    def many(self, starts: list[Visit]) -> bool:
        visits: list[Visit] = []
        for start in starts:
            self.path.walk(start, visits)
        return self.test.many(visits)


class Query(NamedTuple):
    """A condition on a value inside the document: a test of the value itself, and fields of it."""

    test: Test
    fields: list[Field]

    def one(self, value: Any) -> bool:
        if not self.test.one(value):
            return False
        starts = [Visit(value, own=value is not MISSING)]
        return all(field.many(starts) for field in self.fields)

    def many(self, visits: list[Visit]) -> bool:
        return self._judge(visits, visits)

    def element(self, value: Any) -> bool:
        """For `$elemMatch`: one element by itself, which may again be a list."""
        start = Visit(value)
        return self._judge([start], expand(start)) if isinstance(value, list) else self.one(value)

    def _judge(self, starts: list[Visit], expanded: list[Visit]) -> bool:
        values = [Visit(visit.value, visit.counts, visit.own) for visit in expanded]
        return self.test.many(values) and all(field.many(starts) for field in self.fields)


def not_query(query: Query) -> Test:
    return Test(lambda value: not query.one(value), lambda visits: not query.many(visits))


def all_queries(queries: list[Query]) -> Test:
    return Test(
        lambda value: all(query.one(value) for query in queries),
        lambda visits: all(query.many(visits) for query in queries),
    )


def any_query(queries: list[Query]) -> Test:
    return Test(
        lambda value: any(query.one(value) for query in queries),
        lambda visits: any(query.many(visits) for query in queries),
    )


def no_query(queries: list[Query]) -> Test:
    some = any_query(queries)
    return Test(lambda value: not some.one(value), lambda visits: not some.many(visits))


def element(query: Query) -> Test:
    """`$elemMatch`: one element of the first list met meets the whole query."""

    def many(visits: list[Visit]) -> bool:
        for visit in visits:
            if isinstance(visit.value, list):
                return any(query.element(value) for value in visit.value)
        return False

    return Test(lambda value: False, many)
