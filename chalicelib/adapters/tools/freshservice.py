"""Freshservice Workflow Automator, "Trigger Webhook" node.

That it wraps the fields in `freshdesk_webhook`, as Freshdesk does, could not be confirmed on a page of the vendor:
fields that are not wrapped are read too.
"""

from __future__ import annotations

from chalicelib.adapters.kit import Json, Request, first_text
from chalicelib.adapters.tools._freshworks import Freshworks


class Freshservice(Freshworks):
    name = "Freshservice"
    vendor = "https://support.freshservice.com"

    FIELDS = (
        ("text", "Ticket ID", "ticket_id"),
        ("link", "Ticket URL", "ticket_url"),
        ("text", "Requester Name", "ticket_requester_name"),
        ("text", "Requester Email", "ticket_email"),
        ("text", "To Email", "ticket_to_email"),
        ("text", "CC Email", "ticket_cc_email"),
    )

    def thirdparty_id(self, request: Request) -> Json:
        ticket = self._ticket(request)
        return first_text(ticket.get("ticket_public_url"), ticket.get("ticket_id"))
