"""GET /api/v1/traces and /api/v1/traces/{id}."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.response import Response

from accounts.authentication import require_scope
from traces.api.parameters import encoded_cursor
from traces.api.v1.asked import TraceAsked, TracesAsked, asked, cursor_of, time_of
from traces.api.v1.fields import PROBLEMS, TraceDocument, TracePageFields
from traces.api.v1.problems import V1View
from traces.api.v1.shapes import (
    listed_trace,
    moment_text,
    score_shape,
    span_shape,
    stated_shape,
    trace_shape,
)
from traces.api.view import TooMuch
from traces.queries.filters import TraceFilter
from traces.queries.overview import last_activity
from traces.queries.scores import whole_scores
from traces.queries.trace import locate, span_detail
from traces.queries.trace_row import TracePage
from traces.queries.traces import list_traces, trace_facts
from traces.queries.whole import row_places, whole_rows
from traces.queries.windows import Cut, Place
from traces.search.grammar import parsed
from traces.search.terms import Term

MOST_BYTES = 256 * 1024 * 1024  # of texts in one answer
NARROWED_BY = (
    "name", "user", "session", "environment", "tag", "model", "level", "type", "version", "release",
)  # fmt: skip
BOUNDED_BY = {  # field, comparison, unit
    "min_latency_ms": ("latency", ">=", "ms"),
    "max_latency_ms": ("latency", "<=", "ms"),
    "min_cost": ("cost", ">=", ""),
    "max_cost": ("cost", "<=", ""),
}


class TraceListView(V1View):
    permission_classes = (require_scope("read"),)

    @extend_schema(
        operation_id="list_traces",
        tags=["Traces"],
        summary="Traces, newest first",
        description=(
            "A filter is fulfilled where an observation of the trace fulfils it. Where a search "
            "takes long, a page is short: searched_to tells how far it came, and next_cursor "
            "goes on."
        ),
        parameters=[TracesAsked],
        responses={200: TracePageFields, **PROBLEMS},
    )
    def get(self, request: HttpRequest) -> Response:
        found = asked(TracesAsked, request)
        page = traces_of(request.auth.project_id, found)
        return Response(
            {
                "data": [listed_trace(row) for row in page.traces],
                "next_cursor": next_of(page.after),
                "searched_to": moment_text(page.searched_to),
            }
        )


def traces_of(project_id: str, found: dict[str, Any]) -> TracePage:
    after = place_in(found)
    wanted = within(project_id, found)
    if wanted is None:
        return TracePage([])
    return list_traces(project_id, wanted, after=after, limit=found["limit"])


def within(project_id: str, found: dict[str, Any]) -> TraceFilter | None:
    """What is asked for, up to the last that there is; None where there is nothing."""
    time, terms = time_of(found), tuple(terms_in(found))
    last = last_activity(project_id, time.until)
    if last is None:
        return None
    return TraceFilter(since=time.since, until=min(time.until, last + 1), terms=terms)


def terms_in(found: dict[str, Any]) -> Iterator[Term]:
    """What `q` and the parameters that are named after fields ask for, all at once."""
    query = parsed(found.get("q", ""))
    if query.problems:
        one = query.problems[0]
        raise ValidationError({"q": f"{one.message} (characters {one.start} to {one.end})"})
    yield from query.terms
    for name in NARROWED_BY:
        if values := found.get(name):
            yield Term(name, tuple(values))
    for name, (field, comparison, unit) in BOUNDED_BY.items():
        if (bound := found.get(name)) is not None:
            yield Term(field, (f"{bound:.12f}{unit}",), comparison=comparison)


def place_in(found: dict[str, Any]) -> Cut | None:
    """Where the page before ended."""
    parts = cursor_of(found, int, str, int)
    return Cut(Place(parts[0], parts[1]), parts[2]) if parts else None


def next_of(after: Any) -> str | None:
    return encoded_cursor(after.last.at, after.last.id, after.width) if after else None


class TraceView(V1View):
    """The trace, its spans and its scores; spans in pages of at most 1,000."""

    permission_classes = (require_scope("read"),)

    @extend_schema(
        operation_id="get_trace",
        tags=["Traces"],
        summary="One trace with its spans and scores",
        description=(
            "Its totals count all of its spans, whatever page of them is asked for. Rows are by "
            "their start."
        ),
        parameters=[TraceAsked],
        responses={200: TraceDocument, **PROBLEMS},
    )
    def get(self, request: HttpRequest, trace_id: str) -> Response:
        found = asked(TraceAsked, request)
        project_id = request.auth.project_id
        return Response(trace_document(project_id, trace_id, found["limit"], found["offset"]))


def trace_document(project_id: str, trace_id: str, limit: int, offset: int) -> dict:
    extent = locate(project_id, trace_id)
    facts = trace_facts(project_id, trace_id, extent) if extent else None
    if extent is None or facts is None:
        raise NotFound("There is no such trace.")
    places = row_places(project_id, trace_id, extent)
    page = places[offset : offset + limit]
    if sum(place.size for place in page) > MOST_BYTES:
        raise TooMuch("The texts of these spans are too long for one answer: lower the limit.")
    stated = span_detail(project_id, trace_id, "", extent)
    scores = whole_scores(project_id, trace_id)
    return {
        **trace_shape(facts),
        "spans": [
            span_shape(row)
            for rows in whole_rows(project_id, trace_id, page)
            for row in rows
            if row["span_id"]
        ],
        "stated": stated_shape(stated) if stated else None,
        "next_offset": offset + limit if page and len(places) > offset + limit else None,
        "scores": [score_shape(score) for score in scores],
    }
