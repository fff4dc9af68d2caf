"""Links and swaps of the lists: each keeps the rest of the page's state."""

from django import template
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from traces.queries.observations import ObservationRow
from traces.queries.quality import MeanScore
from traces.queries.trace_row import TraceRow
from traces.search.terms import Query
from traces.views.asked import VIEWS, Asked

register = template.Library()

SWAP = (
    'hx-target="#list" hx-select="#list" hx-select-oob="#query,#narrow" hx-swap="outerHTML"'
    ' hx-push-url="true" hx-indicator="#list"'
)


@register.simple_tag
def swap(address: str, trigger: str = "") -> SafeString:
    """The attributes that load the list anew, and with it what shows its query."""
    when = format_html(' hx-trigger="{}"', trigger) if trigger else ""
    return format_html('hx-get="{}"{} {}', address, when, SafeString(SWAP))


@register.simple_tag
def kept(ask: Asked, without: str = "") -> list[tuple[str, str]]:
    """What of the page's state a form sends along as it is: all but the names in `without`."""
    own = without.split()
    lists = QueryDict(ask.address).lists()
    return [(name, value) for name, values in lists for value in values if name not in own]


@register.filter
def as_written(moment: str) -> str:
    """A time of `timerange.as_text` as people write it: a day, or to the minute where it is one."""
    return moment.removesuffix("T00:00:00").removesuffix(":00").replace("T", " ")


@register.simple_tag
def sort_link(ask: Asked, key: str) -> str:
    """The list by this column: the highest first, or the other way when it already is."""
    current = ask.sort or "started"
    turned = ".asc" if current == key and not ask.ascending else ""
    return ask.link(sort=None if key == "started" and not turned else f"{key}{turned}")


@register.simple_tag
def zoom_link(ask: Asked, since: int, until: int) -> str:
    return ask.link(range=None, **{"from": str(since), "to": str(until)})


@register.simple_tag
def until_link(ask: Asked, until: int) -> str:
    """The same list of the time before, by when something was there."""
    return ask.link(range=None, **{"from": None, "to": str(until)})


@register.simple_tag
def view_link(ask: Asked, key: str) -> str:
    """The list in one of its ready views, with the other filters that are set."""
    _words, own, sort = VIEWS[key]
    made_by_views = {str(term) for _words, term, _sort in VIEWS.values() if term}
    kept = tuple(term for term in ask.query.terms if str(term) not in made_by_views)
    query = Query((*kept, *((own,) if own else ())))
    return ask.link(q=str(query) or None, sort=sort or None)


@register.simple_tag
def kind_link(ask: Asked, kind: str) -> str:
    """The same query over traces, or over observations, in their usual order and columns."""
    return ask.link(kind=None if kind == "traces" else kind, sort=None, cols=None)


@register.simple_tag
def live_link(ask: Asked) -> str:
    """With what is new as it comes, or without it again."""
    return ask.link(live=None if ask.is_live else "1")


@register.simple_tag
def fresh_link(ask: Asked, newest: int) -> str:
    """Asks how many there are that began after the newest shown."""
    return ask.link(part="fresh", newest=str(newest))


@register.simple_tag
def columns_link(ask: Asked) -> str:
    """The list with its usual columns."""
    return ask.link(cols=None)


@register.simple_tag
def metadata_value(row: TraceRow | ObservationRow, key: str) -> str:
    return row.metadata.get(key, "")


@register.simple_tag
def mean_scores_of(scores: dict[str, list[MeanScore]], group_id: str) -> list[MeanScore]:
    return scores.get(group_id, [])
