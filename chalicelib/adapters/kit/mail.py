"""Reads e-mails: any bytes, any charset, and reading never raises. Which integration an address means.

The standard library's older parser is used, with headers cut to a bound: its newer one takes time that grows with the
square of a header's length, and raises on some broken ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses
from functools import lru_cache

from chalicelib.ids import is_ulid

_MAX_HEADER = 16 * 1024
_MAX_PARTS = 200
_MAX_DEPTH = 20
_MAX_REFERENCES = 100
_BRACKETED = re.compile(r"<([^<>\s]+)>")
_PREFIX_ID = re.compile(r"int_[0-9A-Za-z]{1,36}\Z", re.IGNORECASE)
_SHORT_REFERENCE = re.compile(r"[0-9A-Za-z_-]{4,40}\Z")


@dataclass(frozen=True)
class Mail:
    """A mail that was read. Header names are lower case; `html` and `text` are the first parts of their kind."""

    headers: dict[str, list[str]]
    html: str | None
    text: str | None
    attachments: tuple[str, ...]

    def header(self, name: str) -> str:
        """The first header of that name, decoded; "" when there is none."""
        return _decoded(self.headers.get(name, [""])[0])

    def addresses(self, name: str) -> list[str]:
        """The bare addresses of all headers of that name."""
        found = getaddresses(self.headers.get(name, []))
        return list(dict.fromkeys(address for _, address in found if address))

    @property
    def message_id(self) -> str | None:
        """The Message-ID without its brackets."""
        return self.headers.get("message-id", [""])[0].strip().strip("<>").strip() or None

    @property
    def references(self) -> list[str]:
        """The Message-IDs of the thread that the mail answers in, the oldest first."""
        given = " ".join(self.headers.get("references", []))
        return (_BRACKETED.findall(given) or given.split())[:_MAX_REFERENCES]


@lru_cache(maxsize=4)
def read_mail(raw: bytes) -> Mail:
    """Read a MIME message. Bytes that are none give a mail without headers."""
    try:
        message = BytesParser(policy=policy.compat32).parsebytes(raw)
        parts = list(_parts(message))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return Mail({}, None, raw.decode("utf-8", "replace"), ())
    headers: dict[str, list[str]] = {}
    for name, value in message.raw_items():
        headers.setdefault(name.lower(), []).append(_unfolded(value))
    bodies = [part for part in parts if not _is_attachment(part)]
    attached = [part for part in parts if _is_attachment(part)]
    return Mail(headers, _first(bodies, "text/html"), _first(bodies, "text/plain"), tuple(map(_label, attached)))


def address_reference(address: str) -> str | None:
    """The integration's id in a mail address, in any of its forms; None when the address means none.

    ``int_x@``, ``<ULID>@``, ``a+<either>@`` and, for ids of old, ``a+<short id>@``. ULIDs are taken in any case.
    """
    local = address.rpartition("<")[2].strip().rpartition("@")[0].strip().strip('"')
    inbox, plus, tag = local.partition("+")
    for part in (inbox, tag):
        if _PREFIX_ID.match(part):
            return "int_" + part[4:]
        if is_ulid(part.upper()):
            return part.upper()
    return tag if plus and inbox and _SHORT_REFERENCE.match(tag) else None


def _parts(message: Message, depth: int = 0) -> Iterator[Message]:
    """The leaves of a message, at most 200; a mail within the mail is one leaf."""
    children = message.get_payload()
    if message.get_content_maintype() != "multipart" or not isinstance(children, list) or depth > _MAX_DEPTH:
        yield message
        return
    for child in children[:_MAX_PARTS]:
        if isinstance(child, Message):
            yield from _parts(child, depth + 1)


def _is_attachment(part: Message) -> bool:
    return (
        part.get_content_disposition() == "attachment"
        or part.get_filename() is not None
        or part.get_content_maintype() != "text"
    )


def _label(part: Message) -> str:
    """An attachment as people see it: its name and type."""
    name = _decoded(_clean(part.get_filename() or "unnamed"))[:200]
    return f"{name} ({part.get_content_type()})"


def _first(parts: list[Message], content_type: str) -> str | None:
    return next((_content(part) for part in parts if part.get_content_type() == content_type), None)


def _content(part: Message) -> str:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    return _text(content, part.get_content_charset()).replace("\r\n", "\n")


def _text(content: bytes, charset: str | None) -> str:
    """Bytes as text of a charset; without one, or with an unknown one, UTF-8 where it fits, else Latin-1."""
    try:
        return content.decode(charset or "utf-8", "strict" if charset is None else "replace")
    except (LookupError, ValueError):
        return content.decode("latin-1")


def _clean(value: str) -> str:
    """A header's text with the bytes beyond ASCII, which the parser hides in surrogates, read as UTF-8."""
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _unfolded(value: object) -> str:
    return _clean(str(value)[:_MAX_HEADER].replace("\r", "").replace("\n", ""))


def _decoded(value: str) -> str:
    """A header with its encoded words, such as ``=?utf-8?q?caf=C3=A9?=``, written out."""
    if "=?" not in value:
        return value
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError):
        return value
    return "".join(piece if isinstance(piece, str) else _text(piece, charset) for piece, charset in pieces)
