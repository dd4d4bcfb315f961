"""Turns an Alertmanager configuration into a router that decides alike, and says what has no equivalent."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from chalicelib.durations import duration_fault
from chalicelib.matching.documents import DocumentError, load_yaml
from chalicelib.routing.actions import MAX_DELAY
from chalicelib.routing.importers.alertmanager.matchers import LABELS, NoEquivalent, Term, label_path
from chalicelib.routing.importers.alertmanager.times import interval_term, named_intervals
from chalicelib.routing.importers.alertmanager.tree import Decision, Node, TooMany, flatten, read_tree
from chalicelib.routing.rules import MAX_RULES, RulesError, parse_rules

_WITHOUT_EQUIVALENT = ("group_wait", "repeat_interval")
_TIME_NOTE = "an alert that comes while its route is muted is suppressed for good, not held back until the route wakes"


@dataclass(frozen=True)
class Converted:
    """`rules` is a router's YAML; `default_receiver` the prefix id of the root receiver's team, None when there is
    no such team; `notes` say what differs."""

    rules: str
    default_receiver: str | None
    notes: list[str]


class ConversionError(ValueError):
    """The configuration cannot be read or is larger than a router can be; the message says why."""


def convert(config_yaml: str, team_id_by_name: Callable[[str], str | None]) -> Converted:
    """Turn the `route` tree of an Alertmanager configuration (YAML) into rules for the groups that its webhook sends.

    `team_id_by_name` gives the prefix id of the team that stands for a receiver. Raises `ConversionError`.
    """
    config = _config(config_yaml)
    notes: list[str] = []
    try:
        root = read_tree(config["route"], None, "route", notes.append)
    except RecursionError:
        raise ConversionError("the route tree is nested too deep") from None
    nodes = _all_nodes(root)
    times = _times(nodes, config, notes)
    receivers = _Receivers(config, root.receiver, team_id_by_name, notes)
    try:
        rules = _rules(flatten(root, times), receivers, notes)
    except TooMany:
        notes.append(
            "`continue` is left out: with it the tree needs too many rules, so alerts reach the first match only"
        )
        for node in nodes:
            node.continues = False
        rules = _first_matches(root, times, receivers, notes)
    notes += _general_notes(config, nodes, rules)
    return Converted(rules, receivers.default, list(dict.fromkeys(notes)))


def _config(source: str) -> dict[str, Any]:
    try:
        config = load_yaml(source).value
    except DocumentError as error:
        raise ConversionError(str(error)) from None
    if not isinstance(config, dict) or not isinstance(config.get("route"), dict):
        raise ConversionError("the configuration has no route")
    return config


def _all_nodes(node: Node) -> list[Node]:
    return [node, *(found for child in node.children for found in _all_nodes(child))]


def _times(nodes: list[Node], config: Mapping[str, Any], notes: list[str]) -> dict[Node, tuple[list[Term], list[Term]]]:
    """Each node's terms for being muted and for being active. What cannot be expressed never mutes."""
    intervals = named_intervals(config)
    times = {}
    for node in nodes:
        if not node.mute and not node.active:
            continue
        notes.append(_TIME_NOTE)
        try:
            mute = [interval_term(_interval(name, intervals)) for name in node.mute]
            active = [interval_term(_interval(name, intervals)) for name in node.active]
            times[node] = (mute, active)
        except NoEquivalent as error:
            notes.append(f"the route to {node.receiver} is not muted at any time: {error}")
    return times


def _interval(name: str, intervals: Mapping[str, list[Any]]) -> list[Any]:
    if name not in intervals:
        raise NoEquivalent(f"there is no time interval named {name!r}"[:200])
    return intervals[name]


class _Receivers:
    """Who stands for each of Alertmanager's receivers: a team, nobody (None), or the default team and a note."""

    def __init__(
        self, config: Mapping[str, Any], root: str, team_id_by_name: Callable[[str], str | None], notes: list[str]
    ) -> None:
        self.default = team_id_by_name(root)
        self._team_id_by_name = team_id_by_name
        self._notes = notes
        sections = config.get("receivers")
        entries = [entry for entry in sections if isinstance(entry, dict)] if isinstance(sections, list) else []
        self._silent = {str(entry.get("name")) for entry in entries if set(entry) == {"name"}}
        self._known: dict[str, str | None] = {}

    def of(self, name: str) -> str | None:
        if name not in self._known:
            self._known[name] = self._find(name)
        return self._known[name]

    def _find(self, name: str) -> str | None:
        team = self._team_id_by_name(name)
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


def _first_matches(
    root: Node, times: dict[Node, tuple[list[Term], list[Term]]], receivers: _Receivers, notes: list[str]
) -> str:
    try:
        return _rules(flatten(root, times), receivers, notes)
    except TooMany:
        raise ConversionError(f"the route tree needs more than {MAX_RULES} rules; split it over routers") from None


def _rules(decisions: list[Decision], receivers: _Receivers, notes: list[str]) -> str:
    rules = [
        {"match": _match(decision.terms), "actions": _actions(decision, receivers, notes)} for decision in decisions
    ]
    source = yaml.dump({"rules": rules}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    try:
        parse_rules(source)
    except RulesError as error:
        if len(rules) > 1:
            raise TooMany from error
        raise ConversionError(str(error)) from None
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
    groupings = {(node.group_by, node.group_interval) for node in nodes}
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
    if duration_fault(interval, maximum=MAX_DELAY):
        notes.append(f"the group_interval {interval!r} cannot be used; it is 5m"[:200])
        interval = "5m"
    return {"type": "aggregate", "by": by, "timeout": interval, "receiver": receiver}


def _general_notes(config: Mapping[str, Any], nodes: list[Node], rules: str) -> list[str]:
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
    labels = sorted(set(re.findall(rf"{re.escape(LABELS)}\.([^\s:'\"]+)", rules)))
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
