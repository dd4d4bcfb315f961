"""Jotform. Every submission of a form is an alert, with the answers as Jotform writes them out."""

from __future__ import annotations

from chalicelib.adapters.kit import Action, Adapter, AlertDraft, Json, Request, blank, datum, first_text, joined, text


class Jotform(Adapter):
    name = "JotForm"
    vendor = "https://www.jotform.com/help/245-how-to-setup-a-webhook-with-jotform/"

    def action(self, request: Request) -> Action:
        submission = joined(" ", request.get("formTitle"), request.get("submissionID"))
        return Action.CREATE if submission else Action.OTHER

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("submissionID")

    def alert(self, request: Request) -> AlertDraft:
        submission = request.get("submissionID")
        url = None if blank(submission) else f"https://www.jotform.com/submission/{text(submission)}"
        return AlertDraft(
            title=joined(" ", request.get("formTitle"), submission),
            description=first_text(request.get("pretty"), request.get("rawRequest")) or None,
            additional_data=[
                datum("link", "Submission URL", url),
                datum("text", "Form ID", request.get("formID")),
                datum("text", "Sent From", request.get("ip")),
            ],
        )
