"""The hosted form: a page that anyone can use, what it refuses, and how programs are told from people."""

from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.adapters.kit.adapter import Action, adapt
from chalicelib.adapters.kit.form_page import FIELDS, HONEYPOT, form_faults, form_page, form_thanks
from chalicelib.adapters.kit.options import read_options
from chalicelib.adapters.kit.request import Request
from chalicelib.adapters.tools.form import Form
from chalicelib.errors import Invalid

VOID = {"meta", "input", "img", "br"}
GOOD = {"title": "Help", "email": "ann@example.com", "phone": "1", "description": "d", "urgency": "low"}


class Page(HTMLParser):
    """The tags of a page with their attributes and texts; fails when they do not nest."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name in names]

    def control(self, name: str) -> dict[str, str | None]:
        (found,) = [c for c in self.all("input", "select", "textarea") if c["name"] == name]
        return found


def options(**given: Any) -> dict[str, Any]:
    return read_options(Form, given, {})


def page(given: dict[str, Any] | None = None, **parts: Any) -> Page:
    return Page(
        form_page(options(**(given or {})), "Night desk", "https://x.example.com/integration/int_x/form", **parts)
    )


def test_the_page_posts_to_its_address_without_scripts() -> None:
    found = page()
    assert found.all("form") == [
        {"method": "post", "action": "https://x.example.com/integration/int_x/form", "accept-charset": "utf-8"}
    ]
    assert found.all("html") == [{"lang": "en"}]
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in found.all("meta")
    assert not found.all("script")
    assert "Night desk" in found.words


@pytest.mark.parametrize("given", [{}, {"form_urgency_required": True, "form_phone_required": True}])
def test_every_control_has_a_label_of_its_own(given: dict[str, Any]) -> None:
    found = page(given)
    labelled = [label["for"] for label in found.all("label")]
    assert sorted(labelled, key=str) == sorted((c["id"] for c in found.all("input", "select", "textarea")), key=str)
    assert all("autocomplete" in control for control in found.all("input", "select", "textarea"))


def test_required_fields_are_marked_and_the_urgency_is_asked_only_then() -> None:
    assert "required" in page().control("title")
    assert "required" not in page().control("email")
    assert not page().all("select")
    strict = page({"form_email_required": True, "form_urgency_required": True})
    assert "required" in strict.control("email")
    assert "required" in strict.control("urgency")


def test_the_honeypot_is_hidden_from_people_and_screen_readers() -> None:
    found = page()
    assert {"class": "away", "aria-hidden": "true"} in found.all("div")
    assert found.control(HONEYPOT)["tabindex"] == "-1"
    assert found.control(HONEYPOT)["autocomplete"] == "off"


def test_faults_are_summed_up_and_told_at_their_fields() -> None:
    given = options(form_email_required=True)
    values = {"email": 'a"><script>', "description": "\n<b>kept</b>"}
    faults = form_faults(given, values)
    assert faults == {
        "email": "Enter an e-mail address such as name@example.com.",
        "title": "Subject is required.",
    }
    found = page({"form_email_required": True}, values=values, errors=faults)
    assert found.control("email")["aria-describedby"] == "email-error"
    assert found.control("email")["value"] == 'a"><script>'
    assert {"href": "#email"} in found.all("a")
    assert {"class": "errors", "role": "alert"} in found.all("div")
    assert "<b>kept</b>" in "".join(found.words)


@pytest.mark.parametrize(
    ("flag", "field"),
    [
        ("form_email_required", "email"),
        ("form_phone_required", "phone"),
        ("form_description_required", "description"),
        ("form_urgency_required", "urgency"),
    ],
)
def test_a_required_field_must_be_filled_in(flag: str, field: str) -> None:
    rest = {name: value for name, value in GOOD.items() if name != field}
    assert form_faults(options(), rest) == {}
    assert list(form_faults(options(**{flag: True}), rest)) == [field]
    assert list(form_faults(options(**{flag: True}), {**rest, field: " "})) == [field]
    assert form_faults(options(**{flag: True}), GOOD) == {}


@pytest.mark.parametrize(
    "email", ["ann", "ann@", "@example.com", "ann@example", "a b@example.com", "a@b@c.com", "a@example."]
)
def test_a_mail_address_must_look_like_one(email: str) -> None:
    assert list(form_faults(options(), {**GOOD, "email": email})) == ["email"]


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_answers_have_an_end(field: Any) -> None:
    assert list(form_faults(options(), {**GOOD, field.name: "x@x.xx" * 2_000})) == [field.name]


TEXTS = st.dictionaries(
    st.sampled_from([field.name for field in FIELDS]), st.text(max_size=30) | st.lists(st.text(max_size=5))
)


@given(TEXTS, st.text(max_size=30), st.text(max_size=30))
@settings(max_examples=100, deadline=None)
def test_no_text_breaks_out_of_the_page(values: dict[str, Any], header: str, name: str) -> None:
    hostile = {
        "form_header": header,
        "form_title": f"<script>{header}",
        "form_instructions": f'"><script>{header}',
        "form_footer_text": header,
    }
    source = form_page(
        options(**hostile), name, f'https://x.example.com/"><script>{name}', values, form_faults({}, values)
    )
    assert not Page(source).all("script")
    assert len(Page(source).all("form")) == 1
    assert not Page(form_thanks(options(**hostile))).all("script")


def test_an_endless_answer_is_shown_to_twice_what_its_field_takes() -> None:
    values = {field.name: "&" * 1024 * 1024 for field in FIELDS}
    source = form_page(options(), "Night desk", "https://x.example.com", values, form_faults(options(), values))
    assert len(source) < 200_000
    assert "&amp;" * 20_000 + "</textarea>" in source


@pytest.mark.parametrize(
    "link", ["javascript:x", "https://localhost", "ftp://example.com", "https://example.com/a b", "//example.com"]
)
def test_links_must_lead_to_the_web(link: str) -> None:
    with pytest.raises(Invalid, match="option_form_footer_link must be an http or https URL"):
        options(form_footer_link=link)


def test_the_footer_and_logo_are_shown() -> None:
    found = page(
        {
            "form_footer_text": "Acme",
            "form_footer_link": "https://example.com",
            "form_logo": "https://example.com/l.png",
        }
    )
    assert {"href": "https://example.com", "rel": "noopener"} in found.all("a")
    assert found.all("img") == [{"class": "logo", "src": "https://example.com/l.png", "alt": ""}]


def test_a_program_is_answered_like_anyone_but_makes_nothing() -> None:
    form = Form(options())
    request = Request(headers={"content-type": "application/x-www-form-urlencoded"}, body=b"title=x&reference_code=y")
    assert adapt(form, request).action is Action.OTHER
    assert "a program sent this" in (adapt(form, request).note or "")
    assert form.reply(request, 200).body == ""


@pytest.mark.parametrize("status", [402, 403, 405, 429, 503])
def test_a_refusal_has_a_reason_in_json(status: int) -> None:
    reply = Form(options()).reply(Request(), status)
    assert reply.content_type == "application/json"
    assert f'"code": {status}, "errors": ["' in reply.body
