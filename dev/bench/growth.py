"""What grows: write units by the size of alerts and bodies and by the number of receivers, and the ceilings that follow
from them. Counted on moto, not timed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Any

from dev.bench.aws import Call
from dev.bench.figures import Figure, at_least, at_most
from dev.bench.scene import Lab, laboratory

KB = 1024
_SAMPLES = 40
_BATCH = 10  # messages that a storm fills a call of the worker with
PARTITION_WRITES = 1000  # write units a second that one partition, of a table or of an index, takes


def figures() -> Iterator[Figure]:
    with laboratory() as lab:
        yield from _duplicates(lab)
        yield from _fan_out(lab)
        yield from _ceilings(lab)


def _text(size: int) -> str:
    """Text that deflate makes little of, as a stack trace with addresses is."""
    source = random.Random(size)
    return "".join(source.choices("abcdefghijklmnopqrstuvwxyz0123456789 ", k=size))


def _webhook(key: str, description: str = "", event: str = "create") -> dict[str, Any]:
    return {"event_type": event, "Id": key, "Title": f"Problem {key}", "Description": description}


def _duplicates(lab: Lab) -> Iterator[Figure]:
    """A duplicate of an alert of some size, by a small body and by one as large."""
    team = lab.team("Ops")
    integration = lab.integration("webhook", team_ids=[team["id"]])
    for size in (1, 50, 300):
        large, small = _text(size * KB), _text(200)
        lab.send(integration, _webhook(f"a{size}", large))
        same = lab.send(integration, _webhook(f"a{size}", large))
        brief = lab.send(integration, _webhook(f"a{size}", small))
        note = f"{_objects(same)} object written" if _objects(same) else ""
        yield at_most(f"write units of a duplicate: body of {size} KB", _units(same), 6, note=note, digits=0)
        yield at_most(f"write units of a duplicate: alert of {size} KB", _units(brief), 6, digits=0)


def _fan_out(lab: Lab) -> Iterator[Figure]:
    """What each further receiver adds to a create."""
    teams = [lab.team(f"Team {number}") for number in range(50)]
    rules = "rules:\n" + "".join(
        f"- match: {{alert.title: {{$regex: never{number}}}}}\n  actions: [{{type: ignore}}]\n" for number in range(10)
    )
    routers = [lab.router(rules, teams[0]) for _ in teams]
    for kind, receivers, before in (("router", routers, 3.0), ("team", teams, 3.1)):
        one = lab.integration("webhook", **{f"{kind}_ids": [receivers[0]["id"]]})
        fifty = lab.integration("webhook", **{f"{kind}_ids": [found["id"] for found in receivers]})
        first, all_of_them = lab.send(one, _webhook(f"{kind} 1")), lab.send(fifty, _webhook(f"{kind} 50"))
        further = (_units(all_of_them) - _units(first)) / 49
        note = f"{_units(first)} for one, {_units(all_of_them)} for 50"
        yield at_most(f"write units of a create: each further {kind}", further, before / 2, note=note)


def _ceilings(lab: Lab) -> Iterator[Figure]:
    """How many a second the busiest partition takes of each."""
    team = lab.team("Ops")
    integration = lab.integration("webhook", team_ids=[team["id"]])
    create = _busiest([lab.send(integration, _webhook(f"c{number}")) for number in range(_SAMPLES)])
    batches = [lab.send(integration, _webhook("c0"), _BATCH) for _ in range(_SAMPLES // _BATCH)]
    duplicate = _busiest(batches) / _BATCH
    yield at_least("ceiling: creates a second of an account", PARTITION_WRITES / create, 1000, digits=0)
    note = f"in batches of {_BATCH}"
    yield at_least("ceiling: duplicates a second of an alert", PARTITION_WRITES / duplicate, 1000, note=note, digits=0)


def _busiest(runs: list[list[Call]]) -> float:
    """The write units that the busiest partition takes of one run, in the mean."""
    units: Counter[str] = Counter()
    for call in chain.from_iterable(runs):
        units.update(call.partitions)
    return max(units.values()) / len(runs)


def _units(calls: list[Call]) -> int:
    return sum(call.writes for call in calls)


def _objects(calls: list[Call]) -> int:
    return sum(call.operation == "PutObject" for call in calls)
