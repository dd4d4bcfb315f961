"""The service follows its code: it is started anew when code changes, and what it holds is there again."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from dev.local import reload
from dev.local.stop import Stop
from tests.local.conftest import COMMAND, ROOT, environment, started, until

STUB = """
import os, sys
starts = sys.argv[3]
with open(starts, "a") as file:
    file.write(f"{os.getpid()} {' '.join(sys.argv[4:])}\\n")
exec(open(starts + ".behaviour").read())
"""
SERVES = "import signal; signal.sigwait([signal.SIGTERM])"


class Turns(Stop):
    """In place of signals: the turns of the supervisor, each an action before it looks again, then the stop."""

    def __init__(self, *turns: object) -> None:
        self.turns = list(turns)

    def wait(self, seconds: float | None = None, others: Sequence[int] = ()) -> bool:
        if not self.turns:
            return True
        turn = self.turns.pop(0)
        if callable(turn):
            turn()
        return False


class Supervised:
    """A stub in place of the service, its code, and what came of supervising it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.starts_file, self.code = folder / "starts", folder / "code"
        self.code.mkdir()
        monkeypatch.setattr(reload, "_PROGRAM", STUB)
        self.said: list[str] = []
        self.behave(SERVES)

    def behave(self, then: str) -> None:
        self.starts_file.with_suffix(".behaviour").write_text(then)

    def change(self, name: str = "module.py") -> None:
        path = self.code / name
        path.write_text(path.read_text() + "\n" if path.exists() else "")

    def starts(self) -> list[str]:
        return self.starts_file.read_text().splitlines() if self.starts_file.exists() else []

    def began(self, count: int) -> None:
        until(lambda: len(self.starts()) == count)

    def run(self, *turns: object) -> int:
        watch = reload.Watch([self.code])
        options = [str(self.starts_file), "--token", "t"]
        with socket.create_server(("127.0.0.1", 0)) as listener:
            return reload.supervise(options, [listener.fileno()], watch, Turns(*turns), self.said.append)


@pytest.fixture
def supervised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervised]:
    found = Supervised(tmp_path, monkeypatch)
    yield found
    for start in found.starts():
        with pytest.raises(ProcessLookupError):  # none is left
            os.kill(int(start.split()[0]), 0)


def test_it_starts_once_when_nothing_changes(supervised: Supervised) -> None:
    assert supervised.run(lambda: supervised.began(1), None, None) == 0
    (start,) = supervised.starts()
    assert " --token t --inherited " in start
    assert supervised.said == []


def test_a_change_starts_it_anew_once_it_has_settled(supervised: Supervised) -> None:
    supervised.run(lambda: supervised.began(1), supervised.change, supervised.change, None, lambda: supervised.began(2))
    first, second = supervised.starts()
    assert second.partition(" ")[2] == f"{first.partition(' ')[2]} --again"
    (said,) = supervised.said
    assert said.endswith("code/module.py changed")


@pytest.mark.parametrize("name", ["notes.txt", "data.json"])
def test_other_files_do_not_matter(supervised: Supervised, name: str) -> None:
    supervised.run(lambda: supervised.began(1), lambda: supervised.change(name), None)
    assert len(supervised.starts()) == 1


def test_new_removed_and_touched_files_are_changes(tmp_path: Path) -> None:
    (tmp_path / "gone.py").write_text("")
    (tmp_path / "kept.py").write_text("")
    watch = reload.Watch([tmp_path])
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "new.py").write_text("")
    (tmp_path / "gone.py").unlink()
    (tmp_path / "kept.py").write_text("x = 1")
    assert {path.name for path in watch.changed()} == {"new.py", "gone.py", "kept.py"}
    assert watch.changed() == set()


def test_a_service_that_does_not_run_waits_for_the_next_change(supervised: Supervised) -> None:
    supervised.behave("raise SystemExit(1)")

    def ended() -> None:
        supervised.began(1)
        until(lambda: not alive(int(supervised.starts()[0].split()[0])))

    def mend() -> None:
        supervised.behave(SERVES)
        supervised.change()

    assert supervised.run(ended, None, None, mend, None, lambda: supervised.began(2)) == 0
    assert supervised.said[0] == "It does not run. It is started again when its code changes."
    assert len(supervised.said) == 2


def alive(process: int) -> bool:
    """Whether a process runs: not gone, and not waiting for its parent to ask how it ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("code", [0, reload.REFUSED])
def test_a_service_that_ends_or_refuses_its_options_ends_it(supervised: Supervised, code: int) -> None:
    supervised.behave(f"raise SystemExit({code})")
    turns: list[object] = [lambda: supervised.began(1), *[lambda: until(lambda: True)] * 1000]
    assert supervised.run(*turns) == code
    assert len(supervised.starts()) == 1


def test_the_application_and_own_adapters_are_watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("acme_one", "acme_two"):
        (tmp_path / name / "sub").mkdir(parents=True)
        (tmp_path / name / "__init__.py").write_text("raise AssertionError('is not to be imported')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("SIGNALBOX_ADAPTERS", "acme_one, acme_two.sub")
    assert reload.code() == [ROOT / "app.py", ROOT / "chalicelib", tmp_path / "acme_one", tmp_path / "acme_two"]


def test_own_adapters_that_are_not_there_are_told() -> None:
    refused = environment(SIGNALBOX_ADAPTERS="absent_adapters", RELOAD="1")
    found = subprocess.run(COMMAND, cwd=ROOT, env=refused, capture_output=True, text=True, timeout=30)
    assert found.returncode == reload.REFUSED
    assert found.stderr.startswith("SIGNALBOX_ADAPTERS names absent_adapters, which is no package")


def test_edited_code_answers_the_next_request_and_all_is_as_it_was(tmp_path: Path) -> None:
    """The real service, on a copy of its code."""
    root = tmp_path / "root"
    for name in ("chalicelib", "dev", "infrastructure", "signalbox"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "app.py", root)
    adapter = root / "chalicelib" / "adapters" / "tools" / "webhook.py"
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with started(tmp_path, root, RELOAD="1", TMPDIR=str(temporary)) as service:
        body = json.dumps({"event_type": "create", "Id": "a", "Title": "Before"})
        service.http("POST", service.example, body, Content_Type="application/json")
        until(lambda: "Before" in service.titles())
        adapter.write_text(adapter.read_text().replace('name = "Webhook"', 'name = "Webhook, edited"'))
        until(lambda: "Restarting: chalicelib/adapters/tools/webhook.py changed" in service.printed)
        types = service.api("GET", "/integration_types?limit=100")["data"]  # waits for the service
        assert "Webhook, edited" in {found["name"] for found in types}
        assert service.titles() == {"Before"}
        assert service.http("POST", service.example, body, Content_Type="application/json").status == 200
        assert service.printed.count("Stop it with Ctrl-C") == 1
        (child,) = children(service.process.pid)
        os.kill(service.process.pid, signal.SIGKILL)
        until(lambda: not alive(child))
        assert list(temporary.glob("signalbox-*")) == []


def children(process: int) -> list[int]:
    return [int(name) for name in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
