"""What every adapter shares: its members and their defaults, its options, and the answer it gives.

An adapter is a class with these members, in this order; each has a default here, so a file holds only what differs:
`name`, `vendor`, `OPTIONS`, `blocked`, `replay_key`, `action`, `thirdparty_id`, `alert`, `reply`, `confirmation_url`,
`pinned`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from chalicelib.adapters.kit import senders
from chalicelib.adapters.kit.explain import explanation
from chalicelib.adapters.kit.keys import bounded
from chalicelib.adapters.kit.markup import Html
from chalicelib.adapters.kit.reading import read
from chalicelib.adapters.kit.request import Request
from chalicelib.adapters.kit.urgency import urgency_of, worst
from chalicelib.adapters.kit.values import Datum, Json, blank, text, unique
from chalicelib.words import SEVERITIES


class Action(StrEnum):
    """What a request asks for. `recreate` makes a new alert although one is live; `other` does nothing."""

    CREATE = "create"
    RECREATE = "recreate"
    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"
    OTHER = "other"


@dataclass(frozen=True)
class Option:
    """One setting of an integration type. `kind` is str, bool or int; `check` answers a fault or None.

    `secret` options are never shown to anyone but admins and never logged. `format` tells a form how to show it:
    ``yaml``, ``duration``, ``url``, ``handlebars``, ``text``. `required_with` names another option: where that is set,
    this one is required.
    """

    name: str
    kind: type[str] | type[bool] | type[int]
    help: str
    default: str | bool | int | None = None
    required: bool = False
    required_with: str | None = None
    secret: bool = False
    choices: tuple[str, ...] = ()
    format: str | None = None
    minimum: int | None = None
    maximum: int | None = None
    check: Callable[[Any], str | None] | None = None


@dataclass
class AlertDraft:
    """The alert that an adapter reads out of a request; null urgency means the integration's own.

    `urgency` takes the vendor's word for the severity: `adapt` makes an urgency of it (kit/urgency.py has the words).
    `additional_data` takes what `datum` gives: the Nones of empty items are left out here.
    """

    title: str | None
    description: str | None = None
    urgency: Json = None
    incident: bool = False
    incident_severity: str | None = None
    incident_message: str | None = None
    meta: dict[str, Json] = field(default_factory=dict)
    dedup_keys: list[str] = field(default_factory=list)
    additional_data: list[Datum | None] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)

    @property
    def description_format(self) -> str:
        """`html`, which is safe to show as it is, where the adapter made it by `markup` or `sanitize`; else `text`."""
        return "html" if isinstance(self.description, Html) else "text"

    def __post_init__(self) -> None:
        self.additional_data = [item for item in self.additional_data if item is not None]
        self.tags = unique(self.tags)
        self.dedup_keys = unique(self.dedup_keys)
        if self.incident and self.incident_severity not in SEVERITIES:
            self.incident_severity = "SEV-UNKNOWN"


@dataclass(frozen=True)
class Reply:
    """What the sender is answered: nothing but a status, unless the sender needs more."""

    status: int = 200
    body: str = ""
    content_type: str = "text/plain"


@dataclass(frozen=True)
class IntegrationContext:
    """What an adapter may read of its integration."""

    urgency: str | None = None
    prefix_id: str = "int_preview"
    name: str = "Preview"


def _no_network(url: str) -> bytes:
    raise OSError(f"no transport to fetch {url}")


class Adapter:
    """Turns a sender's request into an action, a key, and an alert. Methods read the request and never raise."""

    name: ClassVar[str]
    vendor: ClassVar[str]  # the vendor's page that documents the format
    OPTIONS: ClassVar[tuple[Option, ...]] = ()
    needs_existing: ClassVar[bool] = False
    # The vendor's words: what each does (in any case, see `action_of`), the options that switch some of them on, and
    # the urgencies of those that the table of all types (kit/urgency.py) lacks or takes otherwise.
    ACTIONS: ClassVar[Mapping[Any, Action]] = {}
    SWITCHES: ClassVar[Mapping[str, str]] = {}
    URGENCIES: ClassVar[Mapping[Any, str]] = {}
    # Where a request carries secrets, besides Authorization and Cookie: masked in the stored log.
    SECRET_HEADERS: ClassVar[tuple[str, ...]] = ()
    SECRET_PARAMS: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        options: Mapping[str, Any],
        integration: IntegrationContext | None = None,
        fetch: Callable[[str], bytes] = _no_network,
    ) -> None:
        """`options` holds every declared option by its bare name; `fetch` gets a URL's bytes (raises OSError)."""
        self.options = options
        self.integration = integration or IntegrationContext()
        self.fetch = fetch

    def blocked(self, request: Request) -> bool:
        """True when a token or signature is wrong or, once one is set, missing: the sender gets 403.

        A type that leaves this as it is has the options `sender_check` and `sender_secret`."""
        return senders.is_refused(self.options, request)

    def replay_key(self, request: Request) -> str | None:
        """What to remember of a request that was taken for a day, so that a recording of it is not taken again: see
        `kit.freshness.replay_digest`. Asked for only after `blocked` let the request through.

        Only for types that check a signature, and only of what is signed: a time of receipt, or an id that the vendor
        gives each event. None where two honest requests can be the same byte for byte, as of an alarm that repeats
        itself: the second would be lost. None while the secret is not set: whoever records a request could as well
        write one.
        """
        return senders.replay_key(self.options, request)

    def action(self, request: Request) -> Action:
        return Action.OTHER

    def thirdparty_id(self, request: Request) -> Json:
        """The sender's key of the thing that is wrong. None: every request is a thing of its own."""
        return None

    def alert(self, request: Request) -> AlertDraft:
        """The alert of a create. Asked for only when `action` says create or recreate."""
        return AlertDraft(title=None)

    def reply(self, request: Request, status: int) -> Reply:
        """What to answer the sender, given the usual status."""
        return Reply(status)

    def confirmation_url(self, request: Request) -> str | None:
        """A URL of the vendor's to GET once, such as a subscription to confirm, when the action is `other`."""
        return None

    def pinned(self, request: Request) -> dict[str, str]:
        """Options, by bare name, with which only the source of a confirmed subscription is believed; none where they
        are set. The log tells them: what strangers send changes no configuration."""
        return {}

    def template_data(self, request: Request) -> dict[str, Json]:
        """What the integration's templates see as `data`."""
        return request.params

    def log_data(self, request: Request) -> dict[str, Json]:
        """What rules see as `log`."""
        return {
            "data": request.params,
            "headers": dict(request.headers),
            "body": request.text,
            "params": {name: values[-1] for name, values in request.query.items() if values},
            "method": request.method,
            "url": request.url,
            "remote_ip": request.remote_ip,
        }

    def explain(self, request: Request) -> str | None:
        """Why the action is `other`, where the body and the fields that `action` looked up do not say it: those are
        told without a word from here (kit/explain.py)."""
        return None

    def action_of(self, word: Json) -> Action:
        """What a word does by ACTIONS, in any case; `other` while the option that SWITCHES names for it is off."""
        spelling = text(word).strip().lower()
        if any(text(name).lower() == spelling and not self.options[option] for name, option in self.SWITCHES.items()):
            return Action.OTHER
        found = (action for name, action in self.ACTIONS.items() if text(name).lower() == spelling)
        return next(found, Action.OTHER)

    def worst_of(self, words: Iterable[Json]) -> Json:
        """Of the vendor's words for the severities of several things, the one of the most urgent; the first of them
        when none is known, and None when there is none."""
        given = [word for word in words if not blank(word)]
        known = {word: found for word in map(text, given) if (found := self.urgency(word))}
        most = worst(*known.values())
        return next((word for word, found in known.items() if found == most), next(iter(given), None))

    def urgency(self, word: Json) -> str | None:
        """The urgency that a word means here, or None."""
        return urgency_of(word, self.URGENCIES, self.options.get("urgency_map"))


@dataclass(frozen=True)
class Outcome:
    """What an adapter made of a request. `alert` is None unless the action creates; `note` says why, for the log."""

    blocked: bool
    action: Action
    thirdparty_id: str | None
    alert: AlertDraft | None
    note: str | None = None


def adapt(adapter: Adapter, request: Request, check_blocked: bool = True) -> Outcome:
    """Run an adapter over a request. Whatever the adapter does, this returns: a fault becomes `other` and a note.

    `check_blocked` is False for requests that were checked at the door (queued or replayed ones).
    """
    try:
        blocked = check_blocked and adapter.blocked(request)
    except Exception as error:  # fail closed
        return Outcome(True, Action.OTHER, None, None, f"the check of the sender failed: {type(error).__name__}")
    reading = read(request)
    try:
        action = adapter.action(reading)
        looked_up = dict(reading.looked_up)
        key = adapter.thirdparty_id(reading)
        if action not in (Action.CREATE, Action.RECREATE):
            note = explanation(adapter, reading, looked_up) if action is Action.OTHER else None
            return Outcome(blocked, action, _key_text(key), None, note)
        draft = adapter.alert(reading)
        word = draft.urgency
        draft.urgency = adapter.urgency(word)
    except Exception as error:
        note = f"the request could not be read as {adapter.name}: {type(error).__name__}: {error}"[:500]
        return Outcome(blocked, Action.OTHER, None, None, note)
    unknown = None if draft.urgency or blank(word) else f"no urgency is known for {text(word)[:60]!r}: urgency_map can"
    return Outcome(blocked, action, _key_text(key) or request.id, draft, unknown and f"{unknown} give it one")


def key_of(adapter: Adapter, request: Request) -> str | None:
    """The key that `adapt` would find in a request; None when there is none, or it cannot be read."""
    try:
        return _key_text(adapter.thirdparty_id(read(request)))
    except Exception:
        return None


def _key_text(key: Json) -> str | None:
    return None if blank(key) or isinstance(key, (dict, list)) else bounded(text(key))
