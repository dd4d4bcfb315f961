"""The webhook of AltumCode's uptime monitoring software, which 66uptime is and Hydrozen.io runs."""

from __future__ import annotations

from typing import NamedTuple

from chalicelib.adapters.kit import Action, Adapter, AlertDraft, Request, blank, datum, first_text, joined, text


class Kind(NamedTuple):
    """What a notification is about: words for the title, and the fields with its key and its end of validity."""

    subject: str
    event: str
    key: str
    end: str = ""
    end_label: str = ""


class AltumCode(Adapter):
    """Reminders of an expiry have no recovery message: their alerts stay until somebody resolves them."""

    KINDS = {
        "website": Kind("Website monitor", "is DOWN", "monitor_id"),
        "ping": Kind("Ping monitor", "is DOWN", "monitor_id"),
        "port": Kind("Port monitor", "is DOWN", "monitor_id"),
        "heartbeat": Kind("Heartbeat monitor", "has not checked in", "heartbeat_id"),
        "domain-expiry": Kind(
            "Domain monitor", "is expiring soon", "domain_name_id", "whois_end_datetime", "WHOIS End DateTime"
        ),
        "ssl-expiry": Kind(
            "SSL Certificate monitor", "is expiring soon", "domain_name_id", "ssl_end_datetime", "SSL End DateTime"
        ),
    }
    UNKNOWN = Kind("Monitor", "sent an unknown notification", "")
    # The number in JSON, its text in a form.
    RECOVERED = ("1", "true")

    def action(self, request: Request) -> Action:
        kind = self.KINDS.get(text(request.get("type")))
        if kind is None:
            return Action.OTHER
        recovered = not kind.end and text(request.get("is_ok")) in self.RECOVERED
        return Action.RESOLVE if recovered else Action.CREATE

    def thirdparty_id(self, request: Request) -> str | None:
        kind = text(request.get("type"))
        key = self.KINDS.get(kind, self.UNKNOWN).key
        return f"{kind}-{first_text(request.get(key), request.id)}" if kind else None

    def alert(self, request: Request) -> AlertDraft:
        kind = self.KINDS.get(text(request.get("type")), self.UNKNOWN)
        name, target, end = request.get("name"), request.get("target"), request.get(kind.end)
        ends = "" if blank(end) else joined(" ", end, request.get("timezone"))
        where = "" if blank(target) else f"({text(target)})"
        when = f"({ends})" if ends else ""
        return AlertDraft(
            title=joined(" ", kind.subject, name, kind.event),
            description=joined(" ", kind.subject, name, where, kind.event, when),
            additional_data=[
                datum("link", "URL", request.get("url")),
                datum("text", "Name", name),
                datum("text", "Type", request.get("type")),
                datum("link", "Target", target),
                datum("text", "port", request.get("port")),
                datum("text", kind.end_label, ends),
            ],
        )
