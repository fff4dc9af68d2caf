"""Exports: asking for one, the page of a project's exports and bulk runs, and the file."""

import structlog
from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import project_for
from accounts.models import Project, User
from exports import exporting, files, tasks
from exports.formats import CONTENT_TYPES
from exports.forms import ExportForm, QueryForm
from exports.models import BulkRun, Export, Format

SHOWN = 50
MOST_ADDRESS = 3_000  # characters
log = structlog.get_logger(__name__)


@require_safe
@vary_on_headers("HX-Request")
def export_list(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?part=runs` is the list alone, which the page asks for until all is over."""
    project = project_for(request.user, project_id)
    made = list(project.export_set.select_related("asked_by")[:SHOWN])
    bulk_runs = BulkRun.objects.filter(project_id=project.id).select_related("asked_by", "undoes")
    changes = list(bulk_runs.prefetch_related("undone_by")[:SHOWN])
    context = {
        "project": project,
        "exports": [(one, may_end(request.user, project, one)) for one in made],
        "changes": changes,
        "is_running": any(not one.is_over or one.is_stopping for one in [*made, *changes]),
    }
    is_part = request.GET.get("part") == "runs" and request.htmx
    return render(request, "exports/_runs.html" if is_part else "exports/exports.html", context)


@require_POST
def export_start(request: HttpRequest, project_id: str) -> HttpResponse:
    project = project_for(request.user, project_id)
    form = ExportForm(request.POST)
    if not form.is_valid():
        return refused(request, project, form)
    try:
        export = exporting.start(project_id=project.id, asked_by=request.user, **form.asked)
    except exporting.TooManyWaiting:
        messages.warning(request, _("There are ten exports at work already. Wait for one of them."))
        return back(project)
    asked = form.asked
    log.info("export_asked_for", user=request.user.pk, project=project.id, run=export.pk, **asked)
    transaction.on_commit(lambda: tasks.hand_over(export))
    messages.success(request, _("The export has begun. Its file will be here when it is done."))
    return back(project)


@require_safe
def export_download(request: HttpRequest, project_id: str, export_id: int) -> FileResponse:
    project = project_for(request.user, project_id)
    export = get_object_or_404(Export, pk=export_id, project_id=project.id)
    if not export.is_there:
        raise Http404
    try:
        file = files.path_of(export).open("rb")
    except FileNotFoundError:
        raise Http404 from None
    log.info("export_downloaded", user=request.user.pk, project=project.id, run=export.pk)
    name = f"{slugify(project.name) or 'sonde'}-{export.kind}-{export.asked_at:%Y-%m-%d-%H%M}"
    response = FileResponse(
        file,
        as_attachment=True,
        filename=f"{name}.{export.format}",
        content_type=CONTENT_TYPES[Format(export.format)],
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def export_cancel(request: HttpRequest, project_id: str, export_id: int) -> HttpResponse:
    project, export = endable(request.user, project_id, export_id)
    if exporting.cancel(export):
        messages.success(request, _("Stopped. Nothing is left of the file."))
    return back(project)


@require_POST
def export_delete(request: HttpRequest, project_id: str, export_id: int) -> HttpResponse:
    project, export = endable(request.user, project_id, export_id)
    log.info("export_deleted", user=request.user.pk, project=project.id, run=export.pk)
    exporting.delete(export)
    messages.success(request, _("The export and its file are deleted."))
    return back(project)


def endable(user: User, project_id: str, export_id: int) -> tuple[Project, Export]:
    project = project_for(user, project_id)
    export = get_object_or_404(Export, pk=export_id, project_id=project.id)
    if not may_end(user, project, export):
        raise Http404
    return project, export


def may_end(user: User, project: Project, export: Export) -> bool:
    """Whoever asked for it, and members."""
    return export.asked_by_id == user.pk or project.may["edit"]


def back(project: Project) -> HttpResponse:
    return redirect(reverse("exports", args=[project.id]))


def refused(request: HttpRequest, project: Project, form: QueryForm) -> HttpResponse:
    """Back to the list as it was, with what is wrong, and with what was ticked unless it is too
    much for an address.
    """
    messages.error(request, next(str(errors[0]) for errors in form.errors.values()))
    if "address" in request.POST:
        shown = QueryDict(request.POST["address"][:MOST_ADDRESS], mutable=True)
        ticked = urlencode([("ticked", one) for one in request.POST.getlist("trace")])
        kept = [shown.urlencode(), *([ticked] if len(ticked) <= MOST_ADDRESS else [])]
        page = reverse("trace-list", args=[project.id])
        return redirect(f"{page}?{'&'.join(filter(None, kept))}")
    found = form.cleaned_data
    return back_to_list(project, {**found, "query": found.get("q")})


def back_to_list(project: Project, asked: dict) -> HttpResponse:
    names = {"q": "query", "from": "since", "to": "until"}
    kept = urlencode({name: asked[key] for name, key in names.items() if asked.get(key)})
    return redirect(f"{reverse('trace-list', args=[project.id])}{'?' if kept else ''}{kept}")
