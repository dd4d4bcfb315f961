"""A hosted form that people fill in to raise an alert, at `<endpoint>/form`. Fields may be posted as JSON too.

The page refuses answers that lack a required field; this adapter takes whatever comes, so that no call for help is
lost. Programs that fill in the field that people do not see are answered like anyone, but make no alert.
"""

from __future__ import annotations

import json

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Option,
    Reply,
    Request,
    blank,
    datum,
    first_text,
    text,
    text_or_none,
)
from chalicelib.adapters.kit.form_page import FIELDS, HONEYPOT, URGENCIES, web_link_fault


class Form(Adapter):
    name = "Form"
    vendor = "https://pagertree.com/docs/integration-guides/form"
    OPTIONS = (
        Option("form_title", str, "Title of the page in the browser's tab.", default=""),
        Option("form_header", str, "Heading of the page; the integration's name when blank.", default=""),
        Option("form_instructions", str, "Text above the form.", default=""),
        Option("form_footer_text", str, "Text below the form.", default=""),
        Option("form_footer_link", str, "Where the footer leads.", default="", format="url", check=web_link_fault),
        Option(
            "form_logo", str, "Address of a picture above the form.", default="", format="url", check=web_link_fault
        ),
        Option("form_email_required", bool, "An e-mail address must be given.", default=False),
        Option("form_phone_required", bool, "A phone number must be given.", default=False),
        Option("form_description_required", bool, "A description must be given.", default=False),
        Option("form_urgency_required", bool, "Ask for the urgency, which must be given.", default=False),
    )

    SENTENCES = {
        402: "This form's account must subscribe or upgrade to take requests.",
        403: "This request was refused.",
        405: "This form is switched off.",
        429: "Too many requests. Try again later.",
        503: "This form is in maintenance. Try again later.",
    }

    def blocked(self, request: Request) -> bool:
        """Whoever has the link to the page may send: people are asked for no secret. Give it to those concerned."""
        return False

    def action(self, request: Request) -> Action:
        return Action.OTHER if self._is_program(request) or self._is_empty(request) else Action.CREATE

    def alert(self, request: Request) -> AlertDraft:
        urgency = request.get("urgency")
        return AlertDraft(
            title=first_text(request.get("title"), self._first_line(request), "Form request"),
            description=text_or_none(request.get("description")),
            urgency=urgency if urgency in URGENCIES else None,
            additional_data=[
                datum("text", "Name", request.get("name")),
                datum("email", "Email", request.get("email")),
                datum("phone", "Phone", request.get("phone")),
            ],
        )

    def reply(self, request: Request, status: int) -> Reply:
        """People's browsers and scripts get a reason in JSON: {"code", "errors": [one sentence]}."""
        if status < 400:
            return Reply(status)
        sentence = self.SENTENCES.get(status, "This request could not be taken.")
        return Reply(status, json.dumps({"code": status, "errors": [sentence]}), "application/json")

    def explain(self, request: Request) -> str | None:
        if self._is_program(request):
            return f"the hidden field {HONEYPOT} is filled in, so a program sent this"
        return "none of the form's fields is filled in"

    def _first_line(self, request: Request) -> str:
        return text(request.get("description")).strip().partition("\n")[0][:200]

    def _is_program(self, request: Request) -> bool:
        return not blank(text(request.get(HONEYPOT)))

    def _is_empty(self, request: Request) -> bool:
        return all(blank(request.get(field.name)) for field in FIELDS)
