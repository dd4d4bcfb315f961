"""Rule documents: YAML 1.2 (core schema) or JSON text, read safely, with the line of every part.

Only ``true`` and ``false`` are booleans (``on``, ``no`` and ``yes`` are text), ``17:30`` and dates are text, ``010`` is
ten. Source: yaml.org, "YAML 1.2.2", chapter 10.3. Refused: tags beyond the core schema, merge keys, duplicate keys,
several documents, deep nesting, and aliases that expand without bound.

Other tools' documents are larger, have merge keys (yaml.org, "Merge Key Language-Independent Type"), and their tools
read scalars by types of their own, so scalars stay texts as they were written.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

MAX_BYTES = 64 * 1024
MAX_NODES = 10_000
MAX_FOREIGN_BYTES = 1024 * 1024
MAX_FOREIGN_NODES = 100_000
MAX_DEPTH = 50
MAX_DIGITS = 400

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}
_INTEGER = re.compile(r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_SURROGATES = re.compile(r"(\\\\)|\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})", re.IGNORECASE)
_BARE_TEMPLATE = re.compile(r"(?::|-)\s+\{\{")


class DocumentError(ValueError):
    """The text is no acceptable document. `message` says why, `line` (from 1) says where."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(f"line {line}: {message}")
        self.message = message
        self.line = line


@dataclass(slots=True)
class _Part:
    """One value of the document; `size` and `height` count what its aliases expand to."""

    value: Any
    line: int
    parts: dict[str | int, _Part] = field(default_factory=dict)
    size: int = 1
    height: int = 0

    def add(self, key: str | int, part: _Part, line: int, max_nodes: int) -> None:
        self.parts[key] = _Part(part.value, line, part.parts)
        self.size += part.size
        self.height = max(self.height, part.height + 1)
        if self.size > max_nodes:
            raise DocumentError(f"the document has more than {max_nodes} values", line)
        if self.height > MAX_DEPTH:
            raise _too_deep(line)


class Document:
    """A document that was read: `value` is plain dicts, lists and scalars. Aliased parts are the same objects."""

    def __init__(self, root: _Part) -> None:
        self._root = root
        self.value: Any = root.value

    def line_of(self, path: tuple[str | int, ...]) -> int:
        """The line (from 1) of the part at `path`, such as ``("rules", 0, "match")``: a mapping's entry is at its
        key. Of a part that is not there, the line of the closest part around it."""
        part = self._root
        for step in path:
            if step not in part.parts:
                break
            part = part.parts[step]
        return part.line


def load_yaml(source: str) -> Document:
    """Read one YAML or JSON document; an empty text is null. Raises `DocumentError`."""
    return _load(source, MAX_BYTES, _Reader(MAX_NODES))


def load_foreign_yaml(source: str) -> Document:
    """Read another tool's document: scalars are texts or null, merge keys are merged. Raises `DocumentError`."""
    return _load(source, MAX_FOREIGN_BYTES, _ForeignReader(MAX_FOREIGN_NODES))


def _load(source: str, max_bytes: int, reader: _Reader) -> Document:
    if len(source) > max_bytes or len(source.encode("utf-8", "surrogatepass")) > max_bytes:
        raise DocumentError(f"the document is larger than {max_bytes // 1024} KiB", 1)
    try:
        return Document(reader.document(_joined(source)))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = str(error.problem or error.context)
        raise _explained(message, mark.line + 1 if mark else 1, mark.column if mark else 0, source) from None
    except DocumentError as error:
        raise _explained(error.message, error.line, 0, source) from None
    except yaml.reader.ReaderError as error:
        line = source.encode("utf-8", "surrogatepass")[: error.position].count(b"\n") + 1
        raise DocumentError(f"unacceptable character: {error.reason}", line) from None
    except UnicodeError:
        raise DocumentError("the text holds half a surrogate pair", 1) from None


def _explained(message: str, line: int, column: int, source: str) -> DocumentError:
    """The error in the terms of who wrote the text, where the mistake is a known one."""
    lines = re.split(r"\r\n|[\r\n]", source)
    text = lines[line - 1] if line <= len(lines) else ""
    before = next((each for each in reversed(lines[:line]) if each.strip()), "")
    if "\t" in text[: len(text) - len(text.lstrip())] and "token" in message:
        return DocumentError("the line is indented with a tab; use spaces", line)
    if "escape character" in message:
        escape = text[text.rfind("\\", 0, column + 1) :][:2]
        return DocumentError(f"{message} {escape} in double quotes; write patterns in single quotes", line)
    if _BARE_TEMPLATE.search(before):
        return DocumentError(f"{message}; a value that starts with {{{{ must be in quotes", line)
    return DocumentError(message, line)


def _joined(source: str) -> str:
    """JSON writes characters beyond U+FFFF as two escapes, which YAML does not know."""
    if not source.lstrip().startswith(("{", "[")):
        return source
    return _SURROGATES.sub(lambda match: match[1] or _character(match[2], match[3]), source)


def _character(high: str, low: str) -> str:
    return chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00)


class _Reader:
    """Builds the parts from the parser's events, so that the bounds hold before anything large is made."""

    def __init__(self, max_nodes: int) -> None:
        self._max_nodes = max_nodes
        self._events: Iterator[Any] = iter(())
        self._anchors: dict[str, _Part | None] = {}

    def document(self, source: str) -> _Part:
        self._events = yaml.parse(source, Loader=_LOADER)
        next(self._events)
        event = next(self._events)
        if isinstance(event, yaml.StreamEndEvent):
            return _Part(None, 1)
        root = self._part(next(self._events), 0)
        next(self._events)
        event = next(self._events)
        if not isinstance(event, yaml.StreamEndEvent):
            raise DocumentError("only one document is allowed", _line(event))
        return root

    def _part(self, event: Any, depth: int) -> _Part:
        if isinstance(event, yaml.AliasEvent):
            return self._aliased(event)
        if depth > MAX_DEPTH:
            raise _too_deep(_line(event))
        if event.anchor:
            self._anchors[event.anchor] = None
        if isinstance(event, yaml.ScalarEvent):
            part = _Part(self._scalar(event), _line(event))
        elif isinstance(event, yaml.SequenceStartEvent):
            part = self._sequence(event, depth)
        else:
            part = self._mapping(event, depth)
        if event.anchor:
            self._anchors[event.anchor] = part
        return part

    def _aliased(self, event: Any) -> _Part:
        part = self._anchors.get(event.anchor)
        if part is None:
            known = event.anchor in self._anchors
            message = "is inside what it stands for" if known else "stands for nothing before it"
            raise DocumentError(f"the alias *{event.anchor} {message}"[:200], _line(event))
        return part

    def _sequence(self, start: Any, depth: int) -> _Part:
        _check_tag(start, "seq")
        values: list[Any] = []
        whole = _Part(values, _line(start))
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            part = self._part(event, depth + 1)
            whole.add(len(values), part, _line(event), self._max_nodes)
            values.append(part.value)
        return whole

    def _mapping(self, start: Any, depth: int) -> _Part:
        _check_tag(start, "map")
        values: dict[str, Any] = {}
        whole = _Part(values, _line(start))
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            line = _line(event)
            key = self._part(event, depth + 1).value
            if key == "<<" and not getattr(event, "style", "alias"):
                self._merge(whole, self._part(next(self._events), depth + 1), line)
                continue
            key = _key(key, line)
            if key in values:
                raise DocumentError(f"the key {key[:100]!r} is there twice", line)
            part = self._part(next(self._events), depth + 1)
            whole.add(key, part, line, self._max_nodes)
            values[key] = part.value
        return self._merged(whole)

    def _scalar(self, event: Any) -> Any:
        return _scalar(event)

    def _merge(self, whole: _Part, part: _Part, line: int) -> None:
        raise DocumentError("merge keys (<<) are not supported; repeat the entries instead", line)

    def _merged(self, whole: _Part) -> _Part:
        return whole


class _ForeignReader(_Reader):
    """Keeps scalars as they are written, and merges: a mapping's own keys come first, then the earlier merged."""

    def __init__(self, max_nodes: int) -> None:
        super().__init__(max_nodes)
        self._merges: dict[int, list[_Part]] = {}

    def _scalar(self, event: Any) -> Any:
        return None if event.tag is None and not event.style and _WORDS.get(event.value, "") is None else event.value

    def _merge(self, whole: _Part, part: _Part, line: int) -> None:
        parts = list(part.parts.values()) if isinstance(part.value, list) else [part]
        if not all(isinstance(merged.value, dict) for merged in parts):
            raise DocumentError("a merge key (<<) must have a mapping, or a list of them", line)
        self._merges.setdefault(id(whole), []).extend(parts)

    def _merged(self, whole: _Part) -> _Part:
        for part in self._merges.pop(id(whole), ()):
            for key, entry in part.parts.items():
                if key not in whole.parts:
                    whole.add(key, entry, entry.line, self._max_nodes)
                    whole.value[key] = entry.value
        return whole


def _key(value: Any, line: int) -> str:
    """Keys are text, as in JavaScript: the number 1 is the key "1"."""
    if isinstance(value, str):
        return value
    if isinstance(value, (dict, list)):
        raise DocumentError("a key must be text, not a list or mapping", line)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(int(value)) if isinstance(value, int) or value.is_integer() else str(value)


def _scalar(event: Any) -> Any:
    if event.tag is None:
        return event.value if event.style else _plain(event.value, _line(event))
    if event.tag in ("!", f"{_TAG}str"):
        return event.value
    value = _plain(event.value, _line(event))
    kind = {bool: "bool", int: "int", float: "float", str: "str"}.get(type(value), "null")
    if event.tag == f"{_TAG}float" and kind == "int":
        return float(value)
    _check_tag(event, kind)
    return value


def _plain(text: str, line: int) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _INTEGER.match(text):
        if len(text) > MAX_DIGITS:
            raise DocumentError(f"a number has more than {MAX_DIGITS} digits", line)
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    return float(text) if _FLOAT.match(text) else text


def _check_tag(event: Any, kind: str) -> None:
    if event.tag not in (None, "!", f"{_TAG}{kind}"):
        raise DocumentError(f"the tag {event.tag.replace(_TAG, '!!')} is not allowed here"[:200], _line(event))


def _too_deep(line: int) -> DocumentError:
    return DocumentError(f"the document is nested more than {MAX_DEPTH} deep", line)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1
