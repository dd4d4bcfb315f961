"""ServerGuard24's HTTP push. The vendor documents no format: the fields are those of recorded requests."""

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
    key,
    text,
)


class ServerGuard24(Adapter):
    name = "ServerGuard24"
    vendor = "https://www.serverguard24.com/"
    OPTIONS = (
        Option("create_on_warn", bool, "A check that goes to WARNING makes an alert.", default=True),
        Option("resolve_warn", bool, "A check that goes to WARNING resolves its alert, and makes none.", default=False),
    )

    ACTIONS = {
        "CRITICAL": Action.CREATE,
        "WARNING": Action.CREATE,
        "UNKNOWN": Action.CREATE,
        "OK": Action.RESOLVE,
    }
    SWITCHES = {"WARNING": "create_on_warn"}
    URGENCIES = {"UNKNOWN": "low"}
    FIELDS = (
        ("text", "Server Name", "server_name"),
        ("text", "Server Address", "server_address"),
        ("text", "Service Name", "service_name"),
        ("text", "Service Short Name", "service_shortname"),
        ("datetime", "Notification Time", "notification_time"),
        ("text", "Check Result", "check_result"),
        ("text", "Check Output", "check_output"),
        ("text", "Service Message", "service_message"),
        ("text", "Port", "service_arg_port"),
    )

    def action(self, request: Request) -> Action:
        better = self.options["resolve_warn"] and self._result(request) == "WARNING"
        return Action.RESOLVE if better else self.action_of(request.get("check_result"))

    def thirdparty_id(self, request: Request) -> Json:
        server = first_text(request.get("server_name"), request.get("server_address"))
        service = first_text(request.get("service_shortname"), request.get("service_name"))
        return key("service", server, service) or key("server", server)

    def alert(self, request: Request) -> AlertDraft:
        server = first_text(request.get("server_name"), request.get("server_address"), "ServerGuard24 check")
        service = first_text(request.get("service_name"), request.get("service_shortname"))
        result = self._result(request)
        title = joined(" ", joined(": ", server, service), "is", "DOWN" if result == "CRITICAL" else result)
        return AlertDraft(
            title=title,
            description=joined(" because ", title, request.get("check_output")),
            urgency=result,
            additional_data=[datum(form, label, request.get(field)) for form, label, field in self.FIELDS],
        )

    def _result(self, request: Request) -> str:
        return text(request.get("check_result")).strip().upper()
