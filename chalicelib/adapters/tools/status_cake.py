"""StatusCake's web hook URL of a contact group. One alert per tested URL: tests of the same URL share it."""

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
    same_secret,
    split_unique,
    text,
)


class StatusCake(Adapter):
    name = "StatusCake"
    vendor = "https://www.statuscake.com/kb/knowledge-base/how-to-use-the-web-hook-url/"
    OPTIONS = (
        Option(
            "token",
            str,
            "The Token that StatusCake sends, the hex MD5 of user name and API key joined; requests without it are "
            "refused.",
            secret=True,
        ),
    )
    SECRET_PARAMS = ("Token",)

    ACTIONS = {"down": Action.CREATE, "up": Action.RESOLVE}

    def blocked(self, request: Request) -> bool:
        token = self.options["token"]
        return bool(token) and not same_secret(token, text(request.get("Token")))

    def action(self, request: Request) -> Action:
        return self.ACTIONS.get(text(request.get("Status")).lower(), Action.OTHER)

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("URL")

    def alert(self, request: Request) -> AlertDraft:
        url = request.get("URL")
        check_rate = first_text(request.get("Checkrate"), request.get("Check Rate"))
        return AlertDraft(
            title=f"{first_text(request.get('Name'), url, 'StatusCake test')} is down",
            additional_data=[
                datum("link", "URL", url),
                datum("text", "Status Code", request.get("StatusCode")),
                datum("text", "IP", request.get("IP")),
                datum("text", "Check Rate", check_rate),
            ],
            tags=split_unique(request.get("Tags")),
        )
