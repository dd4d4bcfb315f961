"""What a rule set decides about one alert: the first rule that matches, and what its actions amount to.

No receiver is looked up here and no group is looked for: a decision is the same whether it is acted on or previewed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib.matching.matcher import Condition
from chalicelib.pruning import pruned_for
from chalicelib.routing.actions import (
    MAX_TEXT,
    UNKNOWN_SEVERITY,
    Action,
    Aggregate,
    Assign,
    Ignore,
    Incident,
    SetValue,
    Stakeholder,
    normal_severity,
)
from chalicelib.routing.rules import Ruleset
from chalicelib.routing.values import bounded, value_at
from chalicelib.templates import TemplateError, render


@dataclass(frozen=True)
class Group:
    """Alerts that belong together: those with this fingerprint within `timeout_ms` of the first."""

    fingerprint: str
    timeout_ms: int


@dataclass(frozen=True)
class Effect:
    """What one action amounts to. `action` sums it up for people; `changes` are the alert's new values."""

    action: dict[str, Any]
    changes: Mapping[str, Any] = field(default_factory=dict)
    receivers: tuple[str, ...] = ()
    delay_ms: int = 0
    group: Group | None = None
    by: tuple[str, ...] = ()
    stakeholder_ids: tuple[str, ...] = ()
    ignores: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Decision:
    """`matched` is the index of the first rule that matched, `count` how many were tried; `tried` tells of those
    that did not match, as many as were to be listed, each with the condition that failed first."""

    matched: int | None
    count: int
    tried: list[dict[str, Any]]
    effects: list[Effect]

    def entries(self) -> list[dict[str, Any]]:
        """The rules tried, for an explanation; the one that matched, if any, is the last."""
        if self.matched is None:
            return self.tried
        actions = [effect.action for effect in self.effects]
        return [*self.tried, {"rule": self.matched, "matched": True, "failed": None, "actions": actions}]


def match_data(alert: Mapping[str, Any], log: Mapping[str, Any] | None) -> dict[str, Any]:
    """What conditions and templates see: `always`, `alert` (with `tags` and `tag_list`), `log`, `log_parsed`.
    A log whose `data` is null could not be parsed."""
    tags = alert.get("tags") if alert.get("tags") is not None else alert.get("tag_list")
    tags = [] if tags is None else tags
    parsed = log is not None and log.get("data", "") is not None
    return {"always": True, "alert": {**alert, "tags": tags, "tag_list": tags}, "log": log, "log_parsed": parsed}


def decide(router: str, ruleset: Ruleset, data: dict[str, Any], now: datetime, listed: int = 50) -> Decision:
    """Try the rules from the top, and work out the actions of the first that matches.

    `data` is what `match_data` gives; its alert takes on the changes as the actions make them. `router` is the
    router's prefix id, so that no two routers share groups.
    """
    tried: list[dict[str, Any]] = []
    seen = pruned_for(data, sum(rule.condition.size for rule in ruleset.rules))
    for index, rule in enumerate(ruleset.rules):
        if rule.condition.matches(seen, now):
            return Decision(index, index + 1, tried, _effects(router, rule.actions, data))
        if index < listed:
            tried.append(_failed(index, rule.condition, seen, now))
    return Decision(None, len(ruleset.rules), tried, [])


def _failed(index: int, condition: Condition, data: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    failure = condition.explain(data, now)
    shown = {name: bounded(value) for name, value in failure.items()} if failure else None
    return {"rule": index, "matched": False, "failed": shown, "actions": []}


def _effects(router: str, actions: tuple[Action, ...], data: dict[str, Any]) -> list[Effect]:
    effects = []
    for action in actions:
        effect = _effect(router, action, data)
        data["alert"] = changed(data["alert"], effect.changes)
        effects.append(effect)
        if effect.ignores:
            break
    return effects


def changed(alert: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The alert as rules see it after the changes: a change of `tags` shows in `tag_list` too."""
    tags = {"tag_list": changes["tags"]} if "tags" in changes else {}
    return {**alert, **changes, **tags}


def _effect(router: str, action: Action, data: Mapping[str, Any]) -> Effect:
    if isinstance(action, Assign):
        summary = {"type": "assign", "receiver": list(action.receivers), "delay_ms": action.delay_ms}
        return Effect(summary, receivers=action.receivers, delay_ms=action.delay_ms)
    if isinstance(action, Aggregate):
        return _aggregate(router, action, data)
    if isinstance(action, Ignore):
        return Effect({"type": "ignore"}, ignores=True)
    if isinstance(action, Stakeholder):
        return Effect({"type": "stakeholder", "ids": list(action.ids)}, stakeholder_ids=action.ids)
    return _incident(action, data) if isinstance(action, Incident) else _setval(action, data)


def _aggregate(router: str, action: Aggregate, data: Mapping[str, Any]) -> Effect:
    values = [value_at(data, path) for path in action.by]
    missing = [path for path, value in zip(action.by, values, strict=True) if _lacks(value)]
    apart = bool(missing) and not action.together
    group = None if apart else Group(_fingerprint(router, action, values), action.timeout_ms)
    notes = (f"aggregate: there is no {', '.join(missing)}, so the alert is not grouped"[:500],) if apart else ()
    summary = {
        "type": "aggregate",
        "by": {path: bounded(value) for path, value in zip(action.by, values, strict=True)},
        "timeout_ms": action.timeout_ms,
        "receiver": action.receiver,
    }
    return Effect(summary, receivers=(action.receiver,), group=group, by=action.by, notes=notes)


def _lacks(value: Any) -> bool:
    """Whether a path led to nothing; one through a list leads to a list of what its members have."""
    return all(map(_lacks, value)) if isinstance(value, list) else value is None


def _fingerprint(router: str, action: Aggregate, values: list[Any]) -> str:
    """Router, paths and their values; and the receiver, so that no alert hides behind one that another team got."""
    parts = [router, action.receiver, action.by, values]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:40]


def _incident(action: Incident, data: Mapping[str, Any]) -> Effect:
    notes: list[str] = []
    severity, message = action.severity, action.message
    if action.handlebars:
        rendered = _rendered(severity, "severity", data, notes)
        severity = normal_severity(rendered or "") or UNKNOWN_SEVERITY
        message = _rendered(message, "message", data, notes) or ""
        if rendered is not None and normal_severity(rendered) is None:
            notes.append(f"incident: {bounded(rendered)!r} is no severity; it is {UNKNOWN_SEVERITY}")
    changes = {"incident": True, "incident_severity": severity, "incident_message": message}
    return Effect({"type": "incident", "severity": severity, "message": bounded(message)}, changes, notes=tuple(notes))


def _setval(action: SetValue, data: Mapping[str, Any]) -> Effect:
    notes: list[str] = []
    changes: dict[str, Any] = {}
    for name, value in action.values.items():
        changes[name] = list(value) if name == "tags" else value
        if action.handlebars and name in ("title", "description"):
            changes[name] = _rendered(value, name, data, notes)
    if "title" in changes and not (changes["title"] or "").strip():
        notes.append("setval: the title would be blank and stays as it is")
        del changes["title"]
    changes = {name: value for name, value in changes.items() if value is not None}
    summary = {"type": "setval", "map": {name: bounded(value) for name, value in changes.items()}}
    return Effect(summary, changes, notes=tuple(notes))


def _rendered(template: str, name: str, data: Mapping[str, Any], notes: list[str]) -> str | None:
    """The text of a template; None and a note when it cannot be rendered."""
    try:
        return render(template, data, html=name == "description")[:MAX_TEXT]
    except TemplateError as error:
        notes.append(f"the template of {name} failed: {error}"[:200])
        return None
