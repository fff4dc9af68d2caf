"""Annotating one item after the other."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import project_for
from accounts.models import User
from evals.annotation import annotating, correcting
from evals.annotation.annotating import Said, Unsaid
from evals.annotation.fields import given_of, said_in, score_fields
from evals.annotation.holding import hold, let_go, take_next, waiting_for
from evals.annotation.models import Annotation, Item, Queue, Status
from evals.annotation.queues import configs_of, may_annotate
from evals.annotation.shown import shown, shown_if_near
from evals.annotation.views.asked import annotator, editable, item_of, queue_of
from ingest.pipeline import Overloaded
from traces.errors import Unavailable
from traces.views.away import tells_when_away


@require_POST
def queue_next(request: HttpRequest, project_id: str, queue_id: str) -> HttpResponse:
    queue = queue_of(editable(request.user, project_id), queue_id)
    return to_next(request, queue, annotator(request, queue))


def to_next(request: HttpRequest, queue: Queue, user: User) -> HttpResponse:
    item = take_next(queue, user)
    if item is not None:
        return to(item)
    if waiting_for(queue, user).exists():
        words = _("Somebody else has open what is left. Come back in a few minutes.")
    else:
        words = _("Nothing is left for you to annotate in this queue.")
    messages.info(request, words)
    return redirect("queue-page", queue.project_id, queue.pk)


def to(item: Item) -> HttpResponse:
    return redirect("queue-annotate", item.queue.project_id, item.queue_id, item.pk)


@require_GET
@tells_when_away
def queue_annotate(
    request: HttpRequest, project_id: str, queue_id: str, item_id: str
) -> HttpResponse:
    """Opening an item that waits for this person holds it for them. `?as=talk` shows the trace as
    a conversation.
    """
    project = project_for(request.user, project_id)
    queue = queue_of(project, queue_id)
    item = item_of(queue, item_id)
    mine = Annotation.objects.filter(item=item, user=request.user).first()
    said = Said(mine.values, mine.comment, mine.correction) if mine else Said()
    return answer(request, item, mine, said)


def answer(
    request: HttpRequest,
    item: Item,
    mine: Annotation | None,
    said: Said,
    wrong: Unsaid | None = None,
    status: int = 400,
) -> HttpResponse:
    queue, user = item.queue, request.user
    state = state_of(item, mine, user)
    as_talk = request.GET.get("as") == "talk"
    project_id = str(queue.project_id)
    context: dict[str, Any] = {
        "project": queue.project,
        "queue": queue,
        "item": item,
        "mine": mine,
        "said": said,
        "wrong": wrong,
        "state": state,
        "as_talk": as_talk,
        "shown": shown_if_near(project_id, item)
        if request.method == "POST"
        else shown(project_id, item, as_talk=as_talk),
        "given": given_of(item, besides=user if state == "open" else None),
        "left": waiting_for(queue, user).count(),
        "has_before": annotating.before(queue, user, mine) is not None,
    }
    if state == "open":
        context["fields"] = score_fields(configs_of(queue), said.values, wrong)
        context["dataset"] = request.POST.get("dataset", "")
        context["datasets"] = correcting.datasets_of(queue.project)
    return render(request, "annotation/annotate.html", context, status=status if wrong else 200)


def state_of(item: Item, mine: Annotation | None, user: User) -> str:
    """`open` to be annotated, `held`, `completed` or `assigned` to be so by somebody else, or only
    to be `read`.
    """
    if not may_annotate(item.queue, item.queue.project, user):
        return "read"
    if mine is not None and mine.done_at is not None:
        return "open"
    if item.status == Status.COMPLETED:
        return "completed"
    if item.assignee_id not in (None, user.pk):
        return "assigned"
    return "open" if hold(item, user) else "held"


@require_POST
@tells_when_away
def queue_save(request: HttpRequest, project_id: str, queue_id: str, item_id: str) -> HttpResponse:
    """`do` is complete, skip, back, or dataset."""
    queue = queue_of(editable(request.user, project_id), queue_id)
    user, item = annotator(request, queue), item_of(queue, item_id)
    what = request.POST.get("do", "complete")
    if what == "skip":
        annotating.skip(item, user)
        return to_next(request, queue, user)
    mine = Annotation.objects.filter(item=item, user=user).first()
    if what == "back":
        return to_earlier(request, item, user, mine)
    said = said_in(request.POST, configs_of(queue))
    if what == "dataset":
        return into_dataset(request, item, mine, said)
    try:
        annotating.complete(item, user, said)
    except Unsaid as error:
        return answer(request, item_of(queue, item.pk), mine, said, error)
    except (Overloaded, Unavailable):
        return answer(request, item_of(queue, item.pk), mine, said, away(), 503)
    return to_next(request, queue, user)


def away() -> Unsaid:
    return Unsaid(_("The store is away for a moment. Nothing is lost: send it again."))


def to_earlier(
    request: HttpRequest, item: Item, user: User, mine: Annotation | None
) -> HttpResponse:
    """To what this person annotated before; what is written here is not kept."""
    earlier = annotating.before(item.queue, user, mine)
    if earlier is None:
        messages.info(request, _("You have annotated nothing before this."))
        return to(item)
    let_go(item, user)
    earlier.item.queue = item.queue
    return to(earlier.item)


def into_dataset(
    request: HttpRequest, item: Item, mine: Annotation | None, said: Said
) -> HttpResponse:
    """The page again, with all that was written, and whether the dataset took the item."""
    try:
        words = correcting.into_dataset(
            item, request.POST.get("dataset", ""), said.correction, request.user
        )
    except Unsaid as error:
        return answer(request, item, mine, said, error)
    except Unavailable:
        return answer(request, item, mine, said, away(), 503)
    messages.success(request, words)
    return answer(request, item, mine, said)


@require_POST
def queue_hold(request: HttpRequest, project_id: str, queue_id: str, item_id: str) -> HttpResponse:
    """Renewed by the open page; the fragment says where somebody else has the item now, or is to
    have it.
    """
    queue = queue_of(editable(request.user, project_id), queue_id)
    user, item = annotator(request, queue), item_of(queue, item_id)
    is_mine = hold(item, user) if item.status == Status.PENDING else True
    context = {
        "project": queue.project,
        "item": item,
        "is_mine": is_mine,
        "is_assigned": item.assignee_id not in (None, user.pk),
    }
    return render(request, "annotation/_held.html", context)
