"""The schemas of what clients write, made from the models."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.api.openapi.parts import Schema, lists, record, ref


def inputs(written: Mapping[str, Schema]) -> dict[str, Schema]:
    made = {"AccountUserInput": _account_user_input(written), **_person_inputs(written)}
    made["IntegrationInput"] = _integration_input(written["Integration"])
    made["AlertInput"] = _with_destination(written["Alert"], "destination_")
    receivers = [name for name in written["Router"]["properties"] if name.startswith("default_receiver")]
    made["RouterInput"] = _require_any(written["Router"], receivers)
    made["StakeholderInput"] = _require_any(written["Stakeholder"], ["account_user_ids", "emails"])
    made |= {"TeamInput": written["Team"], "CommentInput": written["Comment"], "Roles": written["Roles"]}
    made["HandoffInput"] = _with_destination(written["Handoff"], "destination_")
    for name in ("AccountUser", "Team", "Router", "Integration", "Stakeholder"):
        made[f"{name}Changes"] = _changes(made[f"{name}Input"])
    changeable = ("title", "description", "urgency", "tags", "meta")
    made["AlertChanges"] = _changes({**written["Alert"], "properties": _only(written["Alert"], changeable)})
    made["CommentOnInput"] = _comment_on(written["Comment"])
    return made


def _only(schema: Schema, names: tuple[str, ...]) -> dict[str, Schema]:
    return {name: schema["properties"][name] for name in names}


def _require_any(schema: Schema, names: list[str]) -> Schema:
    return {**schema, "anyOf": [{"required": [name]} for name in names]}


def _with_destination(schema: Schema, prefix: str) -> Schema:
    return _require_any(schema, [f"{prefix}{kind}_ids" for kind in ("team", "router", "account_user")])


def _changes(schema: Schema) -> Schema:
    """The same fields for an update: none required, and no defaults, since what is left out stays as it is."""
    properties = {
        name: {key: value for key, value in field.items() if key != "default"}
        for name, field in schema["properties"].items()
    }
    kept = {name: value for name, value in schema.items() if name not in ("required", "anyOf", "description")}
    return {**kept, "description": "Only the fields that are given change.", "properties": properties}


def _integration_input(written: Schema) -> Schema:
    kind = {"type": "string", "description": "Id, prefix id or slug of the integration type.", "examples": ["webhook"]}
    schema = _with_destination(written, "")
    schema["properties"] = {**written["properties"], "integration_type_id": kind}
    schema["required"] = [*written["required"], "integration_type_id"]
    help_text = "An option of the integration type; GET /api/v4/integration_types/{id} lists them."
    return {**schema, "patternProperties": {"^option_": {"description": help_text}}}


def _account_user_input(written: Mapping[str, Schema]) -> Schema:
    properties = {name: field for name, field in written["AccountUser"]["properties"].items() if name != "user"}
    teams = {"description": "The teams that the person is to be a member of; absent: no change.", **lists(ref("Id"))}
    properties |= {"user_attributes": ref("UserInput"), "member_team_ids": teams}
    return record(properties, ["user_attributes"], description=written["AccountUser"]["description"])


def _person_inputs(written: Mapping[str, Schema]) -> dict[str, Schema]:
    """The person inside, in the nested notation that the API writes: `x_attributes`."""
    user = dict(written["UserFields"])
    properties = {name: field for name, field in user["properties"].items() if name not in ("emails", "phones")}
    emails = {**lists(ref("EmailAddressInput")), "minItems": 1}
    properties |= {"emails_attributes": emails, "phones_attributes": lists(ref("PhoneNumberInput"))}
    destroy = {"_destroy": {"type": "boolean", "description": "With an id: remove this entry."}}
    entries = {name: written[name] for name in ("EmailAddress", "PhoneNumber")}
    return {
        "UserInput": {**user, "properties": properties, "required": ["name", "emails_attributes"]},
        **{f"{n}Input": {**entry, "properties": {**entry["properties"], **destroy}} for n, entry in entries.items()},
    }


def _comment_on(written: Schema) -> Schema:
    target = {"commentable_type": {"type": "string", "enum": ["Alert", "Comment"]}, "commentable_id": ref("Id")}
    return record({**written["properties"], **target})
