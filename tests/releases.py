"""What releases stored, kept for those that come after them: `python -m tests.releases 0.3` keeps what this one stores.

A release's folder has a file for each table, with its items as DynamoDB returns them. Never change one that is kept.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from chalicelib import ids

FOLDER = Path(__file__).parent / "fixtures" / "releases"
SECRET = "0123456789abcdef0123456789abcdef"
"""The API token of the account that is kept."""

_RULES = """rules:
- match: {{alert.urgency: critical}}
  actions:
  - {{type: assign, receiver: {team}}}
  - {{type: stakeholder, ids: [{stakeholder}]}}
"""


def kept() -> list[str]:
    """The releases whose items are kept."""
    return sorted(path.name for path in FOLDER.iterdir())


def read(release: str, table: str) -> list[dict[str, Any]]:
    """The items of a table as a release stored them."""
    items: list[dict[str, Any]] = json.loads((FOLDER / release / f"{table}.json").read_text("utf-8"))
    return items


def configure(world: Any) -> None:
    """One object of every model, with something in every field."""
    from tests.api.configured import make, naming

    bob = make(world, ids.ACCOUNT_USER, roles={"communicator": True}, meta={"desk": 7})
    phones = {"user_attributes": {"phones_attributes": [{"phone": "+14155550100"}], "time_zone": "Europe/Berlin"}}
    world.ok("PUT", f"/account_users/{bob['id']}", phones)
    team = world.team("Ops", notes="Call first", drop_notifications="specific_users")
    world.ok("PUT", f"/teams/{team['id']}", naming("drop_notification_account_user_ids", bob))
    stakeholder = make(world, ids.STAKEHOLDER, events=["alert.dropped"], account_user_ids=[bob["id"]])
    rules = _RULES.format(team=team["prefix_id"], stakeholder=stakeholder["prefix_id"])
    router = make(world, ids.ROUTER, rules=rules, default_receiver_team_id=team["id"])
    options = {"option_token": "a-secret-of-a-sender", "option_rate_limit": 60}
    make(world, ids.INTEGRATION, router_ids=[router["id"]], team_ids=[team["id"]], **options)
    make(world, ids.API_TOKEN, account_user_id=bob["id"], expires_at="2099-01-31T00:00:00Z")


def keep(release: str) -> None:
    """Write what this release stores to the release's folder."""
    from chalicelib.handling.accounts import create_account
    from chalicelib.storage import clients, configuration
    from signalbox.testing import fresh_world, service

    with service() as app, fresh_world(app) as world:
        world.account = create_account("Kept", "Ada Admin", "ada.admin@example.com", world.now, SECRET)
        world.token = SECRET
        configure(world)
        items = clients.dynamodb().scan(TableName=clients.name(configuration.TABLE))["Items"]
    own = world.account.account["id"]
    whose = [item for item in items if own in json.dumps(item)]
    folder = FOLDER / release
    folder.mkdir(parents=True)
    text = json.dumps(sorted(whose, key=lambda item: (item["pk"]["S"], item["sk"]["S"])), indent=1, sort_keys=True)
    (folder / "configuration.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    keep(sys.argv[1])
