"""Alertmanager's label matchers as conditions. Format: Alertmanager docs, "Configuration", sections `matcher` and
`route`: a label that is missing counts as empty, and patterns must match the whole value. Grafana's `object_matchers`
are lists of label, operator and value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import re2

from chalicelib.matching.matcher import ConditionError, compile_condition
from chalicelib.routing.importers.alertmanager.faults import NoEquivalent

LABELS = "log.data.commonLabels"
MAX_MATCHER = 2000

Term = dict[str, Any]

_OPPOSITES = {"=": "!=", "!=": "=", "=~": "!~", "!~": "=~"}
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_MATCHER = re.compile(
    rf'\s*(?P<name>{_QUOTED}|[^\s=!~"{{}},]+)\s*(?P<operator>=~|!~|!=|=)\s*(?P<value>{_QUOTED}|[^",]*)\s*(?:,|\Z)'
)
_WORDS = re.compile(r"[A-Za-z0-9_ /-]+(?:\|[A-Za-z0-9_ /-]+)*\Z")
_FLAGS = re.compile(r"\(\?([is]+)\)")
_NEVER: Term = {"always": False}


@dataclass(frozen=True)
class Matcher:
    """One condition on a label; `operator` is one of =, !=, =~ and !~."""

    label: str
    operator: str
    value: str

    def holds(self, actual: str) -> bool:
        """Whether a label with this value is matched."""
        alike = self._expression.fullmatch(actual) is not None if "~" in self.operator else actual == self.value
        return alike != self.operator.startswith("!")

    def opposite(self) -> Matcher:
        return Matcher(self.label, _OPPOSITES[self.operator], self.value)

    @cached_property
    def values(self) -> frozenset[str] | None:
        """The only values that are matched, where they can be told."""
        if self.operator == "=" or (self.operator == "=~" and not self.value):
            return frozenset([self.value])
        if self.operator == "=~" and _WORDS.match(self.value):
            return frozenset(self.value.split("|"))
        return frozenset() if (self.operator, self.value) == ("!~", ".*") else None

    @cached_property
    def term(self) -> Term:
        """The matcher as a condition of a rule; {} when it holds for everything. Raises `NoEquivalent`."""
        path = label_path(self.label)
        if "~" in self.operator:
            return _pattern(path, self.operator == "!~", self.value)
        if not self.value:
            return {path: {"$in" if self.operator == "=" else "$nin": [None, ""]}}
        return {path: self.value if self.operator == "=" else {"$ne": self.value}}

    @cached_property
    def _expression(self) -> Any:
        return re2.compile(self.value)


def route_matchers(route: Mapping[str, Any]) -> tuple[Matcher, ...]:
    """A route's matchers, in all spellings, less those that hold for everything. Raises `NoEquivalent`."""
    found = [Matcher(name, "=", _text(value)) for name, value in _mapping(route, "match").items()]
    found += [Matcher(name, "=~", _text(value)) for name, value in _mapping(route, "match_re").items()]
    matchers = route.get("matchers")
    for matcher in matchers if isinstance(matchers, list) else [] if matchers is None else [matchers]:
        found += parse_matchers(_text(matcher))
    objects = route.get("object_matchers")
    if objects is not None and not isinstance(objects, list):
        raise NoEquivalent("object_matchers must be a list of [label, operator, value]")
    found += map(_object_matcher, objects or ())
    return tuple(matcher for matcher in dict.fromkeys(found) if matcher.term)


def parse_matchers(source: str) -> list[Matcher]:
    """Read ``a="b"`` or ``{a="b",c=~"d|e"}``. Raises `NoEquivalent`."""
    text = source.strip()
    if text.startswith("{") and text.endswith("}"):
        text = text[1:-1].strip()
    if len(text) > MAX_MATCHER:
        raise NoEquivalent(f"a matcher is longer than {MAX_MATCHER} characters")
    found, position = [], 0
    while position < len(text):
        match = _MATCHER.match(text, position)
        if not match:
            raise NoEquivalent(f'the matcher {source[:200]!r} cannot be read; write it as label="value"')
        found.append(Matcher(_unquoted(match["name"]), match["operator"], _unquoted(match["value"])))
        position = match.end()
    return found


def label_path(label: str) -> str:
    """Where rules find a label of an Alertmanager group. Raises `NoEquivalent`."""
    if not label or "\\" in label:
        raise NoEquivalent(f"the label {label[:100]!r} cannot be named in a rule (it is empty, or has a backslash)")
    return f"{LABELS}.{label.replace('.', chr(92) + '.')}"


def _object_matcher(value: Any) -> Matcher:
    if not (isinstance(value, list) and len(value) == 3 and _text(value[1]) in _OPPOSITES):
        raise NoEquivalent(f"an object matcher must be [label, operator, value], not {value!r}"[:300])
    label, operator, wanted = map(_text, value)
    return Matcher(label, operator, wanted)


def _pattern(path: str, negated: bool, pattern: str) -> Term:
    if pattern in (".*", ".+", ""):
        everything = pattern == ".*"
        if everything:
            return dict(_NEVER) if negated else {}
        empty = (pattern == "") != negated
        return {path: {"$in" if empty else "$nin": [None, ""]}}
    if _WORDS.match(pattern):
        words = pattern.split("|")
        return {path: {"$nin": words}} if negated else {path: words[0] if len(words) == 1 else {"$in": words}}
    return _regex(path, negated, pattern)


def _regex(path: str, negated: bool, pattern: str) -> Term:
    flags = _FLAGS.match(pattern)
    bare = pattern[flags.end() :] if flags else pattern
    regex: Term = {"$regex": f"^(?:{bare})$", **({"$options": flags[1]} if flags else {})}
    try:
        takes_empty = re2.fullmatch(pattern, "") is not None
        compile_condition({path: regex}, "")
    except (re2.error, ConditionError) as error:
        raise NoEquivalent(f"the pattern {pattern[:200]!r} cannot be used in a rule: {error}"[:500]) from None
    if negated:
        return {path: {"$not": regex, **({"$nin": [None]} if takes_empty else {})}}
    return {"$or": [{path: None}, {path: regex}]} if takes_empty else {path: regex}


def _mapping(route: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = route.get(name)
    if value is not None and not isinstance(value, dict):
        raise NoEquivalent(f"{name} must be a mapping of labels and values")
    return value or {}


def _text(value: Any) -> str:
    if isinstance(value, (dict, list)):
        raise NoEquivalent(f"must be a text, not {value!r}"[:300])
    return "" if value is None else str(value)


def _unquoted(text: str) -> str:
    if not (len(text) >= 2 and text.startswith('"')):
        return text.strip()
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], text[1:-1], flags=re.DOTALL)
