"""Makes foreign HTML safe to show, in one of five degrees. What a degree takes away are tags, never their text."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from html import escape
from typing import Any

import nh3

from chalicelib.adapters.kit.markup import Html
from chalicelib.words import LONGEST_DESCRIPTION

LEVELS = ("basic", "default", "relaxed", "relaxed_2", "restricted")


def _words(source: str) -> frozenset[str]:
    return frozenset(source.split())


_RESTRICTED = _words("b em i strong u")
_BASIC = _RESTRICTED | _words(
    "a abbr blockquote br cite code dd dfn dl dt kbd li mark ol p pre q s samp small strike sub sup time ul var"
)
_RELAXED = _BASIC | _words(
    "address article aside bdi bdo caption col colgroup data del div figcaption figure footer h1 h2 h3 h4 h5 h6 header "
    "hgroup hr img ins main nav rp rt ruby section span summary table tbody td tfoot th thead tr wbr"
)
_BASIC_ATTRIBUTES = {
    "a": {"href"},
    "abbr": {"title"},
    "blockquote": {"cite"},
    "dfn": {"title"},
    "q": {"cite"},
    "time": {"datetime"},
}
_CELL = {"align", "colspan", "headers", "height", "rowspan", "scope", "valign", "width", "bgcolor"}
_RELAXED_ATTRIBUTES = _BASIC_ATTRIBUTES | {
    "*": {"class", "dir", "lang", "style", "title"},
    "a": {"href", "hreflang", "name"},
    "col": {"span", "width"},
    "data": {"value"},
    "del": {"cite", "datetime"},
    "img": {"align", "alt", "border", "height", "src", "width"},
    "ins": {"cite", "datetime"},
    "li": {"value"},
    "ol": {"reversed", "start", "type"},
    "table": {"align", "bgcolor", "border", "cellpadding", "cellspacing", "frame", "rules", "summary", "width"},
    "td": _CELL,
    "th": _CELL,
    "ul": {"type"},
}
_STYLES = _words(
    "background-color border border-bottom border-collapse border-color border-left border-radius border-right "
    "border-spacing border-style border-top border-width color direction display font font-family font-size font-style "
    "font-weight height letter-spacing line-height list-style-type margin margin-bottom margin-left margin-right "
    "margin-top max-width min-width padding padding-bottom padding-left padding-right padding-top text-align "
    "text-decoration text-indent text-transform vertical-align white-space width word-break word-spacing"
)
_SCHEMES = {"ftp", "http", "https", "mailto", "tel"}
# Tags that part words: without them "<p>one</p><p>two</p>" would run together.
_PARTING = re.compile(
    r"(?=</?(?:address|article|aside|blockquote|br|dd|div|dl|dt|footer|h[1-6]|header|hr|li|nav|ol|p|pre|section|table"
    r"|tr|td|th|ul)\b)",
    re.IGNORECASE,
)
_BODY = re.compile(r"<body\b[^<>]*>", re.IGNORECASE)
_BODY_END = re.compile(r"</body\b", re.IGNORECASE)
_HEAD_END = re.compile(r"</head\s{0,9}>", re.IGNORECASE)


def _degree(tags: frozenset[str], attributes: dict[str, set[str]], rel: str) -> dict[str, Any]:
    return {
        "tags": set(tags),
        "attributes": attributes,
        "clean_content_tags": {"script", "style", "title"},
        "link_rel": rel,
        "url_schemes": _SCHEMES,
        "filter_style_properties": set(_STYLES),
    }


_DEGREES = {
    "default": _degree(frozenset(), {}, "nofollow"),
    "restricted": _degree(_RESTRICTED, {}, "nofollow"),
    "basic": _degree(_BASIC, _BASIC_ATTRIBUTES, "nofollow"),
    "relaxed": _degree(_RELAXED, _RELAXED_ATTRIBUTES, "noopener noreferrer"),
    "relaxed_2": _degree(_RELAXED, _RELAXED_ATTRIBUTES, "noopener noreferrer"),
}


# What a parser of HTML makes of a text can be far larger than the text: at each block it opens all formatting anew that
# is still open, and it looks through all open elements at each tag. Beyond these only the text is kept.
_MAX_LENGTH = 512 * 1024
_MAX_TAGS = 20_000  # text in a table is put before it, and each time the place is looked for
_MAX_TAG_LENGTH = 4 * 1024  # the attributes of a tag are compared with each other
_MAX_NODES = 400_000
_MAX_STEPS = 40_000_000
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)[^<>]*>?")
_FORMATTING = _words("b big code em font i s small strike strong tt u")
_VOID = _words("area base br col embed hr img input link meta param source track wbr")
# A tag whose first angle ends it, whatever is in it.
_PLAIN_TAG = re.compile(
    r"""</?[A-Za-z0-9]++(?:[ \t\n\f\r]++[A-Za-z_:][-A-Za-z0-9_:.]*+"""
    r"""(?:[ \t\n\f\r]*+=[ \t\n\f\r]*+(?:"[^"<>]*+"|'[^'<>]*+'|[^ \t\n\f\r"'<>=`]++))?+)*+[ \t\n\f\r]*+/?>"""
)
# Any tag, to the angle that ends it for a browser.
_ANY_TAG = re.compile(
    r"""</?[A-Za-z][^ \t\n\f\r/>]*+(?:[ \t\n\f\r/]++|(?:=?+[^ \t\n\f\r/>=]++|=)"""
    r"""(?:[ \t\n\f\r]*+=[ \t\n\f\r]*+(?:"[^"]*+"|'[^']*+'|[^ \t\n\f\r>"'][^ \t\n\f\r>]*+)?+)?+)*+>"""
)
_MOST_ALIKE = 3  # of formatting that is written alike, so many are opened anew


@lru_cache(maxsize=4)
def sanitize(source: str, level: str) -> Html:
    """HTML with only what the level lets through. Scripts and style sheets go with their content at every level: a
    style sheet would restyle the page that shows the text. So `relaxed` and `relaxed_2` are the same here.

    HTML that would cost more than its length lets expect is not parsed: its text is kept, without any tags.
    """
    source = source[:_MAX_LENGTH]
    if _is_costly(source):
        return _without_tags(source)
    spaced = _PARTING.sub(" ", source) if level in ("default", "restricted") else source
    safe = nh3.clean(spaced, **_DEGREES[level]).strip()
    if len(safe) > LONGEST_DESCRIPTION:  # cut and closed again: cut in a tag it would take in what follows it
        safe = nh3.clean(safe[: LONGEST_DESCRIPTION * 9 // 10], **_DEGREES[level]).strip()
    return Html(safe) if len(safe) <= LONGEST_DESCRIPTION else _without_tags(source)


def _without_tags(source: str) -> Html:
    text = escape(_TAG.sub(" ", source), quote=False).strip()
    return Html(text[:LONGEST_DESCRIPTION])


def _is_costly(source: str) -> bool:
    """Whether parsing might take too many nodes or steps. All that is counted here is an upper bound: the parser may
    see fewer tags, close more of them, and hold less formatting open, but never the other way round."""
    if source.count("&") > _MAX_TAGS:  # what is no entity is put back and read again
        return True
    tags = 0
    repeated: Counter[str] = Counter()
    opened: list[str] = []
    deepest = 0
    for found in _TAG.finditer(source):
        tags += 1
        closes, name = found[1], found[2].lower()
        plain = _PLAIN_TAG.fullmatch(found[0]) is not None
        if tags > _MAX_TAGS or not (plain or _ends_soon(source, found.start())):
            return True
        if not closes and name in _FORMATTING:
            repeated[found[0] if plain else str(tags)] += 1
        if closes and opened and opened[-1] == name:
            opened.pop()
        elif not closes and name not in _VOID:
            opened.append(name)
            deepest = max(deepest, len(opened))
    formatting = sum(min(count, _MOST_ALIKE) for count in repeated.values())
    return tags * (formatting + 1) > _MAX_NODES or tags * deepest > _MAX_STEPS


def _ends_soon(source: str, start: int) -> bool:
    """Whether a tag is not longer than it may be; angles within its quotes do not end it."""
    end = start + _MAX_TAG_LENGTH
    return end >= len(source) or _ANY_TAG.match(source, start, end) is not None


def inner_body(source: str) -> str:
    """What a HTML document shows: the inside of its body, or what follows its head."""
    begin = _BODY.search(source) or _HEAD_END.search(source)
    start = begin.end() if begin else 0
    end = _BODY_END.search(source, start)
    return source[start : end.start() if end else len(source)].strip()
