"""Cold starts: what a fresh interpreter pays, how much memory it takes, and how big the deployed zip is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from statistics import median
from typing import Any

from dev.bench.aws import dump
from dev.bench.figures import Figure, at_most, ratio
from dev.bench.scene import Scene

ROOT = Path(__file__).parents[2]
ZIP = ROOT / "build" / "package" / "deployment.zip"
ROUNDS = 9
MEMORY_MB = 1024
"""What infrastructure/functions.yaml gives the functions that take webhooks."""
_TIMED = "import time; start = time.process_time(); {}; print((time.process_time() - start) * 1000)"
_BARE = "import boto3; boto3.client('sqs'); boto3.client('dynamodb')"
_MODULES = "import app, sys; print(sum(m.startswith('chalicelib.adapters.tools.') for m in sys.modules))"


def figures(scene: Scene) -> list[Figure]:
    rounds = [_round(scene.environment) for _ in range(ROUNDS)]
    bare, imported, started = (median(row[index] for row in rounds) for index in range(3))
    adapters = int(_python(["-c", _MODULES], scene.environment))
    function = {name: first_call(scene, name) for name in ("ingress", "process_webhooks")}
    return [
        at_most(
            "cold start: import app, against boto3 + two clients",
            ratio(rounds, 1, 0),
            1.35,
            "x",
            f"{imported:.0f} ms, {bare:.0f} ms bare",
        ),
        at_most(
            "cold start: ingress, with the clients made",
            ratio(rounds, 2, 0),
            1.35,
            "x",
            f"{started:.0f} ms, as on Lambda",
        ),
        at_most("cold start: adapters imported", adapters, 0, digits=0),
        Figure("cold start: CPU of the first webhook after it", f"{function['ingress']['first_ms']:.0f} ms"),
        Figure("cold start: CPU of the first message after it", f"{function['process_webhooks']['first_ms']:.0f} ms"),
        _memory("ingress", function["ingress"]),
        _memory("process_webhooks", function["process_webhooks"]),
        _zip(),
    ]


def _round(environment: dict[str, str]) -> tuple[float, float, float]:
    """CPU ms of boto3 with two clients, of the app, and of the app as Lambda starts it for ingress."""
    return (
        float(_python(["-c", _TIMED.format(_BARE)], environment)),
        float(_python(["-c", _TIMED.format("import app")], environment)),
        float(_python(["-c", _TIMED.format("import app")], environment | on_lambda("ingress"))),
    )


def on_lambda(function: str) -> dict[str, str]:
    return {"AWS_LAMBDA_FUNCTION_NAME": "bench", "_HANDLER": f"app.{function}"}


def _python(arguments: list[str], environment: dict[str, str], given: str = "") -> str:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    run = subprocess.run(
        [sys.executable, *arguments],
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=ROOT,
        env=inherited | environment,
    )
    return run.stdout


def first_call(scene: Scene, function: str) -> dict[str, Any]:
    """Start a fresh process and call one function once: {first_ms, memory_mb}."""
    ingress = function == "ingress"
    given = {
        "function": function,
        "event": scene.webhook if ingress else scene.records["create"],
        "calls": dump(scene.ingest if ingress else scene.cold["create"]),
    }
    printed = _python(["-m", "dev.bench.first_call"], scene.environment | on_lambda(function), json.dumps(given))
    answer: dict[str, Any] = json.loads(printed.splitlines()[-1])  # after the lines of metrics
    return answer


def _memory(name: str, measured: dict[str, Any]) -> Figure:
    return at_most(f"memory: {name} after a call", measured["memory_mb"], MEMORY_MB, " MB", digits=0)


def _zip() -> Figure:
    if not ZIP.is_file():
        return Figure("deployment zip", "not built: make package")
    with zipfile.ZipFile(ZIP) as archive:
        unpacked = sum(entry.file_size for entry in archive.infolist()) / 1e6
    return at_most("deployment zip", ZIP.stat().st_size / 1e6, 50, " MB", f"{unpacked:.0f} MB unpacked", digits=1)
