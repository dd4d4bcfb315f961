"""The hosted page of a form integration: plain HTML that works without scripts, and what is wrong with an answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from chalicelib.adapters.kit.values import text

# People never see this field; programs that fill in every field give themselves away.
HONEYPOT = "reference_code"
URGENCIES = ("low", "medium", "high", "critical")
_WEB_LINK = re.compile(r"https?://[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,5})?([/?#][^\s]*)?\Z", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}\Z")


@dataclass(frozen=True)
class Field:
    """One question. `flag` names the option that makes it required; a field without one is required if `always`."""

    name: str
    label: str
    kind: str
    autocomplete: str
    longest: int
    flag: str | None = None
    always: bool = False

    def required(self, options: Mapping[str, Any]) -> bool:
        return self.always or bool(self.flag and options.get(self.flag))


FIELDS = (
    Field("name", "Your name", "text", "name", 200),
    Field("email", "E-mail address", "email", "email", 254, "form_email_required"),
    Field("phone", "Phone number", "tel", "tel", 40, "form_phone_required"),
    Field("title", "Subject", "text", "off", 200, always=True),
    Field("urgency", "Urgency", "select", "off", 20, "form_urgency_required"),
    Field("description", "Description", "textarea", "off", 10_000, "form_description_required"),
)

_STYLE = """
:root { color-scheme: light dark; font: 100%/1.5 system-ui, sans-serif }
body { margin: 0 auto; max-width: 36rem; padding: 1rem }
label { display: block; font-weight: 600; margin-top: 1rem }
input, select, textarea, button { box-sizing: border-box; font: inherit; padding: .5rem; width: 100% }
textarea { min-height: 9rem }
button { font-weight: 600; margin-top: 1.5rem; padding: .75rem }
.error, .errors { border-left: .25rem solid #c62828; padding-left: .75rem }
.logo { max-height: 4rem; max-width: 100% }
.away { height: 1px; left: -9999px; overflow: hidden; position: absolute; width: 1px }
footer { font-size: .875rem; margin-top: 2rem }
"""


def web_link_fault(link: str) -> str | None:
    """What is wrong with a link to the web (blank is fine), or None."""
    if not link or _WEB_LINK.match(link):
        return None
    return "must be an http or https URL, such as https://example.com"


def form_faults(options: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with an answer, by field: {} when it may be sent. `options` by their bare names."""
    found = {field.name: _fault(field, options, text(params.get(field.name)).strip()) for field in FIELDS}
    return {name: fault for name, fault in found.items() if fault}


def _fault(field: Field, options: Mapping[str, Any], value: str) -> str | None:
    if not value:
        return f"{field.label} is required." if field.required(options) else None
    if len(value) > field.longest:
        return f"{field.label} is too long (at most {field.longest} characters)."
    if field.kind == "email" and not _EMAIL.match(value):
        return "Enter an e-mail address such as name@example.com."
    if field.kind == "select" and value not in URGENCIES:
        return f"Choose one of {', '.join(URGENCIES)}."
    return None


def form_page(
    options: Mapping[str, Any],
    integration_name: str,
    action_url: str,
    values: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
) -> str:
    """The page with the form, which posts to `action_url`; `values` and `errors` (by field) show it again."""
    shown = [field for field in FIELDS if field.kind != "select" or field.required(options)]
    questions = "\n".join(_question(field, options, values or {}, errors or {}) for field in shown)
    heading = text(options.get("form_header")) or integration_name
    content = f"""<h1>{escape(heading)}</h1>
{_paragraphs(text(options.get("form_instructions")))}
{_summary(errors or {})}
<form method="post" action="{escape(action_url)}" accept-charset="utf-8">
<p>Fields marked with * are required.</p>
{questions}
<div class="away" aria-hidden="true">
<label for="{HONEYPOT}">Leave this field empty</label>
<input id="{HONEYPOT}" name="{HONEYPOT}" type="text" tabindex="-1" autocomplete="off" value="">
</div>
<button type="submit">Send</button>
</form>"""
    return _page(options, heading, content, ("Error: " if errors else ""))


def form_thanks(options: Mapping[str, Any]) -> str:
    """The page after a form was sent."""
    content = '<h1 role="status">Thank you. We have received your request.</h1>\n<p><a href="?">Send another</a></p>'
    return _page(options, text(options.get("form_header")) or "Thank you", content)


def _page(options: Mapping[str, Any], heading: str, content: str, prefix: str = "") -> str:
    title = escape(prefix + (text(options.get("form_title")) or heading))
    logo = text(options.get("form_logo"))
    picture = f'<img class="logo" src="{escape(logo)}" alt="">' if _is_web_link(logo) else ""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<style>{_STYLE}</style>
</head>
<body>
{picture}
<main>
{content}
</main>
{_footer(text(options.get("form_footer_text")), text(options.get("form_footer_link")))}
</body>
</html>
"""


def _question(field: Field, options: Mapping[str, Any], values: Mapping[str, Any], errors: Mapping[str, str]) -> str:
    fault = errors.get(field.name)
    attributes = f'id="{field.name}" name="{field.name}" autocomplete="{field.autocomplete}"'
    attributes += " required" if field.required(options) else ""
    attributes += f' aria-invalid="true" aria-describedby="{field.name}-error"' if fault else ""
    mark = ' <span aria-hidden="true">*</span>' if field.required(options) else ""
    label = f'<label for="{field.name}">{escape(field.label)}{mark}</label>'
    told = f'<p class="error" id="{field.name}-error">{escape(fault)}</p>' if fault else ""
    shown = text(values.get(field.name))[: 2 * field.longest]  # an answer of Lambda's holds 6 MB
    return f"{label}\n{told}{_control(field, attributes, shown)}"


def _control(field: Field, attributes: str, value: str) -> str:
    if field.kind == "select":
        chosen = "".join(
            f'<option value="{name}"{" selected" if name == value else ""}>{name.capitalize()}</option>'
            for name in URGENCIES
        )
        return f'<select {attributes}><option value="">Choose one</option>{chosen}</select>'
    attributes += f' maxlength="{field.longest}"'
    if field.kind == "textarea":
        # A line break that begins the text would be taken for the tag's own.
        return f"<textarea {attributes}>\n{escape(value)}</textarea>"
    return f'<input type="{field.kind}" {attributes} value="{escape(value)}">'


def _summary(errors: Mapping[str, str]) -> str:
    if not errors:
        return ""
    entries = "".join(f'<li><a href="#{escape(name)}">{escape(fault)}</a></li>' for name, fault in errors.items())
    return f'<div class="errors" role="alert"><h2>Please correct the following</h2><ul>{entries}</ul></div>'


def _paragraphs(source: str) -> str:
    return "\n".join(f"<p>{escape(line)}</p>" for line in source.splitlines() if line.strip())


def _footer(label: str, link: str) -> str:
    if _is_web_link(link):
        return f'<footer><a href="{escape(link)}" rel="noopener">{escape(label or link)}</a></footer>'
    return f"<footer>{escape(label)}</footer>" if label else ""


def _is_web_link(link: str) -> bool:
    return bool(link) and web_link_fault(link) is None
