"""Stakeholders: `/api/v4/stakeholders`, people who are told about alerts. An extension of the v4 API."""

from __future__ import annotations

from chalicelib import ids
from chalicelib.accounts.objects import Object
from chalicelib.api.http import Call
from chalicelib.api.resource import Resource
from chalicelib.api.routes import mount
from chalicelib.errors import Invalid


class Stakeholders(Resource):
    name = "stakeholder"
    path = "stakeholders"
    prefix = ids.STAKEHOLDER
    model = "Stakeholder"
    about = "People who are told about alerts without being paged."
    references = {"account_user_ids": ids.ACCOUNT_USER}
    any_of = ("account_user_ids", "emails")
    examples = {"bare addresses": {"name": "Management", "emails": ["board@example.com"]}}
    change = {"events": ["alert.assigned"]}

    def check(self, call: Call, found: Object) -> None:
        if not (found["account_user_ids"] or found["emails"]):
            raise Invalid("account_user_ids or emails must name at least one person")


mount(Stakeholders())
