"""Foreign bytes as text. Only charsets that are read in time linear in their length: Python knows codecs that are not
(punycode), and codecs of other things than text (hex, bz2)."""

from __future__ import annotations

import re

from chalicelib.encoding import whole_text

_NAMES = (
    *(
        "utf-8",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "koi8-r",
        "koi8-u",
        "mac-roman",
        "cp437",
        "cp850",
        "cp866",
    ),
    *(f"iso-8859-{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)),
    *(f"cp{page}" for page in (874, *range(1250, 1259))),
    *("shift-jis", "cp932", "euc-jp", "iso-2022-jp", "gb2312", "gbk", "gb18030", "big5", "euc-kr", "cp949", "tis-620"),
)
_OTHER_NAMES = {
    "utf8": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "latin1": "iso-8859-1",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "latin9": "iso-8859-15",
    "macintosh": "mac-roman",
    "sjis": "shift-jis",
    "windows-31j": "cp932",
    "x-sjis": "shift-jis",
    "ks-c-5601-1987": "cp949",
    "gb-2312": "gb2312",
    **{f"windows-{page}": f"cp{page}" for page in (874, *range(1250, 1259))},
    **{f"iso8859-{part}": f"iso-8859-{part}" for part in range(1, 17) if part != 12},
}
_CODECS = {name: name for name in _NAMES} | _OTHER_NAMES


def codec_of(charset: str) -> str | None:
    """Python's codec of a charset's name, in any spelling; None for one that is not read."""
    return _CODECS.get(re.sub(r"[_\s]", "-", charset[:40].strip().lower()))


def decode_text(content: bytes, charset: str | None) -> str:
    """Bytes as text of a charset, UTF-8 for one that is not read; what is no text of it becomes U+FFFD."""
    return whole_text(content.decode(codec_of(charset or "") or "utf-8", "replace"))
