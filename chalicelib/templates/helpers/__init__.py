"""The helpers that templates may call: the best known, pure ones of the handlebars-helpers collection.

Logic (each is also a block, with an else): `eq` `ne` (strict) `is` `isnt` (5 is "5") `lt` `lte` `gt` `gte` `and` `or`
`not` `contains` `startsWith` `endsWith`. Text: `uppercase` `lowercase` `capitalize` `trim` `truncate` `replace`
`split` `sanitize` `encodeURI` `regexMatch`. Lists: `first` `last` `itemAt` `join` `length` `lookup`. Numbers: `add`
`subtract` `multiply` `divide` `floor` `ceil` `round` `toFixed`. Other: `default` (the first that is not null),
`JSONstringify`, `JSONparse`, `unix-timezone` (epoch seconds, IANA zone, moment format), `log` (writes nothing).

A helper takes any values, missing arguments being null. What is of a wrong kind gives "", false or null; what would
be too long or cannot be done at all raises HelperFault.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from chalicelib.templates.helpers import lists, logic, numbers, strings, times


class Helper(NamedTuple):
    """A helper's function, and how many arguments it takes; None: any number."""

    function: Callable[..., Any]
    arguments: int | None


def _nothing(*_: Any) -> str:
    return ""


HELPERS: dict[str, Helper] = {
    "eq": Helper(logic.equal, 2),
    "ne": Helper(logic.unequal, 2),
    "is": Helper(logic.loosely_equal, 2),
    "isnt": Helper(logic.loosely_unequal, 2),
    "lt": Helper(logic.less, 2),
    "lte": Helper(logic.less_or_equal, 2),
    "gt": Helper(logic.greater, 2),
    "gte": Helper(logic.greater_or_equal, 2),
    "and": Helper(logic.all_true, None),
    "or": Helper(logic.any_true, None),
    "not": Helper(logic.negated, 1),
    "default": Helper(logic.default, None),
    "contains": Helper(lists.contains, 2),
    "first": Helper(lists.first, 2),
    "last": Helper(lists.last, 2),
    "itemAt": Helper(lists.item_at, 2),
    "join": Helper(lists.join, 2),
    "length": Helper(lists.length, 1),
    "lookup": Helper(lists.lookup, 2),
    "JSONstringify": Helper(lists.json_text, 2),
    "JSONparse": Helper(lists.parse_json, 1),
    "startsWith": Helper(strings.starts_with, 2),
    "endsWith": Helper(strings.ends_with, 2),
    "uppercase": Helper(strings.uppercase, 1),
    "lowercase": Helper(strings.lowercase, 1),
    "capitalize": Helper(strings.capitalize, 1),
    "trim": Helper(strings.trim, 1),
    "truncate": Helper(strings.truncate, 3),
    "replace": Helper(strings.replace, 3),
    "split": Helper(strings.split, 2),
    "sanitize": Helper(strings.sanitize, 1),
    "encodeURI": Helper(strings.encode_uri, 1),
    "regexMatch": Helper(strings.regex_match, 3),
    "add": Helper(numbers.add, 2),
    "subtract": Helper(numbers.subtract, 2),
    "multiply": Helper(numbers.multiply, 2),
    "divide": Helper(numbers.divide, 2),
    "floor": Helper(numbers.floor, 1),
    "ceil": Helper(numbers.ceil, 1),
    "round": Helper(numbers.round_half_up, 1),
    "toFixed": Helper(numbers.to_fixed, 2),
    "unix-timezone": Helper(times.unix_timezone, 3),
    "log": Helper(_nothing, None),
}
