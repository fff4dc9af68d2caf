"""The timeline of an incident in words, with what was told and where that went."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.incidents.acting import BY_LINK
from alerts.incidents.models import TIERS, EventKind, Incident, IncidentEvent, News

MOST = 200  # lines that a page shows, the newest
TIER_WORDS = dict(TIERS)
ICONS: dict[Any, str] = {
    EventKind.FIRED: "alerts",
    EventKind.TIER: "alerts",
    EventKind.ESCALATED: "arrow-up",
    EventKind.RESOLVED: "good",
    EventKind.CLOSED: "check",
    EventKind.ACKNOWLEDGED: "eye",
    EventKind.ASSIGNED: "user",
    EventKind.COMMENTED: "comment",
    EventKind.JUDGED: "scores",
    EventKind.TOLD: "mail",
    EventKind.HELD_BACK: "clock",
}
SOMEBODY, LINK = gettext_lazy("Somebody"), gettext_lazy("Somebody by the link of a message")
PLAIN: dict[Any, str | Promise] = {
    EventKind.ESCALATED: gettext_lazy("Nobody acknowledged it: it is critical now"),
    EventKind.RESOLVED: gettext_lazy("It is over"),
    EventKind.CLOSED: gettext_lazy("%(who)s closed it"),
    EventKind.ACKNOWLEDGED: gettext_lazy("%(who)s acknowledged it"),
    EventKind.COMMENTED: gettext_lazy("%(who)s commented"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """`text` is what a person wrote, `notice` the id of what was told."""

    at: datetime
    kind: str
    icon: str
    words: str
    text: str = ""
    notice: str = ""


def lines(incident: Incident) -> tuple[list[Line], bool]:
    """The newest first, and whether there are more."""
    rows = list(incident.events.select_related("user").order_by("-at", "-pk")[: MOST + 1])
    return [line(one) for one in rows[:MOST]], len(rows) > MOST


def line(event: IncidentEvent) -> Line:
    return Line(
        at=event.at,
        kind=event.kind,
        icon=ICONS[EventKind(event.kind)],
        words=words(event),
        text=event.text,
        notice=str(event.data.get("notice", "")),
    )


def words(event: IncidentEvent) -> str:
    told: dict[str, Any] = {"who": who(event), "tier": tier_of(event)}
    match event.kind:
        case EventKind.FIRED:
            return _("It fires: %(tier)s") % told
        case EventKind.TIER:
            return _("It is %(tier)s now") % told
        case EventKind.ASSIGNED:
            to = event.data.get("to")
            told["to"] = to
            return (
                _("%(who)s gave it to %(to)s") % told
                if to
                else _("%(who)s gave it to nobody") % told
            )
        case EventKind.JUDGED:
            return judged(event) % told
        case EventKind.TOLD:
            news = dict(News.choices).get(event.data.get("news"), event.data.get("news"))
            return _("Told: %(news)s") % {"news": news}
        case EventKind.HELD_BACK:
            return _("Nobody was told. %(why)s") % {"why": _(event.data.get("why") or "–")}
    return str(PLAIN[event.kind]) % told


def judged(event: IncidentEvent) -> str:
    was_real = event.data.get("was_real")
    if was_real is None:
        return _("%(who)s took the verdict back")
    return _("%(who)s: it was real") if was_real else _("%(who)s: it was a false alarm")


def who(event: IncidentEvent) -> str:
    if event.user:
        return event.user.get_full_name() or event.user.email
    via = event.data.get("via", "")
    return str(LINK) if via == BY_LINK else via or str(SOMEBODY)


def tier_of(event: IncidentEvent) -> str:
    return str(TIER_WORDS.get(event.data.get("tier", ""), "–"))
