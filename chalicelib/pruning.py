"""Cuts large documents level by level, so that whoever goes through them again and again has time for it."""

from __future__ import annotations

from itertools import islice
from typing import Any

from chalicelib.encoding import DEEPEST, TOO_DEEP

MOST_VALUES = 50_000
"""Values that are read of a JSON text from a stranger."""

_MOST_STEPS = 1_000_000
_FEWEST_VALUES = 1000


def pruned(value: Any, most: int) -> Any:
    """A copy of the maps and lists in a JSON value with at most `most` values, those of the upper levels first. A list
    that is cut ends in a marker; maps and lists nested deeper than `DEEPEST` are a marker."""
    root = [value]
    level: list[Any] = [root]
    left = most
    for depth in range(DEEPEST + 1):
        following = []
        for container in level:
            for key, child in container.items() if type(container) is dict else enumerate(container):
                if type(child) is not dict and type(child) is not list:
                    continue
                container[key] = copy = TOO_DEEP if depth == DEEPEST else _beginning(child, left, most)
                left = max(left - len(copy), 0)
                following += [] if copy is TOO_DEEP else [copy]
        level = following
    return root[0]


def pruned_for(value: Any, conditions: int) -> Any:
    """A document with as many values as there is time for when so many conditions may look at each: 50,000 for twenty
    conditions, 2,000 for five hundred."""
    most = max(_MOST_STEPS // max(conditions, 1), _FEWEST_VALUES)
    return value if most >= MOST_VALUES else pruned(value, most)


def _beginning(container: Any, left: int, most: int) -> Any:
    if type(container) is dict:
        return dict(islice(container.items(), left))
    return container[:left] if len(container) <= left else [*container[:left], f"[cut: more than {most:,} values]"]
