"""A file whose rows become items: brought, mapped with a preview, and watched."""

from typing import Any

import structlog
from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import project_for
from accounts.models import Project
from evals.datasets import tasks, typed
from evals.datasets.models import Dataset, Upload, UploadedFile
from evals.datasets.uploads import mapping, reading, refused_rows, working
from evals.datasets.uploads.mapping import Columns
from evals.datasets.views.asked import dataset_of, editable, page
from exports import runs

SHOWN = 20
MOST_REFUSALS_SHOWN = 100
MAX_SHOWN = 600  # characters of a value in the preview
TARGETS = (
    ("", gettext_lazy("Leave out")),
    (mapping.INPUT, gettext_lazy("Input")),
    (mapping.EXPECTED, gettext_lazy("Expected output")),
    (mapping.METADATA, gettext_lazy("Metadata")),
    (mapping.SPLITS, gettext_lazy("Splits")),
    (mapping.ID, gettext_lazy("Id")),
)
log = structlog.get_logger(__name__)


class FileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        max_length=200,
        help_text=gettext_lazy(
            "CSV with a header, or JSON Lines: one object on each line. 50 MB and 100,000 rows at "
            "most."
        ),
        widget=forms.FileInput(attrs={"class": "input", "accept": ".csv,.tsv,.txt,.jsonl,.ndjson"}),
    )

    def clean_file(self) -> Any:
        given = self.cleaned_data["file"]
        if given.size > reading.MAX_BYTES:
            raise ValidationError(_("The file has more than 50 MB. Split it."))
        return given


@page
def upload_create(request: HttpRequest, project_id: str, dataset_id: str) -> HttpResponse:
    project = editable(request.user, project_id)
    dataset = dataset_of(project, dataset_id)
    is_sent = request.method == "POST"
    form = FileForm(request.POST, request.FILES) if is_sent else FileForm()
    if form.is_valid():
        given = form.cleaned_data["file"]
        try:
            name = (given.name or "").replace("\0", "")
            file = working.brought(dataset, name, given.file, request.user)
        except reading.Unreadable as error:
            form.add_error("file", ValidationError(str(error)))
        else:
            return redirect("upload-map", project.id, dataset.pk, file.pk)
    context = {
        "project": project,
        "dataset": dataset,
        "form": form,
        "uploads": dataset.uploads.select_related("asked_by")[:SHOWN],
    }
    return render(request, "datasets/upload.html", context, status=422 if form.errors else 200)


@page
def upload_map(
    request: HttpRequest, project_id: str, dataset_id: str, file_id: int
) -> HttpResponse:
    """The first rows as they would be. `?c0=input&c1=…` is the mapping; posted, it begins."""
    project = editable(request.user, project_id)
    dataset = dataset_of(project, dataset_id)
    file = get_object_or_404(UploadedFile, pk=file_id, dataset=dataset)
    if Upload.objects.filter(file=file).exists():
        return redirect("upload-page", project.id, dataset.pk, file.upload.pk)
    asked = request.POST if request.method == "POST" else request.GET
    columns = columns_in(asked, file)
    problem = ""
    try:
        mapping.checked(columns)
    except mapping.Unmapped as error:
        problem = str(error)
    if request.method == "POST" and not problem:
        return begun(request, project, file, columns)
    context = {
        "project": project,
        "dataset": dataset,
        "file": file,
        "problem": problem,
        "choices": [
            (f"c{at}", name, columns.target_of.get(name, ""))
            for at, name in enumerate(file.columns)
        ],
        "targets": TARGETS,
        "columns": columns,
        "rows": preview_rows(file, columns),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "datasets/upload_map.html", context, status=status)


def columns_in(asked: QueryDict, file: UploadedFile) -> Columns:
    """What was chosen; before anything was, what the names of the columns suggest."""
    if "c0" not in asked:
        return Columns(mapping.guessed(file.columns))
    chosen = {name: asked.get(f"c{at}", "") for at, name in enumerate(file.columns)}
    target_of = {name: target for name, target in chosen.items() if target in mapping.TARGETS}
    return Columns(target_of, is_object=asked.get("is_object") == "1")


def preview_rows(file: UploadedFile, columns: Columns) -> list[tuple[int, dict[str, str], str]]:
    def shown(value: Any) -> str:
        return "" if value is None else typed.typed(value)[:MAX_SHOWN]

    found = []
    for line, item, problem in working.preview(file, columns):
        values = {}
        for name in ("input", "expected_output", "metadata"):
            value = getattr(item, name, None)
            values[name] = "" if value is working.items.UNSET else shown(value)
        values["id"] = item.id if item else ""
        splits = item.splits if item else ()
        values["splits"] = "" if isinstance(splits, working.items.Unset) else ", ".join(splits)
        found.append((line, values, problem))
    return found


def begun(
    request: HttpRequest, project: Project, file: UploadedFile, columns: Columns
) -> HttpResponse:
    upload = working.start(file, columns, request.user)
    told = {"user": request.user.pk, "project": project.id, "dataset": file.dataset_id}
    log.info("upload_started", upload=upload.pk, rows=file.rows, **told)
    transaction.on_commit(lambda: tasks.hand_over(upload))
    return redirect("upload-page", project.id, file.dataset_id, upload.pk)


@require_safe
@vary_on_headers("HX-Request")
def upload_page(
    request: HttpRequest, project_id: str, dataset_id: str, upload_id: int
) -> HttpResponse:
    """How far it is. A fragment of itself is asked for until it is over."""
    project = project_for(request.user, project_id)
    dataset = dataset_of(project, dataset_id)
    upload = upload_of(dataset, upload_id)
    context = {
        "project": project,
        "dataset": dataset,
        "run": upload,
        "refusals": upload.refusals.all()[:MOST_REFUSALS_SHOWN],
        "most": MOST_REFUSALS_SHOWN,
    }
    is_part = request.GET.get("part") == "run" and request.htmx
    template = "datasets/_upload_run.html" if is_part else "datasets/upload_run.html"
    return render(request, template, context)


@require_POST
def upload_cancel(
    request: HttpRequest, project_id: str, dataset_id: str, upload_id: int
) -> HttpResponse:
    project = editable(request.user, project_id)
    dataset = dataset_of(project, dataset_id)
    upload = upload_of(dataset, upload_id)
    runs.cancel(upload)
    return redirect("upload-page", project.id, dataset.pk, upload.pk)


@require_safe
def upload_refused(
    request: HttpRequest, project_id: str, dataset_id: str, upload_id: int
) -> StreamingHttpResponse:
    """All rows that were refused, whole, with their lines and why, as the file was."""
    project = project_for(request.user, project_id)
    upload = upload_of(dataset_of(project, dataset_id), upload_id)
    refused = refused_rows.written(upload)
    response = StreamingHttpResponse(refused.lines, content_type=refused.content_type)
    name = f"refused-{upload.pk}.{refused.extension}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def upload_of(dataset: Dataset, upload_id: int) -> Upload:
    found = dataset.uploads.select_related("asked_by").filter(pk=upload_id).first()
    if found is None:
        raise Http404("There is no such upload.")
    return found
