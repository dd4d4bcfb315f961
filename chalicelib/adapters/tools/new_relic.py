"""New Relic: workflow webhooks (issues, default payload template) and the legacy channels (incidents)."""

from __future__ import annotations

from chalicelib.adapters.kit import Action, Adapter, AlertDraft, Request, datum, first_text, joined, text, text_or_none


class NewRelic(Adapter):
    name = "New Relic"
    vendor = "https://docs.newrelic.com/docs/alerts/get-notified/notification-integrations/#webhook"

    EVENT_ACTIONS = {
        "INCIDENT_OPEN": Action.CREATE,
        "INCIDENT_ACKNOWLEDGED": Action.ACKNOWLEDGE,
        "INCIDENT_RESOLVED": Action.RESOLVE,
    }
    INCIDENT_ACTIONS = {
        "open": Action.CREATE,
        "acknowledged": Action.ACKNOWLEDGE,
        "closed": Action.RESOLVE,
    }
    ISSUE_ACTIONS = {
        "CREATED": Action.CREATE,
        "ACTIVATED": Action.CREATE,
        "CLOSED": Action.RESOLVE,
    }

    def action(self, request: Request) -> Action:
        event = text(request.get("event_type"))
        if event in self.EVENT_ACTIONS:
            return self.EVENT_ACTIONS[event]
        state = text(request.get("current_state"))
        if event == "INCIDENT" and state in self.INCIDENT_ACTIONS:
            return self.INCIDENT_ACTIONS[state]
        return self.ISSUE_ACTIONS.get(text(request.get("state")), Action.OTHER)

    def thirdparty_id(self, request: Request) -> str | None:
        return first_text(request.get("incident_id"), request.get("id"))

    def alert(self, request: Request) -> AlertDraft:
        named = joined(" ", "New Relic issue", self.thirdparty_id(request))
        return AlertDraft(
            title=first_text(request.get("condition_name"), request.get("title"), named),
            description=text_or_none(request.get("details")),
            additional_data=[
                datum("text", "Account Name", request.get("account_name")),
                datum("link", "Incident URL", request.get("incident_url")),
                datum("link", "Issue URL", request.get("issueUrl")),
            ],
        )
