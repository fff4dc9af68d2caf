"""ISO 8601 as the SDKs write it → nanoseconds, and which moments can be true."""

import re
from datetime import UTC, datetime

NANOSECONDS = 1_000_000_000
DAY = 86_400 * NANOSECONDS
MAX_AGE = 3653 * DAY  # an import of old traces is fine; 1970 is a clock that was never set
MAX_AHEAD = DAY

_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?"
    r"\s*([Zz]|[+-]\d\d:?\d\d)?"
)


def nanoseconds(text: str) -> int | None:
    """Nanoseconds since 1970, None where the text is no ISO 8601 time. UTC where none is stated."""
    match = _ISO.fullmatch(text.strip()) if len(text) < 64 else None
    if not match:
        return None
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    try:
        moment = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), 0, tzinfo=UTC
        )
    except ValueError:
        return None
    seconds = int(moment.timestamp()) + int(second or 0) - _offset_seconds(offset)
    return seconds * NANOSECONDS + int((fraction or "").ljust(9, "0")[:9])


def _offset_seconds(offset: str | None) -> int:
    if not offset or offset in "Zz":
        return 0
    sign = -1 if offset[0] == "-" else 1
    return sign * (int(offset[1:3]) * 3600 + int(offset[-2:]) * 60)


def is_plausible(moment: int, now_ns: int) -> bool:
    """Whether a trace can have happened then: not ten years ago, not later than tomorrow."""
    return now_ns - MAX_AGE <= moment <= now_ns + MAX_AHEAD
