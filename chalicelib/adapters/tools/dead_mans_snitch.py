"""Dead Man's Snitch. A snitch that goes missing or reports a failure makes an alert; its next good report resolves it.

The type of an event says all: what the snitch was before does not matter. The format is that of the vendor's published
library for receivers; a public description could not be found.
"""

from __future__ import annotations

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Json,
    Request,
    datum,
    first_text,
    items,
    split_unique,
    text_or_none,
)


class DeadMansSnitch(Adapter):
    name = "Dead Man's Snitch"
    vendor = "https://deadmanssnitch.com/docs"

    ACTIONS = {
        "snitch.missing": Action.CREATE,
        "snitch.errored": Action.CREATE,
        "snitch.reporting": Action.RESOLVE,
        "snitch.paused": Action.OTHER,  # somebody's doing, and no end: the job may fail still
    }

    def action(self, request: Request) -> Action:
        return self.action_of(request.get("type"))

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("data.snitch.token")

    def alert(self, request: Request) -> AlertDraft:
        return AlertDraft(
            title=first_text(request.get("data.snitch.name"), "Dead Man's Snitch"),
            description=text_or_none(request.get("data.snitch.notes")),
            additional_data=[
                datum("text", "Status", request.get("data.snitch.status")),
                datum("text", "Status Before", request.get("data.snitch.previous_status")),
                datum("datetime", "Since", request.get("timestamp")),
                datum("link", "Snitch", self._page(request)),
            ],
            tags=split_unique(items(request.get("data.snitch.tags"))),
        )

    def _page(self, request: Request) -> str | None:
        token = request.get("data.snitch.token")
        return f"https://deadmanssnitch.com/snitches/{token}" if isinstance(token, str) else None
