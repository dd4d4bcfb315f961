"""Azure Monitor. The action group's webhook must have the common alert schema switched on.

Alerts on service health and resource health come as `Fired` whatever they tell: their state stands in the context, and
each notification has an id of its own, so they go by the incident and by the resource.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Datum,
    Json,
    Request,
    blank,
    datum,
    first_text,
    items,
    joined,
    key,
    mapping,
    text,
    unique,
)
from chalicelib.adapters.kit.markup import Html, joined_markup, markup, safe_html


class AzureMonitor(Adapter):
    name = "Azure Monitor"
    vendor = "https://learn.microsoft.com/en-us/azure/azure-monitor/alerts/alerts-common-schema"

    ACTIONS = {"Fired": Action.CREATE, "Resolved": Action.RESOLVE}
    OVER = ("resolved", "complete", "completed", "canceled", "cancelled", "rca")
    FIELDS = (  # of essentials
        ("text", "Monitoring Service", "monitoringService"),
        ("text", "Alert Rule", "alertRule"),
        ("text", "Severity", "severity"),
        ("datetime", "Fired At", "firedDateTime"),
        ("link", "Investigation", "investigationLink"),
    )
    CONTEXT = (  # of log, Prometheus and activity log alerts
        ("text", "Expression", "expression"),
        ("text", "Value", "expressionValue"),
        ("text", "Query", "SearchQuery"),
        ("text", "Results", "ResultCount"),
        ("text", "Operation", "operationName"),
        ("text", "Caller", "caller"),
        ("text", "Status", "status"),
    )
    HEALTH = (  # of the properties of an activity log alert
        ("text", "Service", "service"),
        ("text", "Region", "region"),
        ("text", "Incident Type", "incidentType"),
        ("text", "Tracking ID", "trackingId"),
        ("text", "Stage", "stage"),
        ("text", "Health", "currentHealthStatus"),
        ("text", "Health Before", "previousHealthStatus"),
        ("text", "Cause", "cause"),
    )

    def action(self, request: Request) -> Action:
        action = self.action_of(request.get("data.essentials.monitorCondition"))
        return Action.RESOLVE if action is Action.CREATE and self._is_over(request) else action

    def thirdparty_id(self, request: Request) -> Json:
        service, properties = self._service(request), self._properties(request)
        if service == "servicehealth" and properties.get("trackingId"):
            return key("service health", properties["trackingId"])
        target = request.get("data.essentials.alertTargetIDs.0")
        if service == "resourcehealth" and target:
            return key("resource health", text(target).lower())
        return request.get("data.essentials.alertId")

    def alert(self, request: Request) -> AlertDraft:
        essentials, properties = mapping(request.get("data.essentials")), self._properties(request)
        budget = request.get("data.alertContext.AlertData.BudgetName")
        return AlertDraft(
            title=first_text(properties.get("title"), essentials.get("alertRule"), budget, "Azure Monitor alert"),
            description=self._description(request),
            urgency=essentials.get("severity"),
            additional_data=[
                *(datum(form, label, essentials.get(name)) for form, label, name in self.FIELDS),
                *self._resources(essentials),
                *self._conditions(mapping(request.get("data.alertContext.condition"))),
                *self._context(mapping(request.get("data.alertContext"))),
                *(datum(form, label, properties.get(name)) for form, label, name in self.HEALTH),
                *_texts(mapping(request.get("data.customProperties"))),
            ],
        )

    def explain(self, request: Request) -> str | None:
        if isinstance(request.json, dict) and not isinstance(request.get("data.essentials"), dict):
            return "the request is not in the common alert schema: switch it on in the action group's webhook"
        return None

    def _service(self, request: Request) -> str:
        return text(request.get("data.essentials.monitoringService")).replace(" ", "").lower()

    def _properties(self, request: Request) -> Mapping[str, Json]:
        return mapping(request.get("data.alertContext.properties"))

    def _description(self, request: Request) -> str | None:
        """What the rule and the event say. Service Health writes to people in HTML."""
        annotations, properties = mapping(request.get("data.alertContext.annotations")), self._properties(request)
        said = (annotations.get("summary"), annotations.get("description"), properties.get("details"))
        plain = unique(text(part).strip() for part in (request.get("data.essentials.description"), *said))
        if blank(properties.get("communication")):
            return "\n\n".join(plain) or None
        letter = safe_html(properties["communication"]) or Html()
        return joined_markup("\n\n", [*(markup("<p>{}</p>", part) for part in plain), letter])

    def _is_over(self, request: Request) -> bool:
        properties, status = self._properties(request), text(request.get("data.alertContext.status")).lower()
        if self._service(request) == "servicehealth":
            return status in self.OVER or text(properties.get("stage")).lower() in self.OVER
        well = status in self.OVER or text(properties.get("currentHealthStatus")).lower() == "available"
        return self._service(request) == "resourcehealth" and well

    def _resources(self, essentials: Mapping[str, Json]) -> Iterator[Datum | None]:
        for name in items(essentials.get("configurationItems"))[:10]:
            yield datum("text", "Resource", name)
        for target in items(essentials.get("alertTargetIDs"))[:10]:
            yield datum("link", "Resource in the Portal", f"https://portal.azure.com/#resource{text(target)}")

    def _conditions(self, condition: Mapping[str, Json]) -> Iterator[Datum | None]:
        """What was measured, of metric and log alerts: each measure with its limit, dimensions and links."""
        for one in [mapping(measure) for measure in items(condition.get("allOf"))[:10]]:
            limit = joined(" ", one.get("operator"), one.get("threshold"))
            measure = first_text(one.get("metricName"), one.get("metricMeasureColumn"), "Value")
            told = joined(" ", measure, one.get("metricValue"), f"({limit})" if limit else "")
            yield datum("text", "Metric", told if limit or not blank(one.get("metricValue")) else None)
            yield datum("text", "Web Test", one.get("webTestName"))
            yield datum("text", "Query", one.get("searchQuery"))
            yield datum(
                "link",
                "Search Results",
                first_text(one.get("linkToFilteredSearchResultsUI"), one.get("linkToSearchResultsUI")),
            )
            yield from self._dimensions(one.get("dimensions"))

    def _context(self, context: Mapping[str, Json]) -> Iterator[Datum | None]:
        """What else the context tells, by kind of alert: logs, Prometheus, the activity log, budgets."""
        for form, label, name in self.CONTEXT:
            yield datum(form, label, context.get(name))
        results = first_text(context.get("LinkToFilteredSearchResultsUI"), context.get("LinkToSearchResults"))
        yield datum("link", "Search Results", results)
        yield from self._dimensions(context.get("Dimensions"))
        yield from _texts(mapping(context.get("labels")))
        yield from _texts(mapping(context.get("AlertData")))
        yield from _texts(mapping(context.get("properties")) if "condition" in context else {})

    def _dimensions(self, value: Json) -> Iterator[Datum | None]:
        for dimension in [mapping(one) for one in items(value)[:20]]:
            yield datum("text", dimension.get("name"), dimension.get("value"))


def _texts(values: Mapping[str, Json]) -> list[Datum | None]:
    return [datum("text", name, text(value)) for name, value in values.items()]
