"""Pulsetic, alert channel "Webhook". Outages and expiring certificates of a monitor are alerts of their own.

The format could not be confirmed: no page of the vendor's shows the payload.
"""

from __future__ import annotations

from chalicelib.adapters.kit import Action, Adapter, AlertDraft, Request, blank, datum, first_text, text


class Pulsetic(Adapter):
    name = "Pulsetic"
    vendor = "https://help.pulsetic.com"

    ACTIONS = {
        "monitor_offline": Action.CREATE,
        "certificate_expires_soon": Action.CREATE,
        "monitor_online": Action.RESOLVE,
    }

    def action(self, request: Request) -> Action:
        return self.ACTIONS.get(text(request.get("alert_type")), Action.OTHER)

    def thirdparty_id(self, request: Request) -> str | None:
        monitor = request.get("monitor.id")
        part = "certificate" if self._certificate(request) else "monitor"
        return None if blank(monitor) else f"{text(monitor)}_{part}"

    def alert(self, request: Request) -> AlertDraft:
        monitor, url = request.get("monitor.id"), request.get("monitor.url")
        event = "CERTIFICATE EXPIRES SOON" if self._certificate(request) else "OFFLINE"
        page = None if blank(monitor) else f"https://app.pulsetic.com/monitors/{text(monitor)}/overview"
        return AlertDraft(
            title=f"{first_text(url, 'Pulsetic monitor')} {event}",
            additional_data=[datum("link", "Monitor", page), datum("link", "URL", url)],
        )

    def _certificate(self, request: Request) -> bool:
        return bool(request.get("alert_type") == "certificate_expires_soon")
