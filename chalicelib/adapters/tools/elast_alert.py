"""ElastAlert, alert type `pagertree`. It sends creates alone, each with an id of its own.

ElastAlert sends a refused alert again for two days, so it is told 200 where others are told a client error.
"""

from __future__ import annotations

from chalicelib.adapters.kit import Action, Adapter, AlertDraft, Json, Reply, Request, first_text, text, text_or_none


class ElastAlert(Adapter):
    name = "ElastAlert"
    vendor = "https://elastalert2.readthedocs.io/en/latest/alerts.html#pagertree"

    ACTIONS = {"create": Action.CREATE, "acknowledge": Action.ACKNOWLEDGE, "resolve": Action.RESOLVE}

    def action(self, request: Request) -> Action:
        return self.ACTIONS.get(text(request.get("event_type")), Action.OTHER)

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("Id")

    def alert(self, request: Request) -> AlertDraft:
        return AlertDraft(
            title=first_text(request.get("Title"), "ElastAlert match"),
            description=text_or_none(request.get("Description")),
        )

    def reply(self, request: Request, status: int) -> Reply:
        return Reply(200 if 400 <= status < 500 else status)
