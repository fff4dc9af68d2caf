"""Which of the times that clients send can be true."""

from traces.api.moments import NANOSECONDS, nanoseconds

__all__ = ["is_plausible", "nanoseconds"]

DAY = 86_400 * NANOSECONDS
MAX_AGE = 3653 * DAY  # an import of old traces is fine; 1970 is a clock that was never set
MAX_AHEAD = DAY


def is_plausible(moment: int, now_ns: int) -> bool:
    """Whether a trace can have happened then: not ten years ago, not later than tomorrow."""
    return now_ns - MAX_AGE <= moment <= now_ns + MAX_AHEAD
