"""The template as `make package` makes it, without the dependencies in the zip, which take their time."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from dev import package

Resources = dict[str, dict[str, Any]]


@pytest.fixture(scope="session")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with deployment.zip and sam.json."""
    project = tmp_path_factory.mktemp("project")
    shutil.copy(package.ROOT / "app.py", project)
    shutil.copytree(package.ROOT / "chalicelib", project / "chalicelib", ignore=shutil.ignore_patterns("__pycache__"))
    (project / ".chalice").mkdir()
    shutil.copy(package.ROOT / ".chalice" / "config.json", project / ".chalice")
    return package.package("test", project / "out", project)


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
