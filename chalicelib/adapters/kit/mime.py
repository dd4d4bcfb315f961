"""MIME as mails and multipart forms use it: headers, parts, transfer encodings. Any bytes; nothing raises.

Reading takes time linear in the length, whatever is sent: the standard library's parsers look at each line once per
level of nesting, keep every line as an object, and take time that grows with the square of a header's length.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from functools import cached_property

from chalicelib.adapters.kit.charsets import decode_text

_LONGEST_HEADER = 16 * 1024
_LONGEST_PARAMETERS = 2 * 1024  # the standard library reads them in quadratic time
_MOST_HEADERS = 1000
_MOST_HEADER_BYTES = 256 * 1024
_MOST_PARTS = 1000
_MOST_LEVELS = 10
_LONGEST_BOUNDARY = 200  # the standard allows 70
_HEADER = re.compile(rb"([!-9;-~]{1,200}+)[ \t]*+:([^\n]*+(?:\n[ \t][^\n]*+)*+)(?:\n|\Z)")
_BLANK_LINE = re.compile(rb"\r?\n|\Z")
_MAILBOX_LINE = re.compile(rb"From [^\n]*+\n")
_NO_BASE64 = re.sub(rb"[A-Za-z0-9+/]", b"", bytes(range(256)))
_FOLD = re.compile(r"\r?\n")


@dataclass(frozen=True)
class Part:
    """A message, or one part of one: `raw` from `start` to `end`, where its body begins at `body_start`.

    Header names are lower case; values are unfolded text of at most 16 KiB each, 256 KiB and 1,000 headers in all.
    """

    raw: bytes
    headers: tuple[tuple[str, str], ...]
    body_start: int
    end: int

    def header(self, name: str) -> str | None:
        """The first header of that name, encoded words as they are."""
        return next((value for found, value in self.headers if found == name), None)

    @cached_property
    def content_type(self) -> str:
        """The media type alone, lower case."""
        found = (self.header("content-type") or "").partition(";")[0].strip().lower()
        return found if found.count("/") == 1 else "text/plain"

    @cached_property
    def charset(self) -> str | None:
        return parameter(self.header("content-type"), "charset")

    @cached_property
    def disposition(self) -> str | None:
        """``attachment``, ``inline``, ``form-data`` or what else is said."""
        found = self.header("content-disposition")
        return None if found is None else found.partition(";")[0].strip().lower()

    @cached_property
    def filename(self) -> str | None:
        given = parameter(self.header("content-disposition"), "filename")
        return parameter(self.header("content-type"), "name") if given is None else given

    @property
    def content(self) -> bytes:
        """The body without its transfer encoding; what cannot be decoded stays as it is."""
        body = self.raw[self.body_start : self.end]
        encoding = (self.header("content-transfer-encoding") or "").strip().lower()
        if encoding == "base64":
            return decode_base64(body)
        return binascii.a2b_qp(body) if encoding == "quoted-printable" else body


def read_part(raw: bytes, start: int = 0, end: int | None = None) -> Part:
    """The message or part that lies between two positions. Bytes that are none give a part without headers."""
    end = len(raw) if end is None else end
    mailbox = _MAILBOX_LINE.match(raw, start, end)
    position = mailbox.end() if mailbox else start
    headers: list[tuple[str, str]] = []
    size = 0
    while found := _HEADER.match(raw, position, end):
        position = found.end()
        size += position - found.start()
        if len(headers) < _MOST_HEADERS and size <= _MOST_HEADER_BYTES:
            headers.append((found[1].decode("ascii").lower(), _unfolded(found[2])))
    blank = _BLANK_LINE.match(raw, position, end)
    return Part(raw, tuple(headers), blank.end() if blank else position, end)


def _unfolded(value: bytes) -> str:
    return _FOLD.sub("", value[:_LONGEST_HEADER].decode("utf-8", "replace")).strip()


def leaves(part: Part) -> list[Part]:
    """The parts of a message that are no multiparts themselves, in order: at most 1,000, from at most 10 levels. A
    multipart without parts, or one that lies deeper, is such a part."""
    found: list[Part] = []
    pending = [(part, 0)]
    while pending and len(found) < _MOST_PARTS:
        current, level = pending.pop()
        children = list(_children(current)) if level < _MOST_LEVELS else []
        pending += [(child, level + 1) for child in reversed(children)]
        found += [] if children else [current]
    return found


def _children(part: Part) -> Iterator[Part]:
    """The parts of a multipart, at most 1,000."""
    boundary = parameter(part.header("content-type"), "boundary")
    if not part.content_type.startswith("multipart/") or not boundary or len(boundary) > _LONGEST_BOUNDARY:
        return
    start: int | None = None
    for number, (before, after, closes) in enumerate(_delimiters(part, boundary.encode("utf-8", "replace"))):
        if start is not None:
            yield read_part(part.raw, start, max(before, start))
        start = after
        if closes or number >= _MOST_PARTS:
            return
    if start is not None:
        yield read_part(part.raw, start, part.end)


def _delimiters(part: Part, boundary: bytes) -> Iterator[tuple[int, int, bool]]:
    """Where the lines that part a multipart are: the end of what is before each, the beginning of what comes after it,
    and whether it is the last."""
    raw, mark, position = part.raw, b"--" + boundary, part.body_start
    while (found := raw.find(mark, position, part.end)) >= 0:
        line_end = raw.find(b"\n", found, part.end) + 1 or part.end
        begins_line = found == part.body_start or raw[found - 1 : found] == b"\n"
        tail = raw[found + len(mark) : line_end].rstrip()
        if begins_line and tail in (b"", b"--"):
            yield found - (2 if raw[found - 2 : found] == b"\r\n" else 1), line_end, tail == b"--"
        position = line_end


def parameter(header: str | None, name: str) -> str | None:
    """A parameter of a header such as ``text/plain; charset=utf-8``, in any of the ways that MIME writes them."""
    message = Message()
    message["content-type"] = (header or "")[:_LONGEST_PARAMETERS]
    try:
        found = message.get_param(name)
    except (ValueError, TypeError):  # of continuations without numbers, or with endless ones
        return None
    if isinstance(found, tuple):  # with a charset of its own
        return decode_text(found[2].encode("latin-1", "replace"), found[0])
    return found if isinstance(found, str) else None


def decode_base64(body: bytes) -> bytes:
    """What of the body is base64; a last group that is cut off is left out."""
    clean = body.partition(b"=")[0].translate(None, _NO_BASE64)
    return binascii.a2b_base64((clean[:-1] if len(clean) % 4 == 1 else clean) + b"==")
