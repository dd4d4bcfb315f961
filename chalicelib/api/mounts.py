"""Every resource of the API, mounted on the Chalice app."""

from __future__ import annotations

from chalice import Chalice

from chalicelib.api.account_users import account_users
from chalicelib.api.alerts import alerts
from chalicelib.api.comments import comments
from chalicelib.api.errors import uniform_errors
from chalicelib.api.integration_types import integration_types
from chalicelib.api.integrations import integrations
from chalicelib.api.logs import logs
from chalicelib.api.routers import routers
from chalicelib.api.service import service
from chalicelib.api.stakeholders import stakeholders
from chalicelib.api.teams import teams

_RESOURCES = (
    service,
    integration_types,
    integrations,
    account_users,
    teams,
    routers,
    stakeholders,
    alerts,
    comments,
    logs,
)


def mount(app: Chalice) -> None:
    """Let the app answer for the API."""
    app.register_middleware(uniform_errors, "http")
    for resource in _RESOURCES:
        app.register_blueprint(resource)
