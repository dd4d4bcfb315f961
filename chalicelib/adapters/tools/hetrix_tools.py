"""HetrixTools webhooks: uptime, server resource usage and blacklist monitors, told apart by their fields.

Usage warnings have no recovery message, so they get keys of their own: under a monitor's key, one left open would
swallow the next outage of the same server.
"""

from __future__ import annotations

from itertools import repeat

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Json,
    Option,
    Request,
    datum,
    epoch,
    first_text,
    items,
    joined,
    mapping,
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

    UPTIME_ACTIONS = {"offline": Action.CREATE, "online": Action.RESOLVE}

    def blocked(self, request: Request) -> bool:
        token = self.options["authentication_token"]
        return bool(token) and not same_secret(f"Bearer {token}", request.header("authorization"))

    def action(self, request: Request) -> Action:
        uptime = self.UPTIME_ACTIONS.get(text(request.get("monitor_status")))
        if uptime is not None:
            return uptime
        usage_or_blacklist = mapping(request.get("resource_usage")) or items(request.get("_json"))
        return Action.CREATE if usage_or_blacklist else Action.OTHER

    def thirdparty_id(self, request: Request) -> Json:
        monitor = request.get("monitor_id")
        usage = mapping(request.get("resource_usage"))
        return joined("-", monitor, "usage", usage.get("resource_type")) if usage and monitor else monitor

    def alert(self, request: Request) -> AlertDraft:
        if self.UPTIME_ACTIONS.get(text(request.get("monitor_status"))):
            return self._uptime(request)
        if mapping(request.get("resource_usage")):
            return self._usage(request)
        return self._blacklist(request)

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
                datum("link", "Monitor Target", target),
            ],
        )

    def _usage(self, request: Request) -> AlertDraft:
        usage = mapping(request.get("resource_usage"))
        kind, current = usage.get("resource_type"), usage.get("current_usage")
        average, minutes = text(usage.get("average_usage")), text(usage.get("average_minutes"))
        return AlertDraft(
            title=f"{first_text(request.get('monitor_name'), 'HetrixTools')} usage alert",
            description=_paragraphs(
                f"Resource Type: {text(kind)}",
                f"Current Usage: {text(current)}",
                f"Average Usage: {average} / {minutes}m",
            ),
            additional_data=[datum("text", "Resource Type", kind), datum("text", "Current Usage", current)],
        )

    def _blacklist(self, request: Request) -> AlertDraft:
        monitors = [mapping(monitor) for monitor in items(request.get("_json"))]
        lines = [f"{text(monitor.get('monitor'))} ({text(monitor.get('blacklisted_now'))})" for monitor in monitors]
        return AlertDraft(title="Blacklist Alert", description=joined_markup("<br/>", map(markup, repeat("{}"), lines)))


def _paragraphs(*lines: str) -> Html:
    return markup("<p>{}</p>" * len(lines), *lines)
