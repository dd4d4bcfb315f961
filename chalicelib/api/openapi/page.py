"""The page at `/docs`: one HTML document with its style and script inside, and the policy that allows just those."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent


@cache
def _asset(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")


def docs_page() -> str:
    """A self-contained page; it reads `api/v4/openapi.json` beside itself, so it works behind any stage."""
    page = _asset("page.html").replace("/*style*/", _asset("page.css"))
    return page.replace("/*script*/", _asset("page.js"))


def docs_policy(ingress_url: str = "") -> str:
    """The page's Content-Security-Policy: its own style and script by their digests, and calls to this origin and
    to where the integrations' endpoints are."""
    reachable = f"'self' {ingress_url}".strip()
    return (
        f"default-src 'none'; img-src data:; style-src {_digest('page.css')}; script-src {_digest('page.js')}; "
        f"connect-src {reachable}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _digest(name: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(_asset(name).encode()).digest()).decode()}'"
