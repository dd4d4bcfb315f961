"""A router's rules: YAML text in, a compiled rule set out, or every problem with its place and line.

rules:
- match: {alert.urgency: critical}
  actions:
  - {type: assign, receiver: tem_...}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from chalicelib.matching.documents import DocumentError, load_yaml
from chalicelib.matching.matcher import Condition, ConditionError, compile_condition
from chalicelib.routing.actions import Action, Aggregate, Assign, Fault, Path, Stakeholder, parse_action

MAX_RULES = 500
MAX_ACTIONS = 20
MAX_PROBLEMS = 50
_COMPILED_RULE_SETS = 64


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a document. `path` is "" for the document as a whole; `line` counts from 1."""

    path: str
    line: int | None
    message: str

    def __str__(self) -> str:
        place = self.path or "the document"
        return f"{place} (line {self.line}): {self.message}" if self.line else f"{place}: {self.message}"


class RulesError(Exception):
    """The rules cannot be saved; `problems` has at least one entry."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True)
class Rule:
    """`source` is the actions as they were written, for previews."""

    condition: Condition
    actions: tuple[Action, ...]
    source: tuple[Mapping[str, Any], ...]


Named = tuple[str, int, str]


@dataclass(frozen=True)
class Ruleset:
    """Compiled rules, in order. Immutable, so that it can be kept and shared."""

    rules: tuple[Rule, ...]
    named_receivers: tuple[Named, ...]
    named_stakeholders: tuple[Named, ...]

    def receivers(self) -> list[Named]:
        """Every receiver named: (path, line, prefix id)."""
        return list(self.named_receivers)

    def stakeholders(self) -> list[Named]:
        """Every stakeholder named: (path, line, prefix id)."""
        return list(self.named_stakeholders)


def parse_rules(source: str) -> Ruleset:
    """Read, check and compile a router's rules (api facts: a YAML 1.2 document of at most 64 KiB).

    Raises `RulesError` with all problems, up to 50. A rule set that was returned never raises at run time.
    """
    try:
        document = load_yaml(source)
    except DocumentError as error:
        raise RulesError([Problem("", error.line, error.message)]) from None
    problems: list[Problem] = []

    def fault(path: Path, message: str) -> None:
        problems.append(Problem(path_text(path), document.line_of(path), message))

    rules = _rules(document.value, fault)
    if problems:
        raise RulesError(problems[:MAX_PROBLEMS])
    named = [(path_text(path), document.line_of(path), name) for path, name in _named(rules)]
    return Ruleset(
        tuple(rules),
        tuple(entry for entry in named if not entry[2].startswith("stk_")),
        tuple(entry for entry in named if entry[2].startswith("stk_")),
    )


@lru_cache(maxsize=_COMPILED_RULE_SETS)
def compiled_rules(source: str) -> Ruleset:
    """`parse_rules`, remembering the latest rule sets. The text itself is the key, so it is never out of date."""
    return parse_rules(source)


def path_text(path: Path) -> str:
    """A path as people read it: ``rules[0].actions[1].delay``."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step[:100]}" for step in path)
    return text.removeprefix(".")


def _named(rules: list[Rule]) -> Iterator[tuple[Path, str]]:
    """The ids that the actions name, with their places."""
    for number, rule in enumerate(rules):
        for position, action in enumerate(rule.actions):
            place = ("rules", number, "actions", position)
            if isinstance(action, Aggregate):
                yield (*place, "receiver"), action.receiver
            elif isinstance(action, Assign):
                yield from (((*place, "receiver"), receiver) for receiver in action.receivers)
            elif isinstance(action, Stakeholder):
                yield from (((*place, "ids"), identifier) for identifier in action.ids)


def _rules(value: Any, fault: Fault) -> list[Rule]:
    if not isinstance(value, dict):
        fault((), "must be a mapping with a list of rules")
        return []
    for name in value:
        if name != "rules":
            fault((name,), "is unknown; the document has rules and nothing else")
    rules = value.get("rules")
    if not isinstance(rules, list) or not 1 <= len(rules) <= MAX_RULES:
        fault(("rules",), f"must be a list of 1 to {MAX_RULES} rules")
        return []
    found = [_rule(rule, ("rules", index), fault) for index, rule in enumerate(rules)]
    return [rule for rule in found if rule is not None]


def _rule(value: Any, path: Path, fault: Fault) -> Rule | None:
    if not isinstance(value, dict):
        fault(path, "must be a mapping with match and actions")
        return None
    for name in value:
        if name not in ("match", "actions"):
            fault((*path, name), "is unknown; a rule has match and actions")
    condition = _condition(value.get("match"), (*path, "match"), fault)
    actions = value.get("actions")
    if not isinstance(actions, list) or not 1 <= len(actions) <= MAX_ACTIONS:
        fault((*path, "actions"), f"must be a list of 1 to {MAX_ACTIONS} actions")
        return None
    parsed = [parse_action(action, (*path, "actions", index), fault) for index, action in enumerate(actions)]
    if condition is None or None in parsed:
        return None
    return Rule(condition, tuple(action for action in parsed if action), tuple(actions))


def _condition(value: Any, path: Path, fault: Fault) -> Condition | None:
    if not isinstance(value, dict):
        fault(path, "must be a mapping, such as {alert.urgency: high}; {always: true} matches every alert")
        return None
    try:
        return compile_condition(value, "")
    except ConditionError as error:
        for steps, (_, message) in zip(error.steps, error.problems, strict=True):
            fault((*path, *steps), message)
        return None
