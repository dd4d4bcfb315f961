"""UptimeRobot's alert contact of type webhook, a GET whose query string names its variables.

A parameter groupSeconds that users write into the URL folds all outages within so many seconds into one alert, of all
monitors alike; such an alert is resolved only by a recovery within the same period.
"""

from __future__ import annotations

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Json,
    Request,
    datum,
    epoch,
    first_text,
    joined,
    number,
    text,
)


class UptimeRobot(Adapter):
    name = "UptimeRobot"
    vendor = "https://uptimerobot.com/help/web-hook-alert-contacts/"

    ACTIONS = {"down": Action.CREATE, "up": Action.RESOLVE}

    def action(self, request: Request) -> Action:
        return self.ACTIONS.get(text(request.get("alertTypeFriendlyName")).lower(), Action.OTHER)

    def thirdparty_id(self, request: Request) -> Json:
        period = int(number(request.get("groupSeconds")) or 0)
        happened = number(request.get("alertDateTime"))
        if period > 0 and happened is not None:
            return int(happened) // period * period
        return request.get("monitorID")

    def alert(self, request: Request) -> AlertDraft:
        url = request.get("monitorURL")
        title = f"{first_text(request.get('monitorFriendlyName'), url, 'UptimeRobot monitor')} is DOWN"
        return AlertDraft(
            title=title,
            description=joined(" because ", title, request.get("alertDetails")),
            additional_data=[
                datum("link", "Monitor URL", url),
                datum("datetime", "Triggered At", epoch(request.get("alertDateTime"))),
            ],
        )
