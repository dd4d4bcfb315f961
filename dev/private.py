"""Adapters of one's own go with the package: those that SIGNALBOX_ADAPTERS names, from wherever Python finds them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from chalicelib.adapters import named

VARIABLE = "SIGNALBOX_ADAPTERS"


def packages() -> dict[str, Path]:
    """The folder of each top-level package that is named. Raises LookupError for one that Python does not find."""
    tops = dict.fromkeys(name.partition(".")[0] for name in named(os.environ.get(VARIABLE)))
    return {top: _folder(top) for top in tops}


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise LookupError(f"{VARIABLE} names {package}, which is no package that Python finds: set PYTHONPATH")
    return Path(next(iter(spec.submodule_search_locations)))


def vendor(folders: Mapping[str, Path], project: Path) -> None:
    """Copy the packages to where Chalice takes what no index has."""
    for name, folder in folders.items():
        ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
        shutil.copytree(folder, project / "vendor" / name, ignore=ignored)


def tell(template: dict[str, Any]) -> None:
    """Tell the functions which packages to ask for adapters."""
    if os.environ.get(VARIABLE):
        template["Globals"]["Function"]["Environment"]["Variables"][VARIABLE] = os.environ[VARIABLE]
