"""How many rules a second are matched, beside sift: `python -m dev.sift.bench [seconds]`. Prints one JSON line.

Both compile every rule once and try all of them on all alerts, over and over, one after the other on the same machine.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from chalicelib.matching.matcher import compile_condition

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RULES: list[dict[str, Any]] = [
    {"always": True},
    {"alert.urgency": "high"},
    {"alert.urgency": {"$in": ["high", "critical"]}},
    {"alert.urgency": {"$ne": "low"}},
    {"alert.title": {"$regex": "disk full", "$options": "i"}},
    {"alert.title": {"$regex": r"node-\d+ is (down|up)$"}},
    {"$and": [{"alert.urgency": "critical"}, {"alert.title": {"$regex": "staging"}}]},
    {"$or": [{"alert.source_id": "int_2"}, {"alert.tags": "production"}]},
    {"log.data.metrics.load": {"$gt": 3, "$lt": 90}},
    {"log.data.alerts.labels.severity": "page"},
    {"alert.tags": {"$nin": ["staging", "test"]}, "alert.team": {"$exists": False}},
    {"alert.tags": {"$all": ["production", "eu"]}},
]
URGENCIES = ["low", "medium", "high", "critical"]
ALERTS: list[dict[str, Any]] = [
    {
        "always": True,
        "alert": {
            "title": f"node-{number} is {'down' if number % 2 else 'slow'}: disk full on /var",
            "urgency": URGENCIES[number % 4],
            "source_id": f"int_{number % 3}",
            "tags": ["production" if number % 3 else "staging", "eu", f"node-{number}"],
        },
        "log": {"data": {"metrics": {"load": number * 7}, "alerts": [{"labels": {"severity": "page"}}]}},
    }
    for number in range(12)
]


def sift_speed(seconds: float) -> float:
    load = json.dumps({"rules": RULES, "documents": ALERTS, "seconds": seconds})
    command = ["node", str(Path(__file__).parent / "bench.mjs")]
    run = subprocess.run(command, input=load, capture_output=True, text=True, timeout=60 + seconds, check=True)
    return float(json.loads(run.stdout)["matches_per_second"])


def our_speed(seconds: float) -> float:
    testers = [compile_condition(rule).matches for rule in RULES]
    start, count = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        for alert in ALERTS:
            for matches in testers:
                matches(alert, NOW)
        count += len(ALERTS) * len(testers)
    return count / (time.perf_counter() - start)


def main(seconds: float) -> None:
    rounds = [(our_speed(seconds), sift_speed(seconds)) for _ in range(5)]
    ours, theirs = median(ours for ours, _ in rounds), median(theirs for _, theirs in rounds)
    ratio = median(ours / theirs for ours, theirs in rounds)
    print(json.dumps({"rules_per_second": round(ours), "sift": round(theirs), "ratio": round(ratio, 2)}))


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0)
