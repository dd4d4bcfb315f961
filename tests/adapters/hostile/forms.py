"""Form fields, urlencoded and multipart: too many, too deep, without an end, in pieces that contradict each other."""

from __future__ import annotations

from tests.adapters.hostile.inputs import MIB, Hostile, filled, fixed

_URLENCODED = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data; boundary=b"
_FIELD = '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'


def _nested_multipart(depth: int, lines: int) -> bytes:
    """Parts within parts, each with a boundary of its own, and empty lines that every level looks at."""
    levels = "".join(f"--b{n}\r\nContent-Type: multipart/mixed; boundary=b{n + 1}\r\n\r\n" for n in range(depth))
    return (levels + f"--b{depth}\r\n\r\n" + "\n" * lines).encode()


def _form(name: str, piece: str, begin: str = "", end: str = "") -> Hostile:
    return Hostile(f"form: {name}", filled(piece, begin, end), _URLENCODED, few=True)


def _multipart(name: str, piece: str, begin: str = "", end: str = "\r\n--b--") -> Hostile:
    return Hostile(f"multipart: {name}", filled(piece, begin, end), _MULTIPART, few=True)


FORMS = (
    _form("500,000 fields", "a&"),
    _form("one list", "title[]=1&"),
    _form("a list of maps", "a[][b]=1&a[][c]=2&"),
    _form("fields that contradict each other", "a=1&a[]=2&a[b]=3&a[b][c]=4&a[][d]=5&"),
    _form("a name 300,000 deep", "[a]", "title", "=1"),
    _form("brackets that close nothing", "]", "title[", "=1"),
    _form("percent signs", "%", "title="),
    _form("escapes that are no text", "%ff%fe%00", "title="),
    _form("plus signs", "+", "title="),
    _form("semicolons", ";", "title="),
    Hostile("form: 90,000 names", fixed("&".join(f"k{n:05}={n % 9}" for n in range(90_000))), _URLENCODED, few=True),
    Hostile("form: 40,000 maps", fixed("&".join(f"a[k{n:05}][b]=1" for n in range(40_000))), _URLENCODED, few=True),
    Hostile("multipart: 900 deep", fixed(_nested_multipart(900, 400 * 1024)), "multipart/form-data; boundary=b0", few=True),
    Hostile("multipart: 900 deep, posted as a mail", fixed(b"Content-Type: multipart/mixed; boundary=b0\r\n\r\n" + _nested_multipart(900, 400 * 1024)), "message/rfc822", few=True),
    _multipart("boundaries and nothing else", "--b\r\n"),
    _multipart("boundaries in one line", "--b", "--b "),
    _multipart("empty lines without an end", "\n", "--b\r\n\r\n", ""),
    _multipart("parts of one letter", _FIELD.format("a", "x")),
    _multipart("a header line of a megabyte", "x", '--b\r\nContent-Disposition: form-data; name="title"; filename="', '"\r\n\r\n1\r\n--b--'),
    _multipart("quoted semicolons", ";", '--b\r\nContent-Disposition: form-data; name="title"; filename="', "\r\n\r\n1\r\n--b--"),
    _multipart("50,000 header lines", "X-A: b\r\n", "--b\r\n"),
    _multipart("a header folded without an end", "\r\n x", "--b\r\nX-A: b"),
    _multipart("a name 300,000 deep", "[a]", '--b\r\nContent-Disposition: form-data; name="title', '"\r\n\r\n1\r\n--b--'),
    _multipart("quoted-printable", "=\n=3D=", '--b\r\nContent-Disposition: form-data; name="title"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'),
    _multipart("broken base64", "A\n=", '--b\r\nContent-Disposition: form-data; name="title"\r\nContent-Transfer-Encoding: base64\r\n\r\n'),
    Hostile("multipart: a boundary of 64 KB", filled("--" + "b" * 65_000 + "\r\n"), "multipart/form-data; boundary=" + "b" * 65_000, few=True),
    Hostile("multipart: no boundary", fixed(b"--\r\n\r\n" * (MIB // 6)), "multipart/form-data", few=True),
    Hostile("multipart: an empty boundary", fixed(b"--\r\n\r\n" * (MIB // 6)), 'multipart/form-data; boundary=""', few=True),
)  # fmt: skip
