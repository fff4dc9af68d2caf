"""What the lines of a trace's tree say on hover, and what its pills are called."""

from decimal import Decimal

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from comments.mentions import Piece, pieces
from comments.models import Comment
from traces.critical import Gap, gaps
from traces.figures.graph import Graph, Step
from traces.queries.trace import SpanRow
from traces.speed import tokens_per_second
from traces.templatetags.trace_figures import dollars, duration, type_words
from traces.tree import Node

register = template.Library()

PILLS = {
    "errors": (pgettext_lazy("marks of spans", "Errors"), ""),
    "slow": (
        pgettext_lazy("marks of spans", "Slow"),
        gettext_lazy("Spans whose own time is a tenth of the trace or more"),
    ),
    "critical": (
        pgettext_lazy("marks of spans", "Critical path"),
        gettext_lazy("The spans that made the trace as long as it is: each that was waited for"),
    ),
}


@register.filter
def pill_words(pill: str) -> str:
    return str(PILLS[pill][0])


@register.filter
def pill_title(pill: str) -> str:
    return str(PILLS[pill][1])


SOURCES = {
    "API": pgettext_lazy("source of a score", "sent by the API"),
    "EVAL": pgettext_lazy("source of a score", "by an evaluator"),
    "ANNOTATION": pgettext_lazy("source of a score", "by a person"),
}


@register.filter
def source_words(source: str) -> str:
    return str(SOURCES.get(source, source))


@register.filter
def comment_pieces(comment: Comment) -> list[Piece]:
    """A comment's text, its mentions apart."""
    return list(pieces(comment.content, comment.mentioned.all()))


@register.filter
def node_gaps(node: Node, whole_ns: int) -> list[Gap]:
    return gaps(node, whole_ns)


@register.filter
def length_of(found: list[Gap]) -> int:
    return sum(gap.end - gap.start for gap in found)


@register.filter
def node_summary(node: Node) -> str:
    """A span's figures, own and with all below, and its message: a line for each."""
    row = node.row
    if row is None:
        return ""
    lines = [f"{row.name or row.span_id} · {type_words(row.type)}", _times(node, row)]
    if cost := _amounts(row.total_cost, row.cost_source == "unknown"):
        lines.append(_("Cost %(own)s") % {"own": cost})
    if row.total_tokens:
        lines.append(_("%(n)s tokens") % {"n": intcomma(row.total_tokens)})
    if speed := _speed(row):
        lines.append(speed)
    if node.children:
        lines.append(_below(node))
    if row.status_message:
        lines.append(" ".join(row.status_message.split()))
    return "\n".join(line for line in lines if line)


def _times(node: Node, row: SpanRow) -> str:
    if row.end_time is None:
        return ""
    whole = duration(row.end_time - row.start_time)
    if not node.children or node.self_ns is None:
        return whole
    return _("%(whole)s, %(own)s of its own") % {"whole": whole, "own": duration(node.self_ns)}


def _below(node: Node) -> str:
    totals = node.totals
    parts = [
        _("%(n)s spans") % {"n": intcomma(totals.spans)},
        _amounts(totals.cost, bool(totals.unpriced)),
        _("%(n)s tokens") % {"n": intcomma(totals.tokens)} if totals.tokens else "",
    ]
    return _("With all below: %(figures)s") % {"figures": " · ".join(filter(None, parts))}


def _amounts(amount: Decimal | None, is_more_unknown: bool) -> str:
    if amount is None:
        return _("unknown") if is_more_unknown else ""
    return f"≥ {dollars(amount)}" if is_more_unknown else dollars(amount)


def _speed(row: SpanRow) -> str:
    latency = None if row.end_time is None else row.end_time - row.start_time
    first = None
    if row.completion_start_time is not None:
        first = row.completion_start_time - row.start_time
    parts = [_("%(t)s to the first token") % {"t": duration(first)}] if first is not None else []
    if (speed := tokens_per_second(row.output_tokens, latency, first)) is not None:
        parts.append(_("%(n)s tokens/s") % {"n": f"{speed:.0f}"})
    return " · ".join(parts)


@register.filter
def step_figures(step: Step) -> str:
    """How often, how long in all, and for how much."""
    times = f"×{len(step.nodes):,}" if len(step.nodes) > 1 else ""
    cost = dollars(step.cost) if step.cost else ""
    return " · ".join(filter(None, (times, duration(step.total_ns), cost)))


@register.filter
def step_words(step: Step, graph: Graph) -> str:
    """Everything that the drawing says of a step."""
    words = [f"{step.name} · {type_words(step.type)}", step_figures(step)]
    if step.errors:
        words.append(ngettext("%(n)s error", "%(n)s errors", step.errors) % {"n": step.errors})
    if after := followers(step, graph):
        words.append(_("followed by %(steps)s") % {"steps": after})
    return "\n".join(words)


@register.filter
def followers(step: Step, graph: Graph) -> str:
    """The names of what came after the step."""
    after = (graph.names.get(one, "") for one, _count in step.follows.most_common(5))
    return ", ".join(name[:40] for name in after if name)
