"""Stakeholders: `/api/v4/stakeholders`, people who are told about alerts. An extension of the v4 API."""

from __future__ import annotations

from chalice import Blueprint

from chalicelib import ids
from chalicelib.api.http import Call
from chalicelib.api.resources import Kind, Object, mount
from chalicelib.errors import Invalid

stakeholders = Blueprint(__name__)


def _check(call: Call, found: Object) -> None:
    if not (found["account_user_ids"] or found["emails"]):
        raise Invalid("account_user_ids or emails must name at least one person")


mount(
    stakeholders,
    Kind(
        name="stakeholder",
        path="stakeholders",
        prefix=ids.STAKEHOLDER,
        model="Stakeholder",
        references={"account_user_ids": ids.ACCOUNT_USER},
        check=_check,
    ),
)
