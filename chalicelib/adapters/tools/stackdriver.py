"""Google Cloud Monitoring, formerly Stackdriver: a notification channel of kind webhook. One alert per incident.

A test notification (version "test") is an alert of its own; its format is not documented.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from itertools import islice

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Datum,
    Json,
    Option,
    Request,
    datum,
    epoch,
    first_text,
    items,
    joined,
    mapping,
    same_secret,
    text,
    text_or_none,
)


class Stackdriver(Adapter):
    name = "Stackdriver"
    vendor = "https://cloud.google.com/monitoring/support/notification-options#webhooks"
    OPTIONS = (
        Option(
            "auth_token",
            str,
            "A token of your choice; requests without ?auth_token=<it> in the channel's endpoint URL are refused.",
            secret=True,
        ),
        Option(
            "basic_auth",
            str,
            "User name and password of the channel's basic authentication, written name:password; requests without "
            "them are refused.",
            secret=True,
        ),
    )
    SECRET_PARAMS = ("auth_token",)

    ACTIONS = {"open": Action.CREATE, "closed": Action.RESOLVE}
    TEST = "test"
    UNRATED = "no severity"
    FIELDS = (  # of the incident
        ("link", "Incident URL", "url"),
        ("text", "Policy Name", "policy_name"),
        ("text", "Condition Name", "condition_name"),
        ("text", "Resource Name", "resource_name"),
        ("text", "Resource Type", "resource_type_display_name"),
        ("text", "Metric", "metric.displayName"),
        ("text", "Observed Value", "observed_value"),
        ("text", "Threshold", "threshold_value"),
        ("text", "Project", "scoping_project_id"),
        ("text", "Severity", "severity"),
    )
    LABELS = ("resource.labels", "metric.labels", "metadata.system_labels", "metadata.user_labels")
    MOST = 30  # labels of a kind, and links

    def blocked(self, request: Request) -> bool:
        token, basic = self.options["auth_token"], self.options["basic_auth"]
        if token and not same_secret(token, text(request.get("auth_token"))):
            return True
        expected = f"Basic {b64encode(basic.encode()).decode()}" if basic else ""
        return bool(basic) and not same_secret(expected, request.header("authorization"))

    def action(self, request: Request) -> Action:
        return self.action_of(request.get("incident.state"))

    def thirdparty_id(self, request: Request) -> Json:
        return None if request.get("version") == self.TEST else request.get("incident.incident_id")

    def alert(self, request: Request) -> AlertDraft:
        names = ("documentation.subject", "summary", "condition_name", "policy_name")
        labels = mapping(request.get("incident.policy_user_labels"))
        return AlertDraft(
            title=first_text(*(request.get(f"incident.{path}") for path in names), "Google Cloud Monitoring incident"),
            description=self._description(request),
            urgency=self._severity(request, labels),
            additional_data=[
                *(datum(form, label, request.get(f"incident.{path}")) for form, label, path in self.FIELDS),
                datum("datetime", "Started At", epoch(request.get("incident.started_at"))),
                *self._links(request),
                *self._labels(request),
            ],
            tags=[joined(":", name, value) for name, value in islice(labels.items(), self.MOST)],
        )

    def _description(self, request: Request) -> str | None:
        """The policy's documentation, in Markdown; below it what happened, where the title says something else."""
        content = request.get("incident.documentation.content")
        subject, summary = (request.get(f"incident.{path}") for path in ("documentation.subject", "summary"))
        return text_or_none(joined("\n\n", summary if subject else None, content) or None)

    def _severity(self, request: Request, labels: Mapping[str, Json]) -> Json:
        """The policy's severity, or its label of that name, as people wrote before there were severities."""
        severity = request.get("incident.severity")
        return labels.get("severity") if text(severity).lower() in ("", self.UNRATED) else severity

    def _links(self, request: Request) -> Iterator[Datum | None]:
        for link in map(mapping, items(request.get("incident.documentation.links"))[: self.MOST]):
            yield datum("link", first_text(link.get("displayName"), link.get("display_name"), "Link"), link.get("url"))

    def _labels(self, request: Request) -> Iterator[Datum | None]:
        for path in self.LABELS:
            labels = mapping(request.get(f"incident.{path}"))
            yield from (datum("text", name, text(value)) for name, value in islice(labels.items(), self.MOST))
