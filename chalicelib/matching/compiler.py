"""Compiles conditions into closures, and collects everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from chalicelib.matching.checks import Actual, At, Check, Matches, alternatives, conjunction, opposite, oversize
from chalicelib.matching.clock import (
    DEFAULT_DATE,
    DEFAULT_TIME,
    DEFAULT_ZONE,
    TimeFormat,
    between,
    find_zone,
    formatted,
    local,
    weekday,
)
from chalicelib.matching.operators import BUILDERS, Test, all_of, equal, matching
from chalicelib.matching.paths import MAX_SEGMENTS, Path
from chalicelib.matching.queries import (
    Field,
    Query,
    all_queries,
    any_query,
    element,
    field_at,
    field_matcher,
    no_query,
    not_query,
)

_GROUPS = ("$and", "$or", "$nor")
_CLOCK_PARAMETERS = {
    "$day": ("timezone",),
    "$now": ("timezone", "format"),
    "$timeBetween": ("timezone", "timeformat", "starttime", "endtime"),
}


def _nothing(document: Mapping[str, Any], now: datetime) -> Any:
    return None


class Compiler:
    """One compilation; `problems` grows as it goes."""

    def __init__(self) -> None:
        self.problems: list[tuple[At, str]] = []

    def compile(self, condition: Any, path: str) -> list[Check]:
        """The checks that a whole document must pass."""
        at = At(path)
        if fault := oversize(condition):
            self._problem(at, fault)
            return []
        return self._document(condition, at)

    def _problem(self, at: At, message: str) -> None:
        self.problems.append((at, message))

    def _document(self, condition: Any, at: At) -> list[Check]:
        if not isinstance(condition, dict):
            self._problem(at, "must be a mapping of paths and operators")
            return []
        checks: list[Check] = []
        for key, operand in condition.items():
            if not key.startswith("$"):
                checks.append(self._field_check(key, operand, at.key(key)))
            elif key in _GROUPS:
                checks.append(self._group_check(key, operand, at.key(key)))
            elif key in _CLOCK_PARAMETERS:
                checks.extend(self._clock_check(key, operand, at.key(key)))
            else:
                checks.extend(self._own_check(key, operand, condition, at))
        return checks

    def _field_check(self, key: str, operand: Any, at: At) -> Check:
        path = self._path(key, at)
        tests = self._tests(operand, at)
        parts = [
            Check(at.path, name, expected, field_matcher(path, test), path.show, []) for name, expected, test in tests
        ]
        if len(parts) == 1:
            return parts[0]
        whole = field_matcher(path, all_of([test for _, _, test in tests]))
        return Check(at.path, "", operand, whole, path.show, parts)

    def _group_check(self, key: str, entries: Any, at: At) -> Check:
        found = [self._document(entry, at.item(index)) for index, entry in self._entries(entries, at)]
        tests = [conjunction([check.matches for check in checks]) for checks in found]
        if key == "$and":
            parts = [check for checks in found for check in checks]
            return Check(at.path, key, entries, conjunction(tests), _nothing, parts)
        some = alternatives(tests)
        return Check(at.path, key, entries, some if key == "$or" else opposite(some), _nothing, [])

    def _own_check(self, key: str, operand: Any, condition: dict[str, Any], at: At) -> list[Check]:
        """An operator that looks at the whole document."""
        if key == "$not" and isinstance(operand, dict):
            test = conjunction([check.matches for check in self._document(operand, at.key(key))])
            return [Check(at.key(key).path, key, operand, opposite(test), _nothing, [])]
        if key == "$exists":
            self._problem(at.key(key), "must stand under a field")
            return []
        return [
            Check(at.path, name, expected, _of_document(test), _nothing, [])
            for name, expected, test in self._operator(key, operand, condition, at, grouping=True)
        ]

    def _entries(self, entries: Any, at: At) -> list[tuple[int, Any]]:
        if isinstance(entries, list) and entries:
            return list(enumerate(entries))
        self._problem(at, "must be a list of at least one condition")
        return []

    def _path(self, key: str, at: At) -> Path:
        if key.count(".") >= MAX_SEGMENTS:
            self._problem(at, f"the path has more than {MAX_SEGMENTS} parts")
            key = ""
        return Path(key)

    def _tests(self, operand: Any, at: At) -> list[tuple[str, Any, Test]]:
        """What a field's value must meet: (operator, operand, test) each."""
        if not isinstance(operand, dict) or not any(key.startswith("$") for key in operand):
            return [("$eq", operand, equal(operand))]
        tests = []
        for key, value in operand.items():
            if key.startswith("$"):
                tests.extend(self._operator(key, value, operand, at, grouping=False))
            else:
                self._problem(at.key(key), "operators and plain keys cannot be mixed in one field")
        return tests

    def _operator(
        self, key: str, operand: Any, siblings: dict[str, Any], at: At, grouping: bool
    ) -> list[tuple[str, Any, Test]]:
        at = at.key(key)
        try:
            test = self._test(key, operand, siblings, at, grouping)
        except ValueError as refused:
            self._problem(at, str(refused))
            return []
        return [(key, operand, test)] if test else []

    def _test(self, key: str, operand: Any, siblings: dict[str, Any], at: At, grouping: bool) -> Test | None:
        """Raises ValueError for an unknown operator or a bad operand."""
        if key in BUILDERS:
            return BUILDERS[key](operand)
        if key == "$regex":
            return matching(operand, siblings.get("$options", ""))
        if key == "$options":
            _check_options(operand)
            return None
        if key in _GROUPS:
            return self._group_test(key, operand, at, grouping)
        if key in ("$not", "$all", "$elemMatch"):
            return self._query_test(key, operand, at)
        if key in _CLOCK_PARAMETERS:
            raise ValueError("ignores the document, so it must not stand under a field")
        raise ValueError(f"unknown operator {key[:100]}")

    def _query_test(self, key: str, operand: Any, at: At) -> Test:
        if key == "$not":
            return not_query(self._query(operand, at))
        if key == "$elemMatch":
            if not isinstance(operand, dict):
                raise ValueError("must be a mapping of paths and operators")
            return element(self._query(operand, at))
        if not isinstance(operand, list):
            raise ValueError("must be a list")
        return all_queries([self._query(item, at.item(index)) for index, item in enumerate(operand)])

    def _group_test(self, key: str, operand: Any, at: At, grouping: bool) -> Test:
        if not grouping:
            raise ValueError("joins whole conditions, so it must not stand under a field")
        queries = [self._query_of_mapping(entry, at.item(index)) for index, entry in self._entries(operand, at)]
        return {"$and": all_queries, "$or": any_query, "$nor": no_query}[key](queries)

    def _query_of_mapping(self, condition: Any, at: At) -> Query:
        if not isinstance(condition, dict):
            self._problem(at, "must be a mapping of paths and operators")
        return self._query(condition, at)

    def _query(self, condition: Any, at: At) -> Query:
        """A condition on a value inside the document. A list asks for its items at the same indexes."""
        if isinstance(condition, list):
            condition = {str(index): item for index, item in enumerate(condition)}
        if not isinstance(condition, dict):
            return Query(equal(condition), [])
        tests: list[Test] = []
        fields: list[Field] = []
        for key, operand in condition.items():
            if key.startswith("$"):
                found = self._operator(key, operand, condition, at, grouping=True)
                tests.extend(test for _, _, test in found)
            else:
                found = self._tests(operand, at.key(key))
                fields.append(field_at(self._path(key, at.key(key)), all_of([test for _, _, test in found])))
        return Query(all_of(tests), fields)

    def _clock_check(self, key: str, operand: Any, at: At) -> list[Check]:
        if not isinstance(operand, dict):
            self._problem(at, f"must be a mapping with {', '.join(_CLOCK_PARAMETERS[key])}")
            return []
        for name in operand:
            if not name.startswith("$") and name not in _CLOCK_PARAMETERS[key]:
                self._problem(at.key(name), f"unknown; {key} takes {', '.join(_CLOCK_PARAMETERS[key])}")
        zone = self._attempt(lambda: find_zone(operand.get("timezone", DEFAULT_ZONE)), at.key("timezone"))
        if key == "$timeBetween":
            return self._time_between(operand, zone, at)
        if key == "$day":
            return self._clock_tests(operand, weekday(zone) if zone else None, at)
        pattern = operand.get("format", DEFAULT_DATE)
        reader = self._attempt(lambda: formatted(zone or find_zone(DEFAULT_ZONE), pattern), at.key("format"))
        return self._clock_tests(operand, reader, at)

    def _attempt(self, make: Callable[[], Any], at: At) -> Any:
        try:
            return make()
        except ValueError as refused:
            self._problem(at, str(refused))
            return None

    def _clock_tests(self, operand: dict[str, Any], read: Callable[[datetime], Any] | None, at: At) -> list[Check]:
        operators = {key: value for key, value in operand.items() if key.startswith("$")}
        if not operators:
            self._problem(at, "must have an operator, such as $in")
        tests = self._tests(operators, at) if operators else []
        if read is None:
            return []
        return [
            Check(at.path, name, expected, _of_clock(test, read), _clock_value(read), [])
            for name, expected, test in tests
        ]

    def _time_between(self, operand: dict[str, Any], zone: Any, at: At) -> list[Check]:
        form = self._attempt(lambda: TimeFormat(operand.get("timeformat", DEFAULT_TIME)), at.key("timeformat"))
        for key in operand:
            if key.startswith("$"):
                self._problem(at.key(key), "$timeBetween takes no operators")
        ends = []
        for name in ("starttime", "endtime"):
            if name not in operand:
                self._problem(at.key(name), "must be given")
            elif form:
                ends.append(self._attempt(lambda name=name: form.read(operand[name]), at.key(name)))  # type: ignore[misc]
        if not zone or not form or len(ends) < 2 or None in ends:
            return []
        inside = between(zone, form, *ends)
        actual = _clock_value(lambda now: local(now, zone).strftime("%H:%M:%S"))
        return [Check(at.path, "$timeBetween", operand, lambda document, now: inside(now), actual, [])]


def _check_options(options: Any) -> None:
    """`$options` belongs to `$regex`; alone it asks nothing."""
    if not isinstance(options, str):
        raise ValueError("must be text, such as i")


def _of_document(test: Test) -> Matches:
    return lambda document, now: test.one(document)


def _of_clock(test: Test, read: Callable[[datetime], Any]) -> Matches:
    return lambda document, now: test.one(read(now))


def _clock_value(read: Callable[[datetime], Any]) -> Actual:
    return lambda document, now: read(now)
