"""`python -m dev.e2e`: package, deploy to the emulator, go the journey, stop. Exits with 1 when a step fails."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from dev import package
from dev.e2e import emulator, journey, operations, stack
from dev.e2e.client import Client, Unexpected
from dev.stack import StackError

T = TypeVar("T")
FOLDER = emulator.ROOT / "build" / "e2e"
FAILURES = (Unexpected, StackError, package.PackageError, emulator.EmulatorError, BotoCoreError, ClientError, OSError)


def _step(title: str, do: Callable[[], T]) -> T:
    begun = time.monotonic()
    if sys.stdout.isatty():
        print(f"  ...  {title}", end="\r", flush=True)
    try:
        done = do()
    except FAILURES as error:
        print(f"  FAIL {title}\n       {type(error).__name__}: {error}")
        raise
    print(f"  ok   {title} ({time.monotonic() - begun:.1f} s)", flush=True)
    return done


def _run() -> None:
    out = _step("The service is packaged for AWS", lambda: package.package(stack.STAGE, FOLDER / "package"))
    _step("The emulator is installed", emulator.install)
    with emulator.running(FOLDER) as endpoint:
        print(f"       emulator at {endpoint}, its log in {FOLDER}/emulator.log")
        outputs = _step("CloudFormation deploys the package", lambda: stack.up(out))
        shared = journey.Journey(Client(outputs["Base"]), Client(outputs["Door"]), outputs, out)
        for step in (*journey.STEPS, *operations.STEPS):
            _step((step.__doc__ or step.__name__).strip(), partial(step, shared))


def main() -> int:
    begun = time.monotonic()
    try:
        _run()
    except FAILURES:
        print(f"End to end: failed after {time.monotonic() - begun:.0f} s; see {FOLDER}/emulator.log")
        return 1
    print(f"End to end: all steps passed in {time.monotonic() - begun:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
