"""What a list page was asked for, read from its address: the whole state of the page is in it.

`q` holds the query; the sidebar only changes it. Parameters that are named after a field narrow
too, so that a link to a user's traces needs no quoting: they become part of the query.
"""

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from traces.queries.filters import TraceFilter
from traces.queries.observations import ORDERS as OBSERVATION_ORDERS
from traces.queries.sorted import ORDERS
from traces.search.grammar import MAX_CHARACTERS, MAX_VALUES, normalized, parsed
from traces.search.terms import Query, Term, quoted
from traces.views.columns import METADATA, Column, columns_in, written
from traces.views.narrowing import Narrowing, narrowing
from traces.views.timerange import DEFAULT_RANGE, RANGES, as_text, time_asked

CHOICES = (
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
BOUNDS = {
    "min_latency": ("latency", ">="),
    "max_latency": ("latency", "<="),
    "min_cost": ("cost", ">="),
    "max_cost": ("cost", "<="),
}
VIEWS = {  # words, the term that makes it, the order
    "newest": (gettext_lazy("Newest"), None, ""),
    "failed": (gettext_lazy("With errors"), Term("level", ("ERROR",)), ""),
    "slowest": (gettext_lazy("Slowest"), None, "latency"),
    "costliest": (gettext_lazy("Costliest"), None, "cost"),
    "unjudged": (gettext_lazy("No feedback"), Term("has", ("feedback",), is_negated=True), ""),
}
KINDS = {"traces": gettext_lazy("Traces"), "observations": gettext_lazy("Observations")}
PLACES = ("after", "part", "newest", "ticked")  # of one request, not of the page
TIME = ("range", "from", "to")
# What narrows traces, sessions and users alike, and so goes along from the one list to the other.
CARRIED = ("environment", "release", "version", "tag")
COLUMN_PARTS = ("col", "metadata_column")  # as the form of the columns sends them


@dataclass(frozen=True, slots=True)
class Asked:
    wanted: TraceFilter
    query: Query
    typed: str  # as the bar shows it
    kind: str  # one of KINDS
    columns: list[Column]
    range: str  # a key of RANGES, or "" for absolute times
    since: str
    until: str
    sort: str
    ascending: bool
    after: str
    address: str  # the query string of this page, without its place in the list
    is_plain: bool = False  # `q` is mere text, and the filters stand beside it
    problems: list[str] = field(default_factory=list)

    @property
    def is_live(self) -> bool:
        return "live" in QueryDict(self.address)

    @property
    def is_newest_first(self) -> bool:
        return not self.ascending and self.sort in ("", "started")

    @property
    def is_answerable(self) -> bool:
        return not self.query.problems

    @property
    def narrowings(self) -> list[Narrowing]:
        return [narrowing(term, without=self._without(term)) for term in self.query.terms]

    @property
    def bounds(self) -> dict[str, str]:
        """What the sidebar's fields for numbers show."""
        return {
            name: next(
                (
                    term.values[0]
                    for term in self.query.terms
                    if (term.field, term.comparison) == bound and not term.is_negated
                ),
                "",
            )
            for name, bound in BOUNDS.items()
        }

    @property
    def is_bounded(self) -> bool:
        return any(self.bounds.values())

    @property
    def user(self) -> str:
        return ", ".join(self.query.chosen("user"))

    @property
    def session(self) -> str:
        return ", ".join(self.query.chosen("session"))

    @property
    def view(self) -> str:
        """Which of VIEWS this is, or nothing."""
        if self.ascending:
            return ""
        order = "" if self.sort == "started" else self.sort
        terms = {str(term) for term in self.query.terms}
        found = [
            key
            for key, (_words, term, sort) in VIEWS.items()
            if sort == order and (term is None or str(term) in terms)
        ]
        return found[-1] if found else ""

    @property
    def unfiltered(self) -> str:
        """The query string of the same list without any filter."""
        return self.link(q=None, **dict.fromkeys(CARRIED))

    @property
    def filters(self) -> list[tuple[str, str]]:
        """Those that the lists of traces, sessions and users share, as parameters."""
        return [(name, value) for name in CARRIED for value in self.query.chosen(name)]

    @property
    def time(self) -> list[tuple[str, str]]:
        """The time that is shown, as parameters."""
        if self.range:
            return [("range", self.range)]
        address = QueryDict(self.address)
        return [(name, address[name]) for name in ("from", "to") if name in address]

    @property
    def carried(self) -> str:
        """The query string with which another list shows the same: the time, where one was asked
        for, and the filters that mean the same there.
        """
        is_chosen = any(name in QueryDict(self.address) for name in TIME)
        return urlencode([*(self.time if is_chosen else ()), *self.filters])

    @property
    def range_words(self) -> str:
        return str(RANGES[self.range][1]) if self.range else ""

    def _without(self, term: Term) -> str:
        if self.is_plain:
            return self.link(**{term.field: None})
        return self.asking(self.query.without(term))

    def asking(self, query: Query) -> str:
        """The query string with another query, from the start of the list."""
        return self.link(q=str(query) or None)

    def link(self, **changes: str | None) -> str:
        """The query string with changes; None takes a parameter out."""
        address = QueryDict(self.address, mutable=True)
        for name, value in changes.items():
            address.pop(name, None)
            if value is not None:
                address[name] = value
        return f"?{address.urlencode()}"


def asked(
    request: HttpRequest,
    *,
    now: int | None = None,
    default: str = DEFAULT_RANGE,
    is_plain: bool = False,
) -> Asked:
    """Reads the address. What it cannot make sense of is left out and said in `problems`, never
    dropped in silence. `is_plain`: `q` is mere text, of which the page makes something itself, and
    of the filters only those of CARRIED are read.
    """
    given = request.GET
    problems: list[str] = []
    time_range = time_asked(given, now or time.time_ns(), default, problems)
    typed = normalized(given.get("q", ""))[: MAX_CHARACTERS + 1].strip()
    if is_plain:
        query = _chosen(Query(), given, CARRIED)
    else:
        query = _folded(parsed(typed), given, problems)
    if not is_plain and not query.problems:
        typed = str(query)
    kind = given.get("kind", "")
    kind = kind if kind in KINDS else "traces"
    cols = _cols(given)
    sort, ascending = _sort(given, ORDERS if kind == "traces" else OBSERVATION_ORDERS, problems)
    return Asked(
        wanted=TraceFilter(since=time_range.since, until=time_range.until, terms=query.terms),
        query=query,
        typed=typed,
        kind=kind,
        columns=columns_in(cols, kind, problems),
        range=time_range.key,
        since=as_text(time_range.since),
        until=as_text(time_range.until),
        sort=sort,
        ascending=ascending,
        after=given.get("after", ""),
        address=_address(given, typed, cols, is_plain=is_plain, is_exact=not time_range.key),
        is_plain=is_plain,
        problems=problems,
    )


def _folded(query: Query, given: QueryDict, problems: list[str]) -> Query:
    """With the parameters that are named after fields; one that is there and empty takes out."""
    query = _chosen(query, given, CHOICES)
    for name, (of, comparison) in BOUNDS.items():
        if name not in given:
            continue
        stale = [one for one in query.terms if (one.field, one.comparison) == (of, comparison)]
        query = query.without(*stale)
        text = given[name].strip()
        if not text:
            continue
        found = parsed(f"{of}:{comparison}{quoted(text)}")
        if found.problems:
            problems.append(found.problems[0].message)
        else:
            query = query.with_term(found.terms[0])
    return query


def _chosen(query: Query, given: QueryDict, names: Collection[str]) -> Query:
    for name in names:
        if name in given:
            values = tuple(value for value in given.getlist(name) if value.strip("\0"))
            query = query.with_choice(name, values[:MAX_VALUES])
    return query


def _cols(given: QueryDict) -> str:
    """`cols`, or what the form of the columns sent."""
    if not any(name in given for name in COLUMN_PARTS):
        return given.get("cols", "")
    chosen = given.getlist("col")
    if key := given.get("metadata_column", "").strip():
        chosen.append(f"{METADATA}.{key}")
    return written(chosen)


def _sort(given: QueryDict, orders: Collection[str], problems: list[str]) -> tuple[str, bool]:
    """The order and whether it is turned round; the newest first where there is no such order."""
    sort, _dot, direction = given.get("sort", "").partition(".")
    if sort and sort not in orders:
        problems.append(_("There is no order “%(sort)s”.") % {"sort": sort[:40]})
        return "", False
    return sort, direction == "asc"


def _address(given: QueryDict, typed: str, cols: str, *, is_plain: bool, is_exact: bool) -> str:
    made = {*PLACES, *CHOICES, *BOUNDS, *COLUMN_PARTS, "q", "cols"}
    made -= set(CARRIED) if is_plain else set()
    made |= {"range"} if is_exact else {"from", "to"}  # whichever did not count
    kept = [
        (name, value)
        for name, values in given.lists()
        for value in values
        if value and name not in made
    ]
    own = [(name, value) for name, value in (("q", typed), ("cols", cols)) if value]
    return urlencode([*own, *kept])
