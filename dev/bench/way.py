"""The way of a webhook: what ingress and the worker take of CPU and of AWS."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import redirect_stdout
from statistics import median

from dev.bench.aws import Call, Replay
from dev.bench.figures import Figure, at_most, column, cpu, in_turn, ratio
from dev.bench.scene import STEPS, Scene

CALL_GOALS = {"create": 3, "duplicate": 2, "resolve": 3}


def ingest(scene: Scene, replay: Replay) -> tuple[list[Figure], float]:
    """Figures of one webhook through `ingress`, and its CPU seconds."""
    import app
    from chalicelib.storage import clients

    replay.play([*scene.ingest, _settled()])
    sent = json.loads(scene.cached[-1].sent)
    sqs = clients.client("sqs")
    if app.ingress(scene.webhook, None)["statusCode"] != 200:
        raise RuntimeError("the webhook was not taken")

    def bare() -> None:
        sqs.send_message(**sent)

    rounds = in_turn([lambda: app.ingress(scene.webhook, None), bare], rounds=31, times=40)
    ours, theirs = column(rounds, 0), column(rounds, 1)
    note = f"{ours * 1e6:.0f} us, {theirs * 1e6:.0f} us bare"
    return [
        at_most("ingest: CPU against a bare send_message", ratio(rounds), 1.5, "x", note),
        at_most("ingest: AWS calls, integration cached", len(scene.cached), 1, digits=0),
        Figure("ingest: AWS calls, first of an integration", str(len(scene.ingest))),
    ], ours


def _settled() -> Call:
    """The rate limit's counter, settled once in 150 webhooks: far from the limit."""
    answer = json.dumps({"Attributes": {"value": {"N": "1"}}})
    return Call("UpdateItem", "", answer, {"content-type": "application/x-amz-json-1.0"})


def worker(scene: Scene, replay: Replay) -> tuple[list[Figure], float]:
    """Figures of the worker, and its CPU seconds per message: the mean of a create, a duplicate and a resolve."""
    figures = [figure for step in STEPS for figure in _calls(step, scene.worker[step])]
    seconds = {step: _seconds(scene, replay, step) for step in STEPS}
    mean = sum(seconds.values()) / len(seconds)
    note = ", ".join(f"{step} {taken * 1e3:.2f} ms" for step, taken in seconds.items())
    return [*figures, Figure("worker: messages/s per core, AWS stubbed", f"{1 / mean:.0f} ({note})")], mean


def _calls(step: str, calls: list[Call]) -> Iterator[Figure]:
    yield at_most(f"worker: AWS calls per {step}", len(calls), CALL_GOALS[step], digits=0)
    written = sum(call.bytes_written for call in calls)
    units = sum(call.writes for call in calls), sum(call.reads for call in calls)
    yield Figure(f"worker: bytes written per {step}", f"{written} ({units[0]} write units, {units[1]:g} read units)")


def _seconds(scene: Scene, replay: Replay, step: str) -> float:
    import app

    replay.play(scene.cold[step])
    record = scene.records[step]
    with redirect_stdout(io.StringIO()):  # the lines of metrics
        if app.process_webhooks(record, None)["batchItemFailures"]:
            raise RuntimeError(f"the worker could not replay a {step}")
        return median(cpu(lambda: app.process_webhooks(record, None), 30) for _ in range(15))
