"""The state of a board, read from its address, where all of it is."""

import time
from dataclasses import dataclass
from functools import cache
from zoneinfo import available_timezones

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Project
from dashboards.boards.panel import AUTO, Scope
from dashboards.boards.registry import Board
from traces.queries.metrics.dimensions import METADATA
from traces.views.asked import Asked, asked

DEFAULT_RANGE = "7d"
MOST_NAME = 200  # characters
ZONE_COOKIE = "sonde_zone"  # set by charts.js: the browser's own
BUCKETS = {
    AUTO: gettext_lazy("Automatic"),
    "minute": gettext_lazy("A minute"),
    "hour": gettext_lazy("An hour"),
    "day": gettext_lazy("A day"),
    "week": gettext_lazy("A week"),
    "month": gettext_lazy("A month"),
}
OWN = ("bucket", "zone", "refresh", "as")
REFRESHES = {
    "": gettext_lazy("Off"),
    "30": gettext_lazy("Every 30 seconds"),
    "60": gettext_lazy("Every minute"),
    "300": gettext_lazy("Every 5 minutes"),
}


@dataclass(frozen=True, slots=True)
class State:
    """`ask` has the time and the query. What makes no sense is said in its problems."""

    ask: Asked
    bucket: str
    zone: str
    is_own_zone: bool  # no zone is in the address
    compares: bool
    refresh: str
    by: str = ""
    of: str = ""

    def scope(self, project: Project, board: Board | None = None, *, leads: bool = True) -> Scope:
        return Scope(
            project=project,
            since=self.ask.wanted.since,
            until=self.ask.wanted.until,
            bucket=self.bucket,
            zone=self.zone,
            terms=self.ask.query.terms,
            compares=self.compares,
            leads=leads,
            by=board.dimension(self.by) if board else "",
            of=self.of if board and board.of else "",
        )

    @property
    def environment(self) -> str:
        return next(iter(self.ask.query.chosen("environment")), "")

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the form of the details does not ask for itself."""
        own = ("bucket", "zone", "compare", "refresh", "as")
        lists = QueryDict(self.ask.address).lists()
        return [(name, value) for name, values in lists if name not in own for value in values]


def state_of(request: HttpRequest, *, default: str = DEFAULT_RANGE, now: int = 0) -> State:
    given = request.GET
    ask = asked(request, default=default, now=now or time.time_ns())
    bucket = _one_of(given.get("bucket", ""), BUCKETS, AUTO, _("There is no such step."), ask)
    refresh = _one_of(given.get("refresh", ""), REFRESHES, "", _("There is no such refresh."), ask)
    zone = given.get("zone", "")
    if zone and zone not in zones():
        ask.problems.append(
            _("There is no time zone “%(zone)s”: name it like Asia/Seoul.") % {"zone": zone[:40]}
        )
        zone = ""
    return State(
        ask=ask,
        bucket=bucket,
        zone=zone or zone_of(request),
        is_own_zone=not zone,
        compares=given.get("compare", "") != "off",
        refresh=refresh,
        by=_by(given),
        of=given.get("of", "").replace("\0", "").strip()[:MOST_NAME],
    )


def _by(given: QueryDict) -> str:
    """A dimension by its name, or a key of the metadata by itself."""
    key = given.get("key", "").replace("\0", "").strip()[:MOST_NAME]
    return f"{METADATA}{key}" if key else given.get("by", "")[: MOST_NAME + len(METADATA)]


def zone_of(request: HttpRequest) -> str:
    """The browser's zone, as it said; UTC before it has."""
    zone = request.COOKIES.get(ZONE_COOKIE, "")
    return zone if zone in zones() else "UTC"


@cache
def zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _one_of(text: str, known: dict, default: str, problem: str, ask: Asked) -> str:
    if text in known:
        return text
    if text:
        ask.problems.append(problem)
    return default
