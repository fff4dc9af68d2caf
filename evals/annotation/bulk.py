"""Putting many traces of the list into a queue: an action of exports.actions."""

from collections.abc import Collection, Sequence
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Project
from evals.annotation import items, queues
from evals.annotation.items import How, of_trace
from evals.annotation.models import Origin, Queue, Status
from exports import runs
from exports.actions import BulkAction, Done
from exports.models import BulkRun
from traces.queries.trace_row import TraceRow

NAME = "queue"


class TargetForm(forms.Form):
    queue = forms.ModelChoiceField(
        Queue.objects.none(),
        label=_("Queue"),
        help_text=_("A trace that is in it already stays as it is."),
    )

    def __init__(self, *args: Any, project: Project, **options: Any) -> None:
        super().__init__(*args, **options)
        field, known = self.fields["queue"], queues.of_project(project.id)
        field.queryset, field.empty_label = known, None
        if not known.exists():
            field.help_text = _("There is no queue yet. Make one under Annotation first.")

    @property
    def target(self) -> str:
        return str(self.cleaned_data["queue"].name)

    @property
    def options(self) -> dict[str, Any]:
        return {"queue": self.cleaned_data["queue"].pk}


def queue_of(run: BulkRun) -> Queue | None:
    return queues.of_project(run.project_id).filter(pk=run.options.get("queue", "")).first()


def there(run: BulkRun) -> Queue:
    queue = queue_of(run)
    if queue is None:
        raise runs.GivenUp(runs.TARGET_GONE)
    return queue


def lacking(run: BulkRun, trace_ids: Sequence[str]) -> Collection[str]:
    keys = {of_trace(one).key: one for one in trace_ids}
    known = there(run).items.filter(key__in=keys).values_list("key", flat=True)
    return [keys[key] for key in keys.keys() - set(known)]


def do(run: BulkRun, traces: list[TraceRow]) -> Done:
    queue = there(run)
    refs = [of_trace(one.trace_id) for one in traces]
    try:
        items.add(queue, refs, How(str(Origin.BULK), run=run.pk))
    except items.QueueFull as error:
        return Done(0, [(one.trace_id, str(error)) for one in traces])
    keys = [ref.key for ref in refs]  # a worker that was killed had perhaps added some
    return Done(queue.items.filter(key__in=keys, origin_run=run.pk).count())


def undo(run: BulkRun, trace_ids: Sequence[str]) -> None:
    """What is annotated already, or has been begun, stays."""
    queue = queue_of(run)
    if queue is not None:
        keys = [of_trace(one).key for one in trace_ids]
        mine = queue.items.filter(key__in=keys, origin_run=run.pk, status=Status.PENDING)
        mine.exclude(annotations__done_at__isnull=False).delete()


def link(run: BulkRun) -> str:
    queue = queue_of(run)
    return reverse("queue-page", args=[run.project_id, queue.pk]) if queue else ""


QUEUE = BulkAction(
    name=NAME,
    label=_("Add to queue"),
    icon="annotate",
    text=_("They are put into an annotation queue, for people to judge."),
    form=TargetForm,
    lacking=lacking,
    do=do,
    undo=undo,
    link=link,
)
