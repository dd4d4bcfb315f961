"""The webhooks of Freshworks' desks, Freshdesk and Freshservice: fields of a ticket that the user puts into JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

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
    joined,
    mapping,
    noted,
    split_unique,
    text,
)
from chalicelib.adapters.kit.markup import safe_html


class Freshworks(Adapter):
    """A ticket in a status that is not here is open: teams have statuses of their own, which two options map."""

    OPTIONS = (
        Option("acknowledged_statuses", str, "Statuses of your own that acknowledge, such as `In Progress, On Hold`."),
        Option("resolved_statuses", str, "Statuses of your own that resolve, such as `Done, Cancelled`."),
    )

    ACTIONS = {  # by number and by English name
        2: Action.CREATE,
        "Open": Action.CREATE,
        3: Action.ACKNOWLEDGE,
        "Pending": Action.ACKNOWLEDGE,
        4: Action.RESOLVE,
        "Resolved": Action.RESOLVE,
        5: Action.RESOLVE,
        "Closed": Action.RESOLVE,
        6: Action.ACKNOWLEDGE,
        "Waiting on Customer": Action.ACKNOWLEDGE,
        7: Action.ACKNOWLEDGE,
        "Waiting on Third Party": Action.ACKNOWLEDGE,
    }
    URGENCIES = {1: "low", 2: "medium", 3: "high", 4: "critical"}
    FIELDS: ClassVar[tuple[tuple[str, str, str], ...]] = ()
    SHARED = (
        ("text", "Status", "ticket_status"),
        ("text", "Priority", "ticket_priority"),
        ("text", "Type", "ticket_type"),
        ("text", "Group", "ticket_group_name"),
        ("text", "Agent", "ticket_agent_name"),
    )

    def action(self, request: Request) -> Action:
        ticket = self._ticket(request)
        status = noted(request, "ticket_status", ticket.get("ticket_status"))
        for option, action in (
            ("resolved_statuses", Action.RESOLVE),
            ("acknowledged_statuses", Action.ACKNOWLEDGE),
        ):
            if text(status).strip().lower() in map(str.lower, split_unique(self.options[option])):
                return action
        known = self.action_of(status)
        return Action.CREATE if known is Action.OTHER and not blank(ticket.get("ticket_id")) else known

    def alert(self, request: Request) -> AlertDraft:
        ticket = self._ticket(request)
        return AlertDraft(
            title=first_text(ticket.get("ticket_subject"), joined(" ", self.name, "ticket", ticket.get("ticket_id"))),
            description=safe_html(ticket.get("ticket_description")),
            urgency=ticket.get("ticket_priority"),
            additional_data=[
                datum(form, label, ticket.get(field)) for form, label, field in (*self.FIELDS, *self.SHARED)
            ],
            tags=split_unique(ticket.get("ticket_tags")),
        )

    def _ticket(self, request: Request) -> Mapping[str, Json]:
        """The desks wrap the fields of their simple form; JSON of the user's own comes as it was written."""
        return mapping(request.get("freshdesk_webhook")) or (request.params if request.get("ticket_id") else {})
