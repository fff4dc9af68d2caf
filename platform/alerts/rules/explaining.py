"""What a rule says of its incidents, to messages and pages: see incidents.explaining.Explainer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from alerts.incidents.explaining import Definition as Stored
from alerts.incidents.explaining import Said, Sample
from alerts.incidents.identity import Labels
from alerts.rules.conditions import BurnRate, NoData, WrongRule
from alerts.rules.definition import Definition, Measured
from alerts.rules.measuring import NS, resolved
from alerts.rules.models import Rule
from alerts.rules.points import Side
from alerts.rules.saying_facts import limit_words, value_words, window_words
from alerts.rules.stored import read
from alerts.rules.words import in_unit, unit_of
from traces.errors import Refused
from traces.queries.metrics import (
    OBSERVATIONS,
    SCORES,
    TRACES,
    Only,
    Question,
    Unanswerable,
    ask,
)
from traces.search.grammar import parsed
from traces.search.of_dimensions import having_score, term_of
from traces.search.terms import Query, Term

MOST_SAMPLES = 3
TELLING = ("seconds", "dollars", "tokens", "tokens/s", "score")  # units of what a trace has more of
SCORE_REACH = 31 * 86_400  # scores come later than their traces: as traces.queries.metrics has it


@dataclass(frozen=True, slots=True)
class RulesExplain:
    def definition_of(self, rule_id: str) -> Stored | None:
        return Rule.objects.filter(pk=rule_id).values_list("definition", flat=True).first()

    def said(self, definition: Stored, facts: Mapping[str, Any]) -> Said:
        if (wanted := _wanted(definition)) is None:
            return Said()
        return Said(
            value=value_words(wanted, facts),
            limit=limit_words(wanted, facts),
            window=window_words(wanted, facts),
        )

    def samples(
        self, project_id: str, definition: Stored, labels: Labels, since: int, until: int
    ) -> list[Sample]:
        """The traces that are worst in what is measured; none, where it is that there are none."""
        wanted = _wanted(definition)
        if wanted is None or not _has_examples(wanted) or since >= until:
            return []
        question = _worst(project_id, wanted, labels, since, until)
        try:
            rows = ask(question).rows
        except (Unanswerable, Refused):
            return []
        trace, name = question.by
        found: dict[str, Sample] = {}
        for row in rows:
            value = row[question.measures[0].column]
            if value is not None and (_is_low(wanted) or value > 0):
                words = _named(row[name] or row[trace][:8], wanted.measured[0], value)
                found.setdefault(row[trace], Sample(words, row[trace]))
        return list(found.values())[:MOST_SAMPLES]

    def list_address(
        self, project_id: str, definition: Stored, labels: Labels, since: int, until: int
    ) -> str:
        """ "" where the query bar has no words for the segment."""
        wanted = _wanted(definition)
        if wanted is None or not wanted.measured:
            return ""
        one = wanted.measured[0]
        terms = _terms_of(wanted, one, labels)
        if terms is None:
            return ""
        since = max(0, since - SCORE_REACH) if one.view == SCORES else since
        named = {"q": str(Query(terms))} if terms else {}
        named |= {"kind": "observations"} if one.view == OBSERVATIONS else {}
        named |= {"from": str(since * NS), "to": str(until * NS)}
        return f"{reverse('trace-list', args=[project_id])}?{urlencode(named)}"


def _named(name: str, one: Measured, value: float) -> str:
    """With its own figure, where that tells it from the others."""
    unit = unit_of(one)
    return f"{name}, {in_unit(value, unit)}" if unit in TELLING else name


def _wanted(definition: Stored) -> Definition | None:
    try:
        return read(definition)
    except WrongRule:
        return None


def _has_examples(wanted: Definition) -> bool:
    return bool(wanted.measured) and not isinstance(wanted.condition, NoData)


def _is_low(wanted: Definition) -> bool:
    """Whether little is bad."""
    condition = wanted.condition
    if isinstance(condition, BurnRate):
        return condition.counts_good
    return getattr(condition, "side", Side.ABOVE) == Side.BELOW


def _worst(project_id: str, wanted: Definition, labels: Labels, since: int, until: int) -> Question:
    one = wanted.measured[0]
    measure = resolved(one)
    return Question(
        project_id=project_id,
        view=one.view,
        measures=(measure,),
        since=since * NS,
        until=until * NS,
        by=("trace", "name" if one.view == TRACES else "trace_name"),
        terms=_queried(one),
        most=2 * MOST_SAMPLES,  # a trace may have two names
        order=measure.column,
        ascending=_is_low(wanted),
        rest=False,
        scores=one.scores,
        only=tuple(Only(name, (labels.get(name, ""),)) for name in wanted.by),
    )


def _queried(one: Measured) -> tuple[Term, ...]:
    return (*parsed(one.query).terms, *parsed(one.bad_query).terms)


def _terms_of(wanted: Definition, one: Measured, labels: Labels) -> tuple[Term, ...] | None:
    """None where a value of the segment cannot be said."""
    segment = [term_of(name, labels.get(name, ""), one.view) for name in wanted.by]
    if None in segment:
        return None
    scores = [having_score(name) for name in one.scores[:1]]
    return (*_queried(one), *(term for term in segment if term), *scores)
