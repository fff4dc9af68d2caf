"""Points in time as APIs write them: ISO 8601 ↔ nanoseconds since 1970."""

import re
from datetime import UTC, datetime

NANOSECONDS = 1_000_000_000
MAX_TEXT = 64

_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?"
    r"\s*([Zz]|[+-]\d\d:?\d\d)?",
    re.ASCII,
)


def nanoseconds(text: str) -> int | None:
    """Nanoseconds since 1970, None where the text is no ISO 8601 time. UTC where none is stated."""
    match = _ISO.fullmatch(text.strip()) if len(text) <= MAX_TEXT else None
    if not match:
        return None
    *date, hour, minute, second, fraction, offset = match.groups()
    year, month, day = (int(part) for part in date)
    try:
        moment = datetime(year, month, day, int(hour or 0), int(minute or 0), tzinfo=UTC)
    except ValueError:
        return None
    seconds = int(moment.timestamp()) + int(second or 0) - _offset_seconds(offset)
    return seconds * NANOSECONDS + int((fraction or "").ljust(9, "0")[:9])


def _offset_seconds(offset: str | None) -> int:
    if not offset or offset in "Zz":
        return 0
    sign = -1 if offset[0] == "-" else 1
    return sign * (int(offset[1:3]) * 3600 + int(offset[-2:]) * 60)


def iso(moment: int | None) -> str | None:
    """`2026-01-31T09:30:00.123Z`: milliseconds, as Langfuse writes them."""
    if moment is None:
        return None
    seconds, rest = divmod(moment, NANOSECONDS)
    written = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{written}.{rest // 1_000_000:03d}Z"
