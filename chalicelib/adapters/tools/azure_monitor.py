"""Azure Monitor. The action group's webhook must have the common alert schema switched on."""

from __future__ import annotations

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Json,
    Request,
    datum,
    first_text,
    mapping,
    text,
    text_or_none,
)


class AzureMonitor(Adapter):
    name = "Azure Monitor"
    vendor = "https://learn.microsoft.com/en-us/azure/azure-monitor/alerts/alerts-common-schema"

    ACTIONS = {"Fired": Action.CREATE, "Resolved": Action.RESOLVE}
    URGENCIES = {"Sev0": "critical", "Sev1": "critical", "Sev2": "high", "Sev3": "medium", "Sev4": "low"}

    def action(self, request: Request) -> Action:
        return self.ACTIONS.get(text(request.get("data.essentials.monitorCondition")), Action.OTHER)

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("data.essentials.alertId")

    def alert(self, request: Request) -> AlertDraft:
        essentials = mapping(request.get("data.essentials"))
        return AlertDraft(
            title=first_text(essentials.get("alertRule"), "Azure Monitor alert"),
            description=text_or_none(essentials.get("description")),
            urgency=self.URGENCIES.get(text(essentials.get("severity"))),
            additional_data=[
                datum("text", "Monitoring Service", essentials.get("monitoringService")),
                datum("text", "Alert Rule", essentials.get("alertRule")),
                datum("text", "Severity", essentials.get("severity")),
                datum("datetime", "Fired At", essentials.get("firedDateTime")),
            ],
        )

    def explain(self, request: Request) -> str:
        if not isinstance(request.get("data.essentials"), dict):
            return "the request is not in the common alert schema"
        return "monitorCondition is neither Fired nor Resolved"
