"""Jira Server and Data Center (and Cloud) webhooks. An issue is an alert until its status is done or it is deleted.

Nothing acknowledges: rules of Jira assign issues and move them as people do, and their webhooks look alike.
"""

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
    items,
    joined,
    mapping,
    signature_matches,
    split_unique,
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
            "Make an alert when an open issue is updated too, unless it has one that is not resolved. Issues that are "
            "reopened make one in any case.",
            default=False,
        ),
        Option(
            "secret",
            str,
            "The secret of Jira's webhook form; requests without its signature in X-Hub-Signature are refused.",
            secret=True,
        ),
    )

    ACTIONS = {
        "jira:issue_created": Action.CREATE,
        "jira:issue_updated": Action.CREATE,
        "jira:issue_deleted": Action.RESOLVE,
    }
    SWITCHES = {"jira:issue_updated": "issue_updated"}
    FIELDS = (
        ("text", "Key", "key"),
        ("text", "Type", "fields.issuetype.name"),
        ("text", "Priority", "fields.priority.name"),
        ("text", "Status", "fields.status.name"),
        ("text", "Resolution", "fields.resolution.name"),
        ("text", "Reporter", "fields.reporter.displayName"),
        ("text", "Assignee", "fields.assignee.displayName"),
        ("text", "Environment", "fields.environment"),
        ("datetime", "Created", "fields.created"),
        ("datetime", "Due", "fields.duedate"),
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
        event = text(request.get("webhookEvent")).lower()
        if event in ("jira:issue_created", "jira:issue_updated") and self._is_done(request):
            return Action.RESOLVE
        return Action.CREATE if event == "jira:issue_updated" and self._is_reopened(request) else self.action_of(event)

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("issue.id")

    def alert(self, request: Request) -> AlertDraft:
        components = [mapping(one).get("name") for one in items(request.get("issue.fields.components"))]
        return AlertDraft(
            title=first_text(request.get("issue.fields.summary"), request.get("issue.key"), "Jira issue"),
            description=text_or_none(request.get("issue.fields.description")),
            urgency=request.get("issue.fields.priority.name"),
            additional_data=[
                datum("link", "Issue URL", self._page(request)),
                datum(
                    "text", "Project", first_text(*(request.get(f"issue.fields.project.{n}") for n in ("name", "key")))
                ),
                *(datum(form, label, request.get(f"issue.{path}")) for form, label, path in self.FIELDS),
                datum("text", "Components", joined(", ", *components)),
                datum("text", "Comment", request.get("comment.body")),
            ],
            tags=split_unique(items(request.get("issue.fields.labels"))),
        )

    def _is_done(self, request: Request) -> bool:
        """By the category of the status; by the resolution where Jira sends no category."""
        category = request.get("issue.fields.status.statusCategory.key")
        if not blank(category):
            return text(category).lower() == "done"
        return not blank(request.get("issue.fields.resolution"))

    def _is_reopened(self, request: Request) -> bool:
        """An open issue is reopened when Jira says so, or when its resolution was taken away."""
        changes = [mapping(change) for change in items(request.get("changelog.items"))]
        cleared = any(c.get("field") == "resolution" and c.get("from") and blank(c.get("to")) for c in changes)
        return cleared or request.get("issue_event_type_name") == "issue_reopened"

    def _page(self, request: Request) -> str | None:
        """The issue's page, from the address of its REST resource: .../rest/api/2/issue/<id>."""
        site, api, _ = text(request.get("issue.self")).partition("/rest/api/")
        key = text(request.get("issue.key"))
        return f"{site}/browse/{key}" if api and key else None
