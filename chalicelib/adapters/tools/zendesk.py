"""Zendesk webhooks of triggers, one trigger per `event_type`, each with a JSON body that its admin writes."""

from __future__ import annotations

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Json,
    Option,
    Request,
    base64_signature,
    blank,
    datum,
    first_text,
    joined,
    same_secret,
    text,
)
from chalicelib.adapters.kit.freshness import is_fresh
from chalicelib.adapters.kit.markup import markup


class Zendesk(Adapter):
    name = "Zendesk"
    vendor = "https://developer.zendesk.com/documentation/webhooks/verifying/"
    OPTIONS = (
        Option(
            "signing_secret",
            str,
            "The webhook's signing secret; requests without its X-Zendesk-Webhook-Signature are refused.",
            secret=True,
        ),
    )

    ACTIONS = {"create": Action.CREATE, "acknowledge": Action.ACKNOWLEDGE, "resolve": Action.RESOLVE}
    URGENCIES = {"urgent": "critical", "high": "high", "normal": "medium", "low": "low"}
    FIELDS = (
        ("link", "Zendesk Link", "link"),
        ("text", "Priority", "priority"),
        ("text", "Ticket Type", "ticket_type"),
        ("text", "Via", "via"),
        ("text", "Assignee Name", "assignee_name"),
    )

    def blocked(self, request: Request) -> bool:
        secret = self.options["signing_secret"]
        if not secret:
            return False
        timestamp = request.header("x-zendesk-webhook-signature-timestamp") or ""
        expected = base64_signature(secret, timestamp.encode("utf-8", "replace") + request.body)
        signed = same_secret(expected, request.header("x-zendesk-webhook-signature"))
        return not (signed and is_fresh(request, timestamp))

    def action(self, request: Request) -> Action:
        return self.ACTIONS.get(text(request.get("event_type")), Action.OTHER)

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("id")

    def alert(self, request: Request) -> AlertDraft:
        description = request.get("description")
        return AlertDraft(
            title=first_text(request.get("title"), joined(" ", "Zendesk ticket", request.get("id"))),
            description=None if blank(description) else markup("<pre>{}</pre>", description),
            urgency=self.URGENCIES.get(text(request.get("priority")).lower()),
            additional_data=[datum(form, label, request.get(field)) for form, label, field in self.FIELDS],
        )
