"""Lists as they grow: what a page costs in an account of 1,000, 10,000 and 100,000 alerts, nine in ten resolved.

`python -m dev.bench.lists` prints these alone.
"""

from __future__ import annotations

import gc
import json
import os
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

from chalicelib.words import URGENCIES
from dev.bench.database import Bill, Database
from dev.bench.figures import Figure, cpu, line
from dev.bench.scene import Lab, api_event, laboratory
from dev.bench.start import on_lambda

if TYPE_CHECKING:
    from chalicelib.alerts.alert import Alert
    from chalicelib.alerts.log import Log

SIZES = (1_000, 10_000, 100_000)
UNITS, MILLISECONDS = 250, 10.0
"""What a page may cost at most."""

RESOLVED_SHARE = 0.9
_SOURCES, _TEAMS = 20, 5
_ROUNDS = 5
_RARE = "zebra"
_SERVICES = ("checkout", "search", "billing", "login", "mail")
_CHECKS = ("CPU load", "Disk space", "HTTP latency", "Replication lag", "Certificate expiry", "Memory use")


@dataclass(frozen=True)
class Account:
    """An account with its sources and teams (ULIDs), a token of its admin, and the time of its first alert: its logs
    must not be expired."""

    id: str
    token: str
    sources: tuple[str, ...]
    teams: tuple[str, ...]
    since: datetime


def figures() -> list[Figure]:
    """A line for each list: read units, calls and CPU at each size."""
    account, database = _prepared()
    asked = _asked(account)
    measured: dict[str, list[tuple[Bill, float]]] = {name: [] for name in asked}
    made = 0
    for size in SIZES:
        fill(database, account, range(made, size))
        made = size
        for name, path in asked.items():
            measured[name].append(_measure(database, account, path))
    return [_figure(name, found) for name, found in measured.items()]


def _asked(account: Account) -> dict[str, str]:
    live = "status=open,acknowledged,queued,dropped,suppressed"
    return {
        "default": "/alerts",
        "limit=100": "/alerts?limit=100",
        "status=open": "/alerts?status=open",
        "status=resolved": "/alerts?status=resolved",
        "source + status": f"/alerts?source_id={account.sources[3]}&status=open",
        "team + status": f"/alerts?destination_team_ids={account.teams[1]}&status=open",
        "live": f"/alerts?{live}",
        "urgency=high": "/alerts?urgency=high",
        "rare q over live": f"/alerts?{live}&q={_RARE}",
        "rare q over all": f"/alerts?q={_RARE}",
        "sort=urgency over live": f"/alerts?{live}&sort=urgency",
        "logs": "/logs",
        "logs of an owner": f"/logs?owner_id={account.sources[3]}",
        "logs level=error": "/logs?level=error",
        "logs action=other": "/logs?action=other",
    }


def _figure(name: str, found: list[tuple[Bill, float]]) -> Figure:
    units = " / ".join(f"{bill.units:.0f}" for bill, _ in found)
    calls = " / ".join(str(bill.calls) for bill, _ in found)
    times = " / ".join(f"{seconds * 1000:.1f}" for _, seconds in found)
    met = all(bill.units <= UNITS and seconds * 1000 <= MILLISECONDS for bill, seconds in found)
    goal = f"<= {UNITS}, {MILLISECONDS:g} ms"
    return Figure(f"lists: {name}", f"{units} units; {calls} calls; {times} ms", goal, met)


def _prepared() -> tuple[Account, Database]:
    """An account made on moto, and a database that holds what was stored for it: moto is too slow for the alerts."""
    import boto3

    from chalicelib.storage import clients

    with laboratory() as lab:
        account = _account(lab)
        plain = boto3.client("dynamodb")
        names = plain.list_tables()["TableNames"]
        database = Database(plain.describe_table(TableName=name)["Table"] for name in names)
        for name in names:
            for item in plain.scan(TableName=name)["Items"]:
                database.put(name, item)
    os.environ.update(on_lambda("app"))  # clients are made as the function makes them
    database.serve(clients.client("dynamodb"))
    return account, database


def _account(lab: Lab) -> Account:
    teams = [lab.team(f"Team {number}") for number in range(_TEAMS)]
    sources = [lab.integration("webhook", team_ids=[teams[0]["id"]]) for _ in range(_SOURCES)]
    since = datetime.now(UTC) - timedelta(seconds=2 * SIZES[-1])
    return Account(str(teams[0]["account_id"]), lab.token, _ids(sources), _ids(teams), since)


def _ids(made: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(str(found["id"]) for found in made)


def _call(path: str, token: str) -> None:
    import app

    path, _, query = path.partition("?")
    event = api_event("GET", f"/api/v4{path}", "", {"authorization": f"Bearer {token}"})
    pairs = [pair.split("=") for pair in query.split("&") if pair]
    event["multiValueQueryStringParameters"] = {name: [value] for name, value in pairs} or None
    answer = app.app(event, None)
    if answer["statusCode"] != 200:
        raise RuntimeError(f"{path}: {answer['body']}")


def _measure(database: Database, account: Account, path: str) -> tuple[Bill, float]:
    """What one page is billed as, and its CPU seconds without the database's own."""

    def once() -> None:
        _call(path, account.token)

    once()
    gc.collect()
    gc.freeze()  # what the database holds by now is not to be looked through while a page is measured
    taken = []
    for _ in range(_ROUNDS):
        database.take_bill()
        taken.append(cpu(once, 1) - database.bill.own_cpu)
    return database.take_bill(), median(taken)


def fill(database: Database, account: Account, numbers: range) -> None:
    """Alerts a second apart, with a log each."""
    from chalicelib.alerts.changes import Key, SeenThread, ThreadChange
    from chalicelib.alerts.correlation import Thread
    from chalicelib.storage import alerts, logs, threads

    dice = random.Random(numbers.start)
    for number in numbers:
        now = account.since + timedelta(seconds=number)
        alert = _alert(account, number, now, dice)
        operations = [*alerts.create(alert), logs.put(_log(account, alert, now, dice))]
        if alert["status"] != "resolved":
            change = ThreadChange(
                Key(alert["source_id"], alert["thirdparty_id"]),
                SeenThread(Thread(), 0),
                Thread(alert["id"], duplicates=3),
            )
            operations.append(threads.put(change, now))
        for operation in operations:
            database.put(operation["Put"]["TableName"], operation["Put"]["Item"])


def _alert(account: Account, number: int, now: datetime, dice: random.Random) -> Alert:
    from chalicelib import ids
    from chalicelib.alerts.alert import new_alert

    host = f"node-{dice.randrange(500):03}.eu-west-1.example.com"
    check = _RARE if number % 20_000 == 700 else dice.choice(_CHECKS)
    live = dice.choices(("open", "acknowledged", "dropped", "suppressed", "queued"), (60, 20, 10, 5, 5))[0]
    fields = {
        "title": f"{check} on {host}",
        "description": f"{check} has been out of its bounds for five minutes.",
        "urgency": dice.choices(URGENCIES, (2, 18, 50, 25, 5))[0],
        "tags": [f"service:{dice.choice(_SERVICES)}", "env:production"],
        "thirdparty_id": f"{dice.getrandbits(64):016x}",
        "additional_data": [{"format": "link", "label": "Dashboard", "value": f"https://graphs.example.com/{host}"}],
        "destination_team_ids": [dice.choice(account.teams)],
        "status": "resolved" if dice.random() < RESOLVED_SHARE else live,
        "tiny_id": number + 1,
    }
    return new_alert(ids.new(now), account.id, dice.choice(account.sources), "Integration", fields, now)


def _log(account: Account, alert: Alert, now: datetime, dice: random.Random) -> Log:
    from chalicelib import ids
    from chalicelib.alerts.log import Log

    action = dice.choices(("create", "resolve", "other"), (60, 39, 1))[0]
    level = dice.choices(("info", "warn", "error"), (97, 2, 1))[0]
    body = json.dumps({"event_type": action, "Id": alert["thirdparty_id"], "Title": alert["title"]})
    request = {"method": "POST", "url": "/integration/x", "headers": {"content-type": "application/json"}}
    packed = {**request, "query": {}, "remote_ip": "203.0.113.7", "body": body}
    note = {"message": f"made alert {alert['prefix_id']}", "level": level, "time": alert["created_at"]}
    owner = ("Integration", alert["source_id"])
    return Log(ids.new(now), account.id, owner, {"action": action}, (note,), level, request=packed)


if __name__ == "__main__":
    for figure in figures():
        print(line(figure), flush=True)
