"""One CloudFormation stack: changed through a change set, followed event by event until it is done."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

Say = Callable[[str], object]
TIMEOUT = 1800.0  # seconds for a whole deployment


class StackError(Exception):
    """The stack was not changed, or the change failed; the text says why."""


class Stack:
    def __init__(self, formation: Any, name: str, say: Say, pause: float) -> None:
        self.formation, self.name, self.say, self.pause = formation, name, say, pause
        self.until = time.monotonic() + TIMEOUT

    def deploy(self, url: str, parameters: Mapping[str, str], declared: Iterable[str]) -> None:
        """Create or update the stack from a template's URL. `declared` names the template's parameters: those that
        are not in `parameters` keep their value. Raises StackError."""
        held = self._remove_remains(self._describe())
        change = self._change(url, self._values(parameters, declared, held), held)
        if change is None:
            self.say(f"{self.name} is up to date")
            return
        begun = self._last_event()
        self.formation.execute_change_set(ChangeSetName=change, StackName=self.name)
        self._follow(begun)

    def is_new(self) -> bool:
        """Whether there is no stack yet to update; what is left of a failed creation is removed."""
        return self._remove_remains(self._describe()) is None

    def outputs(self) -> dict[str, str]:
        held = self._describe() or {}
        return {output["OutputKey"]: output["OutputValue"] for output in held.get("Outputs", [])}

    def _describe(self) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = self.formation.describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        return None if found["StackStatus"] == "DELETE_COMPLETE" else found

    def _remove_remains(self, held: dict[str, Any] | None) -> dict[str, Any] | None:
        """A stack whose first creation failed is an empty shell that CloudFormation refuses to update."""
        if held is None or held["StackStatus"] not in ("ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS"):
            return held
        self.say(f"Removing what is left of a {self.name} that was never created")
        self.formation.delete_stack(StackName=self.name)
        while self._describe() is not None:
            self._wait()
        return None

    def _values(
        self, parameters: Mapping[str, str], declared: Iterable[str], held: dict[str, Any] | None
    ) -> list[dict[str, Any]]:
        known = {parameter["ParameterKey"] for parameter in (held or {}).get("Parameters", [])}
        kept = sorted((known & set(declared)) - set(parameters))
        return [
            *({"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()),
            *({"ParameterKey": name, "UsePreviousValue": True} for name in kept),
        ]

    def _change(self, url: str, values: list[dict[str, Any]], held: dict[str, Any] | None) -> str | None:
        """Make a change set; None when there is nothing to change."""
        made = self.formation.create_change_set(
            StackName=self.name,
            ChangeSetName=f"deploy-{time.time_ns() // 1_000_000}",
            ChangeSetType="UPDATE" if held else "CREATE",
            TemplateURL=url,
            Parameters=values,
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            Tags=[{"Key": "application", "Value": "signalbox"}],
        )
        change: str = made["Id"]
        names = {"ChangeSetName": change, "StackName": self.name}
        while (found := self.formation.describe_change_set(**names))["Status"] != "CREATE_COMPLETE":
            if found["Status"] == "FAILED":
                self._refuse(change, found.get("StatusReason", ""))
                return None
            self._wait()
        return change

    def _refuse(self, change: str, reason: str) -> None:
        self.formation.delete_change_set(ChangeSetName=change, StackName=self.name)
        if "didn't contain changes" not in reason and "No updates are to be performed" not in reason:
            raise StackError(f"CloudFormation refused the change: {reason}")

    def _follow(self, begun: str | None) -> None:
        """Print what CloudFormation does until it is done. Raises StackError with what failed first."""
        failures: list[str] = []
        while True:
            for event in self._events_since(begun):
                begun = event["EventId"]
                state, reason = event["ResourceStatus"], event.get("ResourceStatusReason", "")
                self.say(f"  {state:<28}{event['LogicalResourceId']}  {reason}".rstrip())
                if state.endswith("_FAILED") and "cancelled" not in reason:
                    failures.append(f"{event['LogicalResourceId']}: {reason}")
            status = (self._describe() or {"StackStatus": "DELETE_COMPLETE"})["StackStatus"]
            if not status.endswith("_IN_PROGRESS"):
                break
            self._wait()
        if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            raise StackError("; ".join([f"{self.name} is {status}", *failures[:3]]))

    def _events(self) -> Iterator[dict[str, Any]]:
        pages = self.formation.get_paginator("describe_stack_events").paginate(StackName=self.name)
        for page in pages:
            yield from page["StackEvents"]

    def _last_event(self) -> str | None:
        return next((event["EventId"] for event in self._events()), None)

    def _events_since(self, last: str | None) -> list[dict[str, Any]]:
        new: list[dict[str, Any]] = []
        for event in self._events():
            if event["EventId"] == last:
                break
            new.append(event)
        return new[::-1]

    def _wait(self) -> None:
        if time.monotonic() > self.until:
            raise StackError(f"{self.name} took more than {TIMEOUT / 60:.0f} minutes; see it in the AWS console")
        time.sleep(self.pause)
