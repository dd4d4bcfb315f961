"""Turns an Alertmanager configuration into a router that decides alike, and says what has no equivalent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from chalicelib.durations import parse_duration
from chalicelib.matching.documents import DocumentError, load_foreign_yaml
from chalicelib.routing.actions import MAX_DELAY
from chalicelib.routing.importers.alertmanager.decisions import Decision, TooMany, flatten
from chalicelib.routing.importers.alertmanager.faults import ConversionError, NoEquivalent
from chalicelib.routing.importers.alertmanager.matchers import Term, label_path
from chalicelib.routing.importers.alertmanager.times import named_intervals
from chalicelib.routing.importers.alertmanager.tree import Node, read_tree, refuse_unknown
from chalicelib.routing.rules import MAX_RULES, RulesError, parse_rules

__all__ = ["ConversionError", "Converted", "convert"]

_WITHOUT_EQUIVALENT = ("group_wait", "repeat_interval")
_TIME_NOTE = "an alert that comes while its route is muted is suppressed for good, not held back until the route wakes"
_ALERTMANAGER = (
    *("global", "route", "inhibit_rules", "receivers", "templates"),
    *("mute_time_intervals", "time_intervals", "tracing"),
)
_GRAFANA = ("apiVersion", "policies", "contactPoints", "muteTimes", "groups", "template_files")
_UNITS = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}


@dataclass(frozen=True)
class Converted:
    """`rules` is a router's YAML; `default_receiver` the prefix id of the root receiver's team, None when there is
    no such team; `notes` say what differs."""

    rules: str
    default_receiver: str | None
    notes: list[str]


def convert(config_yaml: str, teams: Mapping[str, str]) -> Converted:
    """Turn the `route` tree of an Alertmanager configuration, or Grafana's notification policies (YAML), into rules
    for the groups that its webhook sends.

    `teams` gives the prefix id of the team that stands for a receiver. Raises `ConversionError`.
    """
    notes: list[str] = []
    try:
        config = _config(config_yaml)
        root = read_tree(config["route"])
        nodes = list(root.all())
    except RecursionError:
        raise ConversionError("the route tree is nested too deep") from None
    _check_receivers(config, nodes, teams)
    times = _times(nodes, config, notes)
    receivers = _Receivers(config, root.receiver, teams, notes)
    rules = _rules(_decisions(root, times), receivers, notes)
    notes += _general_notes(config, nodes)
    return Converted(rules, receivers.default, list(dict.fromkeys(notes)))


def _config(source: str) -> dict[str, Any]:
    """The configuration; of Grafana's exports, as Alertmanager would have it."""
    try:
        config = load_foreign_yaml(source).value
    except DocumentError as error:
        raise ConversionError(str(error)) from None
    if isinstance(config, dict) and isinstance(config.get("alertmanager_config"), dict):
        config = config["alertmanager_config"]
    if isinstance(config, dict) and isinstance(config.get("policies"), list) and "route" not in config:
        if len(config["policies"]) != 1:
            raise ConversionError("policies must have one tree; import each organisation's by itself")
        config = {**config, "route": config["policies"][0]}
    if not isinstance(config, dict) or not isinstance(config.get("route"), dict):
        raise ConversionError("the configuration has no route")
    refuse_unknown(config, (*_ALERTMANAGER, *_GRAFANA), "the configuration")
    return config


def _check_receivers(config: Mapping[str, Any], nodes: list[Node], teams: Mapping[str, str]) -> None:
    """Refuse names that stand for nothing: in routes, and in what the caller gave."""
    sections = config.get("receivers")
    if sections is None:
        known = {node.receiver for node in nodes}
    else:
        entries = sections if isinstance(sections, list) else [None]
        names = [entry.get("name") if isinstance(entry, dict) else None for entry in entries]
        known = {name for name in names if isinstance(name, str)}
        if len(known) < len(names):
            raise ConversionError("receivers must be a list of mappings, each with a name of its own")
    for node in nodes:
        if node.receiver not in known:
            raise ConversionError(f"{node.place}: there is no receiver named {node.receiver!r}"[:300])
    for name in teams:
        if name not in known:
            raise ConversionError(f"a team is given for {name!r}, which is none of: {', '.join(sorted(known))}"[:500])


def _times(nodes: list[Node], config: Mapping[str, Any], notes: list[str]) -> dict[Node, tuple[list[Term], list[Term]]]:
    """Each node's terms for being muted and for being active. What cannot be expressed never mutes."""
    intervals = named_intervals(config)
    times = {}
    for node in nodes:
        for name in (*node.mute, *node.active):
            if name not in intervals:
                raise ConversionError(f"{node.place}: there is no time interval named {name!r}"[:300])
        if not node.mute and not node.active:
            continue
        notes.append(_TIME_NOTE)
        mute = [_joined(intervals[name][0]) for name in node.mute]
        active = [_joined(intervals[name][0]) for name in node.active]
        faults = [fault for name in node.active for fault in intervals[name][1]]
        notes += [f"{node.place} is not muted then: {fault}" for name in node.mute for fault in intervals[name][1]]
        notes += [f"{node.place} is active at all times: {fault}" for fault in faults]
        times[node] = (mute, [] if faults else active)
    return times


def _joined(terms: list[Term]) -> Term:
    """The condition that holds within any of the intervals; {} if it always does."""
    if not terms or {} in terms:
        return {} if terms else {"always": False}
    return terms[0] if len(terms) == 1 else {"$or": terms}


def _decisions(root: Node, times: dict[Node, tuple[list[Term], list[Term]]]) -> list[Decision]:
    try:
        decisions = flatten(root, times)
    except TooMany as error:
        raise ConversionError(_too_many(error.place)) from None
    if len(decisions) > MAX_RULES:
        raise ConversionError(_too_many(decisions[MAX_RULES].place))
    return decisions


def _too_many(place: str) -> str:
    return (
        f"{place}: up to here the tree needs more than {MAX_RULES} rules; let routes with `continue` exclude each "
        "other by their matchers, or split the tree over routers"
    )


class _Receivers:
    """Who stands for each of Alertmanager's receivers: a team, nobody (None), or the default team and a note."""

    def __init__(self, config: Mapping[str, Any], root: str, teams: Mapping[str, str], notes: list[str]) -> None:
        self.default = teams.get(root)
        self._teams = teams
        self._notes = notes
        self._silent = {entry["name"] for entry in config.get("receivers") or () if set(entry) == {"name"}}
        self._known: dict[str, str | None] = {}

    def of(self, name: str) -> str | None:
        if name not in self._known:
            self._known[name] = self._find(name)
        return self._known[name]

    def _find(self, name: str) -> str | None:
        team = self._teams.get(name)
        if team:
            return team
        if name in self._silent:
            self._notes.append(f"the receiver {name} notifies nobody: its alerts are ignored")
            return None
        if self.default:
            self._notes.append(f"no team is named {name}: its alerts go to the default receiver")
            return self.default
        placeholder = "tem_REPLACE-" + re.sub(r"[^0-9A-Za-z_-]", "-", name)[:24]
        self._notes.append(f"no team is named {name}: replace {placeholder} with a team's id before saving")
        return placeholder


def _rules(decisions: list[Decision], receivers: _Receivers, notes: list[str]) -> str:
    rules = [
        {"match": _match(decision.terms), "actions": _actions(decision, receivers, notes)} for decision in decisions
    ]
    source = yaml.dump(
        {"rules": rules}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120, default_flow_style=None
    )
    try:
        parse_rules(source)
    except RulesError as error:
        raise ConversionError(
            f"route: the rules would be too large for a router, split the tree: {error}"[:500]
        ) from None
    return source


def _match(terms: tuple[Term, ...]) -> Term:
    """All terms in one mapping when no key is there twice, else as a list."""
    if not terms:
        return {"always": True}
    keys = [key for term in terms for key in term]
    if len(set(keys)) == len(keys):
        return {key: value for term in terms for key, value in term.items()}
    return {"$and": list(terms)}


def _actions(decision: Decision, receivers: _Receivers, notes: list[str]) -> list[dict[str, Any]]:
    reached = [(node, receivers.of(node.receiver)) for node in decision.nodes]
    teams = list(dict.fromkeys(team for _, team in reached if team))
    if not teams:
        return [{"type": "ignore"}]
    aggregate = _aggregate([node for node, team in reached if team], teams[0], notes)
    rest = teams[1:] if aggregate else teams
    assign = {"type": "assign", "receiver": rest[0] if len(rest) == 1 else rest}
    return [*([aggregate] if aggregate else []), *([assign] if rest else [])]


def _aggregate(nodes: list[Node], receiver: str, notes: list[str]) -> dict[str, Any] | None:
    """Grouping, when all routes that have the alert group alike: for `group_interval` the group's first alert stands
    for the later ones, after which Alertmanager too notifies of the group again."""
    groupings = {(node.group_by, node.group_interval_ms) for node in nodes}
    if len(groupings) > 1:
        notes.append("routes that share alerts through `continue` group differently: those alerts are not grouped")
        return None
    labels, interval = next(iter(groupings))
    if labels is None:
        return None
    try:
        by = [label_path(label) for label in labels]
    except NoEquivalent as error:
        notes.append(f"a grouping is left out: {error}")
        return None
    timeout = _duration(interval, notes)
    return {"type": "aggregate", "by": by, "missing": "together", "timeout": timeout, "receiver": receiver}


def _duration(milliseconds: int, notes: list[str]) -> str:
    """A duration in the largest unit that leaves no rest."""
    longest = parse_duration(MAX_DELAY) or 0
    if milliseconds > longest:
        notes.append(f"group_interval can be {MAX_DELAY} at most; where it is longer, it is that")
        milliseconds = longest
    unit = next(name for name, size in _UNITS.items() if milliseconds % size == 0)
    return f"{milliseconds // _UNITS[unit]}{unit}"


def _general_notes(config: Mapping[str, Any], nodes: list[Node]) -> list[str]:
    notes = []
    used = [name for name in _WITHOUT_EQUIVALENT if f"'{name}':" in str(config["route"])]
    if used:
        notes.append(
            f"no equivalent: {', '.join(used)}; alerts are routed at once, and repeats are the team's escalation"
        )
    if config.get("inhibit_rules"):
        notes.append("no equivalent: inhibit_rules; inhibited alerts are not sent while Alertmanager keeps these rules")
    if any(node.group_by is None for node in nodes):
        notes.append("routes without group_by (or with '...') are not grouped: each alert is routed on its own")
    labels = sorted(
        {matcher.label for node in nodes for matcher in node.matchers}
        | {label for node in nodes for label in node.group_by or ()}
    )
    if labels:
        notes.append(
            "rules see the labels that a whole group shares: let Alertmanager's one route to the webhook have "
            f"group_by: [{', '.join(labels)}]"
        )
    return notes


class _Dumper(yaml.SafeDumper):
    """Writes YAML 1.2: every text that is no plain word is quoted, so that 1e3, no or 12:30 stay text."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    plain = re.match(r"[A-Za-z_$][A-Za-z0-9_.$-]*\Z", text) is not None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain else '"')


_Dumper.add_representer(str, _represent_text)
