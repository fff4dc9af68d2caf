"""Addresses that carry their own permission, for a while: SDKs send no key with file bytes."""

from datetime import datetime, timedelta

from django.core import signing
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone

LIFETIME = timedelta(hours=1)
UPLOAD, DOWNLOAD = "media-upload", "media-download"  # their names, and their signatures' salts


def link(request: HttpRequest, purpose: str, media_pk: int) -> str:
    """The address at the host that the client itself has reached."""
    token = signing.dumps(media_pk, salt=f"sonde.{purpose}")
    return request.build_absolute_uri(reverse(purpose, args=(token,)))


def expiry(now: datetime | None = None) -> datetime:
    return (now or timezone.now()) + LIFETIME


def media_named_by(token: str, purpose: str) -> int:
    """The file that a token was signed for. Http404 where it was not, or was too long ago."""
    try:
        return signing.loads(token, salt=f"sonde.{purpose}", max_age=LIFETIME)
    except signing.BadSignature as error:
        raise Http404("This link is not valid, or not any more.") from error
