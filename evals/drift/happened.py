"""Releases and prompts that moved, as the lines that charts draw across the time."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from accounts.models import Project
from prompts.models import LabelMove
from traces.errors import LimitReached, Unavailable
from traces.queries.releases import first_heard_of

MOST = 20  # of each kind
SHORT = 26  # characters beside a line
SECOND = 1_000_000_000
LOOKBACK = 14 * 86_400 * SECOND  # a release that was seen so long before is not new


@dataclass(frozen=True, slots=True)
class Event:
    at: datetime
    kind: str
    text: str
    words: str


def events(project: Project, since: datetime, until: datetime) -> list[Event]:
    """The newest first. Without releases while the store is away: the page has more to tell."""
    found = [*_releases(project, since, until), *_moves(project, since, until)]
    return sorted(found, key=lambda one: (one.at, one.text), reverse=True)


def for_charts(found: list[Event]) -> list[dict[str, str]]:
    """As charts.js draws them; times are UTC."""
    return [
        {
            "at": f"{one.at:%Y-%m-%d %H:%M:%S}",
            "kind": one.kind,
            "short": _plain(one.text if len(one.text) <= SHORT else f"{one.text[: SHORT - 1]}…"),
            "words": _plain(f"{one.words}: {one.text}"),
        }
        for one in found
    ]


def _releases(project: Project, since: datetime, until: datetime) -> list[Event]:
    low, high = (int(moment.timestamp()) * SECOND for moment in (since, until))
    try:
        firsts = first_heard_of(project.id, max(0, low - LOOKBACK), high, most=MOST)
    except (Unavailable, LimitReached):
        return []
    return [
        Event(datetime.fromtimestamp(at / SECOND, UTC), "release", name, _("New release"))
        for name, at in firsts
        if at >= low
    ]


def _moves(project: Project, since: datetime, until: datetime) -> list[Event]:
    moves = LabelMove.objects.filter(
        prompt__project=project, after__isnull=False, at__gte=since, at__lt=until
    ).select_related("prompt")
    return [
        Event(
            move.at, "prompt", f"{move.prompt.name} {move.label} → v{move.after}",
            _("Prompt released"),
        )
        for move in moves.order_by("-at", "pk")[:MOST]
    ]  # fmt: skip


def _plain(text: str) -> str:
    """Plotly draws a little HTML, of which names have none."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
