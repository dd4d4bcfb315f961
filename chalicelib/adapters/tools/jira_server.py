"""Jira Server and Data Center (and Cloud) webhooks. Issues make alerts; nothing that Jira sends resolves them."""

from __future__ import annotations

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
    signature_matches,
    text,
    text_or_none,
)
from chalicelib.adapters.kit.freshness import REMEMBERED, is_fresh, replay_digest


class JiraServer(Adapter):
    name = "Jira Server"
    vendor = "https://confluence.atlassian.com/adminjiraserver/managing-webhooks-938846912.html"
    OPTIONS = (
        Option(
            "issue_updated",
            bool,
            "Make an alert when an issue is updated too, unless it has one that is not resolved.",
            default=False,
        ),
        Option(
            "secret",
            str,
            "The secret of Jira's webhook form; requests without its signature in X-Hub-Signature are refused.",
            secret=True,
        ),
    )

    def blocked(self, request: Request) -> bool:
        secret = self.options["secret"]
        signature = (request.header("x-hub-signature") or "").removeprefix("sha256=")
        if not secret:
            return False
        timestamp = request.get("timestamp")
        recent = blank(timestamp) or is_fresh(request, timestamp, REMEMBERED)
        return not (recent and signature_matches(secret, request.body, signature))

    def replay_key(self, request: Request) -> str | None:
        dated = self.options["secret"] and not blank(request.get("timestamp"))
        return replay_digest(request.body) if dated else None

    def action(self, request: Request) -> Action:
        event = request.get("webhookEvent")
        if event == "jira:issue_created" or (event == "jira:issue_updated" and self.options["issue_updated"]):
            return Action.CREATE
        return Action.OTHER

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("issue.id")

    def alert(self, request: Request) -> AlertDraft:
        return AlertDraft(
            title=first_text(request.get("issue.fields.summary"), request.get("issue.key"), "Jira issue"),
            description=text_or_none(request.get("issue.fields.description")),
            additional_data=[datum("link", "Issue URL", self._page(request))],
        )

    def _page(self, request: Request) -> str | None:
        """The issue's page, from the address of its REST resource: .../rest/api/2/issue/<id>."""
        site, api, _ = text(request.get("issue.self")).partition("/rest/api/")
        key = text(request.get("issue.key"))
        return f"{site}/browse/{key}" if api and key else None
