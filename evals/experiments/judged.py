"""Experiments as what evaluators are put to: the trace or observation of each item, with what the
dataset expects of it.
"""

from evals.experiments.itemtexts import version_keys
from evals.experiments.models import Judgement, Plan, PlannedItem, Step
from evals.experiments.reading import ALL, item_runs
from evals.experiments.running.answering import root_of, trace_of
from evals.experiments.running.evaluators import JUDGE
from evals.judges.finding import Ids
from evals.judges.models import PastRun
from evals.judges.past import OfItem


def targets_of(run: PastRun) -> list[OfItem]:
    """All that the experiment made of its items, oldest first. Raises traces.errors'."""
    project_id = run.project_id
    found = item_runs(project_id, [run.experiment], most=ALL)[run.experiment][::-1]
    judged = judged_by_itself(run)
    return [
        OfItem(one.place, item, one.place in judged)
        for one, item in zip(found, version_keys(project_id, found), strict=True)
    ]


def judged_by_itself(run: PastRun) -> set[Ids]:
    """Those to which the experiment itself has put the version: they have its score, or will."""
    plan = Plan.objects.filter(run__project=run.project_id, run__public_id=run.experiment).first()
    if plan is None:
        return set()
    if plan.is_over:
        done = Judgement.objects.filter(plan=plan, version=run.version, step=Step.DONE)
        items = PlannedItem.objects.filter(judgements__in=done)
    elif any(one["kind"] == JUDGE and one["ref"] == run.version_id for one in plan.evaluators):
        items = PlannedItem.objects.filter(plan=plan)
    else:
        return set()
    return {(trace_of(one), root_of(one)) for one in items.select_related("plan").only("plan")}
