"""`python -m dev.bench`: measure everything and print it, each figure beside its goal. Always exits with 0."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterable

from dev.bench import costs, growth, lists, parts, start, way
from dev.bench.aws import Replay
from dev.bench.figures import Figure, line
from dev.bench.scene import record


def main() -> None:
    began = time.monotonic()
    machine = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    print(f"{machine}; times are CPU time, medians of many\n")
    scene = record()
    os.environ.update(start.on_lambda("app"))  # from here on clients are made as the functions make them
    from chalicelib.storage import clients

    replay = Replay([clients.client("dynamodb"), clients.client("sqs")])
    shown = list(_show(start.figures(scene)))
    ingest, ingress_cpu = way.ingest(scene, replay)
    worker, worker_cpu = way.worker(scene, replay)
    shown += _show([*ingest, *worker])
    sections: tuple[Callable[[], list[Figure]], ...] = (parts.adapters, parts.rules, parts.chain, parts.templates)
    for section in sections:
        shown += _show(section())
    shown += _show(costs.figures(scene, ingress_cpu, worker_cpu))
    shown += _show(growth.figures())
    shown += _show(lists.figures())
    goals = [figure for figure in shown if figure.met is not None]
    met = sum(bool(figure.met) for figure in goals)
    print(f"\n{met} of {len(goals)} goals met, in {time.monotonic() - began:.0f} s")


def _show(figures: Iterable[Figure]) -> list[Figure]:
    found = list(figures)
    for figure in found:
        print(line(figure), flush=True)
    return found


if __name__ == "__main__":
    main()
