"""Send the corpus through everything that reads a request, each input in a process of its own, and measure it.

A process is limited as a Lambda function is, so an input that breaks a limit ends its own process alone.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from chalicelib import adapters
from chalicelib.adapters import load_examples
from chalicelib.adapters.kit.adapter import Adapter, IntegrationContext, adapt
from chalicelib.adapters.kit.form_page import form_faults, form_page
from chalicelib.adapters.kit.options import defaults, read_options
from chalicelib.adapters.kit.request import Request
from chalicelib.adapters.kit.secrets import masked, shown
from chalicelib.alerts.bounds import bounded
from chalicelib.api.params import read_params
from chalicelib.encoding import encode
from chalicelib.errors import Invalid, SignalboxError, Unavailable
from chalicelib.intake import mail
from chalicelib.intake.envelope import pack_request
from tests.adapters.hostile import CORPUS, Hostile
from tests.adapters.hostile.inputs import fixed

CPU_LIMIT_SECONDS = 2.0
RSS_LIMIT_MB = 300
_HARD_CPU_SECONDS = 5
_HARD_MEMORY = 3 * 1024**3


@dataclass(frozen=True)
class Measured:
    """What one input cost: the slowest reader's CPU seconds and its name, the largest memory, and how it ended."""

    name: str
    reader: str
    seconds: float
    rss_mb: float
    ended: str

    @property
    def within_limits(self) -> bool:
        return self.ended == "done" and self.seconds < CPU_LIMIT_SECONDS and self.rss_mb < RSS_LIMIT_MB


def measure_all(everything: bool = False) -> Iterator[Measured]:
    _warm_up()
    for hostile in CORPUS:
        yield measure(hostile, everything)


def _warm_up() -> None:
    """Import everything before the first fork: what is measured is reading."""
    for slug in adapters.slugs():
        read_as(slug, Hostile("nothing", fixed("{}")))


def measure(hostile: Hostile, everything: bool = False) -> Measured:
    """One input, in a child process."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        resource.setrlimit(resource.RLIMIT_AS, (_HARD_MEMORY, _HARD_MEMORY))
        with os.fdopen(writing, "w") as out:
            _run(hostile, everything, out)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as source:
        lines = [json.loads(line) for line in source if line.endswith("\n")]
    _, status, usage = os.wait4(child, 0)
    return _measured(hostile.name, lines, status, usage.ru_maxrss / 1024)


def _measured(name: str, lines: list[dict[str, Any]], status: int, rss_mb: float) -> Measured:
    """A reader is announced before it is asked: the last one announced is the one that did not come back."""
    done = [line for line in lines if "seconds" in line]
    broken = [line for line in lines if "error" in line]
    if status:
        return Measured(
            name, lines[-1]["reader"], float(_HARD_CPU_SECONDS), rss_mb, f"killed ({os.waitstatus_to_exitcode(status)})"
        )
    if broken:
        return Measured(name, broken[0]["reader"], 0.0, rss_mb, broken[0]["error"])
    slowest = max(done, key=lambda line: line["seconds"])
    return Measured(name, slowest["reader"], slowest["seconds"], rss_mb, "done")


def _run(hostile: Hostile, everything: bool, out: Any) -> None:
    for name, reader in _readers(hostile, everything):
        print(json.dumps({"reader": name}), file=out, flush=True)
        began = time.process_time()
        resource.setrlimit(resource.RLIMIT_CPU, (int(began) + _HARD_CPU_SECONDS, resource.RLIM_INFINITY))
        try:
            reader()
        except Exception as error:
            print(json.dumps({"reader": name, "error": f"{type(error).__name__}: {error}"[:200]}), file=out, flush=True)
        print(json.dumps({"reader": name, "seconds": time.process_time() - began}), file=out, flush=True)


def _readers(hostile: Hostile, everything: bool) -> Iterator[tuple[str, Any]]:
    slugs = hostile.types(everything)
    for slug in slugs:
        yield slug, lambda slug=slug: read_as(slug, hostile)
    request = hostile.request(slugs[0])
    yield "API parameters", lambda: _refusable(read_params, request.body, request.headers["content-type"])
    if "form" in hostile.slugs:
        yield "form page", lambda: _form(hostile.request("form"))
    if "email" in slugs:
        yield "recipients of a mail", lambda: list(mail.references(hostile.request("email").body))


def _refusable(function: Any, *arguments: Any) -> None:
    with contextlib.suppress(SignalboxError):
        function(*arguments)


def _form(request: Request) -> None:
    options = read_options(adapters.load("form"), {}, {})
    form_page(options, "Form", request.url, request.params, form_faults(options, request.params))


def adapter_of(slug: str, options: Mapping[str, Any]) -> Adapter:
    """The type's adapter with every secret set; options that are refused at save are as an older release stored them."""
    adapter = adapters.load(slug)
    example = load_examples(slug)["create"].get("options", {})
    required = {option.name: example[option.name] for option in adapter.OPTIONS if option.required}
    secrets = {option.name: "correct horse" for option in adapter.OPTIONS if option.secret}
    given = {**secrets, **required, **options}
    with contextlib.suppress(Invalid):
        given = read_options(adapter, given, {})
    context = IntegrationContext(urgency="high", prefix_id="int_0123456789ABCD", name="Preview")
    return adapter({**defaults(adapter), **given}, context, lambda url: b"none")


def read_as(slug: str, hostile: Hostile) -> None:
    """All that is done with a request of a type, at the door, in the worker and in a preview."""
    adapter = adapter_of(slug, hostile.options)
    request = hostile.request(slug)
    with contextlib.suppress(Unavailable):
        adapter.blocked(request)
    outcome = adapt(adapter, request, check_blocked=False)
    adapter.reply(request, 200)
    adapter.confirmation_url(request)
    seen = [adapter.template_data(request), adapter.log_data(request)]
    safe = masked(type(adapter), request, adapter.options)
    log = shown(type(adapter), request, adapter.options)
    if outcome.alert is not None:
        bounded({**vars(outcome.alert)})
    encode([seen, outcome.thirdparty_id, log, pack_request(safe)])


def main(arguments: list[str]) -> int:
    found = []
    for measured in measure_all("--all" in arguments):
        found.append(measured)
        if "--json" in arguments:
            print(json.dumps({**asdict(measured), "within_limits": measured.within_limits}), flush=True)
        elif not measured.within_limits:
            print(f"BEYOND: {measured}", flush=True)
    if "--json" not in arguments:
        _summarise(found)
    return 0 if all(measured.within_limits for measured in found) else 1


def _summarise(found: list[Measured]) -> None:
    print(
        f"{len(found)} inputs, {sum(measured.seconds for measured in found):.1f} s CPU for the slowest reader of each"
    )
    for title, key in (("slowest", lambda m: -m.seconds), ("largest", lambda m: -m.rss_mb)):
        print(f"the {title}:")
        for measured in sorted(found, key=key)[:10]:
            print(
                f"  {measured.seconds:6.2f} s {measured.rss_mb:6.0f} MB  {measured.name} ({measured.reader}, {measured.ended})"
            )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
