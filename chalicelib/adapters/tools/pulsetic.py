"""Pulsetic, alert channel "Webhook". Outages and expiring certificates of a monitor are alerts of their own.

The format could not be confirmed: no page of the vendor's shows the payload.
"""

from __future__ import annotations

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Request,
    blank,
    datum,
    first_text,
    text,
)


class Pulsetic(Adapter):
    name = "Pulsetic"
    vendor = "https://help.pulsetic.com"

    ACTIONS = {
        "monitor_offline": Action.CREATE,
        "certificate_expires_soon": Action.CREATE,
        "monitor_online": Action.RESOLVE,
    }

    def action(self, request: Request) -> Action:
        return self.action_of(request.get("alert_type"))

    def thirdparty_id(self, request: Request) -> str | None:
        monitor = request.get("monitor.id")
        part = "certificate" if self._certificate(request) else "monitor"
        return None if blank(monitor) else f"{text(monitor)}_{part}"

    def alert(self, request: Request) -> AlertDraft:
        monitor, url, days = request.get("monitor.id"), request.get("monitor.url"), request.get("days_left")
        certificate = self._certificate(request)
        page = None if blank(monitor) else f"https://app.pulsetic.com/monitors/{text(monitor)}/overview"
        name = first_text(request.get("monitor.name"), url, "Pulsetic monitor")
        return AlertDraft(
            title=f"{name} {'CERTIFICATE EXPIRES SOON' if certificate else 'OFFLINE'}",
            description=f"The certificate expires in {text(days)} days." if certificate and not blank(days) else None,
            urgency="warning" if certificate else None,
            additional_data=[
                datum("link", "Monitor", page),
                datum("link", "URL", url),
                datum("text", "Days Left", days),
            ],
        )

    def _certificate(self, request: Request) -> bool:
        return text(request.get("alert_type")).strip().lower().startswith("certificate")
