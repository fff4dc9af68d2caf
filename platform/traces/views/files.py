"""A whole trace as a file: OTLP/JSON, which every door for OTLP takes, or Sonde's own JSON."""

import json
import re
from collections.abc import Callable, Iterator
from itertools import chain

from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import project_for
from traces.api.v1.shapes import score_shape, span_shape, stated_shape, trace_shape
from traces.otlp_json import resource_spans, with_trace
from traces.queries.scores import whole_scores
from traces.queries.trace import Extent, locate, span_detail
from traces.queries.traces import trace_facts
from traces.queries.whole import row_places, whole_rows
from traces.views.away import tells_when_away


@require_safe
@tells_when_away
def trace_file(request: HttpRequest, project_id: str) -> HttpResponseBase:
    """`?trace=…&as=otlp|sonde`; sent as it is read, a portion at a time."""
    project = project_for(request.user, project_id)
    trace_id, form = request.GET.get("trace", ""), request.GET.get("as", "")
    extent = locate(project.id, trace_id)
    if extent is None or form not in FORMS:
        raise Http404(_("There is no such file."))
    texts = FORMS[form](project.id, trace_id, extent)
    begun = [next(texts), next(texts)]  # what goes wrong in asking still has an answer of its own
    response = StreamingHttpResponse(chain(begun, texts), content_type="application/json")
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", trace_id)[:100].strip(".-") or "trace"
    response["Content-Disposition"] = f'attachment; filename="{name}.{form}.json"'
    response["Cache-Control"] = "private, no-store"
    return response


def otlp_texts(project_id: str, trace_id: str, extent: Extent) -> Iterator[str]:
    yield '{"resourceSpans": ['
    yield from _members(_resource_spans(project_id, trace_id, extent))
    yield "]}"


def _resource_spans(project_id: str, trace_id: str, extent: Extent) -> Iterator[dict]:
    stated = span_detail(project_id, trace_id, "", extent)
    for rows in whole_rows(project_id, trace_id, row_places(project_id, trace_id, extent)):
        spans = [row | {"trace_id": trace_id} for row in rows if row["span_id"]]
        if stated and spans:
            at = next((n for n, row in enumerate(spans) if row["is_root"]), 0)
            spans[at] = with_trace(spans[at], stated)
            stated = None  # once is enough
        yield from resource_spans(spans)


def sonde_texts(project_id: str, trace_id: str, extent: Extent) -> Iterator[str]:
    """What the API's GET /api/v1/traces/{id} tells, with all spans."""
    facts = trace_facts(project_id, trace_id, extent)
    if facts is None:
        raise Http404(_("The trace has been deleted."))
    stated = span_detail(project_id, trace_id, "", extent)
    scores = whole_scores(project_id, trace_id)
    head = {
        **trace_shape(facts),
        "stated": stated_shape(stated) if stated else None,
        "scores": [score_shape(score) for score in scores],
    }
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "spans": ['
    places = [place for place in row_places(project_id, trace_id, extent) if place.span_id]
    portions = whole_rows(project_id, trace_id, places)
    yield from _members(span_shape(row) for rows in portions for row in rows)
    yield "]}"


FORMS: dict[str, Callable[[str, str, Extent], Iterator[str]]] = {
    "otlp": otlp_texts,
    "sonde": sonde_texts,
}


def _members(items: Iterator[dict]) -> Iterator[str]:
    """Of a JSON list, with their commas."""
    for number, item in enumerate(items):
        yield (", " if number else "") + json.dumps(item, ensure_ascii=False)
