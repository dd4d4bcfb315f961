"""The writable fields of each resource of the v4 API, as pydantic models: validation and OpenAPI come from here."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from chalicelib.accounts.values import (
    Body,
    Description,
    Email,
    Flag,
    IdList,
    Key,
    Meta,
    Moment,
    Name,
    Phone,
    Tags,
    Text,
    Title,
)
from chalicelib.words import Urgency

Audience = Literal["none", "team_all", "team_admins", "oncall_rotation", "specific_users"]


class Fields(BaseModel):
    """What a client may write. Parameters that are not listed are dropped, not refused."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=False)


class Resource(Fields):
    meta: Meta = Field(default_factory=dict, description="Free key/value data.")


class EmailAddress(Fields):
    id: str | None = None
    email: Email
    primary: Flag = False


class PhoneNumber(Fields):
    id: str | None = None
    phone: Phone
    primary: Flag = False


class UserFields(Fields):
    """The person behind an account user."""

    name: Name
    time_zone: Text = "Etc/UTC"
    preferred_language: Text | None = None
    notify_push: Flag = True
    notify_email: Flag = True
    notify_sms: Flag = True
    notify_voice: Flag = True
    emails: list[EmailAddress] = Field(min_length=1, max_length=20)
    phones: list[PhoneNumber] = Field(default_factory=list, max_length=20)


class Roles(Fields):
    admin: Flag = False
    billing: Flag = False
    broadcaster: Flag = False
    communicator: Flag = False


class AccountUser(Resource):
    """A member of the account."""

    notification_rule_id: str | None = None
    roles: Roles = Field(default_factory=Roles)
    user: UserFields


class Team(Resource):
    """People who take alerts together."""

    name: Name
    notes: Text | None = None
    member_account_user_ids: IdList = Field(min_length=1)
    admin_account_user_ids: IdList = Field(min_length=1)
    drop_notifications: Audience = "none"
    handoff_notifications: Audience = "none"
    drop_notification_account_user_ids: IdList = Field(default_factory=list)
    handoff_notification_account_user_ids: IdList = Field(default_factory=list)


class Router(Resource):
    """Rules that decide where an alert goes."""

    name: Name
    enabled: Flag = True
    rules: Text = Field(default="", description="YAML; see the page on routers.")
    default_receiver_account_user_id: str | None = None
    default_receiver_router_id: str | None = None
    default_receiver_team_id: str | None = None


class Integration(Resource):
    """An endpoint for one tool. Its options are written as `option_<name>` beside these fields."""

    name: Name
    enabled: Flag = True
    urgency: Urgency
    account_user_ids: IdList = Field(default_factory=list)
    router_ids: IdList = Field(default_factory=list)
    team_ids: IdList = Field(default_factory=list)


StakeholderEvent = Literal["alert.assigned", "alert.acknowledged", "alert.resolved", "alert.dropped"]


class Stakeholder(Resource):
    """People who are told about alerts without being paged: account users and bare e-mail addresses."""

    name: Name
    account_user_ids: IdList = Field(default_factory=list)
    emails: list[Email] = Field(default_factory=list)
    events: list[StakeholderEvent] = Field(default=["alert.assigned", "alert.resolved"])


class ApiToken(Resource):
    """A secret by which a program acts as an account user."""

    name: Name
    account_user_id: str | None = None
    expires_at: Moment | None = Field(default=None, description="From then on it is refused. Null: never.")


class Alert(Fields):
    """An alert made or changed by hand."""

    title: Title
    description: Description | None = None
    urgency: Urgency
    tags: Tags = Field(default_factory=list)
    thirdparty_id: Key | None = None
    meta: Meta = Field(default_factory=dict)
    destination_team_ids: IdList = Field(default_factory=list)
    destination_router_ids: IdList = Field(default_factory=list)
    destination_account_user_ids: IdList = Field(default_factory=list)


class Comment(Fields):
    body: Body


class Handoff(Fields):
    """Further destinations for an alert, and why."""

    note: Name
    destination_team_ids: IdList = Field(default_factory=list)
    destination_router_ids: IdList = Field(default_factory=list)
    destination_account_user_ids: IdList = Field(default_factory=list)
