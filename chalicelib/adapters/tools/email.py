"""E-mail: every mail makes an alert, unless rules say otherwise. The request's body is the raw MIME message.

A mail without SES's verdict on spam (sent by other ways than SES) is accepted. HTML is made safe in every case; plain
text stays as it is, so whoever shows a description must not take it for safe HTML. A body without any of a mail's
headers makes no alert.
"""

from __future__ import annotations

from typing import Any

from chalicelib.adapters.kit import Action, AlertDraft, Datum, Json, Option, Request, datum
from chalicelib.adapters.kit.html import LEVELS, inner_body, sanitize
from chalicelib.adapters.kit.mail import Mail, read_mail
from chalicelib.adapters.kit.rules import RuledAdapter, Ruling, definition_fault


class Email(RuledAdapter):
    name = "Email"
    vendor = "https://pagertree.com/docs/integration-guides/email"
    OPTIONS = (
        Option("allow_spam", bool, "Take mails that the mail service holds for spam.", default=False),
        Option("dedup_threads", bool, "Replies in a thread count as duplicates of its first alert.", default=True),
        Option(
            "sanitize_level",
            str,
            "What HTML of the mail to keep: none (default), few text styles (restricted), links and lists as well "
            "(basic), or tables, images and styles as well (relaxed).",
            default="relaxed",
            choices=LEVELS,
        ),
        Option("custom_definition_enabled", bool, "Let the custom definition decide on each mail.", default=False),
        Option(
            "custom_definition",
            str,
            "YAML rules that match a mail (log.from, log.to, log.subject, log.body) and give the action to take.",
            format="yaml",
            check=definition_fault,
            required_with="custom_definition_enabled",
        ),
    )

    SPAM_HEADER = "x-ses-spam-verdict"
    MAIL_HEADERS = ("from", "subject", "message-id", "received")
    UNTITLED = "Incoming Email - Untitled Alert"

    def blocked(self, request: Request) -> bool:
        """Mails that the mail service holds for spam are refused, unless `allow_spam` is set."""
        verdict = read_mail(request.body).header(self.SPAM_HEADER).strip()
        return verdict not in ("", "PASS") and not self.options["allow_spam"]

    def action(self, request: Request) -> Action:
        if not self._is_mail(request):
            return Action.OTHER
        return self._ruled(request).action if self._has_rules else Action.CREATE

    def thirdparty_id(self, request: Request) -> str | None:
        ruled = self._ruled(request).key if self._has_rules else None
        return ruled or read_mail(request.body).message_id

    def alert(self, request: Request) -> AlertDraft:
        mail = read_mail(request.body)
        subject = mail.header("subject").strip() or self.UNTITLED
        if self._has_rules:
            draft = self._ruled(request).draft(subject, self._raw_body(mail))
            if mail.html is not None:
                draft.description = self._safe(draft.description or "")
        else:
            draft = AlertDraft(subject, self._safe_body(mail), additional_data=self._additional_data(mail))
        draft.urgency = draft.urgency or self.integration.urgency
        draft.dedup_keys = self._dedup_keys(request, mail, draft.dedup_keys)
        return draft

    def template_data(self, request: Request) -> dict[str, Json]:
        log = self.log_data(request)
        lists = {"to": ";".join(log["to"]), "from": ";".join(log["from"])}
        return lists | {"subject": log["subject"], "message": log["body"]}

    def log_data(self, request: Request) -> dict[str, Json]:
        mail = read_mail(request.body)
        return self._log(mail, self._safe_body(mail))

    def explain(self, request: Request) -> str:
        if not self._is_mail(request):
            return "the body is no e-mail: it has none of the headers From, Subject, Message-ID and Received"
        return self._ruled(request).reason

    @property
    def _has_rules(self) -> bool:
        return bool(self.options["custom_definition_enabled"] and self.options["custom_definition"])

    def _is_mail(self, request: Request) -> bool:
        headers = read_mail(request.body).headers
        return any(name in headers for name in self.MAIL_HEADERS)

    def _ruled(self, request: Request) -> Ruling:
        mail = read_mail(request.body)
        return self._ruling(request, lambda _: self._log(mail, self._raw_body(mail)))

    def _log(self, mail: Mail, body: str) -> dict[str, Any]:
        subject = mail.header("subject")
        return {"from": mail.addresses("from"), "to": mail.addresses("to"), "subject": subject, "body": body}

    def _raw_body(self, mail: Mail) -> str:
        """The text as rules see it, with the addresses of links still in it; not safe to show."""
        return (mail.text or "") if mail.html is None else inner_body(mail.html)

    def _safe_body(self, mail: Mail) -> str:
        return (mail.text or "") if mail.html is None else self._safe(inner_body(mail.html))

    def _safe(self, source: str) -> str:
        return sanitize(source, self.options["sanitize_level"])

    def _dedup_keys(self, request: Request, mail: Mail, given: list[str]) -> list[str]:
        thread = [self.thirdparty_id(request) or request.id, *mail.references] if self.options["dedup_threads"] else []
        return [f"{self.integration.prefix_id}_{key}" for key in dict.fromkeys([*thread, *given])]

    def _additional_data(self, mail: Mail) -> list[Datum | None]:
        return [
            datum("email", "From", mail.addresses("from")),
            datum("email", "To", mail.addresses("to")),
            datum("email", "CCs", mail.addresses("cc")),
            datum("text", "Attachments", list(mail.attachments)),
        ]
