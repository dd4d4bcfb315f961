"""What tests of the API share: other callers, everything that is stored, and calls that must be refused."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def person(world):
    """Make a member of the account: their account user and a token of theirs."""

    def make(name: str = "Bob", **fields: Any) -> tuple[Any, str]:
        from chalicelib.handling.accounts import create_token

        given = {"name": name, "emails_attributes": [{"email": f"{name.lower()}@example.com"}]}
        member = world.ok("POST", "/account_users", {"user_attributes": given, **fields})
        token = create_token({**member, "version": 1}, f"{name}'s token", world.now)
        assert world.api("GET", "/me", token=token).status == 200  # its first use is noted
        return member, token

    return make


@pytest.fixture
def stranger(world):
    """An admin of another account."""
    from chalicelib.handling.accounts import create_account

    other = create_account("Other", "Eve", "eve@example.com", world.now)
    assert world.api("GET", "/me", token=other.token).status == 200
    return other


@pytest.fixture
def stored(world):
    """Everything in the tables and on the queues, to compare before and after."""
    from chalicelib.storage import clients

    world.ok("GET", "/me")  # the first use of a token is noted

    def contents() -> dict[str, Any]:
        database = clients.dynamodb()
        found: dict[str, Any] = {
            name: sorted(map(str, database.scan(TableName=name)["Items"]))
            for name in database.list_tables()["TableNames"]
        }
        for url in world.sqs.list_queues()["QueueUrls"]:
            attributes = world.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
            found[url] = attributes["ApproximateNumberOfMessages"]
        return found

    return contents


@pytest.fixture
def refused(world):
    """Call the API, insist on an error of the code in the API's shape, and answer its messages."""

    def call(code: int, method: str, path: str, body: Any = None, token: str | None = None, **headers: str) -> str:
        answer = world.api(method, path, body, token, **headers)
        assert answer.status == code, (method, path, answer.status, answer.text)
        assert set(answer.json) == {"errors", "code"}
        assert answer.json["code"] == code
        assert all(set(error) == {"message"} and error["message"] for error in answer.json["errors"])
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        return "; ".join(error["message"] for error in answer.json["errors"])

    return call


@pytest.fixture
def one_of_each(world):
    """One object of every resource, by its path's first segment."""
    team, user = world.team(), world.account.user
    stakeholder = world.ok("POST", "/stakeholders", {"name": "Board", "emails": ["board@example.com"]})
    router = world.ok("POST", "/routers", {"name": "Main", "default_receiver_team_id": team["id"]})
    integration = world.integration(team_ids=[team["id"]])
    world.send(integration, {"event_type": "create", "Id": "k", "Title": "Disk full"})
    (alert,) = world.alerts()
    return {
        "teams": team,
        "account_users": user,
        "stakeholders": stakeholder,
        "routers": router,
        "integrations": integration,
        "alerts": alert,
        "comments": world.ok("POST", f"/alerts/{alert['id']}/comments", {"body": "On it"}),
        "api_tokens": world.ok("POST", "/api_tokens", {"name": "Terraform"}),
        "logs": world.requests(integration)[0],
    }
