"""Mails: headers without an end, addresses that nest, parts by the hundred thousand, encodings within encodings."""

from __future__ import annotations

from tests.adapters.hostile.inputs import Hostile, filled, fixed

_HEAD = "From: m@example.com\r\nSubject: s\r\n"
_PLAIN = _HEAD + "\r\n"
_PARTS = _HEAD + "Content-Type: multipart/mixed; boundary=b\r\n\r\n"


def _mail(name: str, piece: str, begin: str, end: str = "") -> Hostile:
    return Hostile(f"mail: {name}", filled(piece, begin, end), "message/rfc822", ("email",))


def _header(name: str, piece: str, begin: str, end: str = "") -> Hostile:
    return _mail(name, piece, "Subject: s\r\n" + begin, end + "\r\n\r\ntext")


def _addresses() -> list[Hostile]:
    pieces = {"opening brackets": "(", "quotes": '"', "backslashes": "\\", "angles": "<", "commas": ",", "colons": "a:"}
    many = [_header(f"addresses of {name}", piece, "From: ") for name, piece in pieces.items()]
    few = [
        Hostile(f"mail: 2,000 {name}", fixed(f"To: {piece * 2000}\r\n\r\n"), "message/rfc822", ("email",))
        for name, piece in pieces.items()
    ]
    return [*many, *few]


def _within_mails(depth: int) -> bytes:
    return ("Content-Type: message/rfc822\r\n\r\n" * depth + _PLAIN).encode()


MAILS = (
    *_addresses(),
    _header("60,000 addresses", "a@example.com, ", "To: "),
    _header("30,000 To headers", "To: Ann <a@example.com>\r\n", "", "X: y"),
    _header("encoded words", "=?utf-8?q?a?= ", "Subject: "),
    _header("encoded words that begin and do not end", "=?a?q?", "Subject: "),
    _header("encoded words in punycode", "=?punycode?q?aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa?=", "Subject: "),
    _header("one encoded word of a megabyte in idna", "a", "Subject: =?idna?q?", "?="),
    _header("references", "<a@b>", "References: "),
    _header("references that do not end", "<a", "References: "),
    _header("a header folded without an end", "\r\n x", "Subject: s"),
    _header("header lines", "X-A: b\r\n", ""),
    _header("names of headers", "X", "", ": y"),
    _header("continued file names", '; name*0="a"', "Content-Type: text/plain"),
    _header("quoted semicolons", ";", 'Content-Type: text/plain; name="'),
    _header("a charset of a megabyte", "x", "Content-Type: text/plain; charset="),
    _mail("no header at all", ": \r\n", ""),
    _mail("nothing but line breaks", "\r\n", "\r\n"),
    _mail("nothing but carriage returns", "\r", "From: a\r"),
    _mail("a text of a megabyte", "x", _PLAIN),
    _mail("punycode", "a", _HEAD + "Content-Type: text/plain; charset=punycode\r\n\r\n"),
    _mail("utf-7", "+AGE-", _HEAD + "Content-Type: text/plain; charset=utf-7\r\n\r\n"),
    _mail("broken base64", "A=\n", _HEAD + "Content-Transfer-Encoding: base64\r\n\r\n"),
    _mail("quoted-printable", "=\n", _HEAD + "Content-Transfer-Encoding: quoted-printable\r\n\r\n"),
    _mail("uuencode", "M\n", _HEAD + "Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 666 a\n"),
    _mail("170,000 parts", "--b\r\n\r\n", _PARTS),
    _mail("parts without an end", "--b\r\nContent-Type: text/html\r\n\r\n<b>x", _PARTS),
    _mail("attachments", "--b\r\nContent-Disposition: attachment; filename=a\r\n\r\n", _PARTS),
    _mail("file names in punycode", "--b\r\nContent-Type: a/b; name*=punycode''aaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n\r\n", _PARTS),
    _mail("parts that open parts", "--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n", _PARTS),
    Hostile("mail: 25,000 mails within mails", fixed(_within_mails(25_000)), "message/rfc822", ("email",)),
)  # fmt: skip
