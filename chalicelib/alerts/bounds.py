"""What an alert may hold, whoever wrote it: an item of DynamoDB takes 400 KB, and whoever reads one gets all of it."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from chalicelib.encoding import decode, encode
from chalicelib.words import LONGEST_DESCRIPTION

LARGEST_ALERT = 300 * 1024
"""Bytes of the whole alert as JSON."""

_LONGEST = {"title": 1024, "description": LONGEST_DESCRIPTION, "incident_severity": 100, "incident_message": 10_000}
_MOST = {"tags": 100, "dedup_keys": 20, "additional_data": 100, "meta": 500}
_LONGEST_TAG = 255
_LONGEST_LABEL = 255
_LONGEST_KEY = 1024
_SHORTEST_VALUE = 40  # bytes; less of a value tells nothing
_ADDRESSES = ("link", "img")  # cut, they would lead elsewhere

Alert = dict[str, Any]
Entry = Any


def bounded(alert: Mapping[str, Any]) -> tuple[Alert, list[str]]:
    """The alert as it can be stored, and a note for each field that was cut, such as "description cut from 612,000 to
    50,000 characters".

    The limits: 1,024 characters of title, 50,000 of description, 10,000 of incident message, 100 tags of 255
    characters, 20 dedup keys of 1,024, 100 items of additional data, 500 keys of `meta`; and 300 KiB of JSON in all, to
    which the largest fields are cut first, and in them the largest values. The same alert is cut the same way each
    time.
    """
    given = decode(encode({**alert, "title": str(alert["title"]).strip()}))
    capped = {**given, **{name: cap(given[name]) for name, cap in _CAPS.items() if given.get(name)}}
    found = _within_budget(capped)
    if given.get("description_format") and found["description"] != given["description"]:
        found["description_format"] = "text"  # HTML that ends anywhere is not safe to show
    return found, [note for name in _CAPS if name in given for note in _cut_notes(name, given[name], found[name])]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else encode(value).decode()


def _cap_text(longest: int) -> Callable[[Any], str]:
    return lambda value: _text(value)[:longest]


def _cap_tags(tags: list[Any]) -> list[str]:
    return list(dict.fromkeys(_text(tag)[:_LONGEST_TAG] for tag in tags[: _MOST["tags"]]))


def _cap_dedup_keys(keys: list[Any]) -> list[str]:
    """A long key ends in its digest: what two keys share at their beginning does not make them one."""
    return [_short_key(_text(key)) for key in keys[: _MOST["dedup_keys"]]]


def _short_key(key: str) -> str:
    if len(key) <= _LONGEST_KEY:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()
    return f"{key[: _LONGEST_KEY - len(digest) - 1]}#{digest}"


def _cap_data(items: list[Any]) -> list[Any]:
    first = [item for item in items[: _MOST["additional_data"]] if isinstance(item, dict)]
    return [{**item, "label": _text(item.get("label"))[:_LONGEST_LABEL]} for item in first]


def _cap_meta(meta: dict[str, Any]) -> dict[str, Any]:
    return {name[:_LONGEST_LABEL]: meta[name] for name in list(meta)[: _MOST["meta"]]}


_CAPS: dict[str, Callable[[Any], Any]] = {
    **{name: _cap_text(longest) for name, longest in _LONGEST.items()},
    "tags": _cap_tags,
    "dedup_keys": _cap_dedup_keys,
    "additional_data": _cap_data,
    "meta": _cap_meta,
}


def _within_budget(alert: Alert) -> Alert:
    sizes = {name: len(encode(alert[name])) for name in _CAPS if alert.get(name)}
    left = LARGEST_ALERT - (len(encode(alert)) - sum(sizes.values()))
    level = _level(list(sizes.values()), left)
    return {**alert, **{name: _SHORTENERS[name](alert[name], level) for name, size in sizes.items() if size > level}}


def _level(sizes: list[int], limit: int) -> int:
    """The greatest size to which all larger ones can be cut so that they come to the limit together."""
    left, count = limit, len(sizes)
    for size in sorted(sizes):
        if size * count > left:
            return max(left // count, 0)
        left, count = left - size, count - 1
    return limit


def _shorten_text(text: str, limit: int) -> str:
    """The longest beginning of a text that takes at most `limit` bytes of JSON."""
    fitting = bisect_right(range(len(text) + 1), limit, key=lambda length: len(encode(text[:length])))
    return text[: max(fitting - 1, 0)]


def _thin(entries: list[Entry], limit: int, shorten: Callable[[Entry, int], Entry | None]) -> list[Entry]:
    """The entries with the largest of them shortened; those of which nothing would be left are left out."""
    sizes = [len(encode(entry)) + 1 for entry in entries]
    level = _level(sizes, limit - 2)
    kept = [entry if size <= level else shorten(entry, level - 1) for entry, size in zip(entries, sizes, strict=True)]
    return [entry for entry in kept if entry is not None]


def _shorten_value(entry: dict[str, Any], name: str, limit: int) -> dict[str, Any] | None:
    """The entry with the text of its value, JSON where it is none, cut so that the whole entry takes `limit` bytes."""
    room = limit - len(encode({**entry, name: ""})) + 2
    return {**entry, name: _shorten_text(_text(entry.get(name)), room)} if room >= _SHORTEST_VALUE else None


def _shorten_datum(item: dict[str, Any], limit: int) -> dict[str, Any] | None:
    return None if item.get("format") in _ADDRESSES else _shorten_value(item, "value", limit)


def _shorten_meta(meta: dict[str, Any], limit: int) -> dict[str, Any]:
    entries = [{name: value} for name, value in meta.items()]
    thinned = _thin(entries, limit, lambda entry, room: _shorten_value(entry, next(iter(entry)), room))
    return {name: value for entry in thinned for name, value in entry.items()}


_SHORTENERS: dict[str, Callable[[Any, int], Any]] = {
    **dict.fromkeys(_LONGEST, _shorten_text),
    **dict.fromkeys(("tags", "dedup_keys"), lambda texts, limit: _thin(texts, limit, lambda text, room: None)),
    "additional_data": lambda items, limit: _thin(items, limit, _shorten_datum),
    "meta": _shorten_meta,
}


def _cut_notes(name: str, before: Any, after: Any) -> Iterator[str]:
    if before == after:
        return
    if isinstance(before, str):
        yield f"{name} cut from {len(before):,} to {len(after):,} characters"
    else:
        sizes = [f"{len(value):,} items ({len(encode(value)):,} bytes)" for value in (before, after)]
        yield f"{name} cut from {' to '.join(sizes)}"
