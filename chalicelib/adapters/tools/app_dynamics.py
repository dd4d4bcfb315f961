"""AppDynamics. The payload is an HTTP request template that the user makes.

A health rule's violation goes by its incident, which the opening and the closing event share; other events have none,
and go by their own id. The type of the event says when it is over, whichever action of AppDynamics sent it.
"""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Datum,
    Json,
    Request,
    datum,
    first_text,
    items,
    key,
    mapping,
    text,
    unique,
)


class AppDynamics(Adapter):
    name = "AppDynamics"
    vendor = (
        "https://help.splunk.com/appdynamics-saas/get-started/25.7.0/alert-and-respond/actions"
        "/http-request-actions-and-templates"
    )

    ACTIONS = {
        "trigger": Action.CREATE,
        "resolve": Action.RESOLVE,
        "POLICY_CLOSE": Action.RESOLVE,
        "POLICY_CLOSE_WARNING": Action.RESOLVE,
        "POLICY_CLOSE_CRITICAL": Action.RESOLVE,
        "POLICY_CANCELED": Action.RESOLVE,
        "POLICY_CANCELED_WARNING": Action.RESOLVE,
        "POLICY_CANCELED_CRITICAL": Action.RESOLVE,
    }
    URGENCIES = {  # types of events go before their severity, which is ERROR for the critical ones
        "POLICY_OPEN_CRITICAL": "critical",
        "POLICY_CONTINUES_CRITICAL": "critical",
        "POLICY_UPGRADED": "critical",
        "POLICY_OPEN_WARNING": "medium",
        "POLICY_CONTINUES_WARNING": "medium",
        "POLICY_DOWNGRADED": "medium",
    }
    FIELDS = (
        ("text", "Event Name", "event_name"),
        ("text", "Event Type", "event_type"),
        ("datetime", "Event Time", "event_time"),
        ("text", "Severity", "severity"),
        ("text", "Application Name", "application_name"),
        ("text", "Tier Name", "tier_name"),
        ("text", "Node Name", "node_name"),
        ("text", "Health Rule", "health_rule_name"),
        ("text", "Policy", "policy_name"),
    )
    MOST_CONTEXTS = 10

    def action(self, request: Request) -> Action:
        action, event = self.action_of(request.get("event_type")), self.action_of(request.get("details.event_type"))
        return event if action is Action.CREATE and event is Action.RESOLVE else action

    def thirdparty_id(self, request: Request) -> Json:
        return key("incident", request.get("details.incident_id")) or request.get("details.event_id")

    def alert(self, request: Request) -> AlertDraft:
        details = mapping(request.get("details"))
        event = details.get("event_type")
        told = (request.get("description"), details.get("summary"), details.get("message"))
        return AlertDraft(
            title=first_text(request.get("incident_key"), request.get("description"), "AppDynamics event"),
            description="\n\n".join(unique(map(text, told))) or None,
            urgency=event if self.urgency(event) else details.get("severity"),
            additional_data=[
                *(datum(form, label, details.get(field)) for form, label, field in self.FIELDS),
                *self._contexts(request),
                datum("link", "Controller", request.get("client_url")),
            ],
        )

    def _contexts(self, request: Request) -> Iterator[Datum | None]:
        for one in map(mapping, items(request.get("contexts"))[: self.MOST_CONTEXTS]):
            yield datum("img", first_text(one.get("alt"), "Image"), one.get("src"))
            yield datum("link", first_text(one.get("text"), "Link"), one.get("href"))
