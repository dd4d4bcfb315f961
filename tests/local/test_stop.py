"""Ctrl-C and SIGTERM stop a service at any moment: none is lost, and no process stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import IO

import pytest

from tests.local.conftest import ROOT

PATIENCE_SECONDS = 10
BANNER = "up"
SERVICE = f"""
from dev.local.stop import Stop
stop = Stop()
print("starting", flush=True)
{{while_starting}}
print("{BANNER}", flush=True)
assert stop.wait({PATIENCE_SECONDS * 2}), "no signal came"
{{at_the_end}}
print("ended", flush=True)
"""

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a service that does nothing but start, wait and end; kills what a failed test leaves."""
    started: list[subprocess.Popen[str]] = []

    def begin(while_starting: str = "", at_the_end: str = "") -> subprocess.Popen[str]:
        code = SERVICE.format(while_starting=while_starting, at_the_end=at_the_end)
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        started.append(subprocess.Popen([sys.executable, "-S", "-c", code], cwd=ROOT, text=True, **pipes))
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def line(stream: IO[str] | None) -> str:
    assert stream is not None
    return stream.readline().strip()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_right_at_the_banner_stops_it_every_time(start: Start, number: signal.Signals) -> None:
    for _ in range(20):
        process = start()
        while line(process.stdout) != BANNER:
            pass
        process.send_signal(number)
        _, errors = process.communicate(timeout=PATIENCE_SECONDS)
        assert (process.returncode, errors) == (0, "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_before_the_banner_cuts_the_start_short(start: Start, number: signal.Signals) -> None:
    process = start(while_starting=f"import time; time.sleep({PATIENCE_SECONDS * 2})")
    assert line(process.stdout) == "starting"
    process.send_signal(number)
    output, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, output, errors) == (0, "", "")


def test_a_signal_that_comes_where_it_cannot_be_raised_is_kept(start: Start) -> None:
    """Python drops what is raised in a finaliser, SystemExit too."""
    in_finaliser = """
import os, signal
class Finalised:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        for _ in range(1000): pass
Finalised()
"""
    output, _ = start(while_starting=in_finaliser).communicate(timeout=PATIENCE_SECONDS)
    assert output.splitlines()[-1] == "ended"


def test_once_it_waits_no_signal_interrupts_anything(start: Start) -> None:
    both = "import os, signal; os.kill(os.getpid(), signal.SIGINT); os.kill(os.getpid(), signal.SIGTERM)"
    process = start(while_starting=f"stop.wait(0); {both}", at_the_end=both)
    output, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, output.splitlines()[-1], errors) == (0, "ended", "")


def test_waiting_ends_when_another_thing_is_ready(start: Start) -> None:
    reader, writer = os.pipe()
    try:
        os.write(writer, b"x")
        script = "from dev.local.stop import Stop; import sys; print(Stop().wait(5, [int(sys.argv[1])]))"
        command = [sys.executable, "-S", "-c", script, str(reader)]
        found = subprocess.run(command, cwd=ROOT, pass_fds=[reader], capture_output=True, text=True, timeout=20)
        assert found.stdout == "True\n", found.stderr
    finally:
        os.close(reader)
        os.close(writer)
