"""The template as `make package` makes it, without the dependencies in the zip, which take their time."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from dev import package
from dev.docs import ROOT

Resources = dict[str, dict[str, Any]]


@pytest.fixture(scope="session")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with deployment.zip and sam.json, made where Python writes bytecode and has left some."""
    project = bare_project(tmp_path_factory.mktemp("project"))
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        return package.package("test", project / "out", project)


def bare_project(project: Path) -> Path:
    """The application without its dependencies, with planted bytecode, in the folder `project`."""
    project.mkdir(exist_ok=True)
    for name in ("app.py", ".chalice", "chalicelib"):
        place = ROOT / name
        shutil.copytree(place, project / name) if place.is_dir() else shutil.copy(place, project)
    for name in ("chalicelib/__pycache__/ids.cpython-311.pyc", "chalicelib/old.pyc", ".chalice/__pycache__/x.pyc"):
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_bytes(b"bytecode")
    return project


@pytest.fixture(scope="session")
def template(packaged: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((packaged / "sam.json").read_text())
    return loaded


@pytest.fixture(scope="session")
def resources(template: dict[str, Any]) -> Resources:
    found: Resources = template["Resources"]
    return found


@pytest.fixture(scope="session")
def functions(resources: Resources) -> Resources:
    return of_type(resources, "AWS::Serverless::Function")


def of_type(resources: Resources, kind: str) -> Resources:
    return {name: resource["Properties"] for name, resource in resources.items() if resource["Type"] == kind}
