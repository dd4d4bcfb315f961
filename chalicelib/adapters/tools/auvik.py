"""Auvik. Statuses and severities come as numbers, each with its name beside it."""

from __future__ import annotations

from chalicelib.adapters.kit import Action, Adapter, AlertDraft, Json, Request, datum, first_text, text, text_or_none


class Auvik(Adapter):
    name = "Auvik"
    vendor = "https://support.auvik.com/hc/en-us/articles/360048647112-How-do-I-interpret-webhook-notifications"

    ACTIONS = {
        0: Action.CREATE,
        1: Action.RESOLVE,
        "Triggered": Action.CREATE,
        "Cleared": Action.RESOLVE,
    }
    # Emergency is Auvik's worst, and Critical the next.
    URGENCIES = {1: "critical", 2: "high", 3: "medium", 4: "low", "Critical": "high"}

    def action(self, request: Request) -> Action:
        return self.action_of(first_text(request.get("alertStatus"), request.get("alertStatusString")))

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("correlationId")

    def alert(self, request: Request) -> AlertDraft:
        name = first_text(request.get("alertName"), request.get("subject"), "Auvik alert")
        entity = text(request.get("entityName"))
        return AlertDraft(
            title=name if entity in name else f"{name} on {entity}",
            description=text_or_none(request.get("alertDescription")),
            urgency=first_text(request.get("alertSeverity"), request.get("alertSeverityString")),
            additional_data=[
                datum("link", "URL", request.get("link")),
                datum("text", "Alert Severity", request.get("alertSeverityString")),
                datum("text", "Correlation ID", request.get("correlationId")),
                datum("text", "Alert ID", request.get("alertId")),
                datum("text", "Entity ID", request.get("entityId")),
                datum("text", "Entity Name", request.get("entityName")),
                datum("text", "Entity Type", request.get("entityType")),
                datum("text", "Company Name", request.get("companyName")),
                datum("text", "Company ID", request.get("companyId")),
                datum("datetime", "Date", request.get("date")),
            ],
        )
