"""Where the project's own files are: beside this package in a checkout, inside it where Signalbox is installed."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from functools import cache
from pathlib import Path
from typing import Any

_BESIDE = Path(__file__).parents[1]
_INSIDE = Path(__file__).parent / "files"
"""Where pyproject.toml has app.py, infrastructure/ and what else is no package put when a wheel is built."""


def path(name: str) -> Path:
    """A file or folder of the project's root: ``app.py``, ``infrastructure``."""
    return _INSIDE / name if (_INSIDE / name).exists() else _BESIDE / name


@cache
def application() -> Any:
    """The module app.py. Where another program has an app.py of its own, that one keeps the name `app`."""
    found = importlib.util.find_spec("app")
    if found and found.origin and Path(found.origin) == path("app.py"):
        return importlib.import_module("app")
    spec = importlib.util.spec_from_file_location("signalbox.app", path("app.py"))
    if spec is None or spec.loader is None:
        raise ImportError(f"{path('app.py')} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
