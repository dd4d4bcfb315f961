"""Mails: any bytes are read, threads are kept together, HTML is made safe, and addresses lead to integrations."""

import time
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.adapters.kit.adapter import AlertDraft, IntegrationContext, adapt
from chalicelib.adapters.kit.html import LEVELS, sanitize
from chalicelib.adapters.kit.mail import address_reference, read_mail
from chalicelib.adapters.kit.options import read_options
from chalicelib.adapters.kit.request import Request
from chalicelib.adapters.tools.email import Email
from chalicelib.errors import Invalid

ULID = "01HXM5XQ3V9WJ1N7B0Z2T4R6Y8"


def adapter(**options: Any) -> Email:
    return Email(read_options(Email, options, {}), IntegrationContext("medium", "int_1", "Mail"))


def request(raw: str | bytes) -> Request:
    return Request(
        headers={"content-type": "message/rfc822"}, body=raw.encode() if isinstance(raw, str) else raw, id="01R"
    )


def alert(raw: str | bytes, **options: Any) -> AlertDraft:
    draft = adapt(adapter(**options), request(raw)).alert
    assert draft is not None
    return draft


def html_mail(html: str) -> bytes:
    message = EmailMessage()
    message["From"] = "a@example.com"
    message["Subject"] = "S"
    message.set_content(html, subtype="html")
    return message.as_bytes()


@pytest.mark.parametrize(
    ("address", "reference"),
    [
        ("int_4fK0c2nVbQx1Za@alerts.example.com", "int_4fK0c2nVbQx1Za"),
        ("INT_4fK0c2nVbQx1Za@alerts.example.com", "int_4fK0c2nVbQx1Za"),
        (f"{ULID}@alerts.example.com", ULID),
        (f"{ULID.lower()}@alerts.example.com", ULID),
        (f"a+{ULID.lower()}@alerts.example.com", ULID),
        ("a_stg+int_4fK0c2nVbQx1Za@alerts.example.com", "int_4fK0c2nVbQx1Za"),
        ("a+B1xY-z_9@alerts.example.com", "B1xY-z_9"),
        ("int_4fK0c2nVbQx1Za+night@alerts.example.com", "int_4fK0c2nVbQx1Za"),
        (f'"Signal box" <{ULID}@alerts.example.com>', ULID),
        ("ops@example.com", None),
        ("ops+x@example.com", None),
        ("int_@example.com", None),
        ("int_4fK0c2nVbQx1Za", None),
        ("", None),
        ("@", None),
    ],
)
def test_an_address_leads_to_its_integration(address: str, reference: str | None) -> None:
    assert address_reference(address) == reference


@given(st.text(max_size=80))
@settings(max_examples=100, deadline=None)
def test_any_address_has_a_reference_or_none(address: str) -> None:
    reference = address_reference(address)
    assert reference is None or 4 <= len(reference) <= 40


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_read(raw: bytes) -> None:
    read_mail(raw)
    assert isinstance(read_mail(b"From: a@example.com\r\nSubject: " + raw).header("subject"), str)
    head = b"From: a@example.com\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
    adapt(adapter(), request(head + raw + b"\r\n--b--"))


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("=?utf-8?q?caf=C3=A9?=", "café"),
        ("=?utf-8?b?Y2Fmw6k=?= =?iso-8859-1?q?_=E9?= end", "café é end"),
        ("=?nonsense?q?caf=E9?=", "café"),
        ("=?utf-8?b?A?=", "=?utf-8?b?A?="),
        ("folded\r\n over lines", "folded over lines"),
        ("caf\u00e9 unencoded", "café unencoded"),
        ("", "Incoming Email - Untitled Alert"),
    ],
)
def test_a_subject_is_decoded(subject: str, title: str) -> None:
    assert alert(f"From: a@example.com\r\nSubject: {subject}\r\n\r\nx").title == title


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("text/plain; charset=iso-8859-1", b"caf\xe9", "café"),
        ("text/plain; charset=utf-8", b"caf\xe9", "caf\ufffd"),
        ("text/plain; charset=nonsense", b"caf\xe9", "café"),
        ("text/plain", "café".encode(), "café"),
        ("text/plain", b"caf\xe9", "café"),
        ("text/plain", b"a < b & <c@example.com>\r\n", "a < b & <c@example.com>\n"),
        ("text/html", b"<p>a < b</p><script>x</script>", "<p>a &lt; b</p>"),
        ("application/pdf", b"%PDF", ""),
    ],
)
def test_a_body_is_decoded(content_type: str, body: bytes, text: str) -> None:
    head = f"From: a@example.com\r\nContent-Type: {content_type}\r\n\r\n".encode()
    assert alert(head + body).description == text


def test_a_mail_within_a_mail_is_an_attachment() -> None:
    inner = EmailMessage()
    inner["Subject"] = "inner"
    inner.set_content("inner text")
    outer = EmailMessage()
    outer["From"] = "a@example.com"
    outer["Subject"] = "outer"
    outer.set_content("outer text")
    outer.add_attachment(inner)
    outer.add_attachment(b"\x00", maintype="application", subtype="zip", filename="r\u00e9sum\u00e9.zip")
    draft = alert(outer.as_bytes())
    assert draft.description == "outer text\n"
    assert draft.additional_data[-1] == {
        "format": "text",
        "label": "Attachments",
        "value": ["unnamed (message/rfc822)", "résumé.zip (application/zip)"],
    }


def test_a_thread_shares_its_keys_within_the_integration() -> None:
    first = alert("From: a@example.com\r\nMessage-ID: <1@x>\r\n\r\n")
    reply = alert("From: b@example.com\r\nMessage-ID: <2@x>\r\nReferences: <1@x>\r\n <2@x>\r\n\r\n")
    assert first.dedup_keys == ["int_1_1@x"]
    assert reply.dedup_keys == ["int_1_2@x", "int_1_1@x"]
    assert alert("From: a@example.com\r\nMessage-ID: <1@x>\r\n\r\n", dedup_threads=False).dedup_keys == []


def test_the_urgency_is_the_integrations() -> None:
    assert alert("From: a@example.com\r\n\r\n").urgency == "medium"


@pytest.mark.parametrize(
    ("verdict", "allow", "blocked"),
    [
        ("X-SES-Spam-Verdict: PASS", False, False),
        ("X-SES-Spam-Verdict: FAIL", False, True),
        ("x-ses-spam-verdict: GRAY", False, True),
        ("X-SES-Spam-Verdict: PROCESSING_FAILED", False, True),
        ("X-SES-Spam-Verdict: FAIL", True, False),
        ("X-SES-Spam-Verdict: ", False, False),
        ("X-SES-Spam-Verdict: FAIL\r\nX-SES-Spam-Verdict: PASS", False, True),
        ("X-Other: 1", False, False),
    ],
)
def test_spam_is_kept_out_unless_allowed(verdict: str, allow: bool, blocked: bool) -> None:
    assert adapter(allow_spam=allow).blocked(request(f"{verdict}\r\nFrom: a@example.com\r\n\r\n")) is blocked


def test_templates_and_routers_see_the_safe_text() -> None:
    raw = b"To: x@example.com, Y <y@example.com>\r\n" + html_mail("<p onclick=x>Hi</p>")
    assert adapter().template_data(request(raw)) == {
        "to": "x@example.com;y@example.com",
        "from": "a@example.com",
        "subject": "S",
        "message": "<p>Hi</p>",
    }
    assert adapter().log_data(request(raw))["to"] == ["x@example.com", "y@example.com"]


def test_rules_see_links_and_their_texts_are_made_safe() -> None:
    definition = """
rules:
- match: {log.body: {$regex: 'data-id="7"'}, log.from: a@example.com}
  actions: [{type: create, description: "{{{log.body}}}<script>x</script>"}]
"""
    raw = html_mail('<body><p data-id="7">Hi</p></body>')
    draft = alert(raw, custom_definition_enabled=True, custom_definition=definition)
    assert (draft.title, draft.description, draft.additional_data) == ("S", "<p>Hi</p>", [])


def test_rules_are_required_once_they_are_enabled() -> None:
    with pytest.raises(Invalid, match="option_custom_definition can't be blank"):
        adapter(custom_definition_enabled=True)
    with pytest.raises(Invalid, match=r"rules \(line 1\)"):
        adapter(custom_definition="rules: 7")
    assert alert(
        "From: a@example.com\r\n\r\n", custom_definition="rules: []\ndefault: {actions: [{type: ignore}]}"
    ).title


HTML = (
    '<h1 style="color:red;position:fixed">T</h1><p>a<b>b</b></p><ul><li>c</li></ul><a href="https://x.example.com" '
    'onclick="x()">d</a><img src="https://x.example.com/i.png" onerror="x()"><style>p{color:red}</style><iframe></iframe>'
)


@pytest.mark.parametrize(
    ("level", "safe"),
    [
        ("default", "T  ab   c  d"),
        ("restricted", "T  a<b>b</b>   c  d"),
        ("basic", 'T<p>a<b>b</b></p><ul><li>c</li></ul><a href="https://x.example.com" rel="nofollow">d</a>'),
        (
            "relaxed",
            '<h1 style="color:red">T</h1><p>a<b>b</b></p><ul><li>c</li></ul><a href="https://x.example.com" '
            'rel="noopener noreferrer">d</a><img src="https://x.example.com/i.png">',
        ),
    ],
)
def test_html_is_made_safe_in_degrees(level: str, safe: str) -> None:
    assert sanitize(HTML, level) == safe


ROW = '<tr><td style="color:red"><font color="red"><b>{}</b></font> <a href="https://x.example.com/{}">more</a><br></td></tr>'


@pytest.mark.parametrize(
    "source",
    [
        "<table>" + "".join(ROW.format(n, n) for n in range(250)) + "</table>",
        "".join(f"<p>{n} <strong>bold <em>both</strong></em><br>" for n in range(300)),
        "<div><span>unclosed" * 300 + "<b>text</b>",
        "".join(f'<p class="c{n % 20}"><strong class="s{n % 20}">x</strong></p>' for n in range(400)),
        '<img alt="a > b" src="https://x.example.com/i.png"><a href="https://x.example.com"title="x">y</a>' * 100,
    ],
    ids=["a newsletter", "tags misnested", "tags left open", "many styles", "odd attributes"],
)
def test_html_as_people_send_it_keeps_its_tags(source: str) -> None:
    safe = sanitize(source, "relaxed")
    assert "<" in safe
    assert safe.count("&lt;") == 0


@pytest.mark.parametrize("level", LEVELS)
def test_no_level_lets_scripts_through(level: str) -> None:
    hostile = '<svg onload=x><a href="java\nscript:x">a</a><scr<script>ipt>x</script><img src=x onerror=x><p style="background:url(x)">'
    safe = sanitize(hostile, level).lower()
    assert not any(word in safe for word in ("onload", "onerror", "script:", "<script", "url("))


@pytest.mark.parametrize(
    "piece", ["<div>", "<b><i>", "<table><tr><td>", "<", "<a href=x>", "<p>", "<body ", "&lt;", "<!--"]
)
def test_hard_html_is_done_soon(piece: str) -> None:
    started = time.process_time()
    alert(html_mail(piece * (900_000 // len(piece))))
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "header",
    [
        "To: " + "a@example.com, " * 60_000,
        "Subject: " + "=?utf-8?q?a?= " * 60_000,
        "References: " + "<a@b> " * 100_000,
        "From: " + "(" * 500_000,
        "Message-ID: " + "<" * 500_000,
    ],
)
def test_hard_headers_are_read_soon(header: str) -> None:
    started = time.process_time()
    adapt(adapter(), request(f"From: a@example.com\r\n{header}\r\n\r\nx"))
    assert time.process_time() - started < 3
