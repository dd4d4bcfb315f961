"""Every schema of the document by name."""

from __future__ import annotations

from chalicelib.api.openapi.answers import others, resources
from chalicelib.api.openapi.dry_runs import dry_runs
from chalicelib.api.openapi.inputs import inputs
from chalicelib.api.openapi.parts import COUNT, FLAG, NULLABLE_TEXT, Schema, from_models, lists, record, ref


def all_schemas() -> dict[str, Schema]:
    """Every schema under `components.schemas`, by name."""
    written = from_models()
    read = {**resources(written), **others(written)}
    pages = {f"{name}Page": _page(name) for name in ("AccountUser", "Team", "Router", "Integration", "Stakeholder")}
    pages |= {"IntegrationTypePage": _page("IntegrationType")}
    pages |= {f"{name}Page": _page(name, unbounded=True) for name in ("Alert", "Comment", "Log")}
    return {**_basics(), **inputs(written), **read, **pages, **dry_runs()}


def _basics() -> dict[str, Schema]:
    ulid = "^[0-7][0-9A-HJKMNP-TV-Z]{25}$"
    message = record({"message": {"type": "string", "examples": ["name can't be blank"]}})
    code = {"type": "integer", "description": "The status code."}
    return {
        "Ulid": {"type": "string", "pattern": ulid, "examples": ["01GE8AJD59WJCSJQ7SFH49FJRT"]},
        "PrefixId": {"type": "string", "pattern": "^[a-z]{3}_[0-9A-Za-z]{14}$", "examples": ["tem_4fK0c2nVbQx1Za"]},
        "Id": {"type": "string", "description": "A ULID or a prefix id.", "examples": ["tem_4fK0c2nVbQx1Za"]},
        "Time": {"type": "string", "format": "date-time", "examples": ["2026-03-01T08:15:00.000Z"]},
        "Error": record({"errors": lists(message), "code": code}, description="What went wrong."),
    }


def _page(name: str, unbounded: bool = False) -> Schema:
    """The envelope of a list."""
    keys: dict[str, Schema] = {"data": lists(ref(name)), "has_more": FLAG, "total_count": COUNT}
    keys["next_cursor"] = {**NULLABLE_TEXT, "description": "Give it as `cursor` for the next page."}
    if unbounded:
        keys["total_count_exact"] = {**FLAG, "description": "False: the total is a lower bound."}
    return record(keys)
