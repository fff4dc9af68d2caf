"""A message in the shape of Alertmanager's webhook, version 4, so that its receivers take it; what
that has no place for stands under `sonde`. Pure.
"""

import re
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from alerts.channels import wording
from alerts.channels.message import Alert, Message

NEVER = "0001-01-01T00:00:00Z"  # as Alertmanager writes the end of what has not ended
NO_NAME = re.compile(r"[^a-zA-Z0-9_]")


def rendered(message: Message, receiver: str, key: str) -> dict[str, Any]:
    alerts = [_alert(message, alert) for alert in message.alerts]
    return {
        "version": "4",
        "groupKey": message.group_key,
        "truncatedAlerts": message.more,
        "status": _status(message.is_over),
        "receiver": receiver,
        "groupLabels": {"alertname": message.rule_name},
        "commonLabels": _common([alert["labels"] for alert in alerts]),
        "commonAnnotations": _common([alert["annotations"] for alert in alerts]),
        "externalURL": settings.BASE_URL,
        "alerts": alerts,
        "sonde": _beyond(message, key),
    }


def _alert(message: Message, alert: Alert) -> dict[str, Any]:
    labels = {_name(name): value for name, value in alert.labels.items()}
    annotations = {
        "summary": wording.title(message),
        "description": message.note,
        "runbook_url": wording.web_address(message.runbook_url),
        "value": alert.value,
        "limit": alert.limit,
        "window": alert.window,
    }
    return {
        "status": _status(alert.ended_at is not None),
        "labels": {
            **labels,
            "alertname": message.rule_name,
            "severity": alert.tier,
            "project": message.project_id,
        },
        "annotations": {name: value for name, value in annotations.items() if value},
        "startsAt": _moment(alert.began_at),
        "endsAt": _moment(alert.ended_at) if alert.ended_at else NEVER,
        "generatorURL": alert.url,
        "fingerprint": alert.fingerprint,
    }


def _beyond(message: Message, key: str) -> dict[str, Any]:
    return {
        "key": key,
        "is_test": message.is_test,
        "news": message.news,
        "tier": message.tier,
        "at": _moment(message.at),
        "project": {"id": message.project_id, "name": message.project_name},
        "rule": {"id": message.rule_id, "name": message.rule_name, "url": message.rule_url},
        "traces_url": message.traces_url,
        "series": {
            "name": message.series.name,
            "unit": message.series.unit,
            "points": list(message.series.points),
            "bad": list(message.series.bad),
            "limit": message.series.limit,
        },
        "incidents": [
            {
                "id": alert.incident_id,
                "fingerprint": alert.fingerprint,
                "labels": dict(alert.labels),
                "acknowledge_url": alert.acknowledge_url,
                "silence_url": alert.silence_url,
                "samples": [{"name": one.name, "url": one.url} for one in alert.samples],
            }
            for alert in message.alerts
        ],
    }


def _status(is_over: bool) -> str:
    return "resolved" if is_over else "firing"


def _name(label: str) -> str:
    """As Prometheus allows it; under `sonde` it stands as it is."""
    name = NO_NAME.sub("_", label)
    return f"_{name}" if not name or name[0].isdigit() else name


def _common(each: list[dict[str, str]]) -> dict[str, str]:
    if not each:
        return {}
    first, *others = each
    return {
        name: value
        for name, value in first.items()
        if all(other.get(name) == value for other in others)
    }


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
