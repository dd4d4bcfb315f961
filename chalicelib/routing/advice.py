"""What rules say that can be read, and is hardly meant. It is told when rules are written; rules that were saved before
go on as they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chalicelib.matching.documents import load_yaml
from chalicelib.matching.mistakes import mistakes
from chalicelib.routing.rules import MAX_PROBLEMS, Problem, path_text
from chalicelib.routing.sight import SHAPE

Place = tuple[str | int, ...]


def warnings_of(source: str) -> list[Problem]:
    """The warnings about rules that `parse_rules` takes, up to 50."""
    document = load_yaml(source)
    found = [Problem(path_text(at), document.line_of(at), message) for at, message in _warnings(document.value)]
    return found[:MAX_PROBLEMS]


def refusals_of(source: str) -> list[Problem]:
    """What is refused of rules that `parse_rules` takes: groupings by what no alert has."""
    document = load_yaml(source)
    faults = [fault for at, action in _actions(document.value) for fault in _by_faults(action, at) if not fault[2]]
    return [Problem(path_text(at), document.line_of(at), message) for at, message, _ in faults][:MAX_PROBLEMS]


def _actions(root: Any) -> Iterator[tuple[Place, dict[str, Any]]]:
    for number, rule in enumerate(root["rules"]):
        for position, action in enumerate(rule["actions"]):
            yield ("rules", number, "actions", position), action


def _warnings(root: Any) -> Iterator[tuple[Place, str]]:
    for number, rule in enumerate(root["rules"]):
        yield from mistakes(rule["match"], SHAPE, ("rules", number, "match"))
    for at, action in _actions(root):
        yield from _of_action(action, at)


def _of_action(action: dict[str, Any], place: Place) -> Iterator[tuple[Place, str]]:
    for name in ("delay", "timeout"):
        value = action.get(name)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and value:
            yield (*place, name), f"a number without a unit is milliseconds; for seconds write {value:g}s"
    yield from ((at, message) for at, message, known in _by_faults(action, place) if known)


def _by_faults(action: dict[str, Any], place: Place) -> Iterator[tuple[Place, str, bool]]:
    """What is wrong with the paths of a grouping, and whether their root is known at least."""
    for index, path in enumerate(action.get("by") or ()):
        if fault := SHAPE.path_fault(path):
            yield (*place, "by", index), fault, SHAPE.knows(path)
