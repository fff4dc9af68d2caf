"""A dataset as a file, written while it is read."""

import structlog
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from accounts.access import project_for
from evals.datasets import files, table
from evals.datasets.views.asked import dataset_of, moment_in

FORMATS = {
    "jsonl": (files.lines_of_json, "application/x-ndjson"),
    "csv": (files.lines_of_csv, "text/csv; charset=utf-8"),
}
log = structlog.get_logger(__name__)


@require_safe
def dataset_export(request: HttpRequest, project_id: str, dataset_id: str) -> StreamingHttpResponse:
    """`?as=jsonl` or `csv`, `?at=` a moment."""
    project = project_for(request.user, project_id)
    dataset = dataset_of(project, dataset_id)
    asked = request.GET.get("as", "")
    if asked not in FORMATS:
        raise Http404("There is no such format.")
    lines_of, content_type = FORMATS[asked]
    log.info("dataset_exported", user=request.user.pk, project=project.id, dataset=dataset.pk)
    lines = lines_of(table.all_of(dataset, moment_in(request, "at")))
    response = StreamingHttpResponse(lines, content_type=content_type)
    name = f"{slugify(dataset.name.replace('/', '-')) or 'dataset'}.{asked}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
