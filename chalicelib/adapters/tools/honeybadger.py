"""Honeybadger webhooks: errors, uptime checks and check-ins. Other events (comments, deploys, ...) do nothing."""

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
    split_unique,
    text,
)


class Honeybadger(Adapter):
    name = "Honeybadger"
    vendor = "https://docs.honeybadger.io/guides/integrations/webhook/"
    OPTIONS = (
        Option(
            "token",
            str,
            "The token of Honeybadger's webhook form; requests without it in the header honeybadger-token are refused.",
            secret=True,
        ),
    )
    SECRET_HEADERS = ("honeybadger-token",)

    ACTIONS = {
        "occurred": Action.CREATE,
        "down": Action.CREATE,
        "check_in_missing": Action.CREATE,
        "resolved": Action.RESOLVE,
        "up": Action.RESOLVE,
        "check_in_reporting": Action.RESOLVE,
    }

    def blocked(self, request: Request) -> bool:
        token = self.options["token"]
        return bool(token) and not same_secret(token, request.header("honeybadger-token"))

    def action(self, request: Request) -> Action:
        return self.ACTIONS.get(text(request.get("event")).lower(), Action.OTHER)

    def thirdparty_id(self, request: Request) -> Json:
        """A check-in goes by its id: its details_url is the page of all check-ins of the project."""
        paths = ("fault.url", "outage.details_url", "check_in.id", "check_in.details_url")
        return first_text(*(request.get(path) for path in paths))

    def alert(self, request: Request) -> AlertDraft:
        environment, tags = request.get("fault.environment"), request.get("fault.tags")
        return AlertDraft(
            title=first_text(request.get("message"), joined(" ", "Honeybadger", request.get("event"))),
            tags=split_unique([*(tags if isinstance(tags, list) else [tags]), environment]),
            additional_data=[
                datum("link", "Fault URL", request.get("fault.url")),
                datum("text", "Environment", environment),
                datum("link", "Outage URL", request.get("outage.details_url")),
                datum("link", "Check In URL", request.get("check_in.details_url")),
            ],
        )
