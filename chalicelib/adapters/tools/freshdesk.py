"""Freshdesk automation rules, "Trigger webhook", on creation and on updates of tickets."""

from __future__ import annotations

from chalicelib.adapters.kit import Json, Request
from chalicelib.adapters.tools._freshworks import Freshworks


class Freshdesk(Freshworks):
    name = "Freshdesk"
    vendor = "https://support.freshdesk.com/support/solutions/articles/132589-using-webhooks-in-automation-rules"

    FIELDS = (
        ("link", "Ticket URL", "ticket_url"),
        ("datetime", "Due By", "ticket_due_by_time"),
        ("text", "Source", "ticket_source"),
        ("text", "Requester Name", "ticket_requester_name"),
        ("text", "Requester Email", "ticket_requester_email"),
        ("text", "Requester Phone", "ticket_requester_phone"),
        ("text", "Company", "ticket_company_name"),
    )

    def thirdparty_id(self, request: Request) -> Json:
        return self._ticket(request).get("ticket_id")
