"""Alertmanager's label matchers as conditions. Format: Alertmanager docs, "Configuration", sections `matcher` and
`route`: a label that is missing counts as empty, and patterns must match the whole value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import re2

from chalicelib.matching.matcher import ConditionError, compile_condition

LABELS = "log.data.commonLabels"
MAX_MATCHER = 2000

Term = dict[str, Any]

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_MATCHER = re.compile(
    rf'\s*(?P<name>{_QUOTED}|[^\s=!~"{{}},]+)\s*(?P<operator>=~|!~|!=|=)\s*(?P<value>{_QUOTED}|[^",]*)\s*(?:,|\Z)'
)
_WORDS = re.compile(r"[A-Za-z0-9_ /-]+(?:\|[A-Za-z0-9_ /-]+)*\Z")
_FLAGS = re.compile(r"\(\?([is]+)\)")
_NEVER: Term = {"always": False}


class NoEquivalent(ValueError):
    """A part of the configuration that rules cannot express; the message says which and why."""


def route_terms(route: Mapping[str, Any]) -> list[Term]:
    """The conditions of a route's `match`, `match_re` and `matchers`: all must hold. Raises `NoEquivalent`."""
    found = [(name, "=", _text(value)) for name, value in _mapping(route, "match").items()]
    found += [(name, "=~", _text(value)) for name, value in _mapping(route, "match_re").items()]
    matchers = route.get("matchers")
    for matcher in matchers if isinstance(matchers, list) else [matchers] if matchers else []:
        found += parse_matchers(_text(matcher))
    terms = [_term(*matcher) for matcher in found]
    return [term for term in terms if term]


def parse_matchers(source: str) -> list[tuple[str, str, str]]:
    """Read ``a="b"`` or ``{a="b",c=~"d|e"}`` as (label, operator, value). Raises `NoEquivalent`."""
    text = source.strip()
    if text.startswith("{") and text.endswith("}"):
        text = text[1:-1].strip()
    if len(text) > MAX_MATCHER:
        raise NoEquivalent(f"a matcher is longer than {MAX_MATCHER} characters")
    found, position = [], 0
    while position < len(text):
        match = _MATCHER.match(text, position)
        if not match:
            raise NoEquivalent(f"the matcher {source[:200]!r} cannot be read")
        found.append((_unquoted(match["name"]), match["operator"], _unquoted(match["value"])))
        position = match.end()
    return found


def label_path(label: str) -> str:
    """Where rules find a label of an Alertmanager group. Raises `NoEquivalent`."""
    if not label or "." in label or label.startswith("$"):
        raise NoEquivalent(f"the label {label[:100]!r} cannot be named in a rule (it has a dot, or starts with $)")
    return f"{LABELS}.{label}"


def _term(label: str, operator: str, value: str) -> Term:
    """One matcher as a condition; {} when it holds for everything."""
    path = label_path(label)
    if operator in ("=~", "!~"):
        return _pattern(path, operator == "!~", value)
    empty = {"$in": [None, ""]} if operator == "=" else {"$nin": [None, ""]}
    if not value:
        return {path: empty}
    return {path: value if operator == "=" else {"$ne": value}}


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
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _unquoted(text: str) -> str:
    if not (len(text) >= 2 and text.startswith('"')):
        return text.strip()
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], text[1:-1], flags=re.DOTALL)
