"""HTML that costs a browser's parser far more than its length: trees that grow, sink, or are mended at every tag."""

from __future__ import annotations

from tests.adapters.hostile.inputs import MIB, Hostile, filled

_HEAD = "From: m@example.com\r\nSubject: s\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
_FORMATTING = "".join(f"<b a{n}>" for n in range(480))
_QUOTED = "".join(f"<b a='>{n}'>" for n in range(480))
_SHELTERED = _FORMATTING + "<table><td>" + "</b>" * 480 + "</td></table>"
_HIDDEN = _FORMATTING + "<table><td><table></td>" + "</b>" * 480 + "</table>"
_ATTRIBUTES = "<a" + "".join(f" {chr(97 + n % 26)}{n}" for n in range(60_000)) + ">x"

PIECES = {
    "formatting that every paragraph repeats": ("<p>x", "<p>" + _FORMATTING),
    "the same in 48 KiB": ("<p>x", "<p>" + _FORMATTING, 48 * 1024),
    "formatting told apart behind quotes": ("<p>x", "<p>" + _QUOTED),
    "formatting whose end tags do not count": ("<p>x", "<p>" + _SHELTERED),
    "formatting whose end tags lie in a cell": ("<p>x", "<p>" + _HIDDEN),
    "formatting misnested": ("<b><p></b></p>", ""),
    "links misnested": ("<a href=x><p></a>", ""),
    "links in cells": ("<a><table><td>", ""),
    "divisions": ("<div>", ""),
    "divisions whose depth end tags hide": ("<div></x>", ""),
    "divisions with objects across": ("<div><object></div></object>", ""),
    "spans across divisions": ("<span><div></span></div>", ""),
    "unknown elements": ("<x-y>", ""),
    "opening angles": ("<", ""),
    "tags that do not end": ("<a ", ""),
    "an attribute that does not end": ("<a href=\"", ""),
    "60,000 attributes": (_ATTRIBUTES, ""),
    "attributes by the thousand": ("<i " + " ".join(f"a{n}" for n in range(900)) + ">", ""),
    "attributes with angles between": ("<i " + " ".join(f"a{n}" for n in range(900)) + " <x ", ""),
    "attributes after a quoted angle": (" ".join(f"{chr(97 + n % 26)}{n}" for n in range(60_000)) + " ", '<i a=">" '),
    "spans across paragraphs": ("<span><p></span></p>", ""),
    "a style of half a megabyte": ("color:red;", '<p style="'),
    "styles with brackets": ("(", '<p style="color:'),
    "comments": ("<!--", ""),
    "declarations": ("<!a", ""),
    "ampersands": ("&", ""),
    "entities without an end": ("&#x", ""),
    "long entities": ("&CounterClockwiseContourIntegral;", ""),
    "tables in tables": ("<table><tr><td>", ""),
    "text in a table": ("x<i></i>", "<table>"),
    "tables that are left out": ("<table>x", ""),
    "rows": ("<tr>", "<table>"),
    "lists": ("<ul><li>", ""),
    "choices": ("<select><option>", ""),
    "choices around divisions": ("<div><select></div></select>", ""),
    "frames": ("<frameset>", ""),
    "templates": ("<template>", ""),
    "pictures in formulas": ("<svg><math>", ""),
    "integration points": ("<svg><desc><p>", ""),
    "raw text": ("<textarea><div></textarea>", ""),
    "plain text": ("<plaintext>", ""),
    "styles and scripts": ("<style><script>", ""),
    "end tags": ("</p></br>", ""),
    "headings": ("<h1><h2>", ""),
    "forms": ("<form><button>", ""),
    "bodies": ("<body a=b>", ""),
    "zeros": ("<b\x00>", ""),
    "line breaks": ("<br>\n", ""),
}  # fmt: skip


def _html(name: str, piece: str, begin: str, size: int = MIB) -> Hostile:
    return Hostile(f"html: {name}", filled(piece, _HEAD + begin, "", size), "message/rfc822", ("email",))


HTML = (
    *(_html(name, *parts) for name, parts in PIECES.items()),
    *(
        Hostile(f"html: {name}, sanitized to {level}", filled(PIECES[name][0], _HEAD + PIECES[name][1]), "message/rfc822", ("email",), options={"sanitize_level": level})
        for name in ("formatting that every paragraph repeats", "divisions", "text in a table", "line breaks")
        for level in ("default", "basic")
    ),
)  # fmt: skip
