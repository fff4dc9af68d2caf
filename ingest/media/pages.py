"""Uploaded files for the people who read traces: with their session, without a key."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import project_for
from ingest.media import links
from ingest.media.models import Media
from ingest.media.views import SHOWN_INLINE


@require_safe
def project_media(request: HttpRequest, project_id: str, media_id: str) -> HttpResponse:
    """Leads to the bytes. `?part=chip` says instead, as a fragment, what the file is."""
    project = project_for(request.user, project_id)
    stored = Media.objects.filter(project_id=project.id, uploaded_at__isnull=False)
    media = stored.filter(media_id=media_id).first()
    if request.GET.get("part") == "chip":
        is_shown = media is not None and media.content_type in SHOWN_INLINE
        context = {"project": project, "media": media, "media_id": media_id, "is_shown": is_shown}
        return render(request, "ingest/_media.html", context)
    if media is None:
        raise Http404(_("This file has not been uploaded."))
    return redirect(links.link(request, links.DOWNLOAD, media.pk))
