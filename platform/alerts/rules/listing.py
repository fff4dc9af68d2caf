"""The rules of a project as its list shows them: in words, and how each stands."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Project
from alerts.channels.models import Channel
from alerts.incidents.tiers import Tier
from alerts.rules.conditions import MOST_SIGNALS, WrongRule
from alerts.rules.lifecycle import Phase
from alerts.rules.models import Rule, SegmentState
from alerts.rules.saying import sentence, tiers
from alerts.rules.stored import kind_of

FIRING, PENDING = str(Phase.FIRING), str(Phase.PENDING)
STATES = {
    "": _("All"),
    FIRING: _("Firing"),
    PENDING: _("Pending"),
    "failing": _("Not evaluated"),
    "off": _("Off"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A rule with what is told of it. A definition that cannot be read is `problem`."""

    rule: Rule
    words: str
    kind: str
    tiers: list[Tier]
    firing: int = 0
    pending: int = 0
    calm: int = 0
    problem: str = ""
    is_split: bool = False  # into segments
    lost_channels: int = 0  # that it names and that are gone

    @property
    def state(self) -> str:
        """One of the keys of STATES but "", or "calm"."""
        if not self.rule.is_on:
            return "off"
        if self.problem or self.rule.failing_since:
            return "failing"
        return FIRING if self.firing else PENDING if self.pending else "calm"


def found(project: Project, *, text: str = "", state: str = "") -> QuerySet[Rule]:
    """Those whose name, note, measures or queries have the text; `state` is one of STATES."""
    rules = Rule.objects.filter(project=project)
    if text:
        rules = rules.filter(_has(text))
    if state == "off":
        return rules.filter(is_on=False)
    if state == "failing":
        return rules.filter(is_on=True, failing_since__isnull=False)
    if state in (FIRING, PENDING):
        segments = SegmentState.objects.filter(rule=OuterRef("pk"), phase=state)
        return rules.filter(Exists(segments), is_on=True)
    return rules


def _has(text: str) -> Q:
    found = Q(name__icontains=text) | Q(note__icontains=text)
    for number in range(MOST_SIGNALS):
        for part in ("measure", "query", "bad_query"):
            found |= Q(**{f"definition__measured__{number}__{part}__icontains": text})
    return found


def lines(rules: Iterable[Rule]) -> list[Line]:
    rules = list(rules)
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    told = SegmentState.objects.filter(rule__in=rules).values_list("rule_id", "phase")
    for rule_id, phase, count in told.annotate(count=Count("pk")).order_by():
        counts[rule_id][phase] = count
    projects = {rule.project_id for rule in rules}
    channels = set(Channel.objects.filter(project__in=projects).values_list("pk", flat=True))
    return [_line(rule, counts[rule.pk], channels) for rule in rules]


def _line(rule: Rule, counts: dict[str, int], channels: set[str]) -> Line:
    firing, pending = counts.get(FIRING, 0), counts.get(PENDING, 0)
    calm = sum(counts.values()) - firing - pending
    try:
        wanted = rule.wanted
    except WrongRule as error:
        return Line(rule, "", "", [], firing, pending, calm, problem=str(error))
    words, kind = sentence(wanted), kind_of(wanted)
    return Line(
        rule,
        words,
        kind,
        tiers(wanted),
        firing,
        pending,
        calm,
        is_split=bool(wanted.by),
        lost_channels=len(set(wanted.channels) - channels),
    )
