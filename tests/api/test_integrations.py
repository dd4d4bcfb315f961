"""Integrations over HTTP: create, retrieve, update, delete, list; in JSON and in Rails' form notation."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from chalicelib import adapters, ids

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def valid(world):
    return {"name": "Tool", "urgency": "low", "integration_type_id": "webhook", "team_ids": [world.team()["id"]]}


def test_an_integration_is_created_retrieved_changed_and_deleted(world, valid):
    made = world.ok("POST", "/integrations", valid)
    assert (made["name"], made["urgency"], made["enabled"], made["team_ids"]) == (
        "Tool",
        "low",
        True,
        valid["team_ids"],
    )
    path = f"/integrations/{made['id']}"
    assert world.ok("GET", path) == made
    world.clock.shift(60)
    changed = world.ok("PUT", path, {"urgency": "high"})
    assert changed == {**made, "urgency": "high", "updated_at": "2026-03-02T09:01:00.000Z"}
    assert world.ok("PATCH", path, {"name": "Tool 2"}) == {**changed, "name": "Tool 2"}
    answer = world.api("DELETE", path)
    assert (answer.status, answer.text) == (204, "")
    assert world.api("GET", path).status == 404
    assert world.api("DELETE", path).status == 404
    assert world.hook(made, {"event_type": "create"}).status == 404


def test_an_integration_has_the_common_attributes_its_type_and_its_endpoint(world, valid):
    made = world.ok("POST", "/integrations", valid)
    assert ids.is_ulid(made["id"])
    assert made["prefix_id"] == ids.prefix_id("int", made["id"])
    assert made["account_id"] == world.account.account["id"]
    assert made["created_at"] == made["updated_at"] == "2026-03-02T09:00:00.000Z"
    assert made["meta"] == {}
    assert made["integration_type"]["slug"] == "webhook"
    assert made["integration_type"]["name"] == "Webhook"
    assert made["integration_type_id"] == made["integration_type"]["id"] == adapters.type_id("webhook")
    assert made["endpoint"] == f"http://signalbox.test/integration/{made['prefix_id']}"
    assert "version" not in made


def test_tiny_ids_count_per_account_and_model(world, valid, stranger):
    assert [world.ok("POST", "/integrations", valid)["tiny_id"] for _ in range(3)] == [1, 2, 3]
    assert world.team()["tiny_id"] == 2
    own = {**valid, "team_ids": [], "account_user_ids": [stranger.user["id"]]}
    assert world.api("POST", "/integrations", own, stranger.token).json["tiny_id"] == 1


@pytest.mark.parametrize("form", ["id", "prefix_id"])
def test_either_form_of_an_id_is_taken_everywhere(world, form):
    team, user = world.team(), world.account.user
    router = world.ok("POST", "/routers", {"name": "r", "default_receiver_team_id": team[form]})
    made = world.integration(
        integration_type_id=world.ok("GET", "/integration_types/webhook")["id"],
        team_ids=[team[form]],
        router_ids=[router[form]],
        account_user_ids=[user[form]],
    )
    assert (made["team_ids"], made["router_ids"], made["account_user_ids"]) == (
        [team["id"]],
        [router["id"]],
        [user["id"]],
    )
    assert world.ok("GET", f"/integrations/{made[form]}") == made
    assert world.ok("GET", f"/integrations/{made['id'].lower()}") == made
    assert world.hook({"prefix_id": made[form]}, {"event_type": "create", "Title": "x"}).status == 200


def test_a_destination_given_in_both_forms_is_one(world):
    team = world.team()
    assert world.integration(team_ids=[team["id"], team["prefix_id"], team["id"]])["team_ids"] == [team["id"]]


def test_form_bodies_in_rails_notation_make_what_json_makes(world):
    first, second = world.team("A"), world.team("B")
    pairs = [
        ("name", "Tool & Söhne"),
        ("urgency", "high"),
        ("integration_type_id", "webhook"),
        ("enabled", "0"),
        ("option_capture_additional_data", "1"),
        ("option_rate_limit", "12"),
        ("meta[owner][name]", "Ops"),
        ("team_ids[]", first["id"]),
        ("team_ids[]", second["prefix_id"]),
    ]
    made = world.api("POST", "/integrations", urlencode(pairs), **FORM)
    assert made.status == 201, made.text
    assert made.json["name"] == "Tool & Söhne"
    assert made.json["enabled"] is False
    assert made.json["meta"] == {"owner": {"name": "Ops"}}
    assert made.json["team_ids"] == [first["id"], second["id"]]
    assert made.json["options"]["capture_additional_data"] is True
    assert made.json["options"]["rate_limit"] == 12


@pytest.mark.parametrize("lists", ["team_ids={0}&team_ids={1}", "team_ids[0]={0}&team_ids[]={1}", "team_ids={0}"])
def test_repeated_and_lone_bare_names_are_lists(world, lists):
    teams = [world.team("A")["id"], world.team("B")["id"]]
    base = "name=x&urgency=low&integration_type_id=webhook&"
    answer = world.api("POST", "/integrations", base + lists.format(*teams), **FORM)
    if "[0]" in lists:
        assert answer.status == 400
    else:
        assert answer.json["team_ids"] == teams[: lists.count("{")]


def test_form_data_of_a_browser_is_taken_too(world):
    team = world.team()["id"]
    fields = {"name": "x", "urgency": "low", "integration_type_id": "webhook", "team_ids[]": team}
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    ]
    body = "".join(parts) + "--b--\r\n"
    answer = world.api("POST", "/integrations", body, **{"Content-Type": "multipart/form-data; boundary=b"})
    assert (answer.status, answer.json["team_ids"]) == (201, [team])


@pytest.mark.parametrize("value", ["false", "0", "f", "F", "off", "FALSE", False, 0])
def test_false_is_written_as_rails_reads_it(world, value):
    integration = world.integration()
    assert world.ok("PUT", f"/integrations/{integration['id']}", {"enabled": value})["enabled"] is False


def test_an_update_changes_only_what_it_names(world, valid):
    made = world.ok("POST", "/integrations", {**valid, "option_rate_limit": 5, "meta": {"a": 1}})
    path = f"/integrations/{made['id']}"
    assert world.ok("PUT", path, {}) == made
    assert world.ok("PUT", path, {"enabled": True}) == made
    assert world.ok("PUT", path, {"option_capture_additional_data": True})["options"]["rate_limit"] == 5
    other = world.team("Other")["id"]
    assert world.ok("PUT", path, {"team_ids": [other]})["team_ids"] == [other]
    assert world.ok("PUT", path, {"meta": {"b": 2}})["meta"] == {"b": 2}


def test_an_update_with_a_fault_changes_nothing(world, valid, refused, stored):
    made = world.ok("POST", "/integrations", valid)
    path = f"/integrations/{made['id']}"
    before = stored()
    for change, message in (
        ({"name": "", "urgency": "high"}, "name can't be blank"),
        ({"name": "New", "team_ids": []}, "at least one destination is required"),
        ({"name": "New", "team_ids": ["tem_nope"]}, "team_ids has no match for tem_nope"),
        ({"name": "New", "team_ids": [made["id"]]}, f"team_ids has no match for {made['id']}"),
        ({"name": "New", "option_rate_limit": "many"}, "option_rate_limit must be a whole number"),
        ({"name": "New", "integration_type_id": "nope"}, "integration_type_id has no match for nope"),
        ({"name": "New", "meta": {"a": "x" * 40_000}}, "meta is larger than 32 KiB"),
        ({"name": "x" * 256}, "name is invalid"),
        ({"name": ["x"]}, "name is invalid"),
        ({"enabled": {}}, "enabled is invalid"),
    ):
        assert message in refused(422, "PUT", path, change)
    assert stored() == before


def test_every_missing_field_is_named_at_once(refused):
    assert refused(422, "POST", "/integrations", {}) == "name can't be blank; urgency can't be blank"


def test_an_integration_of_another_type_keeps_the_options_that_every_type_has_and_no_others(world):
    made = world.integration(option_token="s3cret", option_rate_limit=7)
    changed = world.ok("PUT", f"/integrations/{made['id']}", {"integration_type_id": "prometheus"})
    assert changed["integration_type"]["slug"] == "prometheus"
    assert "token" not in changed["options"]
    assert changed["options"]["rate_limit"] == 7


@pytest.mark.parametrize("writes", [lambda options: options, lambda options: {**options, "token": "********"}])
def test_options_that_were_read_and_come_back_with_another_type_are_dropped_with_the_old_one(world, writes):
    made = world.integration(option_token="s3cret", option_capture_additional_data=True)
    body = {"integration_type_id": "prometheus", "options": writes(made["options"])}
    assert "token" not in world.ok("PUT", f"/integrations/{made['id']}", body)["options"]


def test_an_option_of_the_old_type_that_is_changed_along_with_the_type_is_refused(world, refused):
    made = world.integration(option_token="s3cret")
    body = {"integration_type_id": "prometheus", "option_token": "new"}
    told = refused(422, "PUT", f"/integrations/{made['id']}", body)
    assert told.startswith("option_token is no option of this integration type")


def test_parameters_outside_the_permit_list_are_dropped(world, valid):
    made = world.ok("POST", "/integrations", {**valid, "id": "x", "tiny_id": 99, "account_id": "x", "zz": 1})
    assert ids.is_ulid(made["id"])
    assert made["tiny_id"] == 1


@pytest.mark.parametrize(
    "given",
    [{"option_tokn": "1"}, {"options": {"tokn": "1"}}, {"options": {"tokn": "********"}}, {"option_tokn": None}],
)
def test_a_misspelt_option_is_refused_and_the_nearest_name_offered(world, valid, refused, given):
    told = refused(422, "POST", "/integrations", {**valid, **given})
    assert told == "option_tokn is no option of this integration type: did you mean option_token?"
    assert world.ok("GET", "/integrations")["total_count"] == 0


@pytest.mark.parametrize("name", ["optionToken", "Option_token", "options_token", "option-token", "OPTION_TOKEN"])
def test_what_only_looks_like_an_option_is_refused(valid, refused, name):
    told = refused(422, "POST", "/integrations", {**valid, name: "s3cret"})
    assert told == f"{name} is no option of this integration type: did you mean option_token?"


def test_an_option_that_resembles_none_is_refused_without_an_offer(valid, refused):
    told = refused(422, "POST", "/integrations", {**valid, "option_zz": 1, "options": {"q": 2, "rate_limit": "x"}})
    assert told == (
        "option_q is no option of this integration type; option_zz is no option of this integration type; "
        "option_rate_limit must be a whole number"
    )
    assert refused(422, "POST", "/integrations", {**valid, "options": "token"}) == "options must be an object"


def test_the_mask_of_a_secret_is_no_secret(world, valid, refused):
    told = refused(422, "POST", "/integrations", {**valid, "option_token": "********"})
    assert told == "option_token is masked: write the secret itself"
    made = world.ok("POST", "/integrations", {**valid, "option_token": "s3cret"})
    assert world.ok("PUT", f"/integrations/{made['id']}", {"option_token": "********"})["options"]["token"] == "s3cret"


def test_a_slash_at_the_end_and_an_empty_json_body_are_no_errors(world, valid):
    made = world.api("POST", "/integrations/", valid).json
    json_type = {"Content-Type": "application/json"}
    assert world.api("GET", "/integrations/", **json_type).json["total_count"] == 1
    assert world.api("GET", f"/integrations/{made['id']}/", **json_type).json == made
    assert world.api("PUT", f"/integrations/{made['id']}", "", **json_type).status == 200
    assert world.api("DELETE", f"/integrations/{made['id']}", "", **json_type).status == 204


def test_a_disabled_integration_is_found_by_the_filter_of_the_command_line(world):
    on, off = world.integration(name="On"), world.integration(name="Off", enabled=False)
    assert [found["id"] for found in world.ok("GET", "/integrations?enabled=1")["data"]] == [on["id"]]
    assert [found["id"] for found in world.ok("GET", "/integrations?enabled=0")["data"]] == [off["id"]]
    assert [found["id"] for found in world.ok("GET", "/integrations?q=off")["data"]] == [off["id"]]
    assert world.ok("GET", "/integrations?q=Webhook")["total_count"] == 2  # by the name of the type


def test_an_integration_of_every_type_can_be_made_from_its_published_options(world, valid):
    for slug in adapters.slugs():
        kind = world.ok("GET", f"/integration_types/{slug}")
        required = {option["name"]: option["default"] or "x" for option in kind["options"] if option["required"]}
        answer = world.api("POST", "/integrations", {**valid, "integration_type_id": kind["id"], **required})
        if required:  # whose values have a form that "x" has not
            assert answer.status in (201, 422), (slug, answer.text)
        else:
            assert answer.status == 201, (slug, answer.text)
            names = {option["name"].removeprefix("option_") for option in kind["options"]}
            assert (slug, set(answer.json["options"])) == (slug, names)
