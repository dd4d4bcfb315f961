"""Sentry's integration platform (internal and public integrations), and the older webhook of a project.

The header `Sentry-Hook-Resource` says what a request is about; the older webhook has none and is not signed.
Issues, errors and issue alerts of one issue share its id, so they make one alert.
"""

from __future__ import annotations

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Json,
    Option,
    Request,
    datum,
    first_text,
    signature_matches,
    text,
    text_or_none,
)
from chalicelib.adapters.kit.freshness import replay_digest
from chalicelib.adapters.kit.markup import markup, quoted


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
    )

    WEBHOOK = "webhook"  # the older webhook, which names no resource
    RESOURCES = {
        "issue": {
            "created": Action.CREATE,
            "unresolved": Action.CREATE,
            "assigned": Action.ACKNOWLEDGE,
            "resolved": Action.RESOLVE,
            "archived": Action.RESOLVE,
            "ignored": Action.RESOLVE,  # what Sentry called archived before
        },
        "event_alert": {"triggered": Action.CREATE},
        "metric_alert": {"critical": Action.CREATE, "warning": Action.CREATE, "resolved": Action.RESOLVE},
        "error": {"created": Action.CREATE},
    }
    KEYS = {
        "issue": "data.issue.id",
        "event_alert": "data.event.issue_id",
        "metric_alert": "data.metric_alert.id",
        "error": "data.error.issue_id",
        WEBHOOK: "id",
    }
    TITLES = {
        "issue": ("data.issue.title",),
        "event_alert": ("data.event.title",),
        "metric_alert": ("data.description_title", "data.metric_alert.title"),
        "error": ("data.error.title",),
        WEBHOOK: ("event.title", "message", "culprit"),
    }
    URLS = {
        "issue": ("data.issue.web_url",),
        "event_alert": ("data.event.web_url",),
        "metric_alert": ("data.web_url", "data.metric_alert.web_url"),
        "error": ("data.error.web_url",),
        WEBHOOK: ("url",),
    }
    NOUNS = {"event_alert": "event", "error": "event"}

    def blocked(self, request: Request) -> bool:
        secret = self.options["client_secret"]
        return bool(secret) and not signature_matches(secret, request.body, request.header("sentry-hook-signature"))

    def replay_key(self, request: Request) -> str | None:
        """Only of what happens once: an issue may be resolved again in the very same words."""
        once = request.get("data.event.event_id") or request.get("data.error.event_id")
        once = once or (self._resource(request) == "issue" and request.get("action") == "created")
        return replay_digest(request.body) if self.options["client_secret"] and once else None

    def action(self, request: Request) -> Action:
        if request.header("sentry-hook-resource") is None:
            return Action.CREATE if request.get("event") else Action.OTHER
        return self.RESOURCES.get(self._resource(request), {}).get(text(request.get("action")), Action.OTHER)

    def thirdparty_id(self, request: Request) -> Json:
        return request.get(self.KEYS.get(self._resource(request), ""))

    def alert(self, request: Request) -> AlertDraft:
        resource = self._resource(request)
        link = datum("link", "Web URL", self._first(request, self.URLS, resource))
        project = request.get("project_name") if resource == self.WEBHOOK else None
        return AlertDraft(
            title=self._first(request, self.TITLES, resource) or f"Sentry {resource.replace('_', ' ')}",
            description=self._description(request, resource, link["value"] if link else None),
            additional_data=[link, datum("text", "Project", project)],
        )

    def _resource(self, request: Request) -> str:
        return request.header("sentry-hook-resource") or self.WEBHOOK

    def _first(self, request: Request, paths: dict[str, tuple[str, ...]], resource: str) -> str:
        return first_text(*(request.get(path) for path in paths.get(resource, ())))

    def _description(self, request: Request, resource: str, url: str | None) -> str | None:
        if resource == "metric_alert":
            return text_or_none(request.get("data.description_text"))
        noun = self.NOUNS.get(resource, "issue")
        anchor = f"<a href='{{}}' target='_blank'>Sentry {noun}</a>"
        return markup(f"Please see {anchor} for full details.", quoted(url)) if url else None
