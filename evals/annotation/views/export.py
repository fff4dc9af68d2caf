"""A queue's annotations as a file."""

import structlog
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from accounts.access import project_for
from evals.annotation.exporting import FORMATS, exported
from evals.annotation.views.asked import queue_of
from exports.formats import CONTENT_TYPES
from exports.models import Format

log = structlog.get_logger(__name__)


@require_safe
def queue_export(request: HttpRequest, project_id: str, queue_id: str) -> StreamingHttpResponse:
    """`?format=` csv or jsonl. With e-mail addresses, so it is for those who may see members."""
    project = project_for(request.user, project_id)
    queue = queue_of(project, queue_id)
    format_ = request.GET.get("format", "csv")
    if format_ not in FORMATS or not project.may.get("see_members"):
        raise Http404("There is no such file.")
    told = {"user": request.user.pk, "project": project.id, "queue": queue.pk}
    log.info("annotations_exported", **told, format=format_)
    name = slugify(queue.name) or "annotations"
    response = StreamingHttpResponse(
        exported(queue, Format(format_)), content_type=CONTENT_TYPES[Format(format_)]
    )
    response["Content-Disposition"] = f'attachment; filename="{name}.{format_}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
