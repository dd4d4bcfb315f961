"""A dry run of rules over one alert, for the editor and the terminal. Nothing is looked up, stored or sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from chalicelib.routing.advice import refusals_of, warnings_of
from chalicelib.routing.decision import Decision, Effect, decide, match_data
from chalicelib.routing.rules import RulesError, Ruleset, parse_rules

PREVIEW_ROUTER = "rtr_preview"


def preview_rules(
    rules: str,
    alert: Mapping[str, Any],
    log: Mapping[str, Any] | None,
    now: datetime,
    lookup: Callable[[str], Mapping[str, Any] | None] | None = None,
) -> dict[str, Any]:
    """What the rules would do, were the alert the first of its group: the body of `routers/preview`.

    `errors` are the problems that a save would refuse; `warnings` are what can never hold, and receivers and
    stakeholders that `lookup` does not know. `delays` has each receiver with its own delay, the first to be told
    first; `delay_ms` is the longest. `matched` null: the default receiver's turn.
    """
    try:
        ruleset = parse_rules(rules)
        if refused := refusals_of(rules):
            raise RulesError(refused)
    except RulesError as error:
        return _answer(alert, errors=[str(problem) for problem in error.problems])
    data = match_data(alert, log)
    try:
        decision = decide(PREVIEW_ROUTER, ruleset, data, now)
    except Exception as error:  # as when it is for real: the alert would go to the default receiver
        return _answer(alert, errors=[f"the rules failed: {type(error).__name__}: {error}"[:500]])
    return _answer(alert, **_outcome(ruleset, decision), warnings=_warnings(rules, ruleset, decision, lookup))


def _outcome(ruleset: Ruleset, decision: Decision) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for effect in decision.effects:
        changes.update(effect.changes)
    if decision.matched is None:
        return {"explanation": decision.entries()}
    receivers = dict.fromkeys(receiver for effect in decision.effects for receiver in effect.receivers)
    stakeholders = dict.fromkeys(identifier for effect in decision.effects for identifier in effect.stakeholder_ids)
    ignored = any(effect.ignores for effect in decision.effects)
    return {
        "matched": decision.matched,
        "actions": [dict(action) for action in ruleset.rules[decision.matched].source],
        "changes": changes,
        "receivers": list(receivers),
        "delay_ms": max((effect.delay_ms for effect in decision.effects), default=0),
        "delays": _delays(decision),
        "suppressed": ignored and not receivers,
        "aggregate": next((_aggregate(effect) for effect in decision.effects if effect.group), None),
        "stakeholders": list(stakeholders),
        "explanation": decision.entries(),
    }


def _delays(decision: Decision) -> list[dict[str, Any]]:
    handed = [(effect.delay_ms, receiver) for effect in decision.effects for receiver in effect.receivers]
    ordered = sorted(dict.fromkeys(handed), key=lambda pair: pair[0])
    return [{"receiver": receiver, "delay_ms": delay_ms} for delay_ms, receiver in ordered]


def _answer(alert: Mapping[str, Any], **known: Any) -> dict[str, Any]:
    """The whole shape, with what is `known` in the place of the defaults."""
    changes = known.pop("changes", {})
    tags = {"tag_list": changes["tags"]} if "tags" in changes and "tag_list" in alert else {}
    return {
        "errors": [],
        "warnings": [],
        "matched": None,
        "actions": [],
        "alert": {**alert, **changes, **tags},
        "receivers": [],
        "delay_ms": 0,
        "delays": [],
        "suppressed": False,
        "aggregate": None,
        "stakeholders": [],
        "explanation": [],
        **known,
    }


def _aggregate(effect: Effect) -> dict[str, Any] | None:
    return {"by": list(effect.by), "timeout_ms": effect.group.timeout_ms} if effect.group else None


def _warnings(
    rules: str, ruleset: Ruleset, decision: Decision, lookup: Callable[[str], Mapping[str, Any] | None] | None
) -> list[str]:
    named = [*ruleset.receivers(), *ruleset.stakeholders()] if lookup else []
    unknown = {identifier for identifier in {entry[2] for entry in named} if lookup and lookup(identifier) is None}
    warnings = [f"{path} (line {line}): {name} is unknown" for path, line, name in named if name in unknown]
    return [*map(str, warnings_of(rules)), *warnings, *(note for effect in decision.effects for note in effect.notes)]
