"""Healthchecks.io (and self-hosted Healthchecks), its PagerTree notification channel. One alert per check.

Current versions join the tags with spaces, older ones with commas.
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
    joined,
    split_unique,
    text,
    text_or_none,
)


class Healthchecks(Adapter):
    name = "Healthchecks.io"
    vendor = "https://github.com/healthchecks/healthchecks/tree/master/hc/integrations/pagertree"

    ACTIONS = {"trigger": Action.CREATE, "resolve": Action.RESOLVE}

    def action(self, request: Request) -> Action:
        return self.action_of(request.get("event_type"))

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("incident_key")

    def alert(self, request: Request) -> AlertDraft:
        key = request.get("incident_key")
        return AlertDraft(
            title=first_text(request.get("title"), joined(" ", "Healthchecks.io check", key, "is DOWN")),
            description=text_or_none(request.get("description")),
            tags=split_unique(text(request.get("tags")).replace(",", " "), None),
            additional_data=[
                datum("link", "Client URL", request.get("client_url")),
                datum("text", "Client", request.get("client")),
            ],
        )
