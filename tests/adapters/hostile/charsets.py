"""Charsets and content types: codecs that are slow, that are none of texts, or that nobody has heard of."""

from __future__ import annotations

from tests.adapters.hostile.inputs import MIB, Hostile, fixed

_SLOW = ("punycode", "idna", "utf-7", "unicode_escape", "raw_unicode_escape")
_NO_TEXT = ("hex", "rot13", "bz2", "zlib", "uu", "quopri", "undefined", "mbcs", "oem")
_RARE = ("iso-2022-jp", "iso-2022-kr", "hz", "euc-jp", "shift_jis", "gb18030", "big5", "utf-16", "utf-32", "cp037")


def _charset(name: str, body: bytes, few: bool = True) -> Hostile:
    return Hostile(f"charset: {name}", fixed(body), f"application/json; charset={name}", few=few)


def _type(name: str, content_type: str, body: bytes = b'{"id": 1}') -> Hostile:
    return Hostile(f"content type: {name}", fixed(body), content_type)


CHARSETS = (
    *(_charset(name, b"a" * MIB) for name in _SLOW),
    *(_charset(name, b'{"id": "+AGEALQ-"}' * 1000, few=False) for name in _NO_TEXT),
    *(_charset(name, b'{"id": "' + b"\x1b$B\x8e\xa1~{" * (MIB // 8) + b'"}') for name in _RARE),
    _charset("x" * 100_000, b'{"id": 1}', few=False),
    _charset("../../../etc/passwd", b'{"id": 1}', few=False),
    _type("quotes that open nothing", 'text/plain; a="' + ";" * 64_000),
    _type("a thousand parameters", "application/json" + "; a=b" * 200_000),
    _type("continued parameters", "multipart/form-data" + "".join(f"; boundary*{n}=x" for n in range(5000))),
    _type("a parameter's number of 5,000 digits", "multipart/form-data; boundary*" + "1" * 5000 + "=x"),
    _type("a charset in a charset", "text/plain; charset*=punycode'en'%70%75"),
)
