"""Whether the metrics have what a rule measures, before anything is asked of the store."""

from alerts.rules.conditions import WrongRule
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
