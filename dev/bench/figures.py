"""Figures: how they are measured (CPU time, medians, pairs in turn) and how they are printed beside their goals."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

Function = Callable[[], Any]


@dataclass(frozen=True)
class Figure:
    """One line of the report. `met` is None where there is no goal."""

    name: str
    value: str
    goal: str = ""
    met: bool | None = None


def at_most(name: str, value: float, goal: float, unit: str = "", note: str = "", digits: int = 2) -> Figure:
    """A figure whose goal is an upper bound."""
    shown = f"{value:.{digits}f}{unit}{f' ({note})' if note else ''}"
    return Figure(name, shown, f"<= {goal:g}{unit}", value <= goal)


def at_least(name: str, value: float, goal: float, unit: str = "", note: str = "", digits: int = 2) -> Figure:
    """A figure whose goal is a lower bound."""
    shown = f"{value:.{digits}f}{unit}{f' ({note})' if note else ''}"
    return Figure(name, shown, f">= {goal:g}{unit}", value >= goal)


def cpu(function: Function, times: int) -> float:
    """CPU seconds of one call, over so many."""
    start = time.process_time()
    for _ in range(times):
        function()
    return (time.process_time() - start) / times


def in_turn(functions: Sequence[Function], rounds: int, times: int) -> list[tuple[float, ...]]:
    """CPU seconds per call of each function in each round. They take turns, so that what slows the machine down for a
    while slows all of them."""
    for function in functions:
        cpu(function, max(1, times // 2))
    return [tuple(cpu(function, times) for function in functions) for _ in range(rounds)]


def column(rounds: Iterable[Sequence[float]], index: int) -> float:
    """The median of one function over the rounds."""
    return median(row[index] for row in rounds)


def ratio(rounds: Iterable[Sequence[float]], over: int = 0, under: int = 1) -> float:
    """The median of one function's time over another's of the same round."""
    return median(row[over] / row[under] for row in rounds)


def line(figure: Figure) -> str:
    verdict = {True: "met", False: "MISSED", None: ""}[figure.met]
    return f"  {figure.name:<51} {figure.value:<62} {figure.goal:<10} {verdict}".rstrip()
