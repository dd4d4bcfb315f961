"""Compares the adapters with recorded requests and the answers that another implementation gave to them.

Run as ``python -m tests.adapters.reference FOLDER``: one file per slug, each a list of cases {"case", "kind",
"options", "request", "expect"}. Prints a table, then every difference that `departures/` does not list and every
listed departure that does not occur; the exit status is 1 when there is any.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chalicelib import adapters
from chalicelib.adapters.kit.adapter import Adapter, AlertDraft, IntegrationContext, adapt
from chalicelib.adapters.kit.options import declared, read_options
from chalicelib.adapters.kit.request import Request
from chalicelib.adapters.kit.values import blank, text

ALERT_FIELDS = tuple(vars(AlertDraft(title=None)))
FIELDS = ("blocked", "action", "thirdparty_id", "alert", *(f"alert.{name}" for name in ALERT_FIELDS))
UNRECORDED = ("reply", "confirmation_url", "options")  # departures may name them, recordings do not hold them
CONTEXT = IntegrationContext(urgency="medium", prefix_id="int_xxxyyy", name="My Integration")
RANDOM = "<random>"
REQUEST_ID = "01K0RANDOMRANDOMRANDOM0000"
DEPARTURES = Path(__file__).parent / "departures"

Departure = dict[str, Any]


@dataclass
class Tally:
    """What came of the cases of one slug. `faults` are sentences."""

    cases: int = 0
    agree: int = 0
    departed: int = 0
    disagree: int = 0
    faults: list[str] = field(default_factory=list)


def compare(adapter: type[Adapter], cases: Iterable[dict[str, Any]], departures: list[Departure]) -> Tally:
    """Every incoming case of one adapter, held against its listed departures."""
    tally = Tally()
    unseen = {(number, prefix) for number, departure in enumerate(departures) for prefix in departure["cases"]}
    for case in cases:
        if case["kind"] != "incoming":
            continue
        differences = dict(_differences(adapter, case))
        listed = [
            (number, prefix, departure["fields"])
            for number, departure in enumerate(departures)
            for prefix in departure["cases"]
            if case["case"].startswith(prefix)
        ]
        unseen -= {(number, prefix) for number, prefix, fields in listed if differences.keys() & set(fields)}
        unlisted = differences.keys() - {name for _, _, fields in listed for name in fields}
        tally.cases += 1
        tally.disagree += bool(unlisted)
        tally.departed += bool(differences and not unlisted)
        tally.agree += not differences
        tally.faults += [f"{case['case']}: {name}: {differences[name]}" for name in sorted(unlisted)]
    tally.faults += [f"{prefix}: does not depart: {departures[number]['what']}" for number, prefix in sorted(unseen)]
    return tally


def _differences(adapter: type[Adapter], case: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The fields that differ, each with what is wanted and what there is."""
    known = {option.name for option in declared(adapter)}
    options = read_options(adapter, {name: value for name, value in case["options"].items() if name in known}, {})
    request, expect = request_of(case), case["expect"]
    outcome = adapt(adapter(options, CONTEXT), request, check_blocked=False)
    ours: dict[str, Any] = {
        "blocked": adapt(adapter(options, CONTEXT), request).blocked,
        "action": outcome.action.value,
        "thirdparty_id": (outcome.thirdparty_id or RANDOM).replace(REQUEST_ID, RANDOM),
        "alert": outcome.alert is not None,
    }
    theirs = {
        "blocked": expect["blocked"],
        "action": expect["action"],
        "thirdparty_id": RANDOM if blank(expect["thirdparty_id"]) else text(expect["thirdparty_id"]),
        "alert": expect["alert"] is not None,
    }
    if outcome.alert and expect["alert"]:
        ours |= {f"alert.{name}": value for name, value in vars(outcome.alert).items()}
        theirs |= {f"alert.{name}": expect["alert"][name] for name in ALERT_FIELDS}
        valid = zip(expect["alert"]["additional_data"], expect["alert"]["additional_data_valid"], strict=True)
        theirs["alert.additional_data"] = [item for item, is_valid in valid if is_valid]
    for name, value in ours.items():
        if value != theirs[name]:
            yield name, f"{theirs[name]!r} is wanted, {value!r} came"


def request_of(case: dict[str, Any]) -> Request:
    """The request of a case: its raw body or mail where it was recorded, else its parameters as JSON."""
    recorded = case["request"]
    headers = {name.lower(): value for name, value in recorded.get("headers", {}).items()}
    mail, body = recorded.get("mail_raw"), recorded.get("body")
    content_type = "message/rfc822" if mail else "application/json"
    body = mail or body or json.dumps(recorded["params"], ensure_ascii=False)
    return Request(
        method=recorded.get("method", "POST"),
        headers={"content-type": content_type} | headers,
        body=body.encode(),
        id=REQUEST_ID,
        existing={"status": "open"} if case.get("context", {}).get("existing_alert") else None,
    )


def load_departures(slug: str) -> list[Departure]:
    """The deliberate departures of a slug: [{"what", "cases": [prefixes of case names], "fields"}]."""
    path = DEPARTURES / f"{slug}.json"
    departures: list[Departure] = json.loads(path.read_text("utf-8")) if path.is_file() else []
    return departures


def run(folder: Path) -> dict[str, Tally]:
    """The tallies by slug, of every file of the folder that holds an incoming case."""
    tallies = {}
    for path in sorted(folder.glob("*.json")):
        cases = [case for case in json.loads(path.read_text("utf-8")) if case["kind"] == "incoming"]
        if cases and path.stem in adapters.slugs():
            tallies[path.stem] = compare(adapters.load(path.stem), cases, load_departures(path.stem))
        elif cases:
            tallies[path.stem] = Tally(len(cases), disagree=len(cases), faults=["there is no such adapter"])
    return tallies


def report(tallies: dict[str, Tally]) -> Iterator[str]:
    """The lines of the table, then the faults."""
    row = "{:<30} {:>6} {:>6} {:>9} {:>9}"
    yield row.format("slug", "cases", "agree", "departed", "disagree")
    for slug, tally in tallies.items():
        yield row.format(slug, tally.cases, tally.agree, tally.departed, tally.disagree)
    all_of = tallies.values()
    totals = (sum(getattr(tally, name) for tally in all_of) for name in ("cases", "agree", "departed", "disagree"))
    yield row.format("all", *totals)
    yield from (f"{slug}: {fault}" for slug, tally in tallies.items() for fault in tally.faults)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        sys.stderr.write("usage: python -m tests.adapters.reference FOLDER\n")
        return 2
    tallies = run(Path(arguments[0]))
    sys.stdout.writelines(f"{line}\n" for line in report(tallies))
    return int(not tallies or any(tally.faults for tally in tallies.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
