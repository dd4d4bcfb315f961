"""The fields of a new alert: the adapter's draft, the integration's urgency, and the integration's templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.adapters.kit.adapter import Adapter, AlertDraft, Outcome
from chalicelib.adapters.kit.markup import Html, safe_html
from chalicelib.adapters.kit.request import Request
from chalicelib.alerts.log import Notes

_DRAFT_FIELDS = (
    "description",
    "incident",
    "incident_severity",
    "incident_message",
    "meta",
    "dedup_keys",
    "additional_data",
    "tags",
)


def fields_of(
    outcome: Outcome,
    adapter: Adapter,
    integration: Mapping[str, Any],
    request: Request,
    notes: Notes,
) -> dict[str, Any]:
    """Title, description, urgency and so on of the alert that a request makes. A failing template leaves the
    adapter's own value and a note."""
    draft = outcome.alert or AlertDraft(title=None)
    fields = {name: getattr(draft, name) for name in _DRAFT_FIELDS}
    fields |= {"title": draft.title or f"{adapter.name} alert", "urgency": draft.urgency or integration["urgency"]}
    for name in ("title", "description"):
        rendered = _rendered(name, adapter, integration, request, notes)
        if rendered:
            fields[name] = safe_html(rendered) if name == "description" else rendered
    fields["description_format"] = "html" if isinstance(fields["description"], Html) else "text"
    return {**fields, "destination_router_ids": integration["router_ids"]}


def _rendered(
    name: str,
    adapter: Adapter,
    integration: Mapping[str, Any],
    request: Request,
    notes: Notes,
) -> str | None:
    """What the integration's template makes of a field; None where it has none, or none that works."""
    options = integration["options"]
    template = options.get(f"{name}_template")
    if not (template and options.get(f"{name}_template_enabled")):
        return None
    from chalicelib.templates import TemplateError, render  # slow to import, and most integrations have none

    data = {"integration": template_context(integration), "data": adapter.template_data(request)}
    try:
        rendered = render(template, data, html=name == "description").strip()
    except TemplateError as error:
        notes.add(f"the {name} template failed, so the {name} is the adapter's own: {error}", "warn")
        return None
    if not rendered:
        notes.add(f"the {name} template gave nothing, so the {name} is the adapter's own", "warn")
    return rendered or None


def template_context(integration: Mapping[str, Any]) -> dict[str, Any]:
    """What templates may read of an integration: never its options, which hold secrets."""
    names = ("id", "prefix_id", "name", "urgency", "integration_type", "tiny_id", "enabled")
    return {name: integration[name] for name in names}
