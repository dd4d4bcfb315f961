"""Groups of alerts as Alertmanager sends them, and Grafana after it: what one alert tells of all its members.

Told are the members that fire: their rules, what each says, the labels that set it apart, and their links.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from chalicelib.adapters.kit import (
    Datum,
    Json,
    Request,
    blank,
    datum,
    first_text,
    items,
    joined,
    mapping,
    number,
    text,
    unique,
)

_SHOWN_NAMES = 3
_SHOWN_MEMBERS = 20
_SEARCHED_MEMBERS = 100
_SHOWN_LINKS = 5
# Where members keep links, under the label each gets; annotations and labels may hold a runbook.
_LINKS = (
    ("link", "Runbook", ("annotations.runbook_url", "annotations.runbook", "labels.runbook_url")),
    ("link", "Dashboard", ("dashboardURL", "annotations.dashboard_url", "annotations.dashboard")),
    ("link", "Panel", ("panelURL",)),
    ("link", "Silence", ("silenceURL",)),
    ("link", "Generator", ("generatorURL",)),
    ("img", "Image", ("imageURL",)),
)
_TOLD_ANNOTATIONS = ("summary", "description", "message", "runbook_url", "runbook", "dashboard_url", "dashboard")

Member = Mapping[str, Json]


@dataclass(frozen=True)
class AlertGroup:
    """A notification about a group. Everything in it may be missing, or of another kind."""

    request: Request

    @cached_property
    def members(self) -> list[Member]:
        return [mapping(member) for member in items(self.request.get("alerts"))]

    @cached_property
    def firing(self) -> list[Member]:
        return [member for member in self.members if member.get("status") != "resolved"]

    @cached_property
    def labels(self) -> Member:
        """The labels that all members share."""
        return mapping(self.request.get("commonLabels"))

    @property
    def sources(self) -> tuple[Member, Member, Member]:
        """Where labels that join the key are looked for."""
        return mapping(self.request.get("groupLabels")), self.labels, self.request.params

    @property
    def unseen(self) -> int:
        """How many members the notification leaves out; they may fire, whatever the status of the others says."""
        return int(number(self.request.get("truncatedAlerts")) or 0)

    @property
    def severities(self) -> list[Json]:
        """The severity labels of the members that fire, or the one that all share."""
        return [mapping(m.get("labels")).get("severity") for m in self.firing] or [self.labels.get("severity")]

    def title(self) -> str:
        """The rules that fire; when there are several, with what the group has in common. "" when there are none."""
        names = unique(text(mapping(member.get("labels")).get("alertname")) for member in self.firing)
        if len(names) < 2:
            return first_text(self.labels.get("alertname"), *names)
        more = f" and {len(names) - _SHOWN_NAMES} more" if len(names) > _SHOWN_NAMES else ""
        grouped = mapping(self.request.get("groupLabels"))
        where = joined(", ", *(value for name, value in grouped.items() if name != "alertname"))
        return ", ".join(names[:_SHOWN_NAMES]) + more + (f" ({where})" if where else "")

    def description(self) -> str | None:
        """What all members say, then a line for each that says more or has labels of its own."""
        common = list(_said(mapping(self.request.get("commonAnnotations"))))
        shown = [line for member in self.firing[:_SHOWN_MEMBERS] if (line := self._line(member, common))]
        left_out = len(self.firing[_SHOWN_MEMBERS:]) + self.unseen
        shown += [f"- … and {left_out} more"] if left_out else []
        if len(self.members) > len(self.firing):
            shown.append(f"Resolved meanwhile: {len(self.members) - len(self.firing)}")
        return joined("\n\n", *common, "\n".join(shown)) or None

    @property
    def _searched(self) -> list[Member]:
        """The members whose links and values are looked at."""
        return self.firing[:_SEARCHED_MEMBERS]

    def _line(self, member: Member, common: list[str]) -> str:
        """What sets a member apart: the texts and labels that not all share."""
        own = {name: value for name, value in mapping(member.get("labels")).items() if self.labels.get(name) != value}
        name = text(own.pop("alertname", ""))
        said = joined(": ", *(part for part in _said(mapping(member.get("annotations"))) if part not in common))
        apart = ", ".join(f"{label}={text(value)}" for label, value in own.items())
        where = f"({apart})" if said or name else apart
        line = joined(" ", name if name not in said else "", said, where if apart else "")
        return f"- {line}" if line else ""

    def additional_data(self) -> Iterator[Datum | None]:
        """The links of the members that fire, since when they do, their values, and what all are annotated with."""
        for form, label, paths in _LINKS:
            found = unique(first_text(*(_at(member, path) for path in paths)) for member in self._searched)
            yield from (datum(form, label, link) for link in found[:_SHOWN_LINKS])
        starts = sorted(unique(text(member.get("startsAt")) for member in self.firing))
        yield datum("datetime", "Firing Since", starts[0] if starts else None)
        yield from (datum("text", "Values", value) for value in unique(map(_values, self._searched))[:_SHOWN_LINKS])
        for name, value in mapping(self.request.get("commonAnnotations")).items():
            yield datum("text", name, text(value)) if name not in _TOLD_ANNOTATIONS else None


def _said(annotations: Member) -> Iterable[str]:
    return unique(text(annotations.get(name)).strip() for name in ("summary", "description", "message"))


def _at(member: Member, path: str) -> Json:
    place, _, name = path.rpartition(".")
    return mapping(member.get(place)).get(name) if place else member.get(name)


def _values(member: Member) -> str:
    """The values of a rule's queries, as Grafana sends them: ``B=93.2, C=1``."""
    return ", ".join(f"{name}={text(v)}" for name, v in mapping(member.get("values")).items() if not blank(v))
