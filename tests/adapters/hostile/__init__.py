"""Requests that try to break what reads them: the corpus, and for which integration types each is meant.

`CORPUS` is importable: each input makes a `Request` per type, so that it can be sent by any way there is.
`python -m tests.adapters.hostile` measures all of it and prints the worst.
"""

from __future__ import annotations

from tests.adapters.hostile.charsets import CHARSETS
from tests.adapters.hostile.forms import FORMS
from tests.adapters.hostile.html import HTML
from tests.adapters.hostile.inflated import INFLATED
from tests.adapters.hostile.inputs import Hostile
from tests.adapters.hostile.json_bodies import JSON
from tests.adapters.hostile.mails import MAILS
from tests.adapters.hostile.options import OPTIONS
from tests.adapters.hostile.signatures import SIGNATURES

CORPUS: tuple[Hostile, ...] = (*JSON, *INFLATED, *CHARSETS, *FORMS, *MAILS, *HTML, *OPTIONS, *SIGNATURES)

__all__ = ["CORPUS", "Hostile"]
