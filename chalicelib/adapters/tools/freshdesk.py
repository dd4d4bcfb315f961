"""Freshdesk automation rules, "Trigger webhook". A ticket without a live alert makes one, unless it is done already.

The fields are those of the JSON template that the user pastes into the rule; Freshdesk wraps them in
`freshdesk_webhook`. Statuses come as the number or the English name.
"""

from __future__ import annotations

from collections.abc import Mapping

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
    text,
)
from chalicelib.adapters.kit.markup import safe_html


class Freshdesk(Adapter):
    name = "Freshdesk"
    vendor = "https://support.freshdesk.com/support/solutions/articles/132589-using-webhooks-in-automation-rules"
    needs_existing = True

    ACTIONS = {
        "2": Action.CREATE,
        "Open": Action.CREATE,
        "3": Action.ACKNOWLEDGE,
        "Pending": Action.ACKNOWLEDGE,
        "4": Action.RESOLVE,
        "Resolved": Action.RESOLVE,
        "5": Action.RESOLVE,
        "Closed": Action.RESOLVE,
    }
    URGENCIES = {
        "1": "low",
        "Low": "low",
        "2": "medium",
        "Normal": "medium",
        "Medium": "medium",
        "3": "high",
        "High": "high",
        "4": "critical",
        "Urgent": "critical",
    }

    def action(self, request: Request) -> Action:
        ticket = self._ticket(request)
        action = self.ACTIONS.get(text(ticket.get("ticket_status")), Action.OTHER)
        if ticket and request.existing is None and action is not Action.RESOLVE:
            return Action.CREATE
        return action

    def thirdparty_id(self, request: Request) -> Json:
        return self._ticket(request).get("ticket_id")

    def alert(self, request: Request) -> AlertDraft:
        ticket = self._ticket(request)
        return AlertDraft(
            title=first_text(ticket.get("ticket_subject"), joined(" ", "Freshdesk ticket", ticket.get("ticket_id"))),
            description=safe_html(ticket.get("ticket_description")),
            urgency=self.URGENCIES.get(text(ticket.get("ticket_priority"))),
            additional_data=[
                datum("link", "Ticket URL", ticket.get("ticket_url")),
                datum("datetime", "Due By", ticket.get("ticket_due_by_time")),
                datum("text", "Source", ticket.get("ticket_source")),
                datum("text", "Requester Name", ticket.get("ticket_requester_name")),
                datum("text", "Requester Email", ticket.get("ticket_requester_email")),
                datum("text", "Requester Phone", ticket.get("ticket_requester_phone")),
                datum("text", "Company", ticket.get("ticket_company_name")),
            ],
        )

    def _ticket(self, request: Request) -> Mapping[str, Json]:
        return mapping(request.get("freshdesk_webhook"))
