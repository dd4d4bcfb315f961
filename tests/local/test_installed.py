"""Signalbox as `pip install .` leaves it, outside of any checkout: the command, the plugin, and the page on testing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from signalbox import command
from tests.local.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PAGE = (ROOT / "docs" / "testing.md").read_text()
ADAPTERS_PAGE = (ROOT / "docs" / "adding-an-adapter.md").read_text()


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT))
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="session")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the wheel is installed; what it depends on is in this environment."""
    folder = tmp_path_factory.mktemp("site")
    pip("install", "--no-deps", "--no-compile", "--target", str(folder), str(wheel))
    return folder


def pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-cache-dir", *arguments, "--no-index"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def run(command: list[str], site: Path, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command somewhere, with what is installed and nothing of the checkout."""
    environment = {**os.environ, "PYTHONPATH": str(site), "SIGNALBOX_ADAPTERS": "", **more}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120)


def test_it_takes_three_names_and_no_others(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"chalicelib", "dev", "signalbox"}
    assert not [name for name in names if name.endswith(".pyc") or name.startswith(("dev/bench", "dev/e2e"))]


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A project that has an app and tools of its own, under the names of ours."""
    (tmp_path / "app.py").write_text("raise AssertionError('this app is another one')")
    (tmp_path / "dev").mkdir()
    return tmp_path


def test_the_demo_runs_outside_of_the_checkout(site: Path, elsewhere: Path) -> None:
    done = run([sys.executable, str(site / "bin" / "signalbox"), "demo"], site, elsewhere)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Done: one alert from firing to resolved." in done.stdout
    assert {path.name for path in elsewhere.iterdir()} == {"app.py", "dev"}


def write_files_of(page: str, folder: Path) -> None:
    for name, content in re.findall(r"^`([\w/.]+)`:\n\n```\w+\n(.*?)^```$", page, re.DOTALL | re.MULTILINE):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)


def test_the_contract_is_held_outside_of_the_checkout(site: Path, elsewhere: Path) -> None:
    write_files_of(ADAPTERS_PAGE, elsewhere)
    done = run([sys.executable, str(site / "bin" / "signalbox"), "contract", "acme_adapters"], site, elsewhere)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


def test_the_examples_on_the_page_on_testing_pass_in_a_project_of_its_own(site: Path, elsewhere: Path) -> None:
    write_files_of(PAGE, elsewhere)
    write_files_of(ADAPTERS_PAGE, elsewhere)
    done = run([sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "tests"], site, elsewhere)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^5 passed", done.stdout, re.MULTILINE), done.stdout


def test_the_page_on_testing_names_what_the_world_has(world: Any) -> None:
    named = set(re.findall(r"world\.(\w+)", PAGE))
    assert named == {name for name in named if hasattr(world, name)}
    public = {name for name in vars(type(world)) if not name.startswith("_")}
    inner = {"messages", "process", "take", "tick", "http"}  # for tests of the service itself
    assert public - inner - named == set()


@pytest.mark.parametrize("name", command.COMMANDS)
def test_each_command_tells_how_it_is_used(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        command.main([name, "--help"])
    told = capsys.readouterr().out
    assert told.startswith(f"usage: signalbox {name}")
    assert len(told.splitlines()) > 3


def test_the_command_tells_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        command.main(["--help"])
    told = capsys.readouterr().out
    for name, about in command.COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(about.summary)}$", told, re.MULTILINE)


def test_an_unknown_command_is_refused_with_those_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        command.main(["fly"])
    assert "invalid choice: 'fly'" in capsys.readouterr().err


def test_the_exit_code_of_a_command_is_the_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["import", "alertmanager", str(tmp_path / "absent.yml")]) == 2
    assert "absent.yml" in capsys.readouterr().err


def test_a_team_without_a_receiver_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        command.main(["import", "alertmanager", "x.yml", "--team", "tem_4fK0c2nVbQx1Za"])
    assert "--team: must be RECEIVER=tem_..." in capsys.readouterr().err


def pins(name: str) -> dict[str, Requirement]:
    lines = [line.partition("#")[0].strip() for line in (ROOT / name).read_text().splitlines()]
    found = [Requirement(line) for line in lines if line and not line.startswith("-")]
    return {pin.name.lower(): pin for pin in found if pin.marker is None or pin.marker.evaluate()}


def test_what_is_pinned_is_within_what_may_be_installed() -> None:
    deployed, developed = pins("requirements.txt"), pins("requirements-dev.txt")
    ranges = {found.name.lower(): found for found in map(Requirement, PROJECT["dependencies"])}
    assert deployed.keys() <= ranges.keys()
    assert ranges.keys() <= (deployed | developed).keys()
    for name, found in ranges.items():
        (pinned,) = (deployed | developed)[name].specifier
        assert found.specifier.contains(pinned.version), name


def test_a_command_that_needs_what_tests_need_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> Any:
        raise ModuleNotFoundError("No module named 'hypothesis'", name="hypothesis")

    monkeypatch.setattr(command, "import_module", absent)
    with pytest.raises(SystemExit, match=r"hypothesis is not installed: pip install 'signalbox\[test\]'"):
        command.main(["contract", "acme_adapters"])
