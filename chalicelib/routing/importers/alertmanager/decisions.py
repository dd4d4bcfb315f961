"""A route tree as a flat list of decisions, to be tried from the top. Source of the semantics: Alertmanager docs,
"Configuration", `route`: an alert takes the first child that matches and, after a child with `continue`, goes on to
its later siblings; where no child matches, the route itself has the alert.

The tree is walked with what is known of an alert at each point, so that a branch that no alert can take is never
entered: routes that exclude each other need one decision each, however many of them have `continue`.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from chalicelib.routing.importers.alertmanager.matchers import Matcher, Term
from chalicelib.routing.importers.alertmanager.tree import Node

MAX_DECISIONS = 2000
MAX_STEPS = 100_000
MAX_INTERVALS = 8

Times = Mapping[Node, tuple[list[Term], list[Term]]]


@dataclass(frozen=True)
class Decision:
    """When all `terms` hold, these routes have the alert; none: it is muted everywhere. `place`: the last of them."""

    terms: tuple[Term, ...]
    nodes: tuple[Node, ...]
    place: str

    def keys(self) -> frozenset[str]:
        return frozenset(json.dumps(term, sort_keys=True) for term in self.terms)

    def outcome(self) -> tuple[object, ...]:
        """What the decision means to an alert; when its routes are muted is in the terms."""
        return tuple(dict.fromkeys((node.receiver, node.group_by, node.group_interval_ms) for node in self.nodes))


class TooMany(Exception):
    """The tree needs more rules than a router may have; `place` is the route at which it was found."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


@dataclass(frozen=True)
class _Known:
    """What is known of an alert: `matchers` hold, of each of `denied` at least one does not, and a label of `values`
    has one of those."""

    matchers: frozenset[Matcher] = frozenset()
    values: Mapping[str, frozenset[str]] | None = None
    denied: tuple[tuple[Matcher, ...], ...] = ()

    def implies(self, matcher: Matcher) -> bool:
        values = (self.values or {}).get(matcher.label)
        return matcher in self.matchers or (values is not None and all(map(matcher.holds, values)))

    def plus(self, matchers: tuple[Matcher, ...]) -> _Known | None:
        """What is known when these hold too; None when they cannot."""
        known = self
        for matcher in matchers:
            if known.implies(matcher.opposite()) or matcher.values == frozenset():
                return None
            if known.implies(matcher):
                continue
            narrowed = known._narrowed(matcher)
            if narrowed == frozenset():
                return None
            values = known.values if narrowed is None else {**(known.values or {}), matcher.label: narrowed}
            known = replace(known, matchers=known.matchers | {matcher}, values=values)
        return None if any(all(map(known.implies, denied)) for denied in known.denied) else known

    def without(self, matchers: tuple[Matcher, ...]) -> _Known | None:
        """What is known when these do not all hold; None when they must."""
        open_ones = tuple(matcher for matcher in matchers if not self.implies(matcher))
        if len(open_ones) <= 1:
            return self.plus((open_ones[0].opposite(),)) if open_ones else None
        return replace(self, denied=(*self.denied, open_ones))

    def _narrowed(self, matcher: Matcher) -> frozenset[str] | None:
        values = (self.values or {}).get(matcher.label)
        if values is not None:
            return frozenset(filter(matcher.holds, values))
        if matcher.values is None:
            return None
        others = [other for other in self.matchers if other.label == matcher.label]
        return frozenset(value for value in matcher.values if all(other.holds(value) for other in others))


@dataclass(frozen=True)
class _Way:
    """How an alert came so far: what is known of it, the matchers that it met in order, the routes that have it, and
    whether one of the siblings at hand is among them."""

    known: _Known
    met: tuple[Matcher, ...] = ()
    nodes: tuple[Node, ...] = ()
    matched: bool = False


class _Walk:
    """One walk through a tree; counts its steps."""

    def __init__(self) -> None:
        self._steps = 0

    def through(self, node: Node, way: _Way) -> Iterator[_Way]:
        """The ways on for an alert that matches the node, in the order in which to try them."""
        for found in self._siblings(node.children, 0, replace(way, matched=False)):
            yield found if found.matched else replace(found, nodes=(*found.nodes, node))

    def _siblings(self, siblings: list[Node], start: int, way: _Way) -> Iterator[_Way]:
        for index in range(start, len(siblings)):
            node = siblings[index]
            self._count(node)
            if way.matched and _adds_nothing(node, way):
                continue
            inside = way.known.plus(node.matchers)
            if inside:
                taken = replace(way, known=inside, met=(*way.met, *node.matchers))
                for found in self.through(node, taken):
                    after = replace(found, matched=True)
                    if node.continues:
                        yield from self._siblings(siblings, index + 1, after)
                    else:
                        yield after
            outside = way.known.without(node.matchers)
            if outside is None:
                return
            way = replace(way, known=outside)
        yield way

    def _count(self, node: Node) -> None:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise TooMany(node.place)


def _adds_nothing(node: Node, way: _Way) -> bool:
    """Whether an alert that matches the node goes on as it would otherwise."""
    return node.continues and not node.children and node.outcome() in {known.outcome() for known in way.nodes}


def flatten(root: Node, times: Times) -> list[Decision]:
    """All decisions of a tree, the last one unconditional. `times` gives nodes their terms for being muted and for
    being active. Raises `TooMany`."""
    decisions: list[Decision] = []
    try:
        for way in _Walk().through(root, _Way(_Known())):
            met = [matcher.term for matcher in way.met]
            for time_terms, awake in _timed(way.nodes, times):
                decisions.append(Decision(_unique([*met, *time_terms]), awake, way.nodes[-1].place))
            if len(decisions) > MAX_DECISIONS:
                raise TooMany(way.nodes[-1].place)
    except RecursionError:
        raise TooMany(root.place) from None
    return _pruned(decisions)


def _timed(nodes: tuple[Node, ...], times: Times) -> Iterator[tuple[list[Term], tuple[Node, ...]]]:
    """The decisions over time for nodes that have an alert: who of them is awake when which intervals hold. Those
    for which more holds come first."""
    terms = _unique([term for node in nodes for part in times.get(node, ()) for term in part], empty=True)
    if len(terms) > MAX_INTERVALS:
        raise TooMany(nodes[-1].place)
    for choice in itertools.product((True, False), repeat=len(terms)):
        holding = [term for term, holds in zip(terms, choice, strict=True) if holds]
        awake = (node for node in nodes if not _silent(*times.get(node, ([], [])), holding))
        yield holding, tuple(awake)


def _silent(mute: list[Term], active: list[Term], holding: list[Term]) -> bool:
    return any(term in holding for term in mute) or (bool(active) and not any(term in holding for term in active))


def _unique(terms: list[Term], empty: bool = False) -> tuple[Term, ...]:
    return tuple({json.dumps(term, sort_keys=True): term for term in terms if term or empty}.values())


def _pruned(decisions: list[Decision]) -> list[Decision]:
    """Leave out what is never reached, and what the next decision says as well."""
    reachable: list[Decision] = []
    seen: list[frozenset[str]] = []
    for decision in decisions:
        keys = decision.keys()
        if not any(earlier <= keys for earlier in seen):
            seen.append(keys)
            reachable.append(decision)
    told: list[Decision] = []
    for decision in reversed(reachable):
        if not (told and told[-1].outcome() == decision.outcome() and told[-1].keys() <= decision.keys()):
            told.append(decision)
    return told[::-1]
