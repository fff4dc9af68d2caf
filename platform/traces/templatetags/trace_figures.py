"""How figures of traces are written: with their unit, exact on hover, unknown never as zero."""

import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import pgettext, pgettext_lazy

from traces import words
from traces.records import OBSERVATION_TYPES
from traces.render.markdown import markdown as safe_markdown
from traces.render.media import split
from traces.tree import Node

register = template.Library()

LETTERS = {"EMBEDDING": "Em", "EVALUATOR": "Ev", "EVENT": "•", "GUARDRAIL": "Gu"}
SECOND = 1_000_000_000
LEAST_DOLLARS = Decimal("0.0001")  # what is less is written as less
# Text built to be slow takes most of a second a message, and a page shows hundreds.
MARKDOWN_SECONDS, ALL_MARKDOWN_SECONDS = 0.5, 5.0
UNITS = {
    "s": pgettext_lazy("duration", "%(n)s s"),
    "m": pgettext_lazy("duration", "%(n)s m"),
    "h": pgettext_lazy("duration", "%(n)s h"),
    "d": pgettext_lazy("duration", "%(n)s d"),
}
STYLES = {"long": "%Y-%m-%d %H:%M:%S", "short": "%m-%d %H:%M", "time": "%H:%M:%S"}


@register.filter
def duration(nanoseconds: int | None) -> str:
    """Three figures at most: 345 ms, 6.02 s, 3 m 20 s, 2 h 5 m."""
    if nanoseconds is None:
        return "–"
    seconds = nanoseconds / SECOND
    if seconds < 0.001:
        return f"{seconds * 1000:.2f} ms" if nanoseconds else "0 ms"
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 59.95:
        return _unit(f"{seconds:.2f}" if seconds < 9.995 else f"{seconds:.1f}", "s")
    minutes, seconds = divmod(round(seconds), 60)
    if minutes < 60:
        return _two(minutes, "m", seconds, "s")
    hours, minutes = divmod(minutes, 60)
    return _two(hours, "h", minutes, "m") if hours < 48 else _two(hours // 24, "d", hours % 24, "h")


@register.filter
def age(nanoseconds: int) -> str:
    """How long ago, in whole seconds at least."""
    seconds = nanoseconds // SECOND
    return _unit(seconds, "s") if seconds < 60 else duration(seconds * SECOND)


def _two(large: int, large_unit: str, small: int, small_unit: str) -> str:
    whole = _unit(large, large_unit)
    return f"{whole} {_unit(small, small_unit)}" if small else whole


def _unit(number: int | str, unit: str) -> str:
    return str(UNITS[unit]) % {"n": number}


@register.filter
def dollars(amount: Decimal | float | None) -> str:
    """Cents from a dollar on, four decimals below; the exact amount is for the hover."""
    if amount is None:
        return "–"
    amount = Decimal(amount)
    if amount == 0:
        return "$0"
    size = abs(amount)
    if size < LEAST_DOLLARS:
        return "<$0.0001"
    return f"${amount:,.2f}" if size >= 1 else f"${amount:.4f}"


def quantity(value: int | float | Decimal, unit: str) -> str:
    """In a unit of traces.queries.metrics: 7.2 %, $1.20, 6.02 s."""
    match unit:
        case "dollars":
            return dollars(Decimal(str(value)))
        case "seconds":
            return duration(round(float(value) * SECOND))
        case "share":
            share = float(value)
            return f"{share * 100:.3g} %" if abs(share) < 1 else f"{share * 100:.0f} %"
        case "count" | "tokens":
            return intcomma(round(value)) if value == round(value) else f"{float(value):,.2f}"
        case "tokens/s":
            return f"{float(value):.3g} /s"
    return f"{float(value):.3g}"


@register.filter
def at_least(amount: Decimal) -> str:
    """Of a sum that lacks what is unknown."""
    return "> $0" if 0 < amount < LEAST_DOLLARS else f"≥ {dollars(amount)}"


@register.filter
def exact(amount: Decimal | None) -> str:
    return "" if amount is None else f"${amount.normalize():f}"


@register.inclusion_tag("traces/_cost.html")
def cost(amount: Decimal | None, unpriced: int = 0, *, brief: bool = False) -> dict[str, Any]:
    """An amount, and whether more of it is unknown; `brief` says that in two signs, for cells."""
    return {"amount": amount, "unpriced": unpriced, "brief": brief}


@register.filter
def instant(nanoseconds: int | None) -> datetime | None:
    """For the `date` filter; None where no calendar has such a year."""
    if nanoseconds is None:
        return None
    try:
        return datetime.fromtimestamp(nanoseconds // SECOND, UTC).replace(
            microsecond=nanoseconds % SECOND // 1000
        )
    except (ValueError, OverflowError, OSError):
        return None


@register.simple_tag
def moment(nanoseconds: int | None, style: str = "long") -> SafeString | str:
    """A <time> in UTC, exact with its zone on hover. Style `today` leaves the date out today."""
    at = instant(nanoseconds)
    if at is None or nanoseconds is None:
        return "–"
    if style == "today":
        style = "time" if at.date() == datetime.now(UTC).date() else "short"
    shown = at.strftime(STYLES[style])
    title = f"{at:%Y-%m-%d %H:%M:%S}.{nanoseconds % SECOND:09d} UTC"
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), title, shown)


@register.simple_tag
def moment_text(nanoseconds: int) -> str:
    """The same as plain text, to the minute."""
    at = instant(nanoseconds)
    return f"{at:%Y-%m-%d %H:%M}" if at else "–"


@register.filter
def kind_class(type_: str) -> str:
    return type_ if type_ in OBSERVATION_TYPES else "SPAN"


@register.simple_tag
def kind(type_: str) -> SafeString:
    """The coloured letter of an observation's type, with its name for those who hear or hover."""
    known = kind_class(type_)
    return format_html(
        '<span class="kind {}" title="{}"><span aria-hidden="true">{}</span>'
        '<span class="sr">{}</span></span>',
        known,
        type_words(known),
        LETTERS.get(known, known[0]),
        type_words(known),
    )


@register.filter
def type_words(type_: str) -> str:
    return str(words.TYPES.get(type_, type_))


@register.filter
def level_words(level: str) -> str:
    return str(words.LEVELS.get(level, level))


@register.filter
def mark_words(mark: str) -> str:
    """What a mark on a row means; marks without words here are shown by their name."""
    return str(words.MARKS.get(mark, mark.replace("_", " ")))


@register.filter
def one_line(text: str) -> str:
    """For a cell: runs of white space as one space."""
    return " ".join(text.split())


@register.inclusion_tag("traces/_prose.html", takes_context=True)
def prose(context: Context, text: str, css: str = "") -> dict[str, Any]:
    """Markdown, as long as the page has time for it; what comes after that is plain text."""
    request = context["request"]
    wants_all = request.GET.get("formatted") == "all"
    budget = ALL_MARKDOWN_SECONDS if wants_all else MARKDOWN_SECONDS
    spent = getattr(request, "markdown_seconds", 0.0)
    html = None
    if spent < budget:
        begun = time.thread_time()
        html = safe_markdown(text)
        request.markdown_seconds = spent + time.thread_time() - begun
    names = ("project", "span_id", "tab", "plain", "keep")
    return {
        **{name: context.get(name) for name in names},
        "html": html,
        "text": text,
        "css": css,
        "may_ask": html is None and not wants_all,
    }


@register.simple_tag
def media(media_id: str, mime: str, project_id: str) -> SafeString:
    """A link to an uploaded file, which says more of it (or that it is not here) once in sight; for
    who sees no project, what kind of file it is.
    """
    if not project_id:
        return format_html('<span class="media">{}</span>', mime)
    return format_html(
        '<span class="media" hx-get="{url}?part=chip" hx-trigger="revealed" hx-target="this"'
        ' hx-swap="outerHTML" hx-select="unset" hx-push-url="false">'
        '<a class="link" href="{url}" target="_blank" rel="noopener">{mime}</a></span>',
        url=reverse("project-media", args=[project_id, media_id]),
        mime=mime,
    )


@register.simple_tag
def sent(text: str, project_id: str) -> SafeString:
    """Plain text from outside, the files it refers to as links."""
    pieces = (
        (piece if isinstance(piece, str) else media(piece.id, piece.mime, project_id),)
        for piece in split(text)
    )
    return format_html_join("", "{}", pieces)


@register.filter
def root_share(part: int | None, whole: int | None) -> str:
    """How long beside the longest, as a width in per cent: by the root, so that one outlier does
    not flatten the rest.
    """
    if not part or not whole or part < 0:
        return "0%"
    return f"{100 * min(1.0, part / whole) ** 0.5:.0f}%"


@register.filter
def latency(node: Node) -> int | None:
    """How long a span of the tree took."""
    return None if node.end is None else node.end - node.start


@register.filter
def score_value(score: dict) -> str:
    """0.94, true, a category; a long text is cut."""
    value = score["value"]
    if score["data_type"] == "BOOLEAN" and value is not None:
        return pgettext("score", "true") if value else pgettext("score", "false")
    if score["string_value"]:
        return score["string_value"][:60]
    return "–" if value is None else f"{value:.4g}"


@register.simple_tag
def trace_url(project_id: str, trace_id: Any) -> str:
    return reverse("trace-page", args=[project_id, str(trace_id) or "-"])
