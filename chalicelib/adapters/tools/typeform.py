"""Typeform's webhook. Every response to the form is an alert with the answers; partial ones only if asked for."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Json,
    Option,
    Request,
    base64_signature,
    blank,
    datum,
    first_text,
    items,
    joined,
    mapping,
    same_secret,
    text,
)
from chalicelib.adapters.kit.freshness import replay_digest


class Typeform(Adapter):
    name = "Typeform"
    vendor = "https://www.typeform.com/developers/webhooks/secure-your-webhooks/"
    OPTIONS = (
        Option(
            "secret",
            str,
            "The webhook's secret; requests without its Typeform-Signature are refused.",
            secret=True,
        ),
        Option("create_on_partial", bool, "A response that was begun and not submitted makes an alert.", default=False),
    )

    ACTIONS = {"form_response": Action.CREATE, "form_response_partial": Action.CREATE}
    SWITCHES = {"form_response_partial": "create_on_partial"}
    MOST = 50  # answers, and hidden fields

    def blocked(self, request: Request) -> bool:
        secret = self.options["secret"]
        if not secret:
            return False
        expected = f"sha256={base64_signature(secret, request.body)}"
        return not same_secret(expected, request.header("typeform-signature"))

    def replay_key(self, request: Request) -> str | None:
        event = request.get("event_id")
        return replay_digest(text(event)) if self.options["secret"] and not blank(event) else None

    def action(self, request: Request) -> Action:
        if not mapping(request.get("form_response")):
            return Action.OTHER
        return self.action_of(first_text(request.get("event_type"), "form_response"))

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("form_response.token")

    def alert(self, request: Request) -> AlertDraft:
        response = mapping(request.get("form_response"))
        definition = mapping(response.get("definition"))
        questions = {text(mapping(field).get("id")): mapping(field) for field in items(definition.get("fields"))}
        answers = [mapping(answer) for answer in items(response.get("answers"))[: self.MOST]]
        hidden = islice(mapping(response.get("hidden")).items(), self.MOST)
        return AlertDraft(
            title=joined(": ", definition.get("title"), response.get("submitted_at")) or "Typeform response",
            description="\n\n".join(filter(None, (self._told(answer, questions) for answer in answers))) or None,
            additional_data=[
                *(datum("text", name, text(value)) for name, value in hidden),
                datum("text", "Score", mapping(response.get("calculated")).get("score")),
            ],
        )

    def _told(self, answer: Mapping[str, Json], questions: Mapping[str, Mapping[str, Json]]) -> str:
        """A question and what was answered: the value lies under the name of the answer's type."""
        field = mapping(answer.get("field"))
        question = first_text(questions.get(text(field.get("id")), {}).get("title"), field.get("ref"), "Answer")
        value = answer.get(text(answer.get("type")))
        return f"{question}\n{self._text(value)}" if not blank(value) else ""

    def _text(self, value: Json) -> str:
        """Choices have labels, several at once in a list, and what people wrote themselves under other."""
        if not isinstance(value, dict):
            return {True: "yes", False: "no"}[value] if isinstance(value, bool) else text(value)
        labels = (value.get("label"), *items(value.get("labels")), value.get("other"))
        return joined(", ", *labels) or text(value)
