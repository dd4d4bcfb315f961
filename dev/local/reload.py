"""Starts the service anew whenever its code changes. Its sockets stay open meanwhile, so requests wait."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from dev import private, project
from dev.local.lines import Say
from dev.local.stop import Stop

ROOT = Path(__file__).parents[2]
REFUSED = 2
"""The exit code of a service that no change of code helps: its options or its folder cannot be used."""

_PROGRAM = "import sys; sys.path.insert(0, sys.argv.pop(1)); from signalbox.command import main; sys.exit(main())"
_SECONDS_BETWEEN_LOOKS = 0.4
_SECONDS_TO_STOP = 15


class Watch:
    """The Python files of some folders."""

    def __init__(self, roots: Iterable[Path]) -> None:
        self._roots = list(roots)
        self._seen = self._look()

    def changed(self) -> set[Path]:
        """The files that are new, gone or changed since it was asked last."""
        before, self._seen = self._seen, self._look()
        return {path for path, _ in before.items() ^ self._seen.items()}

    def _look(self) -> dict[Path, tuple[int, int]]:
        found = {}
        for path in (path for root in self._roots for path in ([root] if root.is_file() else root.rglob("*.py"))):
            try:
                facts = path.stat()
            except FileNotFoundError:
                continue
            found[path] = (facts.st_mtime_ns, facts.st_size)
        return found


def code() -> list[Path]:
    """What to watch: the application, and the packages that SIGNALBOX_ADAPTERS names. Raises LookupError."""
    return [project.path("app.py"), project.path("chalicelib"), *private.packages().values()]


def supervise(options: Sequence[str], sockets: Sequence[int], watch: Watch, stop: Stop, say: Say) -> int:
    """Run the service with these options and sockets until it is to stop, or ends by itself; answers its exit code."""
    alive, _ = os.pipe()  # what reads it sees the end of this process, however it ends
    inherited = (*sockets, alive)
    command = [
        sys.executable,
        "-P",
        "-c",
        _PROGRAM,
        str(ROOT),
        "run",
        *options,
        "--inherited",
        ",".join(map(str, inherited)),
    ]
    again: list[str] = []
    while True:
        arguments = [*command, *again]
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}  # or a change within a second could go unseen
        service = subprocess.Popen(arguments, pass_fds=inherited, env=environment)
        try:
            changed = _changed(service, watch, stop, say)
        finally:
            _end(service)
        if not changed:
            return service.returncode if service.returncode > 0 else 0
        again = ["--again"]
        say(f"\nRestarting: {_names(changed)} changed")


def is_gone(supervisor: int) -> bool:
    """Whether the supervisor at the other end of this pipe has ended, in whatever way."""
    return bool(select.select([supervisor], [], [], 0)[0])


def _changed(service: subprocess.Popen[bytes], watch: Watch, stop: Stop, say: Say) -> set[Path]:
    """Wait for changes of the code until they settle; nothing when the service is to end, or has ended."""
    told, changed = False, set[Path]()
    while not stop.wait(_SECONDS_BETWEEN_LOOKS):
        more = watch.changed()
        if changed and not more:
            return changed
        changed |= more
        if service.poll() in (0, REFUSED):
            return set()
        if service.poll() is not None and not told:
            say("It does not run. It is started again when its code changes.")
            told = True
    return set()


def _end(service: subprocess.Popen[bytes]) -> None:
    service.terminate()
    try:
        service.wait(_SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        service.kill()
        service.wait()


def _names(paths: Iterable[Path]) -> str:
    shown = sorted(str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path) for path in paths)
    return ", ".join(shown[:3]) + (f" and {len(shown) - 3} more" if len(shown) > 3 else "")
