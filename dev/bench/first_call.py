"""A fresh process that starts as Lambda starts it and calls one function once. `start` runs it: JSON in, JSON out."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any


def main(given: dict[str, Any]) -> dict[str, Any]:
    import app
    from chalicelib.storage import clients
    from dev.bench.aws import Replay, load

    Replay([clients.client("dynamodb"), clients.client("sqs")]).play(load(given["calls"]))
    start = time.process_time()
    answer = getattr(app, given["function"])(given["event"], None)
    taken = time.process_time() - start
    if answer.get("statusCode", 200) != 200 or answer.get("batchItemFailures"):
        raise RuntimeError(answer)
    return {"first_ms": taken * 1000, "memory_mb": memory_mb()}


def memory_mb() -> float:
    """The most memory that this process had, in MB. On Linux `getrusage` keeps a parent's peak; this is its own."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # bytes, on macOS
    peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(peak.split()[1]) * 1024 / 1e6


if __name__ == "__main__":
    json.dump(main(json.load(sys.stdin)), sys.stdout)
