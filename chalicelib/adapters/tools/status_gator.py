"""StatusGator's webhook, version 3.0. One alert per monitor, for its early warnings too. How StatusGator signs with a
signing secret is not documented publicly: leave that empty and set an HTTP header there instead.
"""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Datum,
    Json,
    Option,
    Request,
    datum,
    first_text,
    items,
    joined,
    mapping,
    same_secret,
    text,
    text_or_none,
)


class StatusGator(Adapter):
    name = "StatusGator"
    vendor = "https://support.statusgator.com/support/solutions/articles/47001278989-webhook-version-3-0"
    OPTIONS = (
        Option(
            "token",
            str,
            "A token of your choice; requests without the HTTP header Authorization: Bearer <it> are refused.",
            secret=True,
        ),
        Option("create_on_warn", bool, "A monitor that goes to warn makes an alert.", default=True),
        Option("create_on_maintenance", bool, "A monitor that goes to maintenance makes an alert.", default=True),
        Option("create_on_early_warning", bool, "An early warning of a possible outage makes an alert.", default=True),
    )

    EARLY = "EarlyWarningSignal"
    ACTIONS = {
        "down": Action.CREATE,
        "warn": Action.CREATE,
        "maintenance": Action.CREATE,
        "up": Action.RESOLVE,
        "unknown": Action.OTHER,
        EARLY: Action.CREATE,
    }
    SWITCHES = {
        "warn": "create_on_warn",
        "maintenance": "create_on_maintenance",
        EARLY: "create_on_early_warning",
    }
    URGENCIES = {"maintenance": "low", EARLY: "medium"}
    DOWN = "down"
    FIELDS = (
        ("text", "Monitor Name", "monitor.display_name"),
        ("datetime", "Recorded At", "recorded_at"),
        ("text", "Status", "status"),
        ("text", "Status Before", "previous_status"),
        ("text", "Host", "monitor.host"),
        ("text", "Monitor Description", "monitor.description"),
        ("link", "Status Page", "service.status_page_url"),
        ("link", "StatusGator", "service.landing_page_url"),
        ("text", "Board", "board.name"),
        ("link", "It Is Down for Me Too", "yes_vote_url"),
        ("link", "It Works for Me", "no_vote_url"),
    )
    MOST_COMPONENTS = 20

    def blocked(self, request: Request) -> bool:
        token = self.options["token"]
        return bool(token) and not same_secret(f"Bearer {token}", request.header("authorization"))

    def action(self, request: Request) -> Action:
        return self.action_of(self._word(request))

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("monitor.id")

    def alert(self, request: Request) -> AlertDraft:
        monitor = first_text(request.get("monitor.display_name"), request.get("service.name"))
        message, word = first_text(request.get("message"), request.get("summary")), self._word(request)
        if not message:
            title = joined(" ", "StatusGator", monitor, word)
        else:
            title = message if monitor.lower() in message.lower() else f"{monitor}: {message}"
        return AlertDraft(
            title=title,
            description=text_or_none(request.get("details")),
            urgency=None if text(word).lower() == self.DOWN else word,
            additional_data=[
                *(datum(form, label, request.get(path)) for form, label, path in self.FIELDS),
                *self._components(request),
            ],
        )

    def _word(self, request: Request) -> Json:
        """The status; of an early warning, which has none, its type."""
        status, kind = request.get("status"), request.get("type")
        return kind if kind == self.EARLY else status

    def _components(self, request: Request) -> Iterator[Datum | None]:
        changes = items(request.get("component_status_changes"))[: self.MOST_COMPONENTS]
        for change in map(mapping, changes):
            name = joined(" / ", change.get("group_name"), change.get("name"))
            yield datum("text", name, joined(" → ", change.get("last_status"), change.get("current_status")))
