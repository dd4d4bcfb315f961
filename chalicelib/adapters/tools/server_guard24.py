"""ServerGuard24's HTTP push. The vendor documents no format: the fields are those of recorded requests."""

from __future__ import annotations

from chalicelib.adapters.kit import Action, Adapter, AlertDraft, Option, Request, datum, first_text, joined, text


class ServerGuard24(Adapter):
    name = "ServerGuard24"
    vendor = "https://www.serverguard24.com/"
    OPTIONS = (Option("resolve_warn", bool, "A check that goes to WARNING resolves its alert.", default=False),)

    ACTIONS = {"CRITICAL": Action.CREATE, "OK": Action.RESOLVE}
    FIELDS = (
        ("text", "Server Name", "server_name"),
        ("text", "Server Address", "server_address"),
        ("text", "Service Name", "service_name"),
        ("text", "Service Short Name", "service_shortname"),
        ("datetime", "Notification Time", "notification_time"),
        ("text", "Check Result", "check_result"),
        ("text", "Check Output", "check_output"),
    )

    def action(self, request: Request) -> Action:
        result = text(request.get("check_result"))
        if result == "WARNING" and self.options["resolve_warn"]:
            return Action.RESOLVE
        return self.ACTIONS.get(result, Action.OTHER)

    def thirdparty_id(self, request: Request) -> str:
        return joined("_", request.get("server_name"), request.get("service_shortname"))

    def alert(self, request: Request) -> AlertDraft:
        server = first_text(request.get("server_name"), request.get("server_address"), "ServerGuard24 check")
        title = f"{server} is DOWN"
        return AlertDraft(
            title=title,
            description=joined(" because ", title, request.get("check_output")),
            additional_data=[datum(form, label, request.get(field)) for form, label, field in self.FIELDS],
        )
