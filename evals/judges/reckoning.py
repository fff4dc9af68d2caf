"""What a judgement may cost before there was any: by the length of the prompt with some of what is
to be judged in it.
"""

from decimal import Decimal

from evals.judges import targets
from evals.judges.finding import Ids
from evals.judges.judging import request_of
from evals.judges.mapping import NothingThere
from evals.judges.models import EvaluatorVersion, Target
from prompts.playground.spans import price_of
from prompts.tokens import tokens_in
from traces.errors import LimitReached
from traces.queries.filters import TraceFilter
from traces.queries.observations import list_observations
from traces.queries.traces import list_traces

SAMPLE = 5
TOKENS_OF_A_VERDICT = 200


def reckoned_cost(version: EvaluatorVersion, wanted: TraceFilter, target: str) -> Decimal | None:
    """Dollars of one; None where nothing tells. Raises traces.errors'."""
    if version.connection is None:
        return None
    lengths = [_tokens(version, one) for one in _some(version, wanted, target)]
    known = [one for one in lengths if one is not None]
    if not known:
        return None
    mean = round(sum(known) / len(known))
    return price_of(version.connection, version.model, mean, TOKENS_OF_A_VERDICT)


def _some(version: EvaluatorVersion, wanted: TraceFilter, target: str) -> list[Ids]:
    """The newest."""
    project_id = version.evaluator.project_id
    if target == Target.OBSERVATION:
        found = list_observations(project_id, wanted, limit=SAMPLE).observations
        return [(one.trace_id, one.span_id) for one in found]
    return [(one.trace_id, "") for one in list_traces(project_id, wanted, limit=SAMPLE).traces]


def _tokens(version: EvaluatorVersion, ids: Ids) -> int | None:
    """Of the prompt; None where nothing would be asked."""
    try:
        found = targets.found(version.evaluator.project_id, *ids)
        if found is None:
            return None
        request = request_of(version, found.fields)
    except (LimitReached, NothingThere):
        return None
    return tokens_in(
        [{"type": "chatmessage", "role": x.role, "content": x.content} for x in request.messages]
    )
