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
from traces.search.fields import FIELDS
from traces.search.grammar import MAX_CHARACTERS, MAX_VALUES, normalized, parsed
from traces.search.terms import TEXT, Query, Term, quoted
from traces.views.columns import METADATA, Column, columns_in
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
PLACES = ("after", "part", "newest")  # of one request, not of the page
NOT_FILTERS = ("kind", "cols", "range", "from", "to", "sort")  # stay when filters are cleared
COLUMN_PARTS = ("col", "metadata_column")  # as the form of the columns sends them
SIGNS = {">=": "≥ ", "<=": "≤ ", ">": "> ", "<": "< ", "~": "~ ", "": ""}


@dataclass(frozen=True, slots=True)
class Narrowing:
    """One term, as a chip: its words, its values, and the address without it."""

    words: str
    values: tuple[str, ...]
    without: str
    name: str
    is_negated: bool
    sign: str

    @property
    def value(self) -> str:
        return self.sign + ", ".join(self.values)


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
        return [
            Narrowing(
                words=_words(term),
                values=term.values,
                without=self.asking(self.query.without(term)),
                name=term.field,
                is_negated=term.is_negated,
                sign=SIGNS[term.comparison],
            )
            for term in self.query.terms
        ]

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
        """The query string of the same time in the same order, without any filter."""
        address = QueryDict(self.address)
        kept = [(name, address[name]) for name in NOT_FILTERS if name in address]
        return f"?{urlencode(kept)}"

    @property
    def kept_without_columns(self) -> list[tuple[str, str]]:
        """The parameters that the form of the columns leaves as they are."""
        address = QueryDict(self.address)
        return [(name, address[name]) for name in address if name != "cols"]

    @property
    def range_words(self) -> str:
        return str(RANGES[self.range][1]) if self.range else ""

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
    dropped in silence. `is_plain`: `q` is mere text, of which the page makes something itself.
    """
    given = request.GET
    problems: list[str] = []
    time_range = time_asked(given, now or time.time_ns(), default, problems)
    typed = normalized(given.get("q", ""))[: MAX_CHARACTERS + 1].strip()
    query = Query() if is_plain else _folded(parsed(typed), given, problems)
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
        address=_address(given, typed, cols),
        problems=problems,
    )


def _folded(query: Query, given: QueryDict, problems: list[str]) -> Query:
    """With the parameters that are named after fields; one that is there and empty takes out."""
    for name in CHOICES:
        if name in given:
            values = tuple(value for value in given.getlist(name) if value.strip("\0"))
            query = query.with_choice(name, values[:MAX_VALUES])
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


def _cols(given: QueryDict) -> str:
    """`cols`, or what the form of the columns sent."""
    if not any(name in given for name in COLUMN_PARTS):
        return given.get("cols", "")
    chosen = given.getlist("col")
    if key := given.get("metadata_column", "").strip().replace(",", " "):
        chosen.append(f"{METADATA}.{key}")
    return ",".join(chosen)


def _sort(given: QueryDict, orders: Collection[str], problems: list[str]) -> tuple[str, bool]:
    """The order and whether it is turned round; the newest first where there is no such order."""
    sort, _dot, direction = given.get("sort", "").partition(".")
    if sort and sort not in orders:
        problems.append(_("There is no order “%(sort)s”.") % {"sort": sort[:40]})
        return "", False
    return sort, direction == "asc"


def _address(given: QueryDict, typed: str, cols: str) -> str:
    made = (*PLACES, *CHOICES, *BOUNDS, *COLUMN_PARTS, "q", "cols")
    kept = [
        (name, value)
        for name, values in given.lists()
        for value in values
        if value and name not in made
    ]
    own = [(name, value) for name, value in (("q", typed), ("cols", cols)) if value]
    return urlencode([*own, *kept])


def _words(term: Term) -> str:
    if term.field == TEXT:
        return _("Text")
    words = str(FIELDS[term.field].words)
    return f"{words} {term.key}" if term.key else words
