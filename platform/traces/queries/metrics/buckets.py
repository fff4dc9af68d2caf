"""Where buckets of time begin in a zone: days of 23 hours, weeks from Monday, months. Pure.

Edges are made here and not by ClickHouse, so that the empty buckets of a chart and the full ones of
a query cannot disagree.
"""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _

from traces.queries.filters import DAY, HOUR, NS
from traces.queries.metrics.question import Unanswerable

MINUTE = 60 * NS
WIDTHS = {  # what divides an hour is the same everywhere but in zones of half hours
    "minute": MINUTE, "5m": 5 * MINUTE, "10m": 10 * MINUTE, "15m": 15 * MINUTE,
    "30m": 30 * MINUTE, "hour": HOUR, "3h": 3 * HOUR, "6h": 6 * HOUR, "12h": 12 * HOUR,
    "day": DAY, "week": 7 * DAY, "month": 30 * DAY,
}  # fmt: skip
BUCKETS = tuple(WIDTHS)
AUTO = "auto"
ABOUT = 60  # buckets that a chart shows well
MOST_BUCKETS = 1_500
LATEST = 7_258_118_400 * NS  # the year 2200: what the calendar of Python can add to


def zone_named(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = _("There is no time zone “%(name)s”: write it like Asia/Seoul or UTC.")
        raise Unanswerable(message % {"name": name[:60]}) from None


def width_for(since: int, until: int, asked: str) -> str:
    """The name of the bucket. Raises Unanswerable where that would be too many."""
    if asked == AUTO:
        return next(
            (name for name, width in WIDTHS.items() if (until - since) / width <= ABOUT), "month"
        )
    if asked not in WIDTHS:
        message = _("There is no bucket “%(name)s”: it is one of %(buckets)s.")
        raise Unanswerable(message % {"name": asked[:40], "buckets": ", ".join((AUTO, *BUCKETS))})
    if (until - since) / WIDTHS[asked] > MOST_BUCKETS:
        fits = next(
            name for name, width in WIDTHS.items() if (until - since) / width <= MOST_BUCKETS
        )
        message = _(
            "The time holds more than %(most)s buckets of that width:"
            " ask for “%(fits)s” or wider ones, or for a shorter time."
        )
        raise Unanswerable(message % {"most": MOST_BUCKETS, "fits": fits})
    return asked


def edges(since: int, until: int, bucket: str, zone: ZoneInfo) -> tuple[int, ...]:
    """The starts of the buckets that [since, until) touches, and the end of the last."""
    found = [_start(since, bucket, zone)]
    while found[-1] < until:
        found.append(_next(found[-1], bucket, zone))
    return tuple(found)


def is_even(found: tuple[int, ...]) -> bool:
    """Whether all buckets are of one width."""
    width = found[1] - found[0]
    return all(after - before == width for before, after in pairwise(found))


def _local(moment: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(moment // NS, UTC).astimezone(zone)


def _moment(local: datetime) -> int:
    return int(local.timestamp()) * NS


def _start(moment: int, bucket: str, zone: ZoneInfo) -> int:
    local, width = _local(moment, zone), WIDTHS[bucket]
    if width <= HOUR:  # a clock that is put back shows an hour twice: both are counted apart
        offset = _offset(local)
        return (moment + offset) // width * width - offset
    day = local.replace(hour=0, minute=0, second=0, fold=0)
    if bucket == "week":
        day -= timedelta(days=day.weekday())
    if bucket == "month":
        day = day.replace(day=1)
    if width < DAY:
        day = day.replace(hour=local.hour - local.hour % (width // HOUR))
    return _moment(day)


def _next(start: int, bucket: str, zone: ZoneInfo) -> int:
    width = WIDTHS[bucket]
    if width <= HOUR:
        return _start(start + width, bucket, zone)
    local = _local(start, zone).replace(fold=0)
    if bucket == "month":
        following = (local.replace(day=1) + timedelta(days=32)).replace(day=1)
    else:
        following = local + timedelta(seconds=width // NS)  # by the clock on the wall
    return max(_start(_moment(following), bucket, zone), start + 1)


def _offset(local: datetime) -> int:
    return int((local.utcoffset() or timedelta()).total_seconds()) * NS
