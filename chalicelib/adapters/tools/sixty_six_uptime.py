"""66uptime by AltumCode, notification handler "Webhook".

AltumCode publishes no page on the payload; the fields are those that Hydrozen documents for the same software.
"""

from __future__ import annotations

from chalicelib.adapters.tools._altumcode import AltumCode


class SixtySixUptime(AltumCode):
    name = "66uptime"
    vendor = "https://66uptime.com"
