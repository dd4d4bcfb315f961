"""Reads e-mails: any bytes, any charset, and reading never raises. Which integration an address means."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from chalicelib.adapters.kit.charsets import codec_of, decode_text
from chalicelib.adapters.kit.mime import Part, decode_base64, leaves, read_part
from chalicelib.ids import is_ulid

_MAX_PARTS = 200
_MAX_REFERENCES = 100
_MAX_ADDRESSES = 500
_MAX_ADDRESS_TEXT = 64 * 1024
_BRACKETED = re.compile(r"<([^<>\s]+)>")
_ENCODED_WORD = re.compile(r"=\?([^?*\s]{1,40})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?]*)\?=")
_ASIDE = re.compile(r'"(?:[^"\\]|\\.)*+"(?!@)|\([^()]*\)')  # a quoted name, a comment
_IN_ANGLES = re.compile(r"<\s*([^<>\s]+)\s*>")
_BARE = re.compile(r'(?:"(?:[^"\\]|\\.)*+"|[^\s<>@"]++)@[^\s<>@"]+')
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
        return addresses_in(", ".join(self.headers.get(name, [])))

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
    message = read_part(raw)
    headers: dict[str, list[str]] = {}
    for name, value in message.headers:
        headers.setdefault(name, []).append(value)
    parts = leaves(message)[:_MAX_PARTS]
    bodies = [part for part in parts if not _is_attachment(part)]
    attached = [part for part in parts if _is_attachment(part)]
    return Mail(headers, _first(bodies, "text/html"), _first(bodies, "text/plain"), tuple(map(_label, attached)))


def addresses_in(source: str) -> list[str]:
    """The bare addresses in the text of headers such as To, each once; the names and comments beside them are left
    out. A name without a domain, as local mail has it, counts as an address."""
    plain = _ASIDE.sub(" ", source[:_MAX_ADDRESS_TEXT])
    pieces = re.split("[,;]", plain, maxsplit=_MAX_ADDRESSES)[:_MAX_ADDRESSES]
    return list(dict.fromkeys(address for piece in pieces if (address := _address(piece))))


def _address(piece: str) -> str | None:
    mailbox = piece.rpartition(":")[2].strip()  # after the name of a group
    found = _IN_ANGLES.search(mailbox)
    if found:
        return found[1]
    bare = _BARE.search(mailbox)
    return bare[0] if bare else None if not mailbox or re.search(r"[\s<>\"()]", mailbox) else mailbox


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


def lightened(raw: bytes, most: int) -> bytes:
    """A mail without the content of its attachments, and not longer than `most` bytes: what makes alerts is in it."""
    if len(raw) <= most:
        return raw
    kept, position = [], 0
    for part in leaves(read_part(raw)):
        if _is_attachment(part):
            kept.append(raw[position : part.body_start])
            position = part.end
    return b"".join([*kept, raw[position:]])[:most]


def _is_attachment(part: Part) -> bool:
    return part.disposition == "attachment" or part.filename is not None or not part.content_type.startswith("text/")


def _label(part: Part) -> str:
    """An attachment as people see it: its name and type."""
    name = _decoded(part.filename or "unnamed")[:200]
    return f"{name} ({part.content_type})"


def _first(parts: list[Part], content_type: str) -> str | None:
    return next((_content(part) for part in parts if part.content_type == content_type), None)


def _content(part: Part) -> str:
    return _text(part.content, part.charset).replace("\r\n", "\n")


def _text(content: bytes, charset: str | None) -> str:
    """Bytes as text of a charset; without one, or with one that is not read, UTF-8 where it fits, else Latin-1."""
    if codec_of(charset or ""):
        return decode_text(content, charset)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _decoded(value: str) -> str:
    """A header with its encoded words, such as ``=?utf-8?q?caf=C3=A9?=``, written out."""
    return "".join(_text(content, charset) for content, charset in _runs(value))


def _runs(value: str) -> Iterator[tuple[bytes, str]]:
    """The header's bytes in runs of one charset: what follows in the same one may go on within a character."""
    run, charset, position = b"", "utf-8", 0
    for word in _ENCODED_WORD.finditer(value):
        between = value[position : word.start()]
        if between.strip() or (position == 0 and between):
            yield run, charset
            run, charset = between.encode("utf-8", "replace"), "utf-8"
        if word[1].lower() != charset:
            yield run, charset
            run, charset = b"", word[1].lower()
        run += _word_bytes(word)
        position = word.end()
    yield run, charset
    yield value[position:].encode("utf-8", "replace"), "utf-8"


def _word_bytes(word: re.Match[str]) -> bytes:
    """The bytes that an encoded word stands for; one that cannot be decoded stays as it is."""
    content = word[3].encode("utf-8", "replace")
    decoded = decode_base64(content) if word[2] in "bB" else binascii.a2b_qp(content, header=True)
    return decoded if decoded or not content else word[0].encode("utf-8", "replace")
