"""Any tool: rules that users write in YAML turn its requests into alerts. Our own format."""

from __future__ import annotations

from chalicelib.adapters.kit import Action, AlertDraft, Json, Option, Request
from chalicelib.adapters.kit.rules import RuledAdapter, Ruling, definition_fault


class CustomWebhook(RuledAdapter):
    name = "Webhook (Custom)"
    vendor = "https://pagertree.com/docs/integration-guides/custom-webhook"
    OPTIONS = (
        Option(
            "custom_definition",
            str,
            "YAML rules that match a request and give the action to take; the first that matches decides.",
            required=True,
            format="yaml",
            check=definition_fault,
        ),
    )

    def action(self, request: Request) -> Action:
        return self._ruled(request).action

    def thirdparty_id(self, request: Request) -> str | None:
        return self._ruled(request).key

    def alert(self, request: Request) -> AlertDraft:
        return self._ruled(request).draft(title="Untitled Alert", description="")

    def log_data(self, request: Request) -> dict[str, Json]:
        """What the rules see, and routers after them: preprocessed, with headers under all their names."""
        return dict(self._ruled(request).log)

    def explain(self, request: Request) -> str:
        return self._ruled(request).reason

    def _ruled(self, request: Request) -> Ruling:
        return self._ruling(request, self._received)

    def _received(self, request: Request) -> dict[str, Json]:
        log = super().log_data(request)
        return log | {"headers": _all_names(request), "params": {**request.params, **log["params"]}}


def _all_names(request: Request) -> dict[str, str]:
    """Each header as HTTP_USER_AGENT, User-Agent and user-agent: rules come from systems that wrote either."""
    names: dict[str, str] = {}
    for name, value in request.headers.items():
        names |= {"HTTP_" + name.upper().replace("-", "_"): value, name.title(): value, name: value}
    return names
