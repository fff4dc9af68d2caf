"""How channels that speak HTTP are asked: as JSON, and with how much patience."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from outbound.outcomes import Outcome, posted
from outbound.sending import ALERT, Limits

LIMITS = Limits(seconds=10, connect_seconds=5, idle_seconds=10)


def as_bytes(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def post(
    url: str, body: bytes, key: str, now: datetime, headers: Mapping[str, str] | None = None
) -> Outcome:
    """`key` goes with it, so that whoever gets a second copy knows."""
    told = {"content-type": "application/json", "idempotency-key": key, **(headers or {})}
    return posted(url, surface=ALERT, headers=told, content=body, limits=LIMITS, now=now)
