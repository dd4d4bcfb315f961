"""What is named is not deleted, whichever field names it; and no race leaves a name of what is not there."""

from __future__ import annotations

import copy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from chalicelib import ids
from chalicelib.api.references import RESOURCES
from chalicelib.storage import configuration
from dev.local import aws
from tests.api.configured import BODIES, admins, body, dangling, make, naming, references
from tests.interleaving import run_interleaved

INTERLEAVINGS = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
schedules = st.lists(st.integers(0, 1), min_size=4, max_size=30)
NAMING = [(r, field, prefix) for r, field, prefix in references() if field != r.belongs_to]
BELONGING = [(r, field, prefix) for r, field, prefix in references() if field == r.belongs_to]


def named(reference):
    return "-".join(str(getattr(part, "path", part)) for part in reference)


def test_the_walk_knows_how_to_make_one_of_every_resource():
    assert set(BODIES) == {resource.path for resource in RESOURCES.values()}
    assert len(NAMING) >= 15


@pytest.mark.parametrize("reference", NAMING, ids=named)
def test_what_is_named_is_not_deleted_until_nothing_names_it(world, refused, stored, reference):
    resource, field, prefix = reference
    target = make(world, prefix)
    user = make(world, resource.prefix, **naming(field, target))
    path = f"/{RESOURCES[prefix].path}/{target['id']}"
    before = stored()
    assert f"is in use by {user['prefix_id']} ({field})" in refused(409, "DELETE", path)
    assert stored() == before
    assert world.ok("GET", path) == target
    assert world.api("DELETE", f"/{resource.path}/{user['id']}").status == 204
    assert world.api("DELETE", path).status == 204


@pytest.mark.parametrize("reference", BELONGING, ids=named)
def test_what_belongs_to_an_object_goes_with_it(world, reference):
    resource, field, prefix = reference
    target = make(world, prefix)
    owned, other = make(world, resource.prefix, **naming(field, target)), make(world, resource.prefix)
    assert world.api("DELETE", f"/{RESOURCES[prefix].path}/{target['id']}").status == 204
    assert world.api("GET", f"/{resource.path}/{owned['id']}").status == 404
    assert world.api("GET", f"/{resource.path}/{other['id']}").status == 200


def test_of_many_users_five_are_named(world, refused):
    team = world.team()
    for _ in range(7):
        world.integration(team_ids=[team["id"]])
    message = refused(409, "DELETE", f"/teams/{team['id']}")
    assert message.count("int_") == 5
    assert message.endswith(", and others")


def test_an_id_in_a_comment_or_a_condition_of_rules_is_no_use(world):
    team = world.team()
    key = team["prefix_id"]
    rules = f"# once {key}\nrules:\n- match: {{alert.title: {key}}}\n  actions:\n  - type: ignore\n"
    make(world, ids.ROUTER, rules=rules)
    assert world.api("DELETE", f"/teams/{team['id']}").status == 204


def test_a_router_that_its_own_rules_name_can_be_deleted(world):
    router = make(world, ids.ROUTER)
    world.ok("PUT", f"/routers/{router['id']}", naming("rules", router))
    assert world.api("DELETE", f"/routers/{router['id']}").status == 204


def state():
    """The tables as they are now, to be brought back before each race: a function that does it."""
    database = dynamodb_backends[DEFAULT_ACCOUNT_ID][aws.REGION]
    saved = {name: copy.deepcopy(dict(table.items)) for name, table in database.tables.items()}

    def bring_back():
        for name, table in database.tables.items():  # which are new ones after a transaction that failed
            table.items.clear()
            table.items.update(copy.deepcopy(saved[name]))
        configuration.forget()

    return bring_back


def test_a_name_and_the_deletion_of_what_it_names_never_both_happen(world, monkeypatch):
    account_id = world.account.account["id"]
    targets = {prefix: make(world, prefix) for prefix in {prefix for _, _, prefix in NAMING}}
    users = {resource.path: make(world, resource.prefix) for resource, _, _ in NAMING}
    bring_back = state()

    @INTERLEAVINGS
    @given(reference=st.sampled_from(NAMING), schedule=schedules, changes=st.booleans())
    def run(reference, schedule, changes):
        bring_back()
        resource, field, prefix = reference
        target, answers = targets[prefix], {}

        def write():
            path = f"/{resource.path}/{users[resource.path]['id']}"
            named = naming(field, target)
            call = ("PUT", path, named) if changes else ("POST", f"/{resource.path}", body(world, resource, **named))
            answers["write"] = world.api(*call).status

        def delete():
            answers["delete"] = world.api("DELETE", f"/{RESOURCES[prefix].path}/{target['id']}").status

        run_interleaved([write, delete], schedule, monkeypatch)
        assert (answers["write"], answers["delete"]) in [(201, 409), (200, 409), (422, 204)]
        assert list(dangling(account_id)) == []

    run()


def test_admins_who_demote_or_delete_each_other_at_once_leave_one(world, person, monkeypatch):
    account_id = world.account.account["id"]
    pair = [person(f"Admin{number}", roles={"admin": True}) for number in (1, 2)]
    world.ok("PUT", f"/account_users/{world.account.user['id']}", {"roles": {"admin": False}})
    bring_back = state()

    @INTERLEAVINGS
    @given(schedule=schedules, deletes=st.tuples(st.booleans(), st.booleans()))
    def run(schedule, deletes):
        bring_back()
        answers = []

        def remove(by, other, deletes):
            path = f"/account_users/{pair[other][0]['id']}"
            call = ("DELETE", path, None) if deletes else ("PUT", path, {"roles": {"admin": False}})
            answers.append(world.api(*call, pair[by][1]).status)

        works = [lambda: remove(0, 1, deletes[0]), lambda: remove(1, 0, deletes[1])]
        run_interleaved(works, schedule, monkeypatch)
        assert admins(account_id) == 1 == configuration.tally(account_id).of("admins")
        assert min(answers) < 300
        assert max(answers) in (401, 403, 409)

    run()


def test_two_people_never_get_the_same_address_and_the_tally_counts_who_is_there(world, monkeypatch):
    account_id, wanted = world.account.account["id"], body(world, RESOURCES[ids.ACCOUNT_USER])
    bring_back = state()

    @INTERLEAVINGS
    @given(schedule=schedules)
    def run(schedule):
        bring_back()
        answers = []
        works = [lambda: answers.append(world.api("POST", "/account_users", wanted).status) for _ in range(2)]
        run_interleaved(works, schedule, monkeypatch)
        assert sorted(answers) == [201, 409]
        people = list(configuration.rows(account_id, ids.ACCOUNT_USER))
        assert configuration.tally(account_id).of(ids.ACCOUNT_USER) == len(people) == 2

    run()
