"""Traces of the slice are put into an annotation queue, for people to judge."""

from django.urls import reverse
from django.utils.translation import gettext as _

from evals.annotation import items, queues
from evals.annotation.items import How, of_trace
from evals.annotation.models import Origin
from evals.drift.acting.kinds.doing import Did, Undoable
from evals.drift.acting.models import ActionRun
from evals.drift.acting.slices import slice_of, trace_ids


def do(run: ActionRun) -> Did:
    project_id = run.verdict.monitor.project_id
    queue = queues.of_project(project_id).filter(pk=str(run.options.get("queue", ""))).first()
    if queue is None:
        raise Undoable(_("The queue is gone. Choose another one."))
    refs = [of_trace(one) for one in trace_ids(run.verdict, slice_of(run.options))]
    try:
        added = len(items.add(queue, refs, How(str(Origin.FILTER))))
    except items.QueueFull as error:
        raise Undoable(str(error)) from error
    words = _("%(added)d traces put into “%(queue)s”; %(there)d were there.")
    told = {"added": added, "queue": queue.name, "there": len(refs) - added}
    return Did(words % told, reverse("queue-page", args=[project_id, queue.pk]))
