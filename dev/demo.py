"""`signalbox demo`: the main job from start to finish, on a service of its own. Exits with 1 when a step fails."""

from __future__ import annotations

import argparse
import json
import logging
import sys
import textwrap
from collections.abc import Sequence
from typing import Any

from chalicelib.adapters import load_examples
from dev.local.client import Unexpected, eventually, expect, send
from dev.local.serve import Service, running

RULES = """
rules:
- match:
    $and:
    - $timeBetween: {{timezone: Europe/London, starttime: 08:00 am, endtime: 06:00 pm}}
    - $day: {{timezone: Europe/London, $in: [1, 2, 3, 4, 5]}}
  actions:
  - type: assign
    receiver: {office}
- match: {{always: true}}
  actions:
  - type: assign
    receiver: {night}
"""


class Demo:
    """The steps and what they share."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.teams: dict[str, str] = {}
        self.steps = 0

    def step(self, title: str) -> None:
        self.steps += 1
        print(f"\n{self.steps}. {title}")

    def api(self, method: str, path: str, body: Any = None) -> Any:
        return send(f"{self.service.url}/api/v4{path}", method, body, self.service.token)

    def team(self, name: str) -> Any:
        user = self.api("GET", "/account_users")["data"][0]["id"]
        people = {"member_account_user_ids": [user], "admin_account_user_ids": [user]}
        made = self.api("POST", "/teams", {"name": name, **people})
        self.teams[made["id"]] = name
        say(f"Team {name}: {made['prefix_id']}")
        return made

    def router(self) -> Any:
        office, night = self.team("Office"), self.team("Night watch")
        rules = RULES.format(office=office["prefix_id"], night=night["prefix_id"])
        fields = {"name": "By the clock", "rules": rules, "default_receiver_team_id": night["id"]}
        made = self.api("POST", "/routers", fields)
        say(f"Router By the clock: {made['prefix_id']}, with the rules", rules.strip())
        return made

    def integration(self, router: Any) -> Any:
        fields = {"name": "Alertmanager", "urgency": "high", "integration_type_id": "prometheus"}
        made = self.api("POST", "/integrations", {**fields, "router_ids": [router["id"]]})
        say(f"Alertmanager's webhook URL: {made['endpoint']}")
        return made

    def alert(self, **wanted: Any) -> Any:
        """The only alert there is, once it has the wanted fields."""

        def look() -> Any:
            rows = self.api("GET", "/alerts")["data"]
            if len(rows) > 1:
                raise Unexpected(f"there are {len(rows)} alerts, not one")
            return next((row for row in rows if all(row[name] == value for name, value in wanted.items())), None)

        return eventually(f"an alert with {wanted}", look)

    def logs(self, owner: Any, most: int) -> list[Any]:
        """The logs of an alert or integration, oldest first, once there are so many."""

        def look() -> list[Any] | None:
            rows: list[Any] = self.api("GET", f"/logs?owner_id={owner['id']}&format=json&limit=100")["data"]
            return rows[::-1] if len(rows) >= most else None

        return eventually(f"{most} logs", look)


def say(text: str, block: str = "") -> None:
    print(f"   {text}")
    if block:
        print(textwrap.indent(block, "     | "))


def run(service: Service) -> None:
    """Go through the demonstration. Raises Unexpected."""
    demo = Demo(service)
    payloads = {name: case["request"]["json"] for name, case in load_examples("prometheus").items()}
    demo.step("Make two teams, a router that chooses by the clock, and a Prometheus integration")
    integration = demo.integration(demo.router())
    demo.step("Alertmanager posts a firing group")
    say("POST to the webhook URL, without a token:", textwrap.fill(json.dumps(payloads["create"]), 100))
    send(integration["endpoint"], "POST", payloads["create"])
    alert = demo.alert(status="open")
    show_alert(demo, alert)
    show_routing(demo, alert)
    demo.step("Alertmanager repeats itself")
    send(integration["endpoint"], "POST", payloads["create"])
    show_alert(demo, demo.alert(status="open", dedup_count=1))
    demo.step("Alertmanager posts the resolve")
    send(integration["endpoint"], "POST", payloads["resolve"])
    resolved = demo.alert(status="resolved")
    expect("the id of the resolved alert", resolved["id"], alert["id"])
    show_alert(demo, resolved)
    demo.step("The integration's log: each request, and what was done")
    for log in demo.logs(integration, 3):
        notes = "; ".join(entry["message"] for entry in log["details"]["sublogs"])
        say(f"{log['created_at'][11:19]}  {log['details']['message']['action']}: {notes}")


def show_alert(demo: Demo, alert: Any) -> None:
    teams = [demo.teams.get(team, team) for team in alert["destination_team_ids"]]
    say(f"Alert #{alert['tiny_id']} {alert['prefix_id']}: {alert['title']}")
    say(f"  status {alert['status']}, urgency {alert['urgency']}, dedup_count {alert['dedup_count']}")
    say(f"  assigned to {', '.join(teams) or 'nobody'}")


def show_routing(demo: Demo, alert: Any) -> None:
    """Show why the alert went where it went, and check it against where it is."""
    demo.step("Why there? The alert's routing log")
    (log,) = demo.logs(alert, 1)
    (entry,) = log["details"]["message"]["routing"]
    say(f"Router {entry['name']}: {entry['result']}")
    for rule in entry["rules"]:
        failed = rule["failed"]
        why = "" if not failed else f": {failed['path']} wants {failed['expected']}, is {failed['actual']}"
        say(f"  rule {rule['rule']} {'matched' if rule['matched'] else 'did not match'}{why}")
    receivers = {team["prefix_id"]: team["id"] for team in demo.api("GET", "/teams")["data"]}
    expect("the destination", alert["destination_team_ids"], [receivers[key] for key in entry["receivers"]])
    expect("the team", demo.teams[alert["destination_team_ids"][0]], ("Office", "Night watch")[len(entry["rules"]) - 1])
    say(f"  receiver: {', '.join(entry['receivers'])}")


def main(arguments: Sequence[str] | None = None) -> int:
    argparse.ArgumentParser(prog="signalbox demo", description=(__doc__ or "").partition(": ")[2]).parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    print("Starting Signalbox on this machine ...", flush=True)
    try:
        with running() as service:
            print(f"It runs at {service.url}")
            run(service)
    except (Unexpected, OSError) as error:
        print(f"\nFAILED: {error}", file=sys.stderr)
        return 1
    print("\nDone: one alert from firing to resolved. `make run` or `signalbox run` starts a service to try by hand.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
