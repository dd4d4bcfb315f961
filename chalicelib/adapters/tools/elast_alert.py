"""ElastAlert 2, alert type `pagertree`. It sends creates alone, each with an id of its own; `post2` can send the rest.

ElastAlert sends what was refused again, for `alert_time_limit` (two days unless it is set), so it is told of refusals
as everybody is: over the rate limit, nothing is lost.
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
    split_unique,
    text_or_none,
)


class ElastAlert(Adapter):
    name = "ElastAlert"
    vendor = "https://elastalert2.readthedocs.io/en/latest/alerts.html#pagertree"

    ACTIONS = {"create": Action.CREATE, "acknowledge": Action.ACKNOWLEDGE, "resolve": Action.RESOLVE}

    def action(self, request: Request) -> Action:
        return self.action_of(request.get("event_type"))

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("Id")

    def alert(self, request: Request) -> AlertDraft:
        return AlertDraft(
            title=first_text(request.get("Title"), "ElastAlert match"),
            description=text_or_none(request.get("Description")),
            urgency=request.get("Urgency"),
            additional_data=[datum("link", "Link", request.get("Link"))],
            tags=split_unique(request.get("Tags")),
        )
