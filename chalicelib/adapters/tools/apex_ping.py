"""Apex Ping (uptime and response time checks). An alert rule of a check has one open alert at a time.

The vendor's description could not be found: the format is that of recorded requests.
"""

from __future__ import annotations

from chalicelib.adapters.kit import Action, Adapter, AlertDraft, Json, Request, blank, datum, first_text, joined, text


class ApexPing(Adapter):
    name = "Apex Ping"
    vendor = "https://apexping.com"

    ACTIONS = {"triggered": Action.CREATE, "resolved": Action.RESOLVE}
    FIELDS = (
        ("text", "Method", "check.method"),
        ("datetime", "Triggered At", "triggered_at"),
        ("text", "Value", "value"),
    )

    def action(self, request: Request) -> Action:
        return self.action_of(request.get("state"))

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("alert.id")

    def alert(self, request: Request) -> AlertDraft:
        return AlertDraft(
            title=joined(" ", first_text(request.get("check.name"), "Apex Ping check"), request.get("state")),
            description=self._condition(request) or None,
            additional_data=[
                datum("link", "URL", self._url(request)),
                *(datum(form, label, request.get(field)) for form, label, field in self.FIELDS),
            ],
        )

    def _url(self, request: Request) -> str:
        url = text(request.get("check.url"))
        return url if "://" in url else f"{text(request.get('check.protocol'))}://{url}"

    def _condition(self, request: Request) -> str:
        """The rule in words: `avg time_total gt 2500 over 5: 2724`."""
        rule = joined(" ", *(request.get(f"alert.{field}") for field in ("stat", "type", "op", "value")))
        window = request.get("alert.window_duration")
        return joined(
            ": ", joined(" over ", rule, window) if rule and not blank(window) else rule, request.get("value")
        )
