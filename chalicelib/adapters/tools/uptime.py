"""Uptime.com's custom postback URL, whose legacy payload must be off. One alert per check.

The state CRITICAL is what Uptime.com says of every check that is down, so it leaves the urgency to the integration;
others (WARNING) set it.
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
    mapping,
    split_unique,
    text,
    text_or_none,
)


class Uptime(Adapter):
    name = "Uptime"
    vendor = "https://support.uptime.com/hc/en-us/articles/115002560845-Configuring-Custom-Postback-URL-Webhooks"

    ACTIONS = {"alert_raised": Action.CREATE, "alert_cleared": Action.RESOLVE}
    DOWN = "CRITICAL"
    FIELDS = (  # of data
        ("text", "Service Name", "service.name"),
        ("text", "Service Address", "service.msp_address"),
        ("text", "Port", "service.msp_port"),
        ("text", "Check Type", "service.monitoring_service_type_display"),
        ("text", "Notes", "service.msp_notes"),
        ("text", "State", "alert.state"),
        ("text", "Locations Down", "global_alert_state.num_locations_down"),
        ("datetime", "Raised At", "alert.created_at"),
        ("link", "Alert Details", "links.alert_details"),
        ("link", "Real-Time Analysis", "links.real_time_analysis"),
        ("text", "Account", "account.name"),
    )

    def action(self, request: Request) -> Action:
        return self.action_of(request.get("event"))

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("data.service.id")

    def alert(self, request: Request) -> AlertDraft:
        names = (request.get(f"data.service.{field}") for field in ("display_name", "name", "msp_address"))
        state, locations = request.get("data.alert.state"), request.get("data.locations")
        return AlertDraft(
            title=first_text(*names, "Uptime.com alert"),
            description=text_or_none(request.get("data.alert.output")),
            urgency=None if text(state).upper() == self.DOWN else state,
            additional_data=[
                *(datum(form, label, request.get(f"data.{path}")) for form, label, path in self.FIELDS),
                datum("text", "Locations", joined(", ", *split_unique(locations))),
            ],
            tags=split_unique(request.get("data.service.tags")),
        )

    def explain(self, request: Request) -> str | None:
        legacy = request.get("check_name") is not None and not mapping(request.get("data"))
        return "this is Uptime.com's legacy payload: switch it off in the profile" if legacy else None
