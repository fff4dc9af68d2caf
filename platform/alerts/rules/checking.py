"""Whether there is what a rule measures and names, before anything is asked of the store."""

from django.utils.translation import gettext_lazy as _

from alerts.channels.models import Channel
from alerts.rules import sources
from alerts.rules.conditions import BudgetState, Drift, WrongRule, check
from alerts.rules.definition import Definition, Measured
from traces.queries.metrics import Measure, Question, Unanswerable
from traces.queries.metrics.statement import checked
from traces.search.grammar import parsed

NS = 1_000_000_000


def check_answerable(definition: Definition) -> None:
    """Raises WrongRule, with what there is instead."""
    for one in definition.measured:
        try:
            checked(_question(definition, one))
        except Unanswerable as error:
            raise WrongRule(str(error)) from None


def check_named(project_id: str, definition: Definition) -> None:
    """Of the project's own channels, monitors and budgets. Raises WrongRule."""
    channels = Channel.objects.filter(project=project_id, pk__in=definition.channels)
    is_known = channels.count() == len(set(definition.channels))
    check(is_known, _("A channel that it names is not one of this project."))
    condition = definition.condition
    named = getattr(condition, "monitor", "") or getattr(condition, "budget", "")
    if isinstance(condition, Drift | BudgetState) and named:
        there_are = {one for one, _name in sources.names(type(condition), project_id)}
        check(named in there_are, _("What it looks at is not there in this project."))


def _question(definition: Definition, one: Measured) -> Question:
    measure = Measure("count") if one.bad_query else Measure(one.measure, one.aggregation)
    return Question(
        project_id="",
        view=one.view,
        measures=(measure,),
        since=0,
        until=definition.width * NS,
        by=definition.by,
        terms=parsed(one.query).terms,
        bucket=definition.bucket,
        most=1,
        scores=one.scores,
    )
