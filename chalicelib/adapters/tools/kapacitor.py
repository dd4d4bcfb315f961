"""Kapacitor, the `.post()` handler of an AlertNode. Every level but OK makes an alert.

The id is what the TICKscript's `.id()` gives. By default that is measurement and group, which two tasks may share.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from chalicelib.adapters.kit import (
    KEY_LABELS,
    Action,
    Adapter,
    AlertDraft,
    Datum,
    Json,
    Request,
    datum,
    first_text,
    items,
    joined,
    mapping,
    text,
    with_labels,
)
from chalicelib.adapters.kit.markup import safe_html


class Kapacitor(Adapter):
    name = "Kapacitor"
    vendor = "https://docs.influxdata.com/kapacitor/v1/reference/event_handlers/post/"
    OPTIONS = (KEY_LABELS,)

    ACTIONS = {
        "OK": Action.RESOLVE,
        "INFO": Action.CREATE,
        "WARNING": Action.CREATE,
        "WARN": Action.CREATE,
        "CRITICAL": Action.CREATE,
    }
    SERIES = 10

    def action(self, request: Request) -> Action:
        level = request.get("level")
        told = joined(" ", request.get("id"), request.get("message"))
        return self.action_of(level) if level or not told else Action.CREATE

    def thirdparty_id(self, request: Request) -> Json:
        return with_labels(request.get("id"), self.options, *(self._tags(one) for one in self._series(request)))

    def alert(self, request: Request) -> AlertDraft:
        level, previous, series = request.get("level"), request.get("previousLevel"), self._series(request)
        return AlertDraft(
            title=first_text(request.get("message"), joined(" ", "Kapacitor", request.get("id"), level)),
            description=safe_html(request.get("details")),
            urgency=level,
            additional_data=[
                datum("text", "Level", level),
                datum("text", "Level Before", previous),
                datum("datetime", "Since", request.get("time")),
                *(item for one in series for item in self._values(one)),
            ],
            tags=[f"{name}:{text(value)}" for one in series for name, value in self._tags(one).items()],
        )

    def _series(self, request: Request) -> list[Mapping[str, Json]]:
        return [mapping(one) for one in items(request.get("data.series"))[: self.SERIES]]

    def _tags(self, series: Mapping[str, Json]) -> Mapping[str, Json]:
        return mapping(series.get("tags"))

    def _values(self, series: Mapping[str, Json]) -> Iterator[Datum | None]:
        """The fields of the newest point of a series, by name."""
        point = items(next(iter(items(series.get("values"))[-1:]), None))
        for column, value in zip(items(series.get("columns")), point, strict=False):
            if column != "time":
                yield datum("text", joined(" ", series.get("name"), column), value)
