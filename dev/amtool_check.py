"""`python -m dev.amtool_check`: imported route trees against a real `amtool config routes test`.

Makes random trees, imports each, and compares who gets random alerts; trees too large for a router are counted.
Ends with 1 when any differs. AMTOOL names the program when it is not on the path; where there is none, the check is
skipped, and says so.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chalicelib.routing.importers.alertmanager import ConversionError, convert
from chalicelib.routing.route import route

MISSING = "skipped: amtool is not installed. On Debian or Ubuntu: apt-get install prometheus-alertmanager"
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
RECEIVERS = ("root", "db", "web", "ops", "night")
VALUES = {
    "severity": ("critical", "warning", ""),
    "team": ("db", "web", "database-1"),
    "env": ("prod", "staging", "no", "1e3"),
}
PATTERNS = (
    *("prod|staging", ".*", ".+", "", "d.*", "(db|web)?", "[a-z]+-[0-9]", "crit.*|warn.*", "(?i)DB", "x{0,2}", "no"),
    *("(critical|warning)", "database-[0-9]+", "[^d].*", "p.od|1e.", "db|web|database-1"),
)


def random_route(chance: random.Random, depth: int) -> dict[str, Any]:
    node: dict[str, Any] = {"continue": chance.random() < 0.5}
    if chance.random() < 0.7:
        node["receiver"] = chance.choice(RECEIVERS)
    node["matchers"] = [_matcher(chance) for _ in range(chance.choice((0, 1, 1, 1, 2)))]
    if depth:
        node["routes"] = [random_route(chance, depth - 1) for _ in range(chance.randrange(4))]
    return node


def random_config(chance: random.Random) -> str:
    routes = [random_route(chance, 2) for _ in range(chance.randrange(1, 5))]
    names = [{"name": name, "webhook_configs": [{"url": "http://127.0.0.1:1/"}]} for name in RECEIVERS]
    return json.dumps({"route": {"receiver": "root", "routes": routes}, "receivers": names})


def _matcher(chance: random.Random) -> str:
    label, operator = chance.choice(list(VALUES)), chance.choice(("=", "!=", "=~", "!~"))
    value = chance.choice(VALUES[label] if "~" not in operator else PATTERNS)
    return f"{label}{operator}{json.dumps(value)}"


def imported(config: str, labels: dict[str, str]) -> set[str]:
    """Who gets an alert by the imported rules."""
    teams = {name: f"tem_{name}" for name in RECEIVERS}
    router = {"prefix_id": "rtr_1", "name": "imported", "rules": convert(config, teams).rules}
    log = {"data": {"commonLabels": labels}}
    plan = route(
        {"id": "a", "title": "t"}, log, ["rtr_1"],
        lambda key: router if key == "rtr_1" else {"prefix_id": key}, lambda *_: None, NOW,
    )  # fmt: skip
    return {receiver.removeprefix("tem_") for receiver in plan.receivers}


def real(amtool: str, file: Path, labels: dict[str, str]) -> set[str]:
    """Who gets an alert by Alertmanager."""
    command = [amtool, "config", "routes", "test", f"--config.file={file}", *(f"{k}={v}" for k, v in labels.items())]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    return set(done.stdout.strip().split(","))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m dev.amtool_check", description=(__doc__ or "").split("\n\n")[1])
    parser.add_argument("--trees", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    amtool = os.environ.get("AMTOOL") or shutil.which("amtool")
    if not amtool:
        print(MISSING)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        return compare(amtool, Path(folder) / "alertmanager.yml", options.trees, options.seed)


def compare(amtool: str, file: Path, trees: int, seed: int) -> int:
    """Compare so many trees that fit in a router; 1 when any differs."""
    chance, compared, different, too_large = random.Random(seed), 0, 0, 0
    while compared < trees:
        config = random_config(chance)
        labels = {name: chance.choice(values) for name, values in VALUES.items() if chance.random() < 0.8}
        try:
            got = imported(config, labels)
        except ConversionError as error:
            if "split the tree" not in str(error):
                raise
            too_large += 1
            continue
        file.write_text(config, encoding="utf-8")
        wanted = real(amtool, file, labels | {"alertname": "Test"})
        compared += 1
        if wanted != got:
            different += 1
            print(f"differs: {labels}: Alertmanager {sorted(wanted)}, imported {sorted(got)}\n{config}")
    print(f"{different} differences in {trees} trees (seed {seed}); {too_large} more were refused as too large")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
