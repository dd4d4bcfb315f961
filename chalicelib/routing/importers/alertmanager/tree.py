"""Alertmanager's route tree, read as strictly as Alertmanager reads it. Source: Alertmanager docs, "Configuration",
`route`, and what `amtool check-config` refuses; the keys of Grafana's notification policies are known too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.routing.importers.alertmanager.faults import ConversionError, NoEquivalent
from chalicelib.routing.importers.alertmanager.matchers import Matcher, route_matchers

_MATCHERS = ("match", "match_re", "matchers", "object_matchers")
_TIMES = ("mute_time_intervals", "active_time_intervals")
_DURATIONS = ("group_wait", "group_interval", "repeat_interval")
_KEYS = ("receiver", "group_by", "continue", "routes", *_MATCHERS, *_TIMES, *_DURATIONS)
_OF_GRAFANA = ("orgId", "provenance")
_DURATION = re.compile(
    r"(?:(\d{1,9})y)?(?:(\d{1,9})w)?(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?(?:(\d{1,9})ms)?\Z",
    re.ASCII,
)
_UNITS_MS = (31_536_000_000, 604_800_000, 86_400_000, 3_600_000, 60_000, 1000, 1)


@dataclass(eq=False)
class Node:
    """A route with what it inherits. `place` is where it stands; `group_by` is None without grouping; `mute` and
    `active` name intervals."""

    place: str
    receiver: str
    matchers: tuple[Matcher, ...]
    continues: bool
    group_by: tuple[str, ...] | None
    group_interval_ms: int
    mute: tuple[str, ...]
    active: tuple[str, ...]
    children: list[Node] = field(default_factory=list)

    def outcome(self) -> tuple[object, ...]:
        """What it means to an alert to be had by this route."""
        return (self.receiver, self.group_by, self.group_interval_ms, self.mute, self.active)

    def all(self) -> Iterator[Node]:
        """This route and those below it."""
        yield self
        for child in self.children:
            yield from child.all()


def read_tree(route: Any, parent: Node | None = None, place: str = "route") -> Node:
    """A route and its children. Raises `ConversionError` with the place of what Alertmanager would not take, or rules
    cannot say."""
    if not isinstance(route, dict):
        raise ConversionError(f"{place} must be a mapping")
    refuse_unknown(route, (*_KEYS, *_OF_GRAFANA), place)
    try:
        node = _node(route, parent, place)
    except NoEquivalent as error:
        raise ConversionError(f"{place}: {error}") from None
    children = route.get("routes") or []
    if not isinstance(children, list):
        raise ConversionError(f"{place}.routes must be a list")
    node.children = [read_tree(child, node, f"{place}.routes[{index}]") for index, child in enumerate(children)]
    return node


def refuse_unknown(found: Mapping[str, Any], known: tuple[str, ...], place: str) -> None:
    """A key that Alertmanager does not know may be a matcher that is misspelt: without it a route takes everything."""
    for name in found:
        if name not in known:
            raise ConversionError(f"{place}: {name[:100]!r} is unknown; known are {', '.join(known)}")


def _node(route: Mapping[str, Any], parent: Node | None, place: str) -> Node:
    for name in _DURATIONS:
        if name in route and not _milliseconds(route[name]) and name != "group_wait":
            raise NoEquivalent(f"{name} cannot be zero")
    receiver = route.get("receiver") or (parent.receiver if parent else None)
    if not isinstance(receiver, str):
        raise NoEquivalent("receiver must be the name of a receiver")
    node = Node(
        place=place,
        receiver=receiver,
        matchers=route_matchers(route),
        continues=_flag(route.get("continue")),
        group_by=_group_by(route["group_by"]) if route.get("group_by") else parent.group_by if parent else None,
        group_interval_ms=_milliseconds(route.get("group_interval") or (parent and parent.group_interval_ms) or "5m"),
        mute=_names(route, "mute_time_intervals"),
        active=_names(route, "active_time_intervals"),
    )
    if parent is None and (any(route.get(name) for name in _MATCHERS) or node.continues or node.mute or node.active):
        raise NoEquivalent("the root route takes all alerts: it can have no matchers, continue or time intervals")
    return node


def _milliseconds(value: Any) -> int:
    if isinstance(value, int):
        return value
    match = _DURATION.match(value) if isinstance(value, str) and value else None
    if not match and value != "0":
        raise NoEquivalent(f"a duration must be such as 30s, 5m or 1h30m, not {value!r}"[:200])
    return sum(int(count or 0) * unit for count, unit in zip(match.groups() if match else (), _UNITS_MS, strict=False))


def _flag(value: Any) -> bool:
    if str(value).lower() not in ("true", "yes", "on", "y", "false", "no", "off", "n", "none"):
        raise NoEquivalent(f"continue must be true or false, not {value!r}"[:200])
    return str(value).lower() in ("true", "yes", "on", "y")


def _group_by(value: Any) -> tuple[str, ...] | None:
    labels = _names({"group_by": value}, "group_by")
    if "..." in labels and len(labels) > 1:
        raise NoEquivalent("group_by cannot have labels beside '...'")
    if len(set(labels)) < len(labels):
        raise NoEquivalent("group_by has a label twice")
    return None if "..." in labels or not labels else labels


def _names(route: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = route.get(key)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise NoEquivalent(f"{key} must be a list of names")
    return tuple(value)
