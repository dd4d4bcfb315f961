"""Prometheus Alertmanager. One alert per group: it resolves when the whole group does."""

from __future__ import annotations

from chalicelib.adapters.kit import Action, Adapter, AlertDraft, Request, datum, joined, mapping, text, text_or_none


class Prometheus(Adapter):
    name = "Prometheus"
    vendor = "https://prometheus.io/docs/alerting/latest/configuration/#webhook_config"

    ACTIONS = {"firing": Action.CREATE, "resolved": Action.RESOLVE}

    def action(self, request: Request) -> Action:
        return self.ACTIONS.get(text(request.get("status")), Action.OTHER)

    def thirdparty_id(self, request: Request) -> str | None:
        return text_or_none(request.get("groupKey"))

    def alert(self, request: Request) -> AlertDraft:
        labels = mapping(request.get("commonLabels"))
        receiver = request.get("receiver")
        severity = labels.get("severity")
        return AlertDraft(
            title=text(labels.get("alertname")) or joined(" ", "Prometheus", receiver, "firing"),
            description=text_or_none(request.get("commonAnnotations.summary")),
            urgency=severity,
            additional_data=[
                datum("link", "Alert Manager URL", request.get("externalURL")),
                datum("text", "Receiver", receiver),
                *(datum("text", label, text(value)) for label, value in labels.items()),
            ],
        )
