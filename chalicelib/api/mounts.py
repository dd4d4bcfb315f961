"""Every file of the API that mounts routes: a new resource is one more line here."""

from __future__ import annotations

from chalice import Chalice

from chalicelib.api import (  # noqa: F401  each mounts its own
    account_users,
    alerts,
    api_tokens,
    comments,
    integration_types,
    integrations,
    logs,
    me,
    routers,
    service,
    stakeholders,
    teams,
)
from chalicelib.api.errors import uniform_errors
from chalicelib.api.http import api


def mount(app: Chalice) -> None:
    """Let the app answer for the API."""
    app.register_middleware(uniform_errors, "http")
    app.register_blueprint(api)
