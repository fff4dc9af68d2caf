"""One queue: what is in it, how far it is, and changing what is in it."""

from contextlib import suppress
from urllib.parse import urlencode

import structlog
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import project_for
from accounts.models import User
from evals.annotation import items, queues
from evals.annotation.agreeing import agreements_of
from evals.annotation.exporting import FORMATS
from evals.annotation.forms import AddForm
from evals.annotation.holding import waiting_for
from evals.annotation.models import Annotation, Item, ObjectType, Queue, Status
from evals.annotation.progress import annotators_of, progress_of
from evals.annotation.views.asked import editable, number_in, queue_of
from traces.errors import Unavailable
from traces.queries.langfuse.traces import traces_by_id
from traces.views.away import tells_when_away

A_PAGE = 50
MOST_PEOPLE = 200  # in the list from which one is picked
NOBODY = "nobody"
log = structlog.get_logger(__name__)


@require_safe
def queue_page(request: HttpRequest, project_id: str, queue_id: str) -> HttpResponse:
    """`?status=`, `?assignee=` (an id, or `nobody`), `?page=`."""
    project = project_for(request.user, project_id)
    queue = queue_of(project, queue_id)
    return answer(request, queue, AddForm())


def answer(request: HttpRequest, queue: Queue, form: AddForm) -> HttpResponse:
    project = queue.project
    status, assignee = request.GET.get("status", ""), request.GET.get("assignee", "")
    found = narrowed(queue.items.all(), status, assignee)
    shown = Paginator(found, A_PAGE).get_page(number_in(request.GET.get("page", "")))
    complement(str(project.id), list(shown.object_list))
    [progress] = progress_of(queues.of_project(project.id).filter(pk=queue.pk))
    may_annotate = queues.may_annotate(queue, project, request.user)
    context = {
        "project": project,
        "queue": queue,
        "progress": progress,
        "page": shown,
        "form": form,
        "status": status,
        "assignee": assignee,
        "statuses": Status.choices,
        "nobody": NOBODY,
        "people": list(queues.people_of(project)[:MOST_PEOPLE])
        if project.may["see_members"]
        else [],
        "members": list(queue.members.order_by("name", "email")),
        "annotators": annotators_of(queue),
        "configs": queues.configs_of(queue),
        "may_annotate": may_annotate,
        "waiting": waiting_for(queue, request.user).count() if may_annotate else 0,
        "agreements": agreements_of(queue),
        "formats": [(one.value, one.label) for one in FORMATS],
        "is_narrowed": bool(status or assignee),
        "kept": "".join(
            f"{urlencode({name: value})}&"
            for name, value in (("status", status), ("assignee", assignee))
            if value
        ),
    }
    return render(request, "annotation/queue.html", context, status=400 if form.errors else 200)


def narrowed(found: QuerySet[Item], status: str, assignee: str) -> QuerySet[Item]:
    if status in Status.values:
        found = found.filter(status=status)
    if assignee == NOBODY:
        found = found.filter(assignee=None)
    elif assignee.isascii() and assignee.isdecimal() and len(assignee) <= 18:
        found = found.filter(assignee=int(assignee))
    return found.select_related("assignee", "held_by", "completed_by")


def complement(project_id: str, found: list[Item]) -> None:
    """With their traces' names, as far as the store tells them now, and how often each is
    annotated.
    """
    done = Annotation.objects.filter(item__in=found).exclude(done_at=None)
    counts = dict(done.order_by().values_list("item_id").annotate(Count("id")))
    names: dict[str, dict] = {}
    with suppress(Unavailable):
        ids = [one.trace_id for one in found if one.trace_id]
        names = traces_by_id(project_id, ids, content=False)
    for one in found:
        one.shown_name = names.get(one.trace_id, {}).get("name", "")
        one.done = counts.get(one.pk, 0)


@require_POST
@tells_when_away
def queue_add(request: HttpRequest, project_id: str, queue_id: str) -> HttpResponse:
    """Traces or sessions by their ids. Traces that there are not are told, the others go in."""
    project = editable(request.user, project_id)
    queue = queue_of(project, queue_id)
    form = AddForm(request.POST)
    if not form.is_valid():
        return answer(request, queue, form)
    refs, missing = known(str(project.id), form.refs)
    try:
        added = items.add(queue, refs, items.How())
    except items.QueueFull as error:
        form.add_error(None, str(error))
        return answer(request, queue, form)
    told = {"user": request.user.pk, "project": project.id, "queue": queue.pk}
    log.info("annotation_items_added", **told, items=len(added))
    tell(request, len(added), len(refs) - len(added), missing)
    return redirect("queue-page", project.id, queue.pk)


def known(project_id: str, refs: list[items.Ref]) -> tuple[list[items.Ref], list[str]]:
    """Those that are there, and the ids of the traces that are not."""
    ids = [ref.trace_id for ref in refs if ref.object_type == ObjectType.TRACE]
    there = traces_by_id(project_id, ids, content=False)
    missing = [one for one in ids if one not in there]
    return [ref for ref in refs if ref.trace_id not in missing], missing


def tell(request: HttpRequest, added: int, twice: int, missing: list[str]) -> None:
    words = ngettext("%(n)s item is added.", "%(n)s items are added.", added) % {"n": added}
    if twice:
        words += " " + ngettext(
            "%(n)s was in the queue already.", "%(n)s were in the queue already.", twice
        ) % {"n": twice}
    messages.success(request, words)
    if missing:
        shown = ", ".join(one[:80] for one in missing[:5]) + (" …" if len(missing) > 5 else "")
        words = ngettext("No such trace: %(ids)s", "No such traces: %(ids)s", len(missing))
        messages.warning(request, words % {"ids": shown})


@require_POST
def queue_items(request: HttpRequest, project_id: str, queue_id: str) -> HttpResponse:
    """What `do` says to the items that are ticked: remove, assign, complete or reopen."""
    project = editable(request.user, project_id)
    queue = queue_of(project, queue_id)
    ids = request.POST.getlist("item")[:A_PAGE]
    ids = [one for one in ids if "\0" not in one]
    what = request.POST.get("do", "")
    if not ids:
        messages.warning(request, _("Tick the items first."))
    elif what == "assign":
        user = person(queue, request.POST.get("to", ""))
        count = items.assign(queue, ids, user)
        done(request, queue, "annotation_items_assigned", count)
    elif what == "remove":
        done(request, queue, "annotation_items_removed", items.remove(queue, ids))
    elif what in ("complete", "reopen"):
        status = str(Status.COMPLETED if what == "complete" else Status.PENDING)
        count = items.set_status(queue, ids, status, request.user)
        done(request, queue, f"annotation_items_{status.lower()}", count)
    address = request.POST.get("address", "")[:500]
    url = reverse("queue-page", args=[project.id, queue.pk])
    return redirect(f"{url}?{address}" if address else url)


def person(queue: Queue, text: str) -> User | None:
    """One of those who could annotate; nobody for anything else."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        return None
    return queues.people_of(queue.project).filter(pk=int(text)).first()


def done(request: HttpRequest, queue: Queue, event: str, count: int) -> None:
    told = {"user": request.user.pk, "project": queue.project_id, "queue": queue.pk}
    log.info(event, **told, items=count)
    words = ngettext("%(n)s item is changed.", "%(n)s items are changed.", count)
    messages.success(request, words % {"n": count})
