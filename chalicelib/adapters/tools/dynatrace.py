"""Dynatrace problem notifications. The payload is a template that the user pastes; its keys name the placeholders.

A problem goes by its PID where the template has it: numbers such as P-2601117 are unique in one environment alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Datum,
    Json,
    Option,
    Request,
    blank,
    datum,
    first_text,
    items,
    joined,
    key,
    mapping,
    split_unique,
)
from chalicelib.adapters.kit.markup import safe_html


class Dynatrace(Adapter):
    name = "Dynatrace"
    vendor = (
        "https://docs.dynatrace.com/docs/analyze-explore-automate/notifications-and-alerting/problem-notifications"
        "/webhook-integration"
    )
    OPTIONS = (
        Option(
            "resolve_on_merged",
            bool,
            "A problem that Dynatrace merges into another resolves; otherwise its alert waits for its own end.",
            default=False,
        ),
    )

    ACTIONS = {
        "OPEN": Action.CREATE,
        "RESOLVED": Action.RESOLVE,
        "CLOSED": Action.RESOLVE,  # as the API calls it
        "MERGED": Action.RESOLVE,
    }
    SWITCHES = {"MERGED": "resolve_on_merged"}
    # Severity levels, which say what kind of problem it is; CUSTOM_ALERT says nothing of how bad it is.
    URGENCIES = {
        "MONITORING_UNAVAILABLE": "critical",
        "AVAILABILITY": "critical",
        "ERROR": "high",
        "PERFORMANCE": "medium",
        "RESOURCE_CONTENTION": "medium",
    }
    STATE = ("State", "ProblemStatus")
    DETAILS = ("ProblemDetailsText", "ProblemDetailsMarkdown", "ProblemDetails")
    URLS = ("ProblemURL", "Problem URL")  # a widespread template spells the key with a space
    FIELDS = (
        ("Impacted Entity", "ImpactedEntity"),
        ("Impacted Entities", "ImpactedEntityNames"),
        ("Problem Impact", "ProblemImpact"),
        ("Problem Severity", "ProblemSeverity"),
        ("Problem", "ProblemID"),
        ("Environment", "Environment"),
    )
    MOST_ENTITIES = 10

    def action(self, request: Request) -> Action:
        return self.action_of(self._first(request, self.STATE))

    def thirdparty_id(self, request: Request) -> Json:
        return first_text(key("problem", request.get("PID")), request.get("ProblemID"))

    def alert(self, request: Request) -> AlertDraft:
        severity = request.get("ProblemSeverity")
        return AlertDraft(
            title=first_text(request.get("ProblemTitle"), "Dynatrace problem"),
            description=self._details(request),
            urgency=None if severity == "CUSTOM_ALERT" and not self.urgency(severity) else severity,
            additional_data=[
                datum("link", "URL", self._first(request, self.URLS)),
                *(datum("text", label, request.get(field)) for label, field in self.FIELDS),
                *self._entities(request),
            ],
            tags=split_unique(request.get("Tags")),
        )

    def _first(self, request: Request, fields: tuple[str, ...]) -> str | None:
        return first_text(*(request.get(field) for field in fields)) or None

    def _details(self, request: Request) -> str | None:
        html = request.get("ProblemDetailsHTML")
        return self._first(request, self.DETAILS) if blank(html) else safe_html(html)

    def _entities(self, request: Request) -> Iterator[Datum | None]:
        """What the problem impacts and where it comes from, by type, name and id."""
        for entity in map(mapping, items(request.get("ImpactedEntities"))[: self.MOST_ENTITIES]):
            yield datum("text", first_text(entity.get("type"), "Entity"), self._named(entity.get("name"), entity))
        cause = mapping(request.get("ProblemDetailsJSONv2.rootCauseEntity"))
        yield datum("text", "Root Cause", self._named(cause.get("name"), mapping(cause.get("entityId"))))

    def _named(self, name: Json, identity: Json) -> str:
        known = first_text(mapping(identity).get("entity"), mapping(identity).get("id"))
        return joined(" ", name, f"({known})" if known else "")
