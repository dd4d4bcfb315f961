"""Any value as JSON that any reader takes: what is stored, queued or answered goes through here, and nothing raises.

JSON texts from strangers make values that JSON encoders refuse: integers beyond 64 bits, nesting of any depth, halves
of surrogate pairs. Each becomes the nearest thing that can be read. No function here recurses: where recursion ends
would be a stranger's choice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from math import isfinite
from typing import Any

import orjson

DEEPEST = 200
"""Levels of maps and lists that a rewritten value keeps. Encoders stop at 254, and what is stored gets wrapped."""

_LEAVES = frozenset((str, int, float, bool, type(None)))
_CONTAINERS = (dict, list, tuple, Set, Mapping)
TOO_DEEP = f"[nested deeper than {DEEPEST} levels]"


def encode(value: Any) -> bytes:
    """JSON (UTF-8) of any tree of values; `decode` always reads it, and gives back what JSON can hold as it was.

    What JSON cannot hold becomes: integers beyond 64 bits their digits as text; NaN and infinities null; halves of
    surrogate pairs U+FFFD; bytes and keys text; tuples and sets lists; maps and lists deeper than `DEEPEST` a marker;
    any other object its text. Takes time linear in the size of the tree.
    """
    try:
        return orjson.dumps(value)
    except TypeError:
        return orjson.dumps(plain(value))


def decode(content: bytes | str) -> Any:
    """The value in a JSON text. Raises ValueError for anything else."""
    return orjson.loads(content)


def plain(value: Any) -> Any:
    """A copy of the value with everything in it as `encode` writes it."""
    return rewritten(value, _leaf)


def rewritten(value: Any, leaf: Callable[[Any], Any]) -> Any:
    """A copy of the value with `leaf` applied to each key, and to each value in it that is neither map nor list. Maps
    and lists deeper than `DEEPEST` become a marker; keys become text; of keys that come out equal the last stays."""
    root = [value]
    level: list[Any] = [root]
    for depth in range(DEEPEST + 1):
        level = [copy for container in level for copy in _rewrite(container, leaf, depth == DEEPEST)]
    return root[0]


def _rewrite(container: Any, leaf: Callable[[Any], Any], last: bool) -> list[Any]:
    """Put copies of its children into a container; answers those that may have children themselves."""
    copies = []
    for key, child in container.items() if type(container) is dict else enumerate(container):
        if type(child) in _LEAVES or not isinstance(child, _CONTAINERS):
            container[key] = leaf(child)
        elif last:
            container[key] = TOO_DEEP
        else:
            container[key] = copy = _shallow(child, leaf)
            copies.append(copy)
    return copies


def _shallow(container: Any, leaf: Callable[[Any], Any]) -> dict[str, Any] | list[Any]:
    if type(container) is list:
        return container.copy()
    if isinstance(container, Mapping):
        return {leaf(key if isinstance(key, str) else _key(key)): child for key, child in container.items()}
    return list(container)


def whole_text(text: str) -> str:
    """The text with pairs of surrogates joined, and halves of them, which no UTF-8 can hold, as U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _key(key: Any) -> str:
    """A key that is no text as text: null, true and 1 as JSON writes them."""
    written = encode(key)
    return str(decode(written)) if written.startswith(b'"') else written.decode()


def _leaf(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return whole_text(str.__str__(value))
    if isinstance(value, int):
        return _integer(int(value))
    if isinstance(value, float):
        return float(value) if isfinite(value) else None
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).decode("utf-8", "replace")
    return _other(value)


def _integer(value: int) -> int | str:
    if -(2**63) <= value < 2**64:
        return value
    try:
        return str(value)
    except ValueError:  # Python writes no more than 4,300 decimal digits: their time grows with the square
        return hex(value)


def _other(value: Any) -> Any:
    """A time, a UUID or the like as `orjson` writes it; else the object's own text."""
    try:
        return decode(orjson.dumps(value))
    except TypeError:
        pass
    try:
        return whole_text(str(value))
    except Exception:  # an object may do anything when asked for its text
        return f"[{type(value).__name__}]"
