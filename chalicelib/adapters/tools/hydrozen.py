"""Hydrozen.io: website, ping, port and heartbeat monitors, and reminders of expiring domains and certificates."""

from __future__ import annotations

from chalicelib.adapters.tools._altumcode import AltumCode


class Hydrozen(AltumCode):
    name = "Hydrozen"
    vendor = "https://docs.hydrozen.io/overview/integrations/webhooks"
