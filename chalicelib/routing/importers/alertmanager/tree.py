"""Alertmanager's route tree as a flat list of decisions, to be tried from the top. Source of the semantics:
Alertmanager docs, "Configuration", `route`: an alert takes the first child that matches and, after a child with
`continue`, goes on to its later siblings; where no child matches, the route itself has the alert."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.routing.importers.alertmanager.matchers import NoEquivalent, Term, route_terms

MAX_DECISIONS = 1000


@dataclass(eq=False)
class Node:
    """A route with what it inherits. `group_by` is None without grouping; `mute` and `active` name intervals."""

    receiver: str
    terms: list[Term]
    continues: bool
    group_by: tuple[str, ...] | None
    group_interval: str
    mute: tuple[str, ...]
    active: tuple[str, ...]
    children: list[Node] = field(default_factory=list)


@dataclass(frozen=True)
class Decision:
    """When all `terms` hold, these routes have the alert; none: it is muted everywhere."""

    terms: tuple[Term, ...]
    nodes: tuple[Node, ...]

    def keys(self) -> frozenset[str]:
        return frozenset(json.dumps(term, sort_keys=True) for term in self.terms)


class TooMany(Exception):
    """The tree needs more rules than a router may have."""


def read_tree(route: Mapping[str, Any], parent: Node | None, place: str, note: Callable[[str], None]) -> Node:
    """A route and its children. A child that rules cannot express is left out, with a note."""
    node = _node(route, parent)
    children = route.get("routes")
    for index, child in enumerate(children if isinstance(children, list) else []):
        where = f"{place}.routes[{index}]"
        if not isinstance(child, dict):
            note(f"{where} is no route and is left out")
            continue
        try:
            node.children.append(read_tree(child, node, where, note))
        except NoEquivalent as error:
            note(f"{where} is left out, so its alerts go where they would without it: {error}")
    return node


def _node(route: Mapping[str, Any], parent: Node | None) -> Node:
    return Node(
        receiver=str(route.get("receiver") or (parent.receiver if parent else "")),
        terms=route_terms(route) if parent else [],
        continues=route.get("continue") is True,
        group_by=_group_by(route["group_by"]) if "group_by" in route else parent.group_by if parent else None,
        group_interval=str(route.get("group_interval") or (parent.group_interval if parent else "5m")),
        mute=_names(route.get("mute_time_intervals")),
        active=_names(route.get("active_time_intervals")),
    )


def _group_by(value: Any) -> tuple[str, ...] | None:
    labels = _names(value)
    return None if "..." in labels or not labels else labels


def _names(value: Any) -> tuple[str, ...]:
    return tuple(str(name) for name in value) if isinstance(value, list) else ()


def flatten(root: Node, times: Mapping[Node, tuple[list[Term], list[Term]]]) -> list[Decision]:
    """All decisions of a tree, the last one unconditional. `times` gives nodes their terms for being muted and for
    being active. Raises `TooMany`."""
    decisions: list[Decision] = []
    for terms, nodes in _outcomes(root):
        for time_terms, active in _timed(nodes, times):
            decisions.append(Decision(_unique((*terms, *time_terms)), active))
            if len(decisions) > MAX_DECISIONS:
                raise TooMany
    return _pruned(decisions)


Outcome = tuple[tuple[Term, ...], tuple[Node, ...]]


def _outcomes(node: Node) -> list[Outcome]:
    """What becomes of an alert that matches a node: the conditions to try in order, and the nodes that have it."""
    return [(terms, nodes or (node,)) for terms, nodes in _from_child(node.children, 0)]


def _from_child(children: list[Node], index: int) -> list[Outcome]:
    if index == len(children):
        return [((), ())]
    child = children[index]
    later = _from_child(children, index + 1)
    found: list[Outcome] = []
    for terms, nodes in _outcomes(child):
        for more_terms, more_nodes in later if child.continues else [((), ())]:
            found.append(((*child.terms, *terms, *more_terms), (*nodes, *more_nodes)))
            if len(found) > MAX_DECISIONS:
                raise TooMany
    return found if not child.terms else [*found, *later]


def _timed(nodes: tuple[Node, ...], times: Mapping[Node, tuple[list[Term], list[Term]]]) -> list[Outcome]:
    """The decisions over time for nodes that have an alert: who of them is silent when."""
    if not nodes:
        return [((), ())]
    node, later = nodes[0], _timed(nodes[1:], times)
    mute, active = times.get(node, ([], []))
    awake: list[Outcome] = [(terms, (node, *others)) for terms, others in later]
    found = [((term, *terms), others) for term in mute for terms, others in later]
    if not active:
        return [*found, *awake]
    found += [((term, *terms), others) for term in active for terms, others in awake]
    return [*found, *later]


def _unique(terms: Iterable[Term]) -> tuple[Term, ...]:
    return tuple({json.dumps(term, sort_keys=True): term for term in terms if term}.values())


def _pruned(decisions: list[Decision]) -> list[Decision]:
    """Leave out what is never reached, and what the next decision says as well."""
    reachable: list[Decision] = []
    seen: list[frozenset[str]] = []
    for decision in decisions:
        keys = decision.keys()
        if not _contradictory(decision.terms) and not any(earlier <= keys for earlier in seen):
            seen.append(keys)
            reachable.append(decision)
    kept: list[Decision] = []
    for decision in reversed(reachable):
        if not (kept and kept[-1].nodes == decision.nodes and kept[-1].keys() <= decision.keys()):
            kept.append(decision)
    return kept[::-1]


def _contradictory(terms: tuple[Term, ...]) -> bool:
    """Whether one label would have to have two values."""
    wanted: dict[str, str] = {}
    pairs = ((path, value) for term in terms for path, value in term.items() if isinstance(value, str))
    return any(wanted.setdefault(path, value) != value for path, value in pairs)
