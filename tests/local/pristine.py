"""moto as it comes, beside the mended one of this process; and how many calls of Python something takes."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from contextlib import ExitStack
from types import FrameType
from typing import Any
from unittest import mock


def module(name: str) -> Any:
    """A second copy of a module of moto's models, which no mend has touched. moto does not learn of it: it would take
    its classes for those that CloudFormation makes, and its backends for those to reset."""
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.loader is not None
    copy = importlib.util.module_from_spec(spec)
    unknown = {
        "moto.core.base_backend.BackendDict": mock.MagicMock(),
        "moto.core.common_models.CloudFormationModel": object,
    }
    with ExitStack() as patches:
        for target, stand_in in unknown.items():
            patches.enter_context(mock.patch(target, stand_in))
        spec.loader.exec_module(copy)
    return copy


def calls_of(work: Callable[[], Any]) -> int:
    """How many Python functions `work` calls the second time: what it costs, without a clock and filled caches."""
    count = 0

    def note(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal count
        count += event == "call"

    work()
    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count
