"""Langfuse's media endpoints, and the two addresses that take and give the bytes."""

from collections.abc import Iterator

from django.conf import settings
from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import exceptions, status
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from accounts.authentication import require_scope
from ingest import bodies, watch
from ingest.langfuse.view import WriteView
from ingest.langfuse.wire import read_json, read_storable_json
from ingest.media import files, links
from ingest.media.announcement import Announcement, read_announcement
from ingest.media.models import Media, MediaUse
from traces.api.moments import NANOSECONDS, iso

MAX_ANNOUNCEMENT_BYTES = 64 * 1024
SHOWN_INLINE = {"image/png", "image/jpeg", "image/jpg", "image/webp", "image/gif", "image/avif"}


class MediaView(WriteView):
    """POST /api/public/media: announces a file. `uploadUrl` is null where it is already here."""

    permission_classes = (require_scope("ingest"),)

    def post(self, request: HttpRequest) -> Response:
        sent = read_storable_json(bodies.read_body(request, limit=MAX_ANNOUNCEMENT_BYTES))
        announced = read_announcement(sent, max_bytes=settings.MEDIA_MAX_BYTES)
        media = media_of(request.auth.project_id, announced)
        upload_url = None if media.uploaded_at else links.link(request, links.UPLOAD, media.pk)
        return Response({"uploadUrl": upload_url, "mediaId": media.media_id}, status=201)


class MediaDetailView(WriteView):
    """GET gives a link to the bytes; PATCH is the client's account of its upload."""

    def get_permissions(self) -> list:
        scope = "ingest" if self.request.method == "PATCH" else "read"
        return [require_scope(scope)()]

    def get(self, request: HttpRequest, media_id: str) -> Response:
        media = stored(request, media_id, uploaded_at__isnull=False)
        return Response(
            {
                "mediaId": media.media_id,
                "contentType": media.content_type,
                "contentLength": media.content_length,
                "uploadedAt": written(media.uploaded_at),
                "url": links.link(request, links.DOWNLOAD, media.pk),
                "urlExpiry": written(links.expiry()),
            }
        )

    def patch(self, request: HttpRequest, media_id: str) -> Response:
        """Nothing to do: we took the bytes ourselves, and know better than the client."""
        stored(request, media_id)
        read_json(bodies.read_body(request, limit=MAX_ANNOUNCEMENT_BYTES))
        return Response({})


class DiskFull(exceptions.APIException):
    """SDKs send a file again after it, as after every answer from 500."""

    status_code = status.HTTP_507_INSUFFICIENT_STORAGE
    default_detail = "The server's disk is full: the file is not kept. Send it again later."


class UploadView(WriteView):
    """PUT of a file's bytes to a signed address. They are kept only if they are the announced."""

    authentication_classes: tuple = ()
    permission_classes = (AllowAny,)  # the signature is the permission

    def put(self, request: HttpRequest, token: str) -> Response:
        media = get_object_or_404(Media, pk=links.media_named_by(token, links.UPLOAD))
        try:
            files.store(
                media.project_id, media.sha256, media.content_length, parts_of(request, media)
            )
        except files.WrongContent as error:
            raise exceptions.ParseError(str(error)) from error
        except files.NoRoom as error:
            raise DiskFull from error
        media.uploaded_at = media.uploaded_at or timezone.now()
        media.save(update_fields=("uploaded_at",))
        return Response(status=200)


class DownloadView(WriteView):
    """GET of a file's bytes. Only images are shown in place; nothing of them can run."""

    authentication_classes: tuple = ()
    permission_classes = (AllowAny,)  # the signature is the permission

    def get(self, request: HttpRequest, token: str) -> FileResponse:
        media = get_object_or_404(Media, pk=links.media_named_by(token, links.DOWNLOAD))
        try:
            file = files.path_of(media.project_id, media.sha256).open("rb")
        except FileNotFoundError as error:
            raise exceptions.NotFound("The file has not been uploaded.") from error
        response = FileResponse(
            file,
            as_attachment=media.content_type not in SHOWN_INLINE,
            filename=media.media_id,
            content_type=media.content_type,
        )
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        response["Cache-Control"] = "private, max-age=3600"
        return response


def media_of(project_id: str, announced: Announcement) -> Media:
    """The project's file of that content, and that it is used where the client says."""
    media, _ = Media.objects.get_or_create(
        project_id=project_id,
        media_id=announced.media_id,
        defaults={
            "sha256": announced.sha256,
            "content_type": announced.content_type,
            "content_length": announced.content_length,
        },
    )
    if not media.uploaded_at:  # until then the last word counts
        media.content_type = announced.content_type
        media.content_length = announced.content_length
        media.save(update_fields=("content_type", "content_length"))
    MediaUse.objects.get_or_create(
        media=media,
        place=announced.place,
        defaults={
            "trace_id": announced.trace_id,
            "observation_id": announced.observation_id,
            "dataset_id": announced.dataset_id,
            "dataset_item_id": announced.dataset_item_id,
            "field": announced.field,
        },
    )
    return media


def stored(request: HttpRequest, media_id: str, **conditions) -> Media:
    media = Media.objects.filter(
        project_id=request.auth.project_id, media_id=media_id, **conditions
    ).first()
    if media is None:
        raise exceptions.NotFound(f"Media {media_id} not found within authorized project")
    return media


def parts_of(request: HttpRequest, media: Media) -> Iterator[bytes]:
    """The bytes as they come, never more than were announced, and not too slowly."""
    environ = request.META
    length = bodies.declared_length(environ)
    if length is None and not environ.get("wsgi.input_terminated"):
        length = 0
    if length is not None and length != media.content_length:
        raise files.WrongContent(
            f"The content has {length} bytes, {media.content_length} were announced."
        )
    with watch.reading(environ.get("gunicorn.socket"), bodies.SECONDS_TO_SEND) as reading:
        for part in bodies.parts_of(environ["wsgi.input"], length):
            reading.until += len(part) / bodies.SLOWEST_BYTES_PER_SECOND
            yield part


def written(moment) -> str | None:
    return iso(int(moment.timestamp() * 1000) * (NANOSECONDS // 1000))
