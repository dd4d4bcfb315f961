"""What a million webhooks cost on AWS, from the calls that were counted and AWS's public prices.

Prices: us-east-1, on demand, without the free tier, as published in 2025. Check current prices.
"""

from __future__ import annotations

from dataclasses import dataclass

from dev.bench.aws import Call
from dev.bench.figures import Figure
from dev.bench.scene import STEPS, Scene
from dev.bench.start import MEMORY_MB

GATEWAY_REQUEST = 1.00e-6  # HTTP API, per 512 KB, first 300 million a month
LAMBDA_REQUEST = 0.20e-6
LAMBDA_GB_SECOND = 16.6667e-6  # x86
SQS_REQUEST = 0.40e-6  # standard queue, per 64 KB
WRITE_UNIT = 0.625e-6
READ_UNIT = 0.125e-6
LOG_GB = 0.50  # CloudWatch Logs, taken in

CORES_PER_MB = 1 / 1769
"""Lambda gives a function one core's time at 1769 MB."""
SECONDS_PER_CALL = 0.008
"""Assumed: what a call to SQS or DynamoDB takes inside a region, during which Lambda is paid for too."""
BATCH = 1
"""Messages per call of the worker: one, the dearest case. Under load there are up to ten."""
LOG_BYTES = 150 + 510
"""Assumed: the line of a webhook in the access log and the one that its metrics are written in, with 26 bytes each
that CloudWatch adds."""
MIX = {"create": 0.1, "duplicate": 0.8, "resolve": 0.1}
"""Assumed: an alert that repeats eight times."""


@dataclass(frozen=True)
class Cost:
    """Dollars of one webhook by service."""

    gateway: float
    functions: float
    queue: float
    database: float
    logs: float = LOG_BYTES / 1e9 * LOG_GB

    @property
    def total(self) -> float:
        return self.gateway + self.functions + self.queue + self.database + self.logs


def of_step(scene: Scene, step: str, ingress_cpu: float, worker_cpu: float) -> Cost:
    """The cost of a webhook that is taken and processed; CPU in seconds."""
    calls = scene.worker[step]
    return Cost(
        gateway=GATEWAY_REQUEST,
        functions=_function(ingress_cpu, len(scene.cached)) + _function(worker_cpu, len(calls)) / BATCH,
        queue=SQS_REQUEST * (1 + 2 / BATCH),  # sent; received and deleted
        database=sum(map(_units, calls)),
    )


def _function(cpu_seconds: float, calls: int) -> float:
    duration = cpu_seconds / min(1.0, MEMORY_MB * CORES_PER_MB) + calls * SECONDS_PER_CALL
    return LAMBDA_REQUEST + duration * MEMORY_MB / 1024 * LAMBDA_GB_SECOND


def _units(call: Call) -> float:
    return call.writes * WRITE_UNIT + call.reads * READ_UNIT


def figures(scene: Scene, ingress_cpu: float, worker_cpu: float) -> list[Figure]:
    costs = {step: of_step(scene, step, ingress_cpu, worker_cpu) for step in STEPS}
    mixed = sum(MIX[step] * cost.total for step, cost in costs.items())
    share = ", ".join(f"{MIX[step]:.0%} {step}s" for step in STEPS)
    return [
        *(Figure(f"cost: a million {step}s", _dollars(cost)) for step, cost in costs.items()),
        Figure("cost: a million webhooks", f"${mixed * 1e6:.2f} ({share})"),
    ]


def _dollars(cost: Cost) -> str:
    parts = ("gateway", "functions", "queue", "database", "logs")
    shown = ", ".join(f"{part} {getattr(cost, part) * 1e6:.2f}" for part in parts)
    return f"${cost.total * 1e6:.2f} ({shown})"
