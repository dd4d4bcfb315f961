"""HTML that is safe to show, told apart from text: a description is one or the other, and says which."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from chalicelib.adapters.kit.values import Json, text


class Html(str):
    """HTML that is safe to show as it is. Made by `markup` and by `kit.html.sanitize` alone."""

    __slots__ = ()


def markup(template: str, *values: Json) -> Html:
    """HTML that an adapter writes itself, such as ``markup("<pre>{}</pre>", output)``: each {} takes a value, escaped
    unless it is HTML. In quotes of a tag only values without quotes are safe, such as what `quoted` gives."""
    safe = (value if isinstance(value, Html) else escape(text(value), False) for value in values)
    return Html(template.format(*safe))


def joined_markup(separator: str, parts: Iterable[Html]) -> Html:
    """Pieces of HTML with HTML between them."""
    return Html(separator.join(parts))


def safe_html(source: Json) -> Html | None:
    """What a sender gives as HTML, made safe with its links, lists, tables and pictures; None for null."""
    from chalicelib.adapters.kit.html import sanitize  # few types are sent HTML

    return None if source is None else sanitize(text(source), "relaxed")


def quoted(url: str) -> str:
    """A URL whose quotes are written as URLs write them, so that it may stand in quotes of a tag."""
    return url.replace('"', "%22").replace("'", "%27")
