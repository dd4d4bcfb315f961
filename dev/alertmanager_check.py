"""`python -m dev.alertmanager_check`: a real Alertmanager against the local service: fires, repeats, resolves.

Exits with 1 when a step fails, or when there is no Alertmanager to try.
"""

from __future__ import annotations

import json
import logging
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dev.local.client import Unexpected, eventually, expect, send
from dev.local.serve import Service, running

BINARIES = ("prometheus-alertmanager", "alertmanager")  # Debian's name, and Prometheus's own
MISSING = "Alertmanager is not installed. On Debian or Ubuntu: sudo apt-get install prometheus-alertmanager"
LABELS = {"alertname": "DiskWillFillIn4Hours", "severity": "critical", "instance": "db-1:9100", "team": "größe €"}
SUMMARY = "The disk of db-1 is full by noon"

CONFIGURATION = """
route:
  receiver: signalbox
  group_by: [alertname]
  group_wait: 1s
  group_interval: 1s
  repeat_interval: 2s
receivers:
  - name: signalbox
    webhook_configs:
      - url: {url}
        send_resolved: true
"""


@contextmanager
def alertmanager(binary: str, folder: Path, webhook: str) -> Iterator[str]:
    """A running Alertmanager that sends to a webhook; its URL. Raises Unexpected when it does not start."""
    (folder / "alertmanager.yml").write_text(CONFIGURATION.format(url=webhook))
    address, log = f"127.0.0.1:{_free_port()}", folder / "alertmanager.log"
    command = [
        binary,
        f"--config.file={folder / 'alertmanager.yml'}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address={address}",
        "--cluster.listen-address=",
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output)
    try:
        eventually("Alertmanager is ready", lambda: _is_ready(address, process, log))
        yield f"http://{address}"
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _is_ready(address: str, process: subprocess.Popen[bytes], log: Path) -> bool:
    if process.poll() is not None:
        raise Unexpected(f"Alertmanager ended:\n{log.read_text(errors='replace')[-2000:]}")
    try:
        return bool(send(f"http://{address}/api/v2/status"))
    except Unexpected:
        return False


def fire(alertmanager_url: str, **times: str) -> None:
    """Tell Alertmanager of the alert, as Prometheus would; `endsAt` in the past resolves it."""
    alert = {"labels": LABELS, "annotations": {"summary": SUMMARY}, "generatorURL": "http://prometheus.example.com/g"}
    send(f"{alertmanager_url}/api/v2/alerts", "POST", [alert | times])


class Check:
    """The service's side of the check."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def api(self, method: str, path: str, body: Any = None) -> Any:
        return send(f"{self.service.url}/api/v4{path}", method, body, self.service.token)

    def integration(self) -> Any:
        team = self.api("GET", "/teams")["data"][0]["id"]
        fields = {"name": "Alertmanager", "urgency": "medium", "integration_type_id": "prometheus"}
        return self.api("POST", "/integrations", {**fields, "team_ids": [team]})

    def alert(self, status: str, repeats: int) -> Any:
        """The one alert, once it has the status and so many repeats."""

        def look() -> Any:
            rows = self.api("GET", "/alerts")["data"]
            if len(rows) > 1:
                raise Unexpected(f"there are {len(rows)} alerts, not one")
            return next((row for row in rows if row["status"] == status and row["dedup_count"] >= repeats), None)

        return eventually(f"an alert that is {status}, with {repeats} repeats", look)


def run(check: Check, alertmanager_url: str, integration: Any) -> None:
    """Fire, wait for repeats, resolve. Raises Unexpected."""
    fire(alertmanager_url)
    alert = check.alert("open", 0)
    expect("title", alert["title"], LABELS["alertname"])
    expect("description", alert["description"], SUMMARY)
    expect("urgency", alert["urgency"], "critical")
    print(f"  ok  it fires: alert {alert['prefix_id']} is open, {alert['title']!r}, urgency {alert['urgency']}")
    repeated = check.alert("open", 2)
    expect("id after repeats", repeated["id"], alert["id"])
    print(f"  ok  it repeats: still one alert, dedup_count {repeated['dedup_count']}")
    fire(alertmanager_url, endsAt=datetime.now(UTC).isoformat())
    resolved = check.alert("resolved", 2)
    expect("id after the resolve", resolved["id"], alert["id"])
    print(f"  ok  it resolves: still one alert, resolved at {resolved['resolved_at']}")
    rows = check.api("GET", f"/logs?owner_id={integration['id']}&format=json&limit=100")["data"]
    print(f"\nThe {len(rows)} requests that Alertmanager made, and what was done:")
    for row in rows[::-1]:
        print(f"  {row['created_at']}  {'; '.join(entry['message'] for entry in row['details']['sublogs'])}")
    print(f"\nThe last of them:\n{json.dumps(rows[0]['details']['message'], indent=2, ensure_ascii=False)}")


def main() -> int:
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    binary = next(filter(None, map(shutil.which, BINARIES)), None)
    if binary is None:
        print(MISSING, file=sys.stderr)
        return 1
    try:
        with running() as service, tempfile.TemporaryDirectory() as folder:
            check = Check(service)
            integration = check.integration()
            with alertmanager(binary, Path(folder), integration["endpoint"]) as url:
                print(f"Signalbox at {service.url}, Alertmanager at {url}")
                run(check, url, integration)
    except (Unexpected, OSError) as error:
        print(f"FAILED: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
