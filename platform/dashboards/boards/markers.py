"""What happened on the time axis of boards: releases first seen in traces, labels of prompts that
moved, and what people and their CI wrote.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Project
from dashboards.boards.figures import local
from dashboards.boards.links import rows_of
from dashboards.boards.models import Marker, MarkerKind
from dashboards.boards.panel import Scope
from dashboards.boards.units import NS
from prompts.models import LabelMove
from traces.queries.filters import DAY
from traces.queries.metrics import Measure, Question, ask
from traces.queries.releases import first_heard_of
from traces.search.of_dimensions import term_of

RELEASE, PROMPT = "release", "prompt"
KINDS = {
    RELEASE: gettext_lazy("New release"),
    PROMPT: gettext_lazy("Prompt released"),
    **dict(MarkerKind.choices),
}
MOST = 60  # of each kind in a time
MOST_DRAWN = 20  # of each kind, as lines in a chart; all are in the list beneath
MOST_KEPT = 20_000  # markers of a project
LOOKBACK = 14 * DAY  # a release that was seen so long before is not new
SHORT = 26  # characters beside a line in a chart


class TooMany(ValueError):
    """The project has as many markers as it may have."""


@dataclass(frozen=True, slots=True)
class Event:
    """`at` is in nanoseconds. `marker` is the id of what somebody wrote, and can take away."""

    at: int
    kind: str
    text: str
    href: str = ""
    marker: int | None = None

    @property
    def words(self) -> str | Promise:
        return KINDS[self.kind]


Source = Callable[[Scope], list[Event]]
_sources: list[Source] = []


def add_source(source: Source) -> None:
    """Events that another part keeps, as incidents: `source(scope)` has those of the scope's time,
    MOST of them at most, of one of KINDS. It asks no store of traces.
    """
    _sources.append(source)


def events(scope: Scope) -> list[Event]:
    """Of the scope's time, the newest first; on a shared board without a word of what they are.
    Raises Unavailable where the store does not answer.
    """
    return _told(scope, [*releases(scope), *_kept(scope)])


def kept_events(scope: Scope) -> list[Event]:
    """Those that no store of traces is asked for."""
    return _told(scope, _kept(scope))


def _kept(scope: Scope) -> list[Event]:
    sources = prompt_releases, written, *_sources
    return [one for source in sources for one in source(scope)]


def _told(scope: Scope, found: list[Event]) -> list[Event]:
    """Texts name prompts, releases and people, whatever the filter of a shared board leaves out."""
    if not scope.leads:
        found = [*{Event(one.at, one.kind, "") for one in found}]
    return sorted(found, key=lambda one: (-one.at, one.text, one.kind))


def releases(scope: Scope) -> list[Event]:
    """A release is new where the first span or trace of it is."""
    since = max(0, scope.since - LOOKBACK)
    heard = _released_within(scope, since) if scope.terms and not scope.leads else None
    firsts = first_heard_of(scope.project.id, since, scope.until, most=MOST)
    return [
        Event(at, RELEASE, name, rows_of(scope, term_of(RELEASE, name)))
        for name, at in firsts
        if at >= scope.since and (heard is None or name in heard)
    ]


def _released_within(scope: Scope, since: int) -> set[str]:
    """The releases of calls that a shared board's filter lets through."""
    answer = ask(
        Question(
            project_id=scope.project.id,
            measures=(Measure("count"),),
            by=("release",),
            terms=scope.terms,
            since=since,
            until=scope.until,
            most=1000,
            rest=False,
        )
    )
    return {str(row["release"]) for row in answer.rows}


def prompt_releases(scope: Scope) -> list[Event]:
    moves = LabelMove.objects.filter(
        prompt__project=scope.project, after__isnull=False, **_in_time(scope)
    ).select_related("prompt")
    return [
        Event(
            nanoseconds(move.at),
            PROMPT,
            f"{move.prompt.name} {move.label} → v{move.after}",
            _prompt_page(scope, move.prompt.name, move.after),
        )
        for move in moves.order_by("-at")[:MOST]
    ]


def written(scope: Scope) -> list[Event]:
    found = Marker.objects.filter(project=scope.project, **_in_time(scope)).order_by("-at", "-pk")
    return [Event(nanoseconds(one.at), one.kind, one.text, one.url, one.pk) for one in found[:MOST]]


def add(project: Project, marker: Marker) -> Marker:
    """Raises TooMany."""
    if Marker.objects.filter(project=project).count() >= MOST_KEPT:
        raise TooMany(_("A project has at most %(most)s markers.") % {"most": f"{MOST_KEPT:,}"})
    marker.project = project
    marker.save()
    return marker


def drawn(found: list[Event]) -> list[Event]:
    """Of events with the newest first those that charts have room for."""
    of_kind: dict[str, list[Event]] = defaultdict(list)
    for one in found:
        of_kind[one.kind].append(one)
    return [one for kind in of_kind.values() for one in kind[:MOST_DRAWN]]


def for_charts(found: list[Event], zone: str) -> list[dict[str, str]]:
    """As charts.js draws them: where on the axis, and the words."""
    return [
        {
            "at": local(one.at, zone),
            "kind": one.kind,
            "short": _plain(_cut(one.text or str(one.words))),
            "words": _plain(f"{one.words}: {one.text}" if one.text else str(one.words)),
        }
        for one in found
    ]


def nanoseconds(at: datetime) -> int:
    return int(at.timestamp()) * NS


def _cut(text: str) -> str:
    return text if len(text) <= SHORT else f"{text[: SHORT - 1]}…"


def _plain(text: str) -> str:
    """Plotly draws a little HTML, of which these have none."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _in_time(scope: Scope) -> dict[str, datetime]:
    ends = (scope.since, scope.until)
    since, until = (datetime.fromtimestamp(at // NS, UTC) for at in ends)
    return {"at__gte": since, "at__lt": until}


def _prompt_page(scope: Scope, name: str, number: int | None) -> str:
    if not scope.leads:
        return ""
    return f"{reverse('prompt-page', args=[scope.project.id, name])}?version={number}"
