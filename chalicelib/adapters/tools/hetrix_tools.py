"""HetrixTools webhooks: uptime, server resource usage and blacklist monitors, told apart by their fields.

Usage warnings have no recovery message, so they get keys of their own: under a monitor's key, one left open would
swallow the next outage of the same server. A report on blacklists goes by the monitors that are listed, so that the
report that a monitor is off all lists ends what told of it alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Datum,
    Json,
    Option,
    Request,
    datum,
    epoch,
    first_text,
    items,
    joined,
    key,
    mapping,
    number,
    same_secret,
    text,
)
from chalicelib.adapters.kit.markup import Html, joined_markup, markup


class HetrixTools(Adapter):
    name = "HetrixTools"
    vendor = "https://docs.hetrixtools.com/uptime-monitoring-webhook-notifications/"
    OPTIONS = (
        Option(
            "authentication_token",
            str,
            "The webhook authentication token set at HetrixTools; requests without it as bearer token are refused.",
            secret=True,
        ),
    )

    ACTIONS = {"offline": Action.CREATE, "online": Action.RESOLVE}
    MOST_NAMES = 5
    MOST_MONITORS = 20

    def blocked(self, request: Request) -> bool:
        token = self.options["authentication_token"]
        return bool(token) and not same_secret(f"Bearer {token}", request.header("authorization"))

    def action(self, request: Request) -> Action:
        if monitors := self._monitors(request):
            return Action.CREATE if self._listed(monitors) else Action.RESOLVE
        return Action.CREATE if self._usage(request) else self.action_of(request.get("monitor_status"))

    def thirdparty_id(self, request: Request) -> Json:
        if monitors := self._monitors(request):
            listed = self._listed(monitors) or monitors
            return key("blacklist", *sorted(text(monitor.get("monitor")) for monitor in listed))
        monitor, usage = request.get("monitor_id"), self._usage(request)
        return joined("-", monitor, "usage", usage.get("resource_type")) if usage and monitor else monitor

    def alert(self, request: Request) -> AlertDraft:
        if monitors := self._monitors(request):
            return self._blacklist(monitors)
        usage = self._usage(request)
        return self._usage_alert(request, usage) if usage else self._uptime(request)

    def _monitors(self, request: Request) -> list[Mapping[str, Json]]:
        return [mapping(monitor) for monitor in items(request.get("_json")) if mapping(monitor).get("monitor")]

    def _listed(self, monitors: list[Mapping[str, Json]]) -> list[Mapping[str, Json]]:
        return [monitor for monitor in monitors if number(monitor.get("blacklisted_now")) != 0]

    def _usage(self, request: Request) -> Mapping[str, Json]:
        return mapping(request.get("resource_usage"))

    def _uptime(self, request: Request) -> AlertDraft:
        target, status = request.get("monitor_target"), request.get("monitor_status")
        errors = mapping(request.get("monitor_errors"))
        return AlertDraft(
            title=f"{first_text(request.get('monitor_name'), target, 'Monitor')} is {text(status)}",
            description=_paragraphs(
                joined(" is ", target, status),
                *(f"{location}: {text(error)}" for location, error in errors.items()),
            ),
            additional_data=[
                datum("datetime", "Timestamp", epoch(request.get("timestamp"))),
                datum("text", "Monitor Type", request.get("monitor_type")),
                datum("text", "Category", request.get("monitor_category")),
                datum("link", "Monitor Target", target) or datum("text", "Monitor Target", target),
            ],
        )

    def _usage_alert(self, request: Request, usage: Mapping[str, Json]) -> AlertDraft:
        kind, current = usage.get("resource_type"), usage.get("current_usage")
        average, minutes = text(usage.get("average_usage")), text(usage.get("average_minutes"))
        return AlertDraft(
            title=joined(" ", first_text(request.get("monitor_name"), "HetrixTools"), kind, "usage alert"),
            description=_paragraphs(
                f"Resource Type: {text(kind)}",
                f"Current Usage: {text(current)}",
                f"Average Usage: {average} / {minutes}m",
            ),
            additional_data=[
                datum("datetime", "Timestamp", epoch(request.get("timestamp"))),
                datum("text", "Resource Type", kind),
                datum("text", "Current Usage", current),
            ],
        )

    def _blacklist(self, monitors: list[Mapping[str, Json]]) -> AlertDraft:
        lines = [f"{text(monitor.get('monitor'))} ({text(monitor.get('blacklisted_now'))})" for monitor in monitors]
        names = [joined(" ", monitor.get("label"), monitor.get("monitor")) for monitor in self._listed(monitors)]
        return AlertDraft(
            title=f"Blacklist Alert: {', '.join(names[: self.MOST_NAMES])}",
            description=joined_markup("<br/>", (markup("{}", line) for line in lines)),
            additional_data=[item for monitor in monitors[: self.MOST_MONITORS] for item in self._lists(monitor)],
        )

    def _lists(self, monitor: Mapping[str, Json]) -> Iterator[Datum | None]:
        name = text(monitor.get("monitor"))
        lists = [mapping(one).get("rbl") for one in items(monitor.get("blacklisted_on"))]
        yield datum("text", f"{name} Is On", joined(", ", *lists[: self.MOST_MONITORS]))
        yield datum("link", f"{name} Report", mapping(monitor.get("links")).get("report_link"))


def _paragraphs(*lines: str) -> Html:
    return joined_markup("", (markup("<p>{}</p>", line) for line in lines))
