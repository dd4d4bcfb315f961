"""AWS CloudWatch alarms and their EventBridge events, by way of an SNS topic (raw message delivery off).

Requests are taken only with SNS's signature, made by a certificate that is on an SNS host; `verify_signature`
turns that off. A subscription is confirmed on an SNS host alone; a cancelled one is never confirmed anew.
"""

from __future__ import annotations

from chalicelib.adapters.kit import (
    Action,
    Adapter,
    AlertDraft,
    Option,
    Request,
    blank,
    datum,
    first_text,
    joined,
    mapping,
    noted,
    parse_json,
    split_unique,
    text,
)
from chalicelib.adapters.kit.freshness import REMEMBERED, is_fresh, replay_digest
from chalicelib.adapters.kit.sns import is_signed, subscribe_url
from chalicelib.adapters.tools._cloudwatch import Alarm, read_alarm


class AwsCloudwatch(Adapter):
    name = "AWS CloudWatch"
    vendor = "https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html"
    OPTIONS = (
        Option(
            "verify_signature", bool, "Take only requests that carry a valid signature of Amazon SNS.", default=True
        ),
        Option(
            "create_on_insufficient_data",
            bool,
            "An alarm that has insufficient data makes an alert.",
            default=False,
        ),
        Option(
            "topic_arn",
            str,
            "ARNs of the topics to take messages of, separated by commas. Blank: the first topic whose subscription is "
            "confirmed is filled in here.",
        ),
    )

    ACTIONS = {"ALARM": Action.CREATE, "INSUFFICIENT_DATA": Action.CREATE, "OK": Action.RESOLVE}
    SWITCHES = {"INSUFFICIENT_DATA": "create_on_insufficient_data"}

    def blocked(self, request: Request) -> bool:
        """Messages of other topics than `topic_arn` names are refused with 403, and so are those that are older than
        two days or without a valid signature of Amazon SNS, unless `verify_signature` is off; when SNS does not hand
        out the certificate, the answer is 503, and SNS tries again."""
        envelope = mapping(request.json)
        topics = split_unique(self.options["topic_arn"])
        if topics and text(envelope.get("TopicArn")) not in topics:
            return True
        if not self.options["verify_signature"]:
            return False
        recent = is_fresh(request, envelope.get("Timestamp"), REMEMBERED)  # SNS tries again for hours
        return not (recent and is_signed(envelope, self.fetch, request.received_at))

    def replay_key(self, request: Request) -> str | None:
        message = mapping(request.json).get("MessageId")
        return replay_digest(text(message)) if self.options["verify_signature"] and not blank(message) else None

    def action(self, request: Request) -> Action:
        alarm = self._alarm(request)
        return self.action_of(noted(request, "NewStateValue", alarm.state)) if alarm else Action.OTHER

    def thirdparty_id(self, request: Request) -> str | None:
        alarm = self._alarm(request)
        return alarm.identity(mapping(request.json).get("TopicArn")) if alarm else None

    def alert(self, request: Request) -> AlertDraft:
        alarm = self._alarm(request)
        if alarm is None:
            return AlertDraft(title="AWS CloudWatch alarm")
        return AlertDraft(
            title=first_text(alarm.name, "AWS CloudWatch alarm"),
            description=joined("\n\n", alarm.reason, alarm.description) or None,
            additional_data=[
                datum("link", "Console", alarm.console),
                datum("text", "AWS Account ID", alarm.account),
                datum("text", "Region", alarm.region),
                datum("text", "Alarm ARN", alarm.arn),
                datum("datetime", "State Change Time", alarm.changed_at),
                *(datum("text", "Metric", metric) for metric in alarm.metrics[:10]),
                datum("text", "Threshold", alarm.threshold),
                datum("text", "Alarm Rule", alarm.rule),
                *(datum("text", name, value) for name, value in alarm.dimensions.items()),
            ],
        )

    def confirmation_url(self, request: Request) -> str | None:
        return subscribe_url(mapping(request.json))

    def pinned(self, request: Request) -> dict[str, str]:
        topic = text(mapping(request.json).get("TopicArn"))
        return {"topic_arn": topic} if topic and not self.options["topic_arn"] else {}

    def explain(self, request: Request) -> str | None:
        kind = mapping(request.json).get("Type")
        if not isinstance(request.json, dict) or self._alarm(request):
            return None
        if kind != "Notification":
            return f"an SNS message of type {text(kind)[:100]!r}, not a notification"
        subject = text(mapping(request.json).get("Subject"))[:100]
        return "the SNS message is no CloudWatch alarm" + (f" but about {subject!r}" if subject else "")

    @staticmethod
    def _alarm(request: Request) -> Alarm | None:
        """The alarm inside the SNS envelope; None when there is none."""
        envelope = mapping(request.json)
        message = envelope.get("Message")
        found = parse_json(message) if envelope.get("Type") == "Notification" and isinstance(message, str) else None
        return read_alarm(mapping(found))
