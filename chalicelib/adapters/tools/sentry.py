"""Sentry's integration platform (internal and public integrations), and the older webhook of a project.

The header `Sentry-Hook-Resource` says what a request is about; the older webhook has none and is not signed.
Issues, errors and issue alerts of one issue share its id, so they make one alert; metric alerts are numbered apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
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
    noted,
    signature_matches,
    text,
    unique,
)
from chalicelib.adapters.kit.freshness import replay_digest


class Sentry(Adapter):
    name = "Sentry"
    vendor = "https://docs.sentry.io/organization/integrations/integration-platform/webhooks/"
    OPTIONS = (
        Option(
            "client_secret",
            str,
            "The integration's client secret; requests without its Sentry-Hook-Signature are refused.",
            secret=True,
        ),
        Option(
            "create_on_issue",
            bool,
            "An issue that is new or back makes an alert; off, only alert rules do, and issues tell their end.",
            default=True,
        ),
        Option(
            "create_on_activity",
            bool,
            "An alert rule on the activity of an issue, such as a proposed fix, makes an alert.",
            default=False,
        ),
    )

    ACTIONS = {
        ("issue", "created"): Action.CREATE,
        ("issue", "unresolved"): Action.CREATE,
        ("issue", "assigned"): Action.ACKNOWLEDGE,
        ("issue", "resolved"): Action.RESOLVE,
        ("issue", "archived"): Action.RESOLVE,
        ("issue", "ignored"): Action.RESOLVE,  # what Sentry called archived before
        ("event_alert", "triggered"): Action.CREATE,
        ("activity_alert", "triggered"): Action.CREATE,
        ("metric_alert", "critical"): Action.CREATE,
        ("metric_alert", "warning"): Action.CREATE,
        ("metric_alert", "resolved"): Action.RESOLVE,
        ("error", "created"): Action.CREATE,
    }
    CREATES = {"issue": "create_on_issue", "activity_alert": "create_on_activity"}
    SUBJECTS = ("data.issue", "data.event", "data.error", "data.metric_alert", "event")  # a request has one of them
    FIELDS = (  # of the subject
        ("text", "Issue", "shortId"),
        ("text", "Level", "level"),
        ("text", "Priority", "priority"),
        ("text", "Culprit", "culprit"),
        ("text", "Release", "release"),
        ("text", "Platform", "platform"),
        ("text", "Status", "substatus"),
        ("text", "Category", "issueCategory"),
        ("text", "Events", "count"),
        ("text", "Users", "userCount"),
        ("datetime", "First Seen", "firstSeen"),
        ("datetime", "Last Seen", "lastSeen"),
    )
    RULE = (  # of a metric alert
        ("text", "Rule", "name"),
        ("text", "Query", "query"),
        ("text", "Aggregate", "aggregate"),
        ("text", "Minutes", "time_window"),
    )

    def blocked(self, request: Request) -> bool:
        secret = self.options["client_secret"]
        return bool(secret) and not signature_matches(secret, request.body, request.header("sentry-hook-signature"))

    def replay_key(self, request: Request) -> str | None:
        """Only of what happens once: an issue may be resolved again in the very same words."""
        once = request.get("data.event.event_id") or request.get("data.error.event_id")
        once = once or (request.header("sentry-hook-resource"), request.get("action")) == ("issue", "created")
        return replay_digest(request.body) if self.options["client_secret"] and once else None

    def action(self, request: Request) -> Action:
        resource = noted(request, "Sentry-Hook-Resource", request.header("sentry-hook-resource"))
        if resource is None:
            return Action.CREATE if request.get("event") else Action.OTHER
        return Action.OTHER if self.explain(request) else self._asked(request)

    def thirdparty_id(self, request: Request) -> Json:
        metric = key("metric alert", request.get("data.metric_alert.id"))
        issue = first_text(self._subject(request).get("issue_id"), request.get("data.issue.id"), request.get("id"))
        return metric or issue

    def alert(self, request: Request) -> AlertDraft:
        subject, rule = self._subject(request), mapping(request.get("data.metric_alert.alert_rule"))
        seen = {**request.params, **subject}  # the older webhook says some of it beside the event
        tags = dict(_tags(subject))
        environment = first_text(subject.get("environment"), tags.get("environment"), rule.get("environment"))
        links = (subject.get("web_url"), subject.get("webUrl"), subject.get("permalink"), request.get("url"))
        rules = (request.get("data.triggered_rule"), *items(seen.get("triggering_rules")))
        titles = (request.get("data.description_title"), seen.get("title"), seen.get("message"), seen.get("culprit"))
        title = first_text(*titles)
        message = first_text(seen.get("message"), mapping(seen.get("metadata")).get("value"))
        told = map(text, (request.get("data.description_text"), message, seen.get("culprit")))
        return AlertDraft(
            title=title or "Sentry alert",
            description=joined("\n\n", *(part for part in unique(told) if part not in title)) or None,
            urgency=seen.get("level") or (request.get("action") if request.get("data.metric_alert") else None),
            additional_data=[
                datum("link", "Web URL", first_text(request.get("data.web_url"), *links)),
                datum("text", "Project", self._project(request)),
                datum("text", "Environment", environment),
                *(datum(form, label, seen.get(name)) for form, label, name in self.FIELDS),
                *(datum(form, label, rule.get(name)) for form, label, name in self.RULE),
                datum("text", "Rule", joined(", ", *rules)),
                datum("text", "Assigned To", mapping(subject.get("assignedTo")).get("name")),
            ],
            tags=[f"{name}:{value}" for name, value in tags.items()],
        )

    def explain(self, request: Request) -> str | None:
        resource, action = request.header("sentry-hook-resource"), self._asked(request)
        if action is Action.ACKNOWLEDGE and not self._was_taken(request):
            return "Sentry assigned the issue by itself, or to a team: only a person who takes it acknowledges"
        if action is Action.CREATE and resource in self.CREATES and not self.options[self.CREATES[resource]]:
            return f"the option {self.CREATES[resource]} is off"
        return None

    def _asked(self, request: Request) -> Action:
        asked = (request.header("sentry-hook-resource"), text(request.get("action")))
        return self.ACTIONS.get(asked, Action.OTHER)

    def _subject(self, request: Request) -> Mapping[str, Json]:
        return next((found for path in self.SUBJECTS if (found := mapping(request.get(path)))), {})

    def _was_taken(self, request: Request) -> bool:
        """Whether a person assigned the issue, and to a person: Sentry assigns by ownership rules and commits too."""
        kind = first_text(request.get("data.assignee.type"), request.get("data.issue.assignedTo.type"))
        return request.get("actor.type") == "user" and kind.lower() != "team"

    def _project(self, request: Request) -> str:
        project = self._subject(request).get("project")
        names = (mapping(project).get("name"), mapping(project).get("slug"), request.get("project_name"))
        several = joined(", ", *items(request.get("data.metric_alert.projects")))
        return first_text(*names, several, None if isinstance(project, dict) else project)


def _tags(subject: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """The tags of an event, which Sentry writes as pairs or as {"key", "value"}."""
    for tag in items(subject.get("tags"))[:50]:
        name, value = (tag[0], tag[1]) if isinstance(tag, list) and len(tag) == 2 else (None, None)
        if isinstance(tag, dict):
            name, value = tag.get("key"), tag.get("value")
        if not blank(name) and not blank(value):
            yield text(name), text(value)
