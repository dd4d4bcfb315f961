"""Pingdom. Uptime checks go between UP and DOWN, transaction checks between SUCCESS and FAILING."""

from __future__ import annotations

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Json,
    Request,
    datum,
    items,
    joined,
    split_unique,
    text,
    text_or_none,
)


class Pingdom(Adapter):
    name = "Pingdom"
    vendor = "https://www.pingdom.com/resources/webhooks/"

    ACTIONS = {
        ("UP", "DOWN"): Action.CREATE,
        ("SUCCESS", "FAILING"): Action.CREATE,
        ("DOWN", "UP"): Action.RESOLVE,
        ("FAILING", "SUCCESS"): Action.RESOLVE,
    }

    def action(self, request: Request) -> Action:
        change = (text(request.get("previous_state")), text(request.get("current_state")))
        return self.ACTIONS.get(change, Action.OTHER)

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("check_id")

    def alert(self, request: Request) -> AlertDraft:
        return AlertDraft(
            title=joined(" ", request.get("check_name", "Pingdom check"), request.get("current_state")),
            description=text_or_none(request.get("description")),
            additional_data=[
                datum("link", "Full URL", request.get("check_params.full_url")),
                datum("text", "Importance Level", request.get("importance_level")),
                datum("text", "Custom Message", request.get("custom_message")),
            ],
            tags=split_unique(items(request.get("tags"))),
        )
