"""Freshservice Workflow Automator, "Trigger Webhook" node.

The fields are those of the JSON template that the user pastes into the node, wrapped in `freshdesk_webhook` as at
Freshdesk. Statuses come as the number or the English name. The wrapping could not be confirmed on a vendor's page.
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


class Freshservice(Adapter):
    name = "Freshservice"
    vendor = "https://support.freshservice.com"

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
        return self.ACTIONS.get(text(self._ticket(request).get("ticket_status")), Action.OTHER)

    def thirdparty_id(self, request: Request) -> Json:
        ticket = self._ticket(request)
        return first_text(ticket.get("ticket_public_url"), ticket.get("ticket_id"))

    def alert(self, request: Request) -> AlertDraft:
        ticket = self._ticket(request)
        return AlertDraft(
            title=first_text(ticket.get("ticket_subject"), joined(" ", "Freshservice ticket", ticket.get("ticket_id"))),
            description=safe_html(ticket.get("ticket_description")),
            urgency=self.URGENCIES.get(text(ticket.get("ticket_priority"))),
            additional_data=[
                datum("text", "Ticket ID", ticket.get("ticket_id")),
                datum("link", "Ticket URL", ticket.get("ticket_url")),
                datum("text", "Requester Email", ticket.get("ticket_email")),
                datum("text", "To Email", ticket.get("ticket_to_email")),
                datum("text", "CC Email", ticket.get("ticket_cc_email")),
            ],
        )

    def _ticket(self, request: Request) -> Mapping[str, Json]:
        return mapping(request.get("freshdesk_webhook"))
