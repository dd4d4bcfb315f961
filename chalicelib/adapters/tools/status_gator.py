"""StatusGator's webhook, version 3.0. How it signs with a signing secret is not documented publicly: leave that empty
and set an HTTP header there instead.
"""

from __future__ import annotations

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Json,
    Option,
    Request,
    datum,
    first_text,
    joined,
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
    )

    ACTIONS = {"down": Action.CREATE, "up": Action.RESOLVE}
    SWITCHES = {"warn": "create_on_warn", "maintenance": "create_on_maintenance"}

    def blocked(self, request: Request) -> bool:
        token = self.options["token"]
        return bool(token) and not same_secret(f"Bearer {token}", request.header("authorization"))

    def action(self, request: Request) -> Action:
        status = text(request.get("status"))
        if status in self.SWITCHES:
            return Action.CREATE if self.options[self.SWITCHES[status]] else Action.OTHER
        return self.ACTIONS.get(status, Action.OTHER)

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("monitor.id")

    def alert(self, request: Request) -> AlertDraft:
        monitor = request.get("monitor.display_name")
        return AlertDraft(
            title=first_text(request.get("message"), joined(" ", "StatusGator", monitor, request.get("status"))),
            description=text_or_none(request.get("details")),
            additional_data=[
                datum("text", "Monitor Name", monitor),
                datum("datetime", "Recorded At", request.get("recorded_at")),
            ],
        )
