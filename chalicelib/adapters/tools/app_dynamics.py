"""AppDynamics. The payload is an HTTP request template that the user makes; two actions share it, by `event_type`.

`details.event_id` tells alerts apart: a template that fills it with the id of the latest event never resolves
anything, since the resolving event has an id of its own. Fill it with what both events share.
"""

from __future__ import annotations

from chalicelib.adapters.kit import Action, Adapter, AlertDraft, Json, Request, datum, first_text, joined, text


class AppDynamics(Adapter):
    name = "AppDynamics"
    vendor = (
        "https://help.splunk.com/appdynamics-saas/get-started/25.7.0/alert-and-respond/actions"
        "/http-request-actions-and-templates"
    )

    ACTIONS = {"trigger": Action.CREATE, "resolve": Action.RESOLVE}

    def action(self, request: Request) -> Action:
        return self.ACTIONS.get(text(request.get("event_type")), Action.OTHER)

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("details.event_id")

    def alert(self, request: Request) -> AlertDraft:
        return AlertDraft(
            title=first_text(request.get("incident_key"), request.get("description"), "AppDynamics event"),
            description=joined("\n\n", request.get("description"), request.get("details.summary")) or None,
            additional_data=[
                datum("text", "Event Name", request.get("details.event_name")),
                datum("datetime", "Event Time", request.get("details.event_time")),
                datum("text", "Application Name", request.get("details.application_name")),
                datum("text", "Node Name", request.get("details.node_name")),
                datum("img", request.get("contexts.0.alt"), request.get("contexts.0.src")),
                datum("link", request.get("contexts.1.text"), request.get("contexts.1.href")),
            ],
        )
