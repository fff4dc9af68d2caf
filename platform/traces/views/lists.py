"""The list of traces, and the parts of its page that load by themselves: ?part=strip and
?part=choices.
"""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import project_for
from saved.shelf import canonical, views_of
from traces.figures.strip import strip
from traces.queries.facets import facets, observation_facets
from traces.queries.histogram import histogram, observation_histogram
from traces.queries.metadata import add_metadata
from traces.queries.observations import (
    ObservationPage,
    ObservationRow,
    list_observations,
    sorted_observations,
)
from traces.queries.overview import first_trace, last_activity
from traces.queries.sorted import sorted_traces
from traces.queries.trace_row import SortedPlace, TracePage, TraceRow
from traces.queries.traces import list_traces
from traces.queries.windows import Cut, Place
from traces.search.fields import FIELDS
from traces.views.asked import KINDS, VIEWS, Asked, asked
from traces.views.away import tells_when_away
from traces.views.columns import choosable
from traces.views.timerange import RANGES


@require_safe
@vary_on_headers("HX-Request")
@tells_when_away
def trace_list(request: HttpRequest, project_id: str) -> HttpResponse:
    project = project_for(request.user, project_id)
    ask = asked(request)
    part = PARTS.get(request.GET.get("part", ""))
    if part:
        return part(request, project, ask)
    context = {"project": project, "ask": ask, **page_context(project.id, ask)}
    context |= {"saved": views_of(project, request.user), "address_now": canonical(ask.address)}
    context["ticked"] = request.GET.getlist("ticked")
    rows = "traces/_rows.html" if ask.kind == "traces" else "traces/_observation_rows.html"
    template = rows if is_fragment(request) and ask.after else "traces/list.html"
    response = render(request, template, context)
    if is_fragment(request) and not ask.after:
        response["HX-Push-Url"] = f"{request.path}?{ask.address}"
    return response


def is_fragment(request: HttpRequest) -> bool:
    """On a history miss htmx asks as for a fragment, yet needs the whole page."""
    return bool(request.htmx) and not request.htmx.history_restore_request


def page_context(project_id: str, ask: Asked) -> dict:
    page = asked_page(project_id, ask) if ask.is_answerable else TracePage([])
    shown = page.traces if isinstance(page, TracePage) else page.observations
    if keys := [column.key for column in ask.columns if column.key]:
        add_metadata(project_id, shown, keys)
    return {
        "page": page,
        "slowest": max((row.latency_ns for row in shown), default=0),
        "after": cursor(page),
        "more_link": ask.link(after=cursor(page)),
        "without_time": ask.link(**{"from": None, "to": None}),
        "longer_link": ask.link(range="30d", **{"from": None, "to": None}),
        "newest": newest_of(shown, ask),
        "columns": ask.columns,
        "shown": [column.name for column in ask.columns],
        "choosable": choosable(ask.kind),
        "kinds": KINDS.items(),
        "ranges": RANGES,
        "fields": list(FIELDS.values()),
        "views": [(key, words) for key, (words, _term, _sort) in VIEWS.items()],
        "nothing": None if shown or ask.after else why_nothing(project_id, ask),
    }


def newest_of(shown: list[TraceRow] | list[ObservationRow], ask: Asked) -> int | None:
    """From when on something is new; None for a list that nothing new comes to the top of."""
    if ask.after or not ask.range or not ask.is_newest_first or not ask.is_answerable:
        return None
    return max((row.started for row in shown), default=ask.wanted.since)


def asked_page(project_id: str, ask: Asked) -> TracePage | ObservationPage:
    if ask.is_newest_first:
        newest = list_traces if ask.kind == "traces" else list_observations
        return newest(project_id, ask.wanted, after=cut_named(ask.after))
    value, _tilde, last_id = ask.after.partition("~")
    place = SortedPlace(_float(value), last_id) if last_id else None
    in_order = sorted_traces if ask.kind == "traces" else sorted_observations
    return in_order(project_id, ask.wanted, ask.sort, ascending=ask.ascending, after=place)


LARGEST = 2**63 - 1


def cut_named(text: str) -> Cut | None:
    """The place that `cut_name` wrote; None where somebody else did."""
    times, tilde, last_id = text.partition("~")
    numbers = times.split("-")
    if not tilde or len(numbers) != 2:
        return None
    if not all(one.isdecimal() and one.isascii() and len(one) < 20 for one in numbers):
        return None
    at, width = (min(int(one), LARGEST) for one in numbers)
    return Cut(Place(min(at, LARGEST - 1), last_id), width)


def cut_name(cut: Cut | None) -> str:
    return f"{cut.last.at}-{cut.width}~{cut.last.id}" if cut else ""


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def cursor(page: TracePage | ObservationPage) -> str:
    if isinstance(page.after, SortedPlace):
        return f"{page.after.value!r}~{page.after.trace_id}"
    return cut_name(page.after)


def why_nothing(project_id: str, ask: Asked) -> dict:
    """What an empty list says: nothing has ever come, nothing in this time, or the filters are too
    narrow.
    """
    if not ask.is_answerable:
        return {"cause": "unreadable", "marked": marked(ask)}
    if ask.typed:
        return {"cause": "filter"}
    if last := last_activity(project_id, ask.wanted.since):
        return {"cause": "range", "last": last, "last_until": last + 1}
    return {"cause": "range" if first_trace(project_id) else "none"}


def marked(ask: Asked) -> list[tuple[str, str, str, str]]:
    """The first thing that is wrong with what was typed: what stands before it, it, what stands
    behind, and why.
    """
    text = ask.typed
    return [
        (text[: one.start], text[one.start : one.end], text[one.end :], one.message)
        for one in ask.query.problems[:1]
    ]


def _strip(request: HttpRequest, project, ask: Asked) -> HttpResponse:
    count = histogram if ask.kind == "traces" else observation_histogram
    found = count(project.id, ask.wanted)
    context = {"project": project, "ask": ask, "histogram": found, "strip": strip(found)}
    return render(request, "traces/_strip.html", context)


def _choices(request: HttpRequest, project, ask: Asked) -> HttpResponse:
    count = facets if ask.kind == "traces" else observation_facets
    found = count(project.id, ask.wanted)
    groups = []
    for name, offered in found.by_field.items():
        chosen = ask.query.chosen(name)
        missing = [(value, None) for value in chosen if value not in dict(offered)]
        options = [
            (value, number, value in chosen, ask.asking(ask.query.toggled(name, value)))
            for value, number in [*missing, *offered]
        ]
        groups.append((name, FIELDS[name].words, options))
    context = {"project": project, "ask": ask, "groups": groups, "sampled": found.sampled}
    return render(request, "traces/_choices.html", context)


def _fresh(request: HttpRequest, project, ask: Asked) -> HttpResponse:
    """How many of the list began after the newest that it shows."""
    newest = request.GET.get("newest", "")
    count = 0
    if newest.isdecimal() and len(newest) < 20 and ask.is_answerable:
        since = max(ask.wanted.since, int(newest) + 1)
        later = replace(ask.wanted, since=min(since, ask.wanted.until))
        if ask.kind == "traces":
            count = len(list_traces(project.id, later, limit=51).traces)
        else:
            count = len(list_observations(project.id, later, limit=51).observations)
    context = {"ask": ask, "count": count, "again": f"{request.path}?{ask.address}"}
    return render(request, "traces/_fresh.html", context)


PARTS = {"fresh": _fresh, "strip": _strip, "choices": _choices}
