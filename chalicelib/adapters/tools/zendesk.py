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
    split_unique,
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
    EVENT = "zen:event-type:"  # begins the type of a webhook that is subscribed to Zendesk's events
    FIELDS = (
        ("text", "Priority", "priority"),
        ("text", "Ticket Type", "ticket_type"),
        ("text", "Via", "via"),
        ("text", "Assignee Name", "assignee_name"),
        ("text", "Requester Name", "requester_name"),
        ("email", "Requester Email", "requester_email"),
        ("text", "Organization", "organization_name"),
        ("text", "Group", "group_name"),
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
        return self.action_of(request.get("event_type"))

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("id")

    def alert(self, request: Request) -> AlertDraft:
        description = request.get("description")
        return AlertDraft(
            title=first_text(request.get("title"), joined(" ", "Zendesk ticket", request.get("id"))),
            description=None if blank(description) else markup("<pre>{}</pre>", description),
            urgency=request.get("priority"),
            additional_data=[
                datum("link", "Zendesk Link", self._link(request)),
                *(datum(form, label, request.get(field)) for form, label, field in self.FIELDS),
            ],
            tags=split_unique(request.get("tags"), None),
        )

    def explain(self, request: Request) -> str | None:
        kind = text(request.get("type"))
        if not kind.startswith(self.EVENT):
            return None
        return f"type is '{kind[:60]}': the webhook must be connected to triggers, not subscribed to Zendesk's events"

    def _link(self, request: Request) -> str | None:
        """Zendesk's placeholder {{ticket.link}} has no scheme."""
        link = text(request.get("link")).strip()
        return f"https://{link}" if link and "://" not in link else link
