"""A judge is put to traces of the slice."""

from django.urls import reverse
from django.utils.translation import gettext as _

from evals.drift.acting.kinds.doing import Did, Undoable
from evals.drift.acting.models import ActionRun
from evals.drift.acting.slices import slice_of, trace_ids
from evals.judges import evaluators, tasks
from evals.judges.finding import make
from evals.judges.models import Evaluator, State


def do(run: ActionRun) -> Did:
    """What the evaluator's newest version has judged already is not judged again, and its daily
    budget holds.
    """
    project_id = run.verdict.monitor.project_id
    found = Evaluator.objects.filter(project=project_id, pk=str(run.options.get("evaluator", "")))
    evaluator = found.first()
    version = evaluators.current(evaluator) if evaluator else None
    if evaluator is None or version is None:
        raise Undoable(_("The evaluator is gone. Choose another one."))
    if evaluator.state == State.PAUSED:
        raise Undoable(_("The evaluator is paused: its page says why. Switch it on again first."))
    ids = trace_ids(run.verdict, slice_of(run.options))
    made = make(version, [(one, "") for one in ids])
    tasks.hand_over()
    words = _("“%(evaluator)s” is asked of %(made)d traces; %(there)d were judged before.")
    told = {"evaluator": evaluator.name, "made": made, "there": len(ids) - made}
    return Did(words % told, reverse("evaluator-page", args=[project_id, evaluator.pk]))
