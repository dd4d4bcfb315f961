"""Prometheus Alertmanager. One alert per group: it tells of the members that fire, and resolves when the last does."""

from __future__ import annotations

from chalicelib.adapters.kit import (
    KEY_LABELS,
    Action,
    Adapter,
    AlertDraft,
    Json,
    Request,
    datum,
    joined,
    text,
    with_labels,
)
from chalicelib.adapters.tools._groups import AlertGroup


class Prometheus(Adapter):
    name = "Prometheus"
    vendor = "https://prometheus.io/docs/alerting/latest/configuration/#webhook_config"
    OPTIONS = (KEY_LABELS,)

    ACTIONS = {"firing": Action.CREATE, "resolved": Action.RESOLVE}

    def action(self, request: Request) -> Action:
        action = self.action_of(request.get("status"))
        # The status is that of the members that were sent: those that max_alerts cut off may still fire.
        return Action.OTHER if action is Action.RESOLVE and AlertGroup(request).unseen else action

    def thirdparty_id(self, request: Request) -> Json:
        return with_labels(request.get("groupKey"), self.options, *AlertGroup(request).sources)

    def alert(self, request: Request) -> AlertDraft:
        group, receiver = AlertGroup(request), request.get("receiver")
        return AlertDraft(
            title=group.title() or joined(" ", "Prometheus", receiver, "firing"),
            description=group.description(),
            urgency=self.worst_of(group.severities),
            additional_data=[
                datum("link", "Alert Manager URL", request.get("externalURL")),
                datum("text", "Receiver", receiver),
                *(datum("text", label, text(value)) for label, value in group.labels.items()),
                *group.additional_data(),
            ],
        )

    def explain(self, request: Request) -> str | None:
        unseen = AlertGroup(request).unseen
        if self.action_of(request.get("status")) is not Action.RESOLVE or not unseen:
            return None
        return f"truncatedAlerts is {unseen}: alerts that max_alerts cut off may still fire, so nothing is resolved"
