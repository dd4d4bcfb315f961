"""New Relic: workflow webhooks (issues, default payload template) and the legacy channels (incidents).

A workflow has no state for an issue that was acknowledged: it stays ACTIVATED, and the trigger is USER_ACTION.
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
    blank,
    datum,
    first_text,
    items,
    joined,
    mapping,
    text,
    unique,
)


class NewRelic(Adapter):
    name = "New Relic"
    vendor = "https://docs.newrelic.com/docs/alerts/get-notified/notification-integrations/#webhook"

    ACTIONS = {
        # state, of issues
        "CREATED": Action.CREATE,
        "ACTIVATED": Action.CREATE,
        "DEACTIVATED": Action.RESOLVE,
        # current_state, of legacy incidents; CLOSED is a state of issues too
        "open": Action.CREATE,
        "acknowledged": Action.ACKNOWLEDGE,
        "closed": Action.RESOLVE,
        "test": Action.OTHER,
        # event_type, of older legacy channels
        "INCIDENT_OPEN": Action.CREATE,
        "INCIDENT_ACKNOWLEDGED": Action.ACKNOWLEDGE,
        "INCIDENT_RESOLVED": Action.RESOLVE,
    }
    USER_ACTION = "user_action"
    FIELDS = (
        ("text", "Account Name", ("account_name", "accountName")),
        ("link", "Incident URL", ("incident_url",)),
        ("link", "Issue URL", ("issueUrl",)),
        ("text", "Impacted Entities", ("impactedEntities",)),
        ("text", "Policy", ("policy_name", "alertPolicyNames")),
        ("text", "Condition", ("condition_name", "alertConditionNames")),
        ("text", "Priority", ("priority", "severity")),
        ("link", "Policy URL", ("policy_url",)),
        ("link", "Acknowledge URL", ("incident_acknowledge_url",)),
        ("img", "Chart", ("violation_chart_url", "violationChartUrl")),
        ("text", "Incidents", ("totalIncidents",)),
        ("text", "Sources", ("sources",)),
        ("text", "Workflow", ("workflowName",)),
        ("text", "Owner", ("owner",)),
    )

    def action(self, request: Request) -> Action:
        event = text(request.get("event_type")).upper()
        if event.startswith("INCIDENT_"):
            return self.action_of(event)
        if event:
            return self.action_of(request.get("current_state"))
        action = self.action_of(request.get("state"))
        return Action.ACKNOWLEDGE if action is Action.CREATE and self._was_taken(request) else action

    def thirdparty_id(self, request: Request) -> str | None:
        return first_text(request.get("incident_id"), request.get("id"))

    def alert(self, request: Request) -> AlertDraft:
        named = joined(" ", "New Relic issue", self.thirdparty_id(request))
        told = (self._text(request, "details"), self._text(request, "condition_description", "conditionDescription"))
        return AlertDraft(
            title=first_text(request.get("condition_name"), request.get("title"), named),
            description=joined("\n\n", *unique(told)) or None,
            urgency=first_text(request.get("priority"), request.get("severity")),
            additional_data=[
                *(datum(form, label, self._text(request, *paths)) for form, label, paths in self.FIELDS),
                *(datum("link", "Runbook", url) for url in self._runbooks(request)),
                *self._targets(request),
            ],
            tags=[
                f"{label}:{text(value)}"
                for target in items(request.get("targets"))[:10]
                for label, value in mapping(mapping(target).get("labels")).items()
            ],
        )

    def _was_taken(self, request: Request) -> bool:
        """Whether a person acknowledged: by the trigger, or by the owner where the template has no trigger."""
        trigger = text(request.get("trigger")).strip()
        return trigger.lower() == self.USER_ACTION if trigger else not blank(request.get("owner"))

    def _text(self, request: Request, *paths: str) -> Json:
        """The first of some fields; workflows give lists of what the issue's incidents have."""
        value = next((value for path in paths if not blank(value := request.get(path))), None)
        return joined(", ", *unique(map(text, value))) if isinstance(value, list) else text(value)

    def _runbooks(self, request: Request) -> list[Json]:
        runbooks = request.get("runbook_url") or request.get("runbookUrl")
        return runbooks[:10] if isinstance(runbooks, list) else [runbooks]

    def _targets(self, request: Request) -> Iterator[Datum | None]:
        for target in [mapping(one) for one in items(request.get("targets"))[:10]]:
            yield datum("text", "Target", target.get("name"))
            yield datum("link", "Target Link", target.get("link"))
