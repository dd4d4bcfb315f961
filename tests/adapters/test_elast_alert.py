"""What ElastAlert is answered, which sends a refused alert again for days."""

from __future__ import annotations

import pytest

from chalicelib.adapters.kit.options import defaults
from chalicelib.adapters.kit.request import Request
from chalicelib.adapters.tools.elast_alert import ElastAlert


@pytest.mark.parametrize(
    ("status", "told"), [(200, 200), (402, 200), (403, 200), (405, 200), (429, 200), (500, 500), (503, 503)]
)
def test_refusals_look_like_success_but_failures_do_not(status: int, told: int) -> None:
    assert ElastAlert(defaults(ElastAlert)).reply(Request(), status).status == told
