"""CloudWatch's alarms, as alarm actions send them and as events of EventBridge: the same facts in two forms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from chalicelib.adapters.kit import Json, first_text, items, joined, key, mapping, text

_EVENTS = ("CloudWatch Alarm State Change", "CloudWatch Alarm Contributor State Change")
_ARN = re.compile(r"arn:(aws[a-z-]*):cloudwatch:([a-z0-9-]{1,40}):\d{12}:alarm:(.{1,255})")
_CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}


@dataclass(frozen=True)
class Alarm:
    """An alarm that changed its state. `metrics` are told as people read them: ``AWS/EC2 CPUUtilization, Average``."""

    name: Json
    state: Json
    reason: Json
    description: Json
    account: Json
    region: Json
    arn: Json
    changed_at: Json
    rule: Json
    contributor: Json
    dimensions: Mapping[str, Json]
    metrics: tuple[str, ...]
    threshold: str

    def identity(self, topic: Json) -> str | None:
        """The key: the ARN, or what makes one up; with the time series of an alarm that watches many."""
        made_up = key("alarm", topic, self.account, self.region, self.name)
        bare = joined(":", topic, self.name) if self.name else ""
        return first_text(key(text(self.arn), self.contributor), self.arn, made_up, bare) or None

    @property
    def console(self) -> str | None:
        """The alarm's page in the console of its partition and region."""
        found = _ARN.fullmatch(text(self.arn))
        if found is None or found[1] not in _CONSOLES:
            return None
        return f"https://{found[2]}.{_CONSOLES[found[1]]}/cloudwatch/home?region={found[2]}#alarmsV2:alarm/{quote(found[3])}"


def read_alarm(message: Mapping[str, Json]) -> Alarm | None:
    """The alarm in the message of a topic, or None when it is about something else."""
    if message.get("detail-type") in _EVENTS:
        return _of_event(message, mapping(message.get("detail")))
    return _of_action(message) if message.get("AlarmName") and "NewStateValue" in message else None


def _of_action(message: Mapping[str, Json]) -> Alarm:
    trigger = mapping(message.get("Trigger"))
    several = [mapping(one) for one in items(trigger.get("Metrics"))]
    own = [_metric(trigger, trigger.get("Statistic"))] if trigger.get("MetricName") else []
    inner = [mapping(mapping(one.get("MetricStat")).get("Metric")) for one in several]
    named = [*items(trigger.get("Dimensions")), *(pair for metric in inner for pair in items(metric.get("Dimensions")))]
    pairs = {text(mapping(one).get("name")): mapping(one).get("value") for one in named}
    told = [
        _metric(metric, mapping(one.get("MetricStat")).get("Stat")) for one, metric in zip(several, inner, strict=True)
    ]
    return Alarm(
        message.get("AlarmName"),
        message.get("NewStateValue"),
        message.get("NewStateReason"),
        message.get("AlarmDescription"),
        message.get("AWSAccountId"),
        message.get("Region"),
        message.get("AlarmArn"),
        message.get("StateChangeTime"),
        message.get("AlarmRule"),
        message.get("AlarmContributorId"),
        {**pairs, **mapping(message.get("AlarmContributorAttributes"))},
        tuple(one for one in (*own, *told, *(text(m.get("Expression")) for m in several)) if one),
        joined(" ", trigger.get("ComparisonOperator"), trigger.get("Threshold")),
    )


def _of_event(event: Mapping[str, Json], detail: Mapping[str, Json]) -> Alarm:
    configuration, state = mapping(detail.get("configuration")), mapping(detail.get("state"))
    contributor = mapping(detail.get("alarmContributor"))
    stats = [mapping(mapping(one).get("metricStat")) for one in items(configuration.get("metrics"))]
    metrics = [(mapping(stat.get("metric")), stat.get("stat")) for stat in stats]
    pairs = {name: value for metric, _ in metrics for name, value in mapping(metric.get("dimensions")).items()}
    expressions = (text(mapping(one).get("expression")) for one in items(configuration.get("metrics")))
    return Alarm(
        detail.get("alarmName"),
        state.get("value"),
        state.get("reason"),
        configuration.get("description"),
        event.get("account"),
        event.get("region"),
        next(iter(items(event.get("resources"))), None),
        first_text(state.get("timestamp"), event.get("time")),
        configuration.get("alarmRule"),
        contributor.get("id"),
        {**pairs, **mapping(contributor.get("attributes"))},
        tuple(one for one in (*(_metric(metric, stat) for metric, stat in metrics), *expressions) if one),
        "",
    )


def _metric(metric: Mapping[str, Json], statistic: Json) -> str:
    """A metric's name space, name and statistic; an alarm action writes them in capitals, an event does not."""
    folded = {name.lower(): value for name, value in metric.items()}
    name = first_text(folded.get("metricname"), folded.get("name"))
    return joined(", ", joined(" ", folded.get("namespace"), name), statistic) if name else ""
