"""Hyperping. One alert per monitor; older requests have no id of the monitor, and go by the checked URL."""

from __future__ import annotations

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Json,
    Request,
    datum,
    epoch,
    first_text,
    items,
    joined,
    key,
    mapping,
    number,
)


class Hyperping(Adapter):
    name = "Hyperping"
    vendor = "https://hyperping.com/docs/integrations/webhooks"

    ACTIONS = {"check.down": Action.CREATE, "check.up": Action.RESOLVE}

    def action(self, request: Request) -> Action:
        return self.action_of(request.get("event"))

    def thirdparty_id(self, request: Request) -> Json:
        return key("monitor", request.get("check.monitorUuid")) or request.get("check.url")

    def alert(self, request: Request) -> AlertDraft:
        url = request.get("check.url")
        milliseconds = number(request.get("check.date"))
        return AlertDraft(
            title=f"{first_text(url, 'Hyperping monitor')} is DOWN",
            description=self._pings(request) or None,
            additional_data=[
                datum("link", "URL", url),
                datum("text", "Status Code", request.get("check.status")),
                datum("datetime", "Down Since", None if milliseconds is None else epoch(milliseconds // 1000)),
                datum("text", "Monitor", request.get("check.monitorUuid")),
            ],
        )

    def _pings(self, request: Request) -> str:
        """What each place saw, a line each."""
        pings = map(mapping, items(request.get("pings"))[:20])
        return joined(
            "\n",
            *(
                joined(": ", ping.get("location"), joined(" ", ping.get("status"), ping.get("statusMessage")))
                for ping in pings
            ),
        )
