"""Auvik. Statuses and severities come as numbers, each with its name beside it.

The vendor's description could not be found in public: the format is that of recorded requests.
"""

from __future__ import annotations

from chalicelib.adapters.kit import Action, Adapter, AlertDraft, Json, Request, datum, first_text, text_or_none


class Auvik(Adapter):
    name = "Auvik"
    vendor = "https://support.auvik.com/hc/en-us"

    ACTIONS = {0: Action.CREATE, 1: Action.RESOLVE}
    URGENCIES = {1: "critical", 2: "high", 3: "medium", 4: "low"}

    def action(self, request: Request) -> Action:
        return self.ACTIONS.get(self._code(request.get("alertStatus")), Action.OTHER)

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("correlationId")

    def alert(self, request: Request) -> AlertDraft:
        return AlertDraft(
            title=first_text(request.get("alertName"), request.get("subject"), "Auvik alert"),
            description=text_or_none(request.get("alertDescription")),
            urgency=self.URGENCIES.get(self._code(request.get("alertSeverity"))),
            additional_data=[
                datum("link", "URL", request.get("link")),
                datum("text", "Alert Severity", request.get("alertSeverityString")),
                datum("text", "Correlation ID", request.get("correlationId")),
                datum("text", "Alert ID", request.get("alertId")),
                datum("text", "Entity ID", request.get("entityId")),
                datum("text", "Entity Name", request.get("entityName")),
                datum("text", "Entity Type", request.get("entityType")),
                datum("text", "Company Name", request.get("companyName")),
                datum("datetime", "Date", request.get("date")),
            ],
        )

    @staticmethod
    def _code(value: Json) -> int:
        """A number as sent; -1, which stands for nothing, for anything that is none."""
        return value if isinstance(value, int) and not isinstance(value, bool) else -1
