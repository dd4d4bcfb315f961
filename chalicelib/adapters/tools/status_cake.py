"""StatusCake's web hook URL of a contact group: a POST of form fields, or a GET with the fields that the URL names.

One alert per test: by its id, or by URL and name where no id is sent. The format of notices about certificates, page
speed, domains and servers is not documented publicly; what has no status Up or Down makes no alert.
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
    key,
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
    NO_ANSWER = "0"  # the status code of a timeout

    def blocked(self, request: Request) -> bool:
        token = self.options["token"]
        return bool(token) and not same_secret(token, text(request.get("Token")))

    def action(self, request: Request) -> Action:
        return self.action_of(request.get("Status"))

    def thirdparty_id(self, request: Request) -> Json:
        """Two tests of one URL, of its answer and of its content, are two things that can be down."""
        url, test = request.get("URL"), key("test", request.get("TestID"))
        return first_text(test, key("url", url, request.get("Name")), url)

    def alert(self, request: Request) -> AlertDraft:
        url, code = request.get("URL"), request.get("StatusCode")
        check_rate = (request.get(name) for name in ("CheckRate", "Checkrate", "Check Rate"))
        return AlertDraft(
            title=f"{first_text(request.get('Name'), url, 'StatusCake test')} is down",
            description="No answer in time." if text(code) == self.NO_ANSWER else None,
            additional_data=[
                datum("link", "URL", url) or datum("text", "Host", url),
                datum("text", "Status Code", code),
                datum("text", "IP", request.get("IP")),
                datum("text", "Check Rate", first_text(*check_rate)),
                datum("text", "Method", request.get("Method")),
                datum("text", "Contact Group", request.get("ContactGroup")),
            ],
            tags=split_unique(request.get("Tags")),
        )
