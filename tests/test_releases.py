"""What earlier releases stored is read by this one, and what a release adds has its default in what they stored."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from chalicelib import adapters, ids
from chalicelib.accounts import models
from chalicelib.accounts.objects import DEFAULTS, with_defaults
from chalicelib.adapters.kit.options import declared
from chalicelib.api.references import RESOURCES
from chalicelib.storage import clients, configuration
from tests import releases
from tests.api import configured  # noqa: F401  fills RESOURCES

RELEASES = releases.kept()


@pytest.fixture
def restored(world):
    """Put the items that a release stored into the tables, and act as its admin."""

    def restore(items: list[dict[str, Any]]) -> None:
        for item in items:
            clients.dynamodb().put_item(TableName=clients.name(configuration.TABLE), Item=item)
        configuration.forget()
        world.token = releases.SECRET

    return restore


def everything(world) -> dict[str, list[dict[str, Any]]]:
    """What the API shows of every resource."""
    return {resource.path: world.ok("GET", f"/{resource.path}?limit=100")["data"] for resource in RESOURCES.values()}


def test_this_release_keeps_what_it_stores_of_every_resource():
    found = {item["sk"]["S"][:4] for item in releases.read(RELEASES[-1], "configuration")}
    assert {f"{prefix}_" for prefix in RESOURCES} <= found


@pytest.mark.parametrize("release", RELEASES)
def test_what_a_release_stored_is_listed_retrieved_changed_and_deleted(world, restored, release):
    restored(releases.read(release, "configuration"))
    shown = everything(world)
    assert all(shown.values())
    for path, rows in shown.items():
        for row in rows:
            assert world.ok("GET", f"/{path}/{row['prefix_id']}") == row
            if path != "api_tokens":
                assert world.ok("PUT", f"/{path}/{row['id']}", {}) == row
                assert world.ok("PUT", f"/{path}/{row['id']}", {"meta": {"new": True}})["meta"] == {"new": True}
    me = world.ok("GET", "/me")
    for path in ("integrations", "routers", "stakeholders", "teams", "account_users"):
        for row in shown[path]:
            if row["id"] != me["account_user"]["id"]:
                world.ok("DELETE", f"/{path}/{row['id']}")
    assert {path: len(rows) for path, rows in everything(world).items()} == {
        **dict.fromkeys(shown, 0),
        "account_users": 1,
        "api_tokens": 1,
    }


@pytest.mark.parametrize("release", RELEASES)
def test_an_integration_that_a_release_stored_takes_webhooks(world, restored, release):
    restored(releases.read(release, "configuration"))
    (integration,) = world.ok("GET", "/integrations")["data"]
    body = {"event_type": "create", "Id": "k", "Title": "Disk full"}
    assert world.hook(integration, body).status == 403
    assert world.hook(integration, body, **{"pagertree-token": integration["options"]["token"]}).status == 200
    world.deliver()
    assert [alert["title"] for alert in world.alerts()] == ["Disk full"]


def absent(found: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The places of an object whose fields an older release may not have stored."""
    prefix = found["prefix_id"][:3]
    places: list[tuple[Any, ...]] = [(name,) for name in DEFAULTS[prefix] if name in found]
    places += [("user", name) for name in DEFAULTS[prefix].get("user", {}) if name != "emails"]
    places += [("options", name) for name in found.get("options", {})]
    return [place for place in places if place not in (("user",), ("roles",), ("options",))]


@pytest.mark.parametrize("release", RELEASES)
def test_a_field_or_option_that_was_not_stored_yet_has_its_default(release):
    @settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(releases.read(release, "configuration")), st.data())
    def run(item, data):
        if "data" not in item:
            return
        stored = json.loads(item["data"]["S"])
        places = absent(stored)
        missing = data.draw(st.lists(st.sampled_from(places), unique=True)) if places else []
        older = copy.deepcopy(stored)
        for *path, name in missing:
            inner = older
            for step in path:
                inner = inner[step]
            inner.pop(name, None)
        read = configuration._object({"data": {**older, "of_a_later_release": 1}, "version": 1})
        assert read.pop("of_a_later_release") == 1
        assert set(configuration._object({"data": stored, "version": 1})) == set(read)
        for *path, name in missing:
            inner = read
            for step in path:
                inner = inner[step]
            assert name in inner

    run()


def test_an_option_that_its_type_no_longer_has_is_ignored_and_a_new_one_has_its_default(world):
    made = world.integration()
    stored = configuration.read(made["account_id"], made["prefix_id"])
    older = {name: value for name, value in stored["options"].items() if name not in ("token", "rate_limit")}
    item = {"data": {**stored, "options": {**older, "gone": "x"}}, "version": 1}
    options = configuration._object(item)["options"]
    assert set(options) == {option.name for option in declared(adapters.load("webhook"))}
    assert (options["token"], options["rate_limit"]) == (None, 3000)


def test_an_integration_whose_type_is_not_installed_is_still_listed_with_its_options_masked(world):
    made = world.integration(option_token="s3cret-token")
    for place in configuration.places(configuration.read(made["account_id"], made["prefix_id"])):
        item = clients.dynamodb().get_item(
            TableName=clients.name(configuration.TABLE), Key={"pk": {"S": place[0]}, "sk": {"S": place[1]}}
        )["Item"]
        item["data"]["S"] = item["data"]["S"].replace('"webhook"', '"not_installed"')
        clients.dynamodb().put_item(TableName=clients.name(configuration.TABLE), Item=item)
    configuration.forget()
    (shown,) = world.ok("GET", "/integrations")["data"]
    assert shown["integration_type"]["name"] == "not_installed"
    assert world.api("DELETE", f"/integrations/{made['id']}").status == 204
    assert "s3cret" not in world.api("GET", "/logs").text


def defaults_of(model: type[BaseModel]) -> dict[str, Any]:
    """What the fields of a model are when they are missing: those that have a default, and the maps inside."""
    found: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        inner = next((part for part in _parts(field.annotation) if issubclass(part, BaseModel)), None)
        listed = "list" in str(field.annotation)
        if inner and listed:
            found[name] = [defaults_of(inner)]
        elif inner:
            found[name] = defaults_of(inner)
        elif not field.is_required():
            default = field.get_default(call_default_factory=True)
            assert default is not PydanticUndefined
            found[name] = default
    return found


def _parts(annotation: Any) -> list[type]:
    parts = [annotation, *getattr(annotation, "__args__", ())]
    return [part for part in parts if isinstance(part, type)]


@pytest.mark.parametrize("prefix", [prefix for prefix in DEFAULTS if prefix != ids.ACCOUNT])
def test_the_defaults_of_stored_objects_are_those_of_the_models(prefix):
    """A field that a release adds to a model gets a default there, and the same one in accounts/objects.py."""
    wanted = defaults_of(getattr(models, RESOURCES[prefix].model))
    read = with_defaults(prefix, {"user": {}} if "user" in wanted else {})
    for name, default in wanted.items():
        if isinstance(default, list) and default and isinstance(default[0], dict):
            default = []
        if name == "user":
            assert {k: v for k, v in default.items() if k not in ("emails", "phones")} | {
                "emails": [],
                "phones": [],
            } == read["user"]
            filled = with_defaults(prefix, {"user": {"emails": [{}], "phones": [{}]}})["user"]
            assert (filled["emails"], filled["phones"]) == (wanted["user"]["emails"], wanted["user"]["phones"])
        elif name != "account_user_id":  # which every token has since there are tokens
            assert (name, read[name]) == (name, default)
