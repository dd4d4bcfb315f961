"""UptimeRobot's webhook: a GET whose query string names its variables, or a POST of these as JSON or a form.

One alert per monitor, and one for each certificate or domain that expires, which nothing resolves. A parameter
groupSeconds that users write into the URL folds all outages within so many seconds into one alert, of all monitors
alike; such an alert is resolved only by a recovery within the same period. Of the alert type 3 only the number is
documented.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Datum,
    Json,
    Option,
    Request,
    blank,
    datum,
    epoch,
    first_text,
    joined,
    key,
    number,
    text,
)

_EXPIRY = re.compile("ssl|certificate|domain|expir", re.IGNORECASE)


class UptimeRobot(Adapter):
    name = "UptimeRobot"
    vendor = "https://uptimerobot.com/help/web-hook-alert-contacts/"
    OPTIONS = (
        Option("create_on_expiry", bool, "A certificate or domain that will expire makes an alert.", default=True),
    )

    ACTIONS = {"down": Action.CREATE, "up": Action.RESOLVE, "1": Action.CREATE, "2": Action.RESOLVE, "3": Action.CREATE}
    SWITCHES = {"3": "create_on_expiry"}
    EXPIRY = "3"
    KNOWN = (  # told elsewhere, or of no use to whoever is paged
        *("monitorID", "monitorURL", "monitorFriendlyName", "alertType", "alertTypeFriendlyName", "alertDetails"),
        *("alertDateTime", "alertID", "monitorAlertContacts", "groupSeconds"),
    )
    MOST_OTHERS = 20

    def action(self, request: Request) -> Action:
        if self._expires(request):
            return self.action_of(self.EXPIRY)
        return self.action_of(first_text(request.get("alertTypeFriendlyName"), request.get("alertType")))

    def thirdparty_id(self, request: Request) -> Json:
        monitor = request.get("monitorID")
        if self._expires(request):
            kind = first_text(request.get("alertTypeFriendlyName"), self.EXPIRY)
            return key("expiry", kind, monitor)
        period = int(number(request.get("groupSeconds")) or 0)
        happened = number(request.get("alertDateTime"))
        return int(happened) // period * period if period > 0 and happened is not None else monitor

    def alert(self, request: Request) -> AlertDraft:
        url, details = request.get("monitorURL"), request.get("alertDetails")
        name = first_text(request.get("monitorFriendlyName"), url, "UptimeRobot monitor")
        title = f"{name} is DOWN"
        if self._expires(request):
            title = joined(
                ": ", name, first_text(request.get("alertTypeFriendlyName"), "certificate or domain expires")
            )
        return AlertDraft(
            title=title,
            description=joined(" because " if title.endswith("DOWN") else ": ", title, details),
            urgency="warning" if self._expires(request) else None,
            additional_data=[
                datum("link", "Monitor URL", url),
                datum("datetime", "Triggered At", epoch(request.get("alertDateTime"))),
                *self._others(request),
            ],
        )

    def explain(self, request: Request) -> str | None:
        off = self._expires(request) and not self.options["create_on_expiry"]
        return "a certificate or domain expires, and the option create_on_expiry is off" if off else None

    def _expires(self, request: Request) -> bool:
        name, kind = request.get("alertTypeFriendlyName"), request.get("alertType")
        return text(kind) == self.EXPIRY or (not blank(name) and _EXPIRY.search(text(name)) is not None)

    def _others(self, request: Request) -> Iterator[Datum | None]:
        """What else UptimeRobot tells, which depends on the plan: its own names are the labels."""
        others = ((name, value) for name, value in request.params.items() if name not in self.KNOWN)
        for name, value in list(others)[: self.MOST_OTHERS]:
            link = datum("link", name, value)
            yield link or datum("text", name, text(value) if not blank(value) else None)
