"""Dead Man's Snitch. A healthy snitch that goes missing makes an alert; its next report resolves it.

The vendor's description could not be found in public: the format is that of recorded requests.
"""

from __future__ import annotations

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Json,
    Request,
    first_text,
    items,
    split_unique,
    text,
    text_or_none,
)


class DeadMansSnitch(Adapter):
    name = "Dead Man's Snitch"
    vendor = "https://deadmanssnitch.com/docs"

    # Event type, status before, status now.
    ACTIONS = {
        ("snitch.missing", "healthy", "missing"): Action.CREATE,
        ("snitch.reporting", "missing", "healthy"): Action.RESOLVE,
    }

    def action(self, request: Request) -> Action:
        paths = ("type", "data.snitch.previous_status", "data.snitch.status")
        kind, before, now = (text(request.get(path)) for path in paths)
        return self.ACTIONS.get((kind, before, now), Action.OTHER)

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("data.snitch.token")

    def alert(self, request: Request) -> AlertDraft:
        return AlertDraft(
            title=first_text(request.get("data.snitch.name"), "Dead Man's Snitch"),
            description=text_or_none(request.get("data.snitch.notes")),
            tags=split_unique(items(request.get("data.snitch.tags"))),
        )
