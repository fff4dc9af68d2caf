"""What makes two alerts the same one, and what puts several into one message. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping

Labels = Mapping[str, str]


def fingerprint(rule_id: str, labels: Labels) -> str:
    """Of a rule's segment: the same whatever the order of the labels, and no two alike."""
    return _digest([rule_id, sorted(labels.items())])


def group_key(rule_id: str, labels: Labels, group_by: Iterable[str]) -> str:
    """Alerts of one rule that agree in these labels are told together."""
    return _digest([rule_id, sorted((name, labels.get(name, "")) for name in group_by)])


def _digest(told: object) -> str:
    text = json.dumps(told, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
