"""Honeybadger webhooks, payload versions 2 and 3 (a preview): errors, uptime sites, check-ins, alarms and error volume.

Expiring certificates and spikes of the error volume have no recovery event: their alerts stay until somebody resolves
them. The event alone says what happened: the states in the payload lag behind it.
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
    key,
    mapping,
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
            "The token of your Honeybadger account or the bearer token of its form; requests without it, in "
            "honeybadger-token or as bearer, are refused.",
            secret=True,
        ),
    )
    SECRET_HEADERS = ("honeybadger-token",)

    ACTIONS = {
        "occurred": Action.CREATE,
        "rate_exceeded": Action.CREATE,
        "unresolved": Action.CREATE,
        "resolved": Action.RESOLVE,
        "down": Action.CREATE,
        "up": Action.RESOLVE,
        "cert_will_expire": Action.CREATE,
        "check_in_missing": Action.CREATE,
        "check_in_reporting": Action.RESOLVE,
        "alarm_alert": Action.CREATE,
        "alarm_ok": Action.RESOLVE,
        "volume_spike": Action.CREATE,
        "assigned": Action.OTHER,
        "commented": Action.OTHER,
        "deployed": Action.OTHER,
    }
    FIELDS = (
        ("link", "Fault URL", ("fault.url", "fault.links.web")),
        ("text", "Environment", ("fault.environment",)),
        ("text", "Error", ("fault.klass",)),
        ("text", "Occurrences", ("fault.notices_count",)),
        ("text", "Assignee", ("fault.assignee", "fault.assignee.name")),
        ("link", "Notice URL", ("notice.url", "notice.links.web")),
        ("text", "Request URL", ("notice.request.url",)),
        ("text", "Revision", ("notice.deploy.revision", "fault.deploy.revision")),
        ("link", "Site", ("site.url",)),
        ("text", "Status", ("outage.status",)),
        ("datetime", "Down Since", ("outage.down_at",)),
        ("link", "Site Details", ("outage.details_url", "site.details_url", "site.links.web")),
        ("datetime", "Certificate Expires", ("site.cert_will_expire_at",)),
        ("text", "Check In", ("check_in.name",)),
        ("datetime", "Expected At", ("check_in.expected_at",)),
        ("datetime", "Last Report", ("check_in.reported_at",)),
        ("link", "Check In URL", ("check_in.details_url", "check_in.links.web")),
        ("link", "Alarm URL", ("alarm.url", "alarm.links.web")),
        ("text", "Errors Last Hour", ("volume_spike.observed",)),
        ("text", "Errors Usually", ("volume_spike.baseline_median",)),
        ("text", "Project", ("project.name", "fault.project_name")),
    )

    def blocked(self, request: Request) -> bool:
        token = self.options["token"]
        given = (request.header("honeybadger-token"), (request.header("authorization") or "").removeprefix("Bearer "))
        return bool(token) and not any(same_secret(token, one) for one in given)

    def action(self, request: Request) -> Action:
        return self.action_of(request.get("event"))

    def thirdparty_id(self, request: Request) -> Json:
        """A check-in goes by its id: its details_url is the page of all check-ins of the project."""
        event, site = text(request.get("event")).lower(), request.get("site.id")
        if event == "cert_will_expire":
            return key("certificate", site)
        if event == "volume_spike":
            return key("error volume", request.get("project.id"))
        fault = first_text(
            request.get("fault.url"), request.get("fault.links.web"), key("fault", request.get("fault.id"))
        )
        outage = first_text(request.get("outage.details_url"), key("site", site))
        check_in, alarm = key("check-in", request.get("check_in.id")), key("alarm", request.get("alarm.id"))
        return first_text(fault, outage, check_in, alarm, request.get("check_in.details_url"), request.get("alarm.url"))

    def alert(self, request: Request) -> AlertDraft:
        environment, tags = request.get("fault.environment"), request.get("fault.tags")
        where = joined("#", request.get("fault.component"), request.get("fault.action"))
        error = joined(" in ", joined(": ", request.get("fault.klass"), request.get("fault.message")), where)
        return AlertDraft(
            title=first_text(request.get("message"), joined(" ", "Honeybadger", request.get("event"))),
            description=first_text(request.get("outage.reason"), joined("\n\n", error, self._trace(request))) or None,
            tags=split_unique([*(tags if isinstance(tags, list) else [tags]), environment]),
            additional_data=[
                datum(form, label, first_text(*(self._plain(request.get(path)) for path in paths)))
                for form, label, paths in self.FIELDS
            ],
        )

    def _trace(self, request: Request) -> str:
        """The first line of the application's own trace: where the error was raised."""
        line = mapping(request.get("notice.application_trace.0"))
        return joined(" in ", joined(":", line.get("file"), line.get("number")), line.get("method"))

    def _plain(self, value: Json) -> Json:
        return None if isinstance(value, (dict, list)) else value
