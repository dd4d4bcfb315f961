"""Apex Ping (uptime and response time checks). An alert rule of a check has one open alert at a time.

The vendor's description could not be found: the format is that of recorded requests.
"""

from __future__ import annotations

from chalicelib.adapters.kit import Action, Adapter, AlertDraft, Json, Request, datum, joined, text


class ApexPing(Adapter):
    name = "Apex Ping"
    vendor = "https://apexping.com"

    ACTIONS = {"triggered": Action.CREATE, "resolved": Action.RESOLVE}

    def action(self, request: Request) -> Action:
        return self.ACTIONS.get(text(request.get("state")).lower(), Action.OTHER)

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("alert.id")

    def alert(self, request: Request) -> AlertDraft:
        url = f"{text(request.get('check.protocol'))}://{text(request.get('check.url'))}"
        return AlertDraft(
            title=joined(" ", request.get("check.name", "Apex Ping check"), request.get("state")),
            additional_data=[
                datum("link", "URL", url),
                datum("text", "Method", request.get("check.method")),
                datum("datetime", "Triggered At", request.get("triggered_at")),
            ],
        )
