"""The parts of the way, each on its own: adapters, rules beside sift, chains of routers, templates."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from dev.bench.figures import Figure, at_least, at_most, column, cpu, in_turn, ratio
from dev.sift import bench as sift

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SIZES = (1, 10, 100, 500)
CHAIN = 5
RULES_PER_ROUTER = 10
_SECONDS = 0.4
_ROUNDS = 5


def adapters() -> list[Figure]:
    """Time per request of every adapter, from bytes to alert: its first example of a create."""
    from chalicelib import adapters as types

    taken = sorted((_adapter_seconds(slug), slug) for slug in types.slugs())
    times = [seconds * 1e6 for seconds, _ in taken]
    slowest = ", ".join(f"{slug} {seconds * 1e6:.0f}" for seconds, slug in reversed(taken[-3:]))
    name = f"adapters: median of {len(taken)}, bytes to alert"
    return [at_most(name, median(times), 50, " us", f"slowest: {slowest}", digits=0)]


def _adapter_seconds(slug: str) -> float:
    from chalicelib.adapters import load, load_examples
    from chalicelib.adapters.kit.adapter import Action, IntegrationContext, adapt
    from chalicelib.adapters.kit.examples import request_of
    from chalicelib.adapters.kit.options import read_options

    case = load_examples(slug)["create"]
    options = read_options(load(slug), case.get("options", {}), {})
    times = []
    for _ in range(5):
        requests = iter([request_of(case) for _ in range(40)])  # a request parses its body once
        adapter = load(slug)(options, IntegrationContext())
        times.append(cpu(lambda: adapt(adapter, next(requests), check_blocked=False), 40))  # noqa: B023
    if adapt(adapter, request_of(case)).action is not Action.CREATE:
        raise RuntimeError(f"the example of {slug} makes no alert")
    return median(times)


def rule(number: int) -> dict[str, Any]:
    """The condition of a rule as teams write them: by service, urgency, title or source."""
    host = f"node-{number}"
    shapes: list[dict[str, Any]] = [
        {"alert.title": {"$regex": f"{host} is (down|up)"}},
        {"alert.urgency": {"$in": ["high", "critical"]}, "alert.tags": f"service-{number}"},
        {"$or": [{"alert.source_id": f"int_{number}"}, {"alert.tags": {"$all": ["production", host]}}]},
        {"log.data.alerts.labels.severity": f"page-{number}"},
        {"alert.title": {"$regex": f"disk .*{number}", "$options": "i"}, "alert.urgency": {"$ne": "low"}},
        {"log.data.metrics.load": {"$gt": 90 + number}},
    ]
    return shapes[number % len(shapes)]


def rules() -> list[Figure]:
    """Rules matched per second, beside sift in the same minutes; and whether the time of one grows with the others."""
    return [*(_beside_sift(size, _speeds(size)) for size in SIZES), _growth(10, SIZES[-1])]


def _growth(few: int, many: int) -> Figure:
    """The time per rule among many against that among few: the same number of matches in turn."""
    rounds = in_turn([_all_of(few, many // few), _all_of(many, 1)], rounds=15, times=1)
    each = many * len(sift.ALERTS) / 1e6
    note = f"{column(rounds, 1) / each:.2f} us, {column(rounds, 0) / each:.2f} us"
    return at_most(f"rules: time of one among {many} against among {few}", ratio(rounds, 1, 0), 1.25, "x", note)


def _all_of(size: int, times: int = 1) -> Callable[[], None]:
    """A function that tries so many rules on every alert, so many times."""
    from chalicelib.matching.matcher import compile_condition

    testers = [compile_condition(rule(number)).matches for number in range(size)]

    def once() -> None:
        for _ in range(times):
            for alert in sift.ALERTS:
                for matches in testers:
                    matches(alert, NOW)

    return once


def _speeds(size: int) -> list[tuple[float, float | None]]:
    """Matches per second of ours and of sift, round by round."""
    conditions = [rule(number) for number in range(size)]
    return [(_ours(size), _sift(conditions)) for _ in range(_ROUNDS)]


def _ours(size: int) -> float:
    times = max(1, SIZES[-1] // size)
    once, start, count = _all_of(size, times), time.process_time(), 0
    while time.process_time() - start < _SECONDS:
        once()
        count += times * size * len(sift.ALERTS)
    return count / (time.process_time() - start)


def _sift(conditions: list[dict[str, Any]]) -> float | None:
    """What sift does, None when it or node is not installed."""
    script = Path(sift.__file__).parent / "bench.mjs"
    if not shutil.which("node") or not (script.parent / "node_modules" / "sift").is_dir():
        return None
    load = json.dumps({"rules": conditions, "documents": sift.ALERTS, "seconds": _SECONDS})
    run = subprocess.run(["node", str(script)], input=load, capture_output=True, text=True, timeout=60, check=True)
    return float(json.loads(run.stdout)["matches_per_second"])


def _beside_sift(size: int, rounds: list[tuple[float, float | None]]) -> Figure:
    name = f"rules: matched/s of {size}, against sift"
    ours = median(speed for speed, _ in rounds)
    pairs = [(mine, theirs) for mine, theirs in rounds if theirs]
    if not pairs:
        return Figure(name, f"{ours:,.0f} (not installed: npm install --prefix dev/sift)", ">= 0.5x")
    against = median(theirs for _, theirs in pairs)
    return at_least(
        name, median(mine / theirs for mine, theirs in pairs), 0.5, "x", f"{ours:,.0f}, sift {against:,.0f}"
    )


def chain() -> list[Figure]:
    """Routing an alert through a chain of routers, each of whose last rules hands it to the next."""
    one, five = _router_of(1), _router_of(CHAIN)
    rounds = in_turn([one, five], rounds=15, times=100)
    per_router = (column(rounds, 1) - column(rounds, 0)) / (CHAIN - 1)
    note = f"{RULES_PER_ROUTER} rules each; {per_router * 1e6:.0f} us per further router"
    return [
        Figure("routing: one router", f"{column(rounds, 0) * 1e6:.0f} us"),
        Figure(f"routing: a chain of {CHAIN} routers", f"{column(rounds, 1) * 1e6:.0f} us ({note})"),
    ]


def _router_of(length: int) -> Callable[[], Any]:
    """A function that routes an alert through so many routers to a team."""
    from chalicelib.routing.route import route

    last = {"prefix_id": "tem_00000000000000", "id": "0" * 26}
    keys = [f"rtr_{number:014}" for number in range(length)]
    routers = {key: _router(key, after) for key, after in zip(keys, [*keys[1:], last["prefix_id"]], strict=True)}
    stored = {**routers, last["prefix_id"]: last}
    alert = {**sift.ALERTS[1]["alert"], "prefix_id": "alt_00000000000000"}
    log = sift.ALERTS[1]["log"]

    def once() -> Any:
        return route(alert, log, keys[:1], stored.get, lambda *_: None, NOW)

    if once().receivers != [last["prefix_id"]]:
        raise RuntimeError("the chain of routers does not lead to its team")
    return once


def _router(key: str, after: str) -> dict[str, Any]:
    conditions = [rule(number + 100) for number in range(RULES_PER_ROUTER - 1)] + [{"always": True}]
    actions = [{"type": "assign", "receiver": after}]
    document = {"rules": [{"match": condition, "actions": actions} for condition in conditions]}
    return {
        "id": key[4:].rjust(26, "0"),
        "prefix_id": key,
        "name": key,
        "enabled": True,
        "rules": json.dumps(document),
        "default_receiver_team_id": None,
        "default_receiver_router_id": None,
        "default_receiver_account_user_id": None,
    }


TEMPLATE = (
    "{{uppercase integration.urgency}}: {{data.commonLabels.alertname}} on {{data.commonLabels.instance}}"
    "{{#if data.commonAnnotations.summary}} - {{data.commonAnnotations.summary}}{{/if}}"
    "{{#each data.alerts}}\n* {{labels.severity}} since {{startsAt}}{{/each}}"
)


def templates() -> list[Figure]:
    """Templates rendered per second: a title with helpers, a condition and a loop over the alerts of a group."""
    from chalicelib.adapters import load_examples
    from chalicelib.templates import render

    request = load_examples("prometheus")["create"]["request"]["json"]
    data = {"integration": {"urgency": "high"}, "data": request}
    if not render(TEMPLATE, data).startswith("HIGH: "):
        raise RuntimeError(f"the template gives {render(TEMPLATE, data)!r}")
    taken = median(cpu(lambda: render(TEMPLATE, data), 200) for _ in range(15))
    return [Figure("templates: rendered/s", f"{1 / taken:,.0f} ({taken * 1e6:.0f} us)")]
