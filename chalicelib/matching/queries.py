"""Tests that walk further: fields of a document, and the queries within `$not`, `$all`, `$elemMatch`, `$and`, `$or`.

Where several values meet an `$or` or `$nor` within those (an array under `$not`, say), each alternative is judged
over all of them; sift stops at the first value that meets any.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from chalicelib.matching.javascript import MISSING
from chalicelib.matching.operators import One, Test, every
from chalicelib.matching.paths import Path, Visit, expand

MAX_INNER_VISITS = 10_000
"""Queries in queries over lists in lists multiply; beyond this, further values are not looked at."""

Matcher = Callable[[Mapping[str, Any], Any], bool]


def field_matcher(path: Path, test: Test) -> Matcher:
    """A function of (document, now) that tests the value at `path`. Paths through mappings alone, which most are, are
    read key by key; where that fails on something else than a mapping, the path is walked in full."""
    readers = {1: _one_step, 2: _two_steps}
    matches = readers.get(len(path.segments), _many_steps)(path, test)
    return _texts_at(path, test.texts, matches) if test.texts and len(path.segments) == 2 else matches


def _texts_at(path: Path, texts: frozenset[str], matches: Matcher) -> Matcher:
    """The commonest rules, such as `alert.urgency: high` or `alert.tags: production`, in as few steps as can be."""
    first, second = path.segments

    def has_text(document: Mapping[str, Any], now: Any) -> bool:
        try:
            value = document[first][second]
        except KeyError:
            return False
        except TypeError:
            return matches(document, now)
        return value in texts if type(value) is str else matches(document, now)

    return has_text


def _one_step(path: Path, test: Test) -> Matcher:
    one, of_list, missing = test.one, _of_list(path, test), test.one(MISSING)
    (key,) = path.segments

    def matches(document: Mapping[str, Any], now: Any) -> bool:
        try:
            value = document[key]
        except KeyError:
            return missing
        return of_list(value, document) if type(value) is list else one(value)

    return matches


def _two_steps(path: Path, test: Test) -> Matcher:
    one, of_list, in_full, missing = test.one, _of_list(path, test), _in_full(path, test), test.one(MISSING)
    first, second = path.segments

    def matches(document: Mapping[str, Any], now: Any) -> bool:
        try:
            value = document[first][second]
        except KeyError:
            return missing
        except TypeError:
            return in_full(document)
        return of_list(value, document) if type(value) is list else one(value)

    return matches


def _many_steps(path: Path, test: Test) -> Matcher:
    one, of_list, in_full, missing = test.one, _of_list(path, test), _in_full(path, test), test.one(MISSING)
    segments = path.segments

    def matches(document: Mapping[str, Any], now: Any) -> bool:
        value: Any = document
        try:
            for segment in segments:
                value = value[segment]
        except KeyError:
            return missing
        except TypeError:
            return in_full(document)
        return of_list(value, document) if type(value) is list else one(value)

    return matches


def _in_full(path: Path, test: Test) -> Callable[[Mapping[str, Any]], bool]:
    if not test.search:
        return lambda document: test.many(path.visits(document))
    one, absent, negated = test.search
    if negated:
        return lambda document: not path.meets(document, one, absent)
    return lambda document: path.meets(document, one, absent)


def _of_list(path: Path, test: Test) -> Callable[[list[Any], Mapping[str, Any]], bool]:
    flat, in_full = test.flat, _in_full(path, test)

    def of_list(values: list[Any], document: Mapping[str, Any]) -> bool:
        if flat:
            for value in values:
                if type(value) is list:
                    break
            else:
                return flat(values)
        return in_full(document)

    return of_list


class Field(NamedTuple):
    path: Path
    test: Test
    matches: Matcher

    def many(self, starts: list[Visit]) -> bool:
        visits: list[Visit] = []
        for start in starts:
            if len(visits) >= MAX_INNER_VISITS:
                break
            self.path.walk(start, visits)
        return self.test.many(visits)


def field_at(path: Path, test: Test) -> Field:
    return Field(path, test, field_matcher(path, test))


class Query(NamedTuple):
    """A condition on a value inside the document: a test of the value itself, and fields of it."""

    test: Test
    fields: list[Field]

    def one(self, value: Any) -> bool:
        if not self.test.one(value):
            return False
        if type(value) is dict:
            return all(field.matches(value, None) for field in self.fields)
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
        every([query.one for query in queries]),
        lambda visits: all(query.many(visits) for query in queries),
        _flat(queries, every),
    )


def any_query(queries: list[Query]) -> Test:
    return Test(
        _some([query.one for query in queries]),
        lambda visits: any(query.many(visits) for query in queries),
        _flat(queries, _some),
    )


def no_query(queries: list[Query]) -> Test:
    one, many, *_ = any_query(queries)
    return Test(lambda value: not one(value), lambda visits: not many(visits))


def _some(tests: list[One]) -> One:
    return lambda value: any(test(value) for test in tests)


def _flat(queries: list[Query], join: Callable[[list[One]], One]) -> One | None:
    flats = [query.test.flat for query in queries if query.test.flat and not query.fields and not query.test.ordered]
    return join(flats) if len(flats) == len(queries) else None


def element(query: Query) -> Test:
    """`$elemMatch`: one element of the first list met meets the whole query."""

    def many(visits: list[Visit]) -> bool:
        for visit in visits:
            if isinstance(visit.value, list):
                return any(query.element(value) for value in visit.value)
        return False

    return Test(lambda value: False, many, lambda values: any(map(query.element, values)))
