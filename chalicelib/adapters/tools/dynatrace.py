"""Dynatrace problem notifications. The payload is a template that the user pastes; its keys name the placeholders."""

from __future__ import annotations

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Json,
    Request,
    blank,
    datum,
    first_text,
    split_unique,
    text,
    text_or_none,
)
from chalicelib.adapters.kit.markup import safe_html


class Dynatrace(Adapter):
    name = "Dynatrace"
    vendor = (
        "https://www.dynatrace.com/support/help/observe-and-explore/notifications-and-alerting"
        "/problem-notifications/webhook-integration"
    )

    ACTIONS = {"OPEN": Action.CREATE, "RESOLVED": Action.RESOLVE}

    def action(self, request: Request) -> Action:
        return self.ACTIONS.get(text(request.get("State")), Action.OTHER)

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("ProblemID")

    def alert(self, request: Request) -> AlertDraft:
        html, plain = request.get("ProblemDetailsHTML"), request.get("ProblemDetailsText")
        return AlertDraft(
            title=first_text(request.get("ProblemTitle"), "Dynatrace problem"),
            description=text_or_none(plain) or None if blank(html) else safe_html(html),
            additional_data=[
                # A widespread template spells the key with a space.
                datum("link", "URL", first_text(request.get("ProblemURL"), request.get("Problem URL"))),
                datum("text", "Impacted Entity", request.get("ImpactedEntity")),
                datum("text", "Problem Impact", request.get("ProblemImpact")),
                datum("text", "Problem Severity", request.get("ProblemSeverity")),
            ],
            tags=split_unique(request.get("Tags")),
        )
