"""What a list page was asked for, read from its URL: the whole state of the page is in it."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from traces.queries.filters import DAY, HOUR, NS, TraceFilter
from traces.queries.sorted import ORDERS

RANGES = {
    "1h": (HOUR, gettext_lazy("Last hour")),
    "6h": (6 * HOUR, gettext_lazy("Last 6 hours")),
    "24h": (DAY, gettext_lazy("Last 24 hours")),
    "7d": (7 * DAY, gettext_lazy("Last 7 days")),
    "30d": (30 * DAY, gettext_lazy("Last 30 days")),
    "90d": (90 * DAY, gettext_lazy("Last 90 days")),
    "1y": (365 * DAY, gettext_lazy("Last year")),
}
DEFAULT_RANGE = "24h"
MANY = (
    "name",
    "user",
    "session",
    "environment",
    "tag",
    "model",
    "level",
    "type",
    "version",
    "release",
)
MAX_VALUES = 50
NUMBERS = {
    "min_latency": 1000,
    "max_latency": 1000,
    "min_cost": 1,
    "max_cost": 1,
}  # seconds become ms
WORDS = {
    "q": gettext_lazy("Text"),
    "name": gettext_lazy("Name"),
    "user": gettext_lazy("User"),
    "session": gettext_lazy("Session"),
    "environment": gettext_lazy("Environment"),
    "tag": gettext_lazy("Tag"),
    "model": gettext_lazy("Model"),
    "level": gettext_lazy("Level"),
    "type": gettext_lazy("Type"),
    "version": gettext_lazy("Version"),
    "release": gettext_lazy("Release"),
    "min_latency": gettext_lazy("Latency from"),
    "max_latency": gettext_lazy("Latency to"),
    "min_cost": gettext_lazy("Cost from"),
    "max_cost": gettext_lazy("Cost to"),
}
VIEWS = {
    "newest": gettext_lazy("Newest"),
    "failed": gettext_lazy("With errors"),
    "slowest": gettext_lazy("Slowest"),
    "costliest": gettext_lazy("Costliest"),
}
VIEW_SORTS = {"newest": None, "failed": None, "slowest": "latency", "costliest": "cost"}
PLACES = ("after", "part")  # of one request, not of the page
TIME_AND_ORDER = ("range", "from", "to", "sort")  # what is left when all filters are cleared
FAR_AHEAD = 7_258_118_400 * NS  # the year 2200, which no stored time reaches
LEEWAY = 5 * 60 * NS  # a sender's clock may be ahead


@dataclass(frozen=True, slots=True)
class Narrowing:
    """One active filter, as a chip: its words, its value, and the query string without it."""

    words: str
    value: str
    without: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    wanted: TraceFilter
    range: str  # a key of RANGES, or "" for absolute times
    since: str
    until: str
    sort: str
    ascending: bool
    after: str
    values: dict[str, list[str]]
    narrowings: list[Narrowing]
    query: str  # of this page, without its place in the list
    problems: list[str] = field(default_factory=list)

    @property
    def numbers(self) -> bool:
        """Whether it narrows by latency or cost."""
        return any(one.name in NUMBERS for one in self.narrowings)

    @property
    def view(self) -> str:
        """Which of VIEWS this is, or nothing."""
        if self.ascending:
            return ""
        if not self.sort or self.sort == "started":
            return "failed" if self.values["level"] == ["ERROR"] else "newest"
        return next((view for view, sort in VIEW_SORTS.items() if sort == self.sort), "")

    @property
    def unfiltered(self) -> str:
        """The query string of the same time in the same order, without any filter."""
        query = QueryDict(self.query)
        kept = [(name, query[name]) for name in TIME_AND_ORDER if name in query]
        return f"?{urlencode(kept)}"

    @property
    def range_words(self) -> str:
        return str(RANGES[self.range][1]) if self.range else ""

    def link(self, **changes: str | None) -> str:
        """The query string with changes; None takes a parameter out."""
        query = QueryDict(self.query, mutable=True)
        for name, value in changes.items():
            query.pop(name, None)
            if value is not None:
                query[name] = value
        return f"?{query.urlencode()}"


def asked(request: HttpRequest, *, now: int | None = None, default: str = DEFAULT_RANGE) -> Asked:
    """Reads the URL. What it cannot make sense of is left out and said in `problems`, never dropped
    in silence.
    """
    now = now or time.time_ns()
    query = request.GET
    problems: list[str] = []
    range_key, since, until = _range(query, now, problems, default)
    values = {name: [value for value in query.getlist(name) if value][:MAX_VALUES] for name in MANY}
    numbers = {name: _number(query, name, problems) for name in NUMBERS}
    wanted = TraceFilter(
        since=since,
        until=until,
        text=query.get("q", "").strip().replace("\0", "")[:500],
        min_latency_ms=_scaled(numbers, "min_latency"),
        max_latency_ms=_scaled(numbers, "max_latency"),
        min_cost=numbers["min_cost"],
        max_cost=numbers["max_cost"],
        **{name: tuple(given) for name, given in values.items()},
    )
    sort, ascending = _sort(query, problems)
    return Asked(
        wanted=wanted,
        range=range_key,
        since=as_text(since),
        until=as_text(until),
        sort=sort,
        ascending=ascending,
        after=query.get("after", ""),
        values=values,
        narrowings=_narrowings(query, numbers, values, wanted),
        query=_kept(query),
        problems=problems,
    )


def _range(query: QueryDict, now: int, problems: list[str], default: str) -> tuple[str, int, int]:
    key = query.get("range", "")
    absolute = query.get("from") or query.get("to")
    if absolute and key not in RANGES:
        until = _time(query.get("to", ""), problems) or now + LEEWAY
        since = _time(query.get("from", ""), problems) or until - DAY
        if since < until:
            return "", since, until
        problems.append(_("The time range ends before it begins, so it is left out."))
    elif key and key not in RANGES:
        problems.append(_("There is no time range “%(range)s”.") % {"range": key[:40]})
    key = key if key in RANGES else default
    return key, now - RANGES[key][0], now + LEEWAY


def _sort(query: QueryDict, problems: list[str]) -> tuple[str, bool]:
    """The order and whether it is turned round; the newest first where there is no such order."""
    sort, _dot, direction = query.get("sort", "").partition(".")
    if sort and sort not in ORDERS:
        problems.append(_("There is no order “%(sort)s”.") % {"sort": sort[:40]})
        return "", False
    return sort, direction == "asc"


def _time(text: str, problems: list[str]) -> int | None:
    """ISO 8601, or nanoseconds as our own links have them; without a zone it is UTC."""
    if not text:
        return None
    if text.isdecimal() and len(text) <= 19:
        return min(int(text), FAR_AHEAD)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        problems.append(_("“%(text)s” is not a time like 2026-11-20T14:05.") % {"text": text[:40]})
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(0, int(at.timestamp()) * NS), FAR_AHEAD)


def as_text(nanoseconds: int) -> str:
    """For an <input type=datetime-local>."""
    return datetime.fromtimestamp(nanoseconds // NS, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _number(query: QueryDict, name: str, problems: list[str]) -> float | None:
    text = query.get(name, "").strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e9:
        problems.append(
            _("“%(text)s” is not a number for “%(filter)s”.")
            % {"text": text[:40], "filter": WORDS[name]}
        )
        return None
    return value


def _scaled(numbers: dict[str, float | None], name: str) -> int | None:
    value = numbers[name]
    return None if value is None else round(value * NUMBERS[name])


def _narrowings(
    query: QueryDict,
    numbers: dict[str, float | None],
    values: dict[str, list[str]],
    wanted: TraceFilter,
) -> list[Narrowing]:
    found = []
    if wanted.text:
        found.append(Narrowing(str(WORDS["q"]), wanted.text, without(query, "q"), "q"))
    for name, given in values.items():
        found += [
            Narrowing(str(WORDS[name]), value, without(query, name, value), name) for value in given
        ]
    for name, number in numbers.items():
        if number is not None:
            unit = seconds(number) if name.endswith("latency") else f"${number:g}"
            found.append(Narrowing(str(WORDS[name]), unit, without(query, name), name))
    return found


def seconds(number: float) -> str:
    return pgettext("duration", "%(n)s s") % {"n": f"{number:g}"}


def without(query: QueryDict, name: str, value: str | None = None) -> str:
    """The query string without a filter or one of its values, from the start of the list."""
    left = [
        (key, one)
        for key, given in query.lists()
        for one in given
        if one and key not in PLACES and not (key == name and value in (None, one))
    ]
    return f"?{urlencode(left)}"


def _kept(query: QueryDict) -> str:
    return urlencode(
        [(key, one) for key, given in query.lists() for one in given if one and key not in PLACES]
    )
