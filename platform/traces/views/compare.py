"""Two spans or two traces side by side: their figures, and what went in and came out."""

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Project
from traces.queries.trace import Extent, locate, span_detail, span_rows
from traces.queries.trace_row import TraceRow
from traces.queries.traces import trace_facts
from traces.render.diff import diff_of
from traces.speed import tokens_per_second
from traces.tree import Node, Tree, build_tree
from traces.views.inside import TRACE_ITSELF

MAX_ALIKE = 8  # spans that a pane offers to compare with
MAX_ADDRESS = 3_000  # characters


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two. None is unknown."""

    address: str
    name: str
    type: str
    model: str
    level: str
    input: str
    output: str
    latency_ns: int | None
    first_token_ns: int | None
    speed: float | None
    cost: Decimal | None
    input_tokens: int
    output_tokens: int
    total_tokens: int
    spans: int | None = None
    errors: int | None = None
    started: int | None = None


def compare(request: HttpRequest, project: Project, trace_id: str) -> HttpResponse:
    """`?span=a&with_span=b` of one trace, `&with=` another trace, by its id or its address."""
    span_id = request.GET.get("span", "")
    span_id = "" if span_id == TRACE_ITSELF else span_id
    other_trace, other_span = asked_for(request, trace_id)
    left = side_of(project, trace_id, span_id)
    if left is not None and span_id and not other_span:
        other_span = counterpart(project.id, other_trace, left)
    right = side_of(project, other_trace, other_span)
    if left is None or right is None:
        context = {"project": project, "trace_id": trace_id, "is_left": left is None}
        return render(request, "traces/no_pair.html", context, status=404)
    context = {
        "project": project,
        "trace_id": trace_id,
        "left": left,
        "right": right,
        "figures": figures(left, right),
        "input": diff_of(left.input, right.input),
        "output": diff_of(left.output, right.output),
        "is_of_spans": bool(span_id),
    }
    return render(request, "traces/compare.html", context)


def is_asked(request: HttpRequest) -> bool:
    return bool(request.GET.get("with") or request.GET.get("with_span"))


def asked_for(request: HttpRequest, trace_id: str) -> tuple[str, str]:
    """The other trace and span; a pasted address names both."""
    said = request.GET.get("with", "").strip()[:MAX_ADDRESS]
    span_id = request.GET.get("with_span", "")
    if "/traces/" in said and (address := _address(said)):
        spans = parse_qs(address.query).get("span", [""])
        said = unquote(address.path.partition("/traces/")[2])
        span_id = span_id or spans[0]
    return said or trace_id, "" if span_id == TRACE_ITSELF else span_id


def _address(text: str) -> SplitResult | None:
    try:
        return urlsplit(text)
    except ValueError:
        return None


def alike(tree: Tree, node: Node | None) -> list[Node]:
    """Other spans of the same type and name, the nearest in time first."""
    if node is None or node.row is None:
        return []
    key, start = (node.row.type, node.row.name), node.row.start_time
    found = [one for one in tree if one.row and one is not node and _key(one) == key]
    return sorted(found, key=lambda one: abs(one.start - start))[:MAX_ALIKE]


def _key(node: Node) -> tuple[str, str]:
    return (node.row.type, node.row.name) if node.row else ("", "")


def counterpart(project_id: str, trace_id: str, left: Side) -> str:
    """The span of another trace that is most like this one: of its type and name, else its root."""
    extent = locate(project_id, trace_id)
    tree = build_tree(span_rows(project_id, trace_id, extent)) if extent else None
    nodes = [node for node in tree if node.row] if tree else []
    same = [node for node in nodes if _key(node) == (left.type, left.name)]
    return (same or nodes)[0].id if nodes else ""


def side_of(project: Project, trace_id: str, span_id: str) -> Side | None:
    extent = locate(project.id, trace_id)
    if extent is None:
        return None
    page = reverse("trace-page", args=[project.id, trace_id])
    if span_id:
        row = span_detail(project.id, trace_id, span_id, extent)
        return _span(row, f"{page}?span={quote(span_id, safe='')}") if row else None
    facts = trace_facts(project.id, trace_id, extent)
    return _trace(project.id, facts, extent, page) if facts else None


def _span(row: dict, address: str) -> Side:
    latency = None if row["end_time"] is None else row["end_time"] - row["start_time"]
    came = row["completion_start_time"]
    first = None if came is None else came - row["start_time"]
    return Side(
        address=address,
        name=row["name"],
        type=row["type"],
        model=row["model"],
        level=row["level"],
        input=row["input"],
        output=row["output"],
        latency_ns=latency,
        first_token_ns=first,
        speed=tokens_per_second(row["output_tokens"], latency, first),
        cost=row["total_cost"],
        input_tokens=row["input_tokens"],
        output_tokens=row["output_tokens"],
        total_tokens=row["total_tokens"],
        started=row["start_time"],
    )


def _trace(project_id: str, facts: TraceRow, extent: Extent, address: str) -> Side:
    stated = span_detail(project_id, facts.trace_id, "", extent) or {}
    root = span_detail(project_id, facts.trace_id, facts.root_id, extent) if facts.root_id else None
    root = root or {}
    return Side(
        address=address,
        name=facts.name,
        type="",
        model=facts.model_words,
        level="ERROR" if facts.errors else "DEFAULT",
        input=stated.get("trace_input") or root.get("input", ""),
        output=stated.get("trace_output") or root.get("output", ""),
        latency_ns=facts.latency_ns,
        first_token_ns=None,
        speed=None,
        cost=facts.cost,
        input_tokens=facts.input_tokens,
        output_tokens=facts.output_tokens,
        total_tokens=facts.tokens,
        spans=facts.spans,
        errors=facts.errors,
        started=facts.started,
    )


def figures(left: Side, right: Side) -> list[tuple]:
    """Words, kind of figure, both figures, and how much more the right one is, in per cent."""
    rows = (
        (_("Latency"), "duration", left.latency_ns, right.latency_ns),
        (_("First token"), "duration", left.first_token_ns, right.first_token_ns),
        (_("Tokens a second"), "rate", left.speed, right.speed),
        (_("Cost"), "dollars", left.cost, right.cost),
        (_("Input tokens"), "number", left.input_tokens, right.input_tokens),
        (_("Output tokens"), "number", left.output_tokens, right.output_tokens),
        (_("Tokens in all"), "number", left.total_tokens, right.total_tokens),
        (_("Spans"), "number", left.spans, right.spans),
        (_("Errors"), "number", left.errors, right.errors),
    )
    return [(*row, _more(row[2], row[3])) for row in rows if row[2] or row[3]]


def _more(before: float | Decimal | None, after: float | Decimal | None) -> str:
    if not before or after is None:
        return ""
    share = 100 * (float(after) - float(before)) / float(before)
    return f"{share:+,.0f} %" if abs(share) >= 0.5 else "±0 %"
