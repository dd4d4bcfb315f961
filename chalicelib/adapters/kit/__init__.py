"""What an adapter is made of: the one import of every file in tools/, and of adapters outside this project.

Heavier parts are imported by module, where a tool needs them: `kit.mail`, `kit.html`, `kit.rules`, `kit.form_page`.
"""

from __future__ import annotations

from chalicelib.adapters.kit.adapter import (
    Action,
    Adapter,
    AlertDraft,
    IntegrationContext,
    Option,
    Outcome,
    Reply,
    adapt,
)
from chalicelib.adapters.kit.documents import parse_json, walk
from chalicelib.adapters.kit.forms import nest
from chalicelib.adapters.kit.keys import key, with_labels
from chalicelib.adapters.kit.options import KEY_LABELS, SENDER_OPTIONS
from chalicelib.adapters.kit.reading import as_sent, noted
from chalicelib.adapters.kit.request import Request
from chalicelib.adapters.kit.senders import base64_signature, same_secret, signature_matches
from chalicelib.adapters.kit.urgency import urgency_in, urgency_of, worst
from chalicelib.adapters.kit.values import (
    Datum,
    Json,
    blank,
    datum,
    epoch,
    first_text,
    items,
    joined,
    mapping,
    number,
    split_unique,
    text,
    text_or_none,
    unique,
)

__all__ = [
    "KEY_LABELS",
    "SENDER_OPTIONS",
    "Action",
    "Adapter",
    "AlertDraft",
    "Datum",
    "IntegrationContext",
    "Json",
    "Option",
    "Outcome",
    "Reply",
    "Request",
    "adapt",
    "as_sent",
    "base64_signature",
    "blank",
    "datum",
    "epoch",
    "first_text",
    "items",
    "joined",
    "key",
    "mapping",
    "nest",
    "noted",
    "number",
    "parse_json",
    "same_secret",
    "signature_matches",
    "split_unique",
    "text",
    "text_or_none",
    "unique",
    "urgency_in",
    "urgency_of",
    "walk",
    "with_labels",
    "worst",
]
