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
    # The number in JSON, its text in a form.
    RECOVERED = ("1", "true")

    def action(self, request: Request) -> Action:
        kind, state = self._kind(request), request.get("is_ok")
        if kind is None:
            return Action.OTHER
        return Action.RESOLVE if not kind.end and text(state).lower() in self.RECOVERED else Action.CREATE

    def thirdparty_id(self, request: Request) -> str | None:
        kind = self._kind(request)
        return f"{text(request.get('type'))}-{first_text(request.get(kind.key), request.id)}" if kind else None

    def alert(self, request: Request) -> AlertDraft:
        kind = self._kind(request) or Kind("Monitor", "sent an unknown notification", "")
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
                datum("link", "Target", target) or datum("text", "Target", target),
                datum("text", "port", request.get("port")),
                datum("text", kind.end_label, ends),
            ],
        )

    def _kind(self, request: Request) -> Kind | None:
        """Of a type that is not here, what says whether it is well is a monitor, known by the first id that it has."""
        word = request.get("type")
        known = self.KINDS.get(text(word))
        if known or blank(word) or blank(request.get("is_ok")):
            return known
        identity = next((name for name in request.params if name.endswith("_id")), "")
        noun = text(word).removesuffix("-monitor").replace("-", " ").capitalize()
        return Kind(f"{noun} monitor", "is DOWN", identity)
