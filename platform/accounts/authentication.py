"""How programs prove who they are: an API key in any of the headers that SDKs use, checked against
its digest.

    class ScoresView(APIView):
        permission_classes = [require_scope("ingest", publishable=True)]

`request.auth` is then a Grant. A view that declares no scope answers 403 to everyone.
"""

import base64
import binascii
import random
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException, AuthenticationFailed
from rest_framework.permissions import BasePermission

from accounts.grants import Grant, GrantCache
from accounts.models import ApiKey, digest_of

# Where SDKs put a key that is not in Authorization, as WSGI spells the names. Some say "Bearer"
# there too.
KEY_HEADERS = (
    "HTTP_X_API_KEY",
    "HTTP_X_AUTH_TOKEN",
    "HTTP_GALILEO_API_KEY",
    "HTTP_HELICONE_AUTH",
    "HTTP_API_KEY",
)
LAST_USED_RESOLUTION = timedelta(minutes=1)
REFUSED = "The API key is unknown, revoked or expired."

grants = GrantCache()


@dataclass(frozen=True, slots=True)
class Credential:
    """What a request shows: a pair, or one key alone."""

    public_key: str = ""
    secret_key: str = ""
    alone: str = ""  # a secret key, or a public one

    def __repr__(self) -> str:  # never in a log or a traceback
        return "Credential(…)"


class KeysUnavailable(APIException):
    """Postgres is away, and this process has not seen the key lately."""

    status_code = 503
    default_detail = "Keys cannot be checked at the moment. Try again in a few seconds."
    default_code = "unavailable"

    def __init__(self) -> None:
        super().__init__()
        self.wait = random.randint(1, 5)  # REST framework makes it the Retry-After header


class ApiKeyAuthentication(BaseAuthentication):
    """Sets request.auth to the key's Grant. request.user is nobody: keys are not people, and
    cookies are not looked at.
    """

    def authenticate(self, request) -> tuple[None, Grant] | None:
        credential = credential_in(request)
        return None if credential is None else (None, grant_for(credential))

    def authenticate_header(self, request) -> str:
        return 'Bearer realm="Sonde"'  # Basic would make browsers ask for a password


def credential_in(request: HttpRequest) -> Credential | None:
    scheme, _, value = request.META.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
    value = value.strip()
    if scheme.lower() == "basic":
        return pair_in(value)
    if scheme.lower() == "bearer" and value:
        return Credential(alone=value)
    for header in KEY_HEADERS:
        if value := request.META.get(header, "").strip():
            return Credential(alone=value[7:].strip() if value[:7].lower() == "bearer " else value)
    return None


def pair_in(value: str) -> Credential:
    try:
        pair = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise AuthenticationFailed("The Authorization header is not valid Basic.") from error
    name, _, password = pair.partition(":")
    return Credential(public_key=name, secret_key=password)


def grant_for(credential: Credential) -> Grant:
    """The grant of a live key. Asks Postgres at most once a minute per key, and honours the last
    answer while it is away.
    """
    fingerprint = digest_of(f"{credential.public_key}\0{credential.secret_key}\0{credential.alone}")
    now = timezone.now()
    if grant := grants.fresh(fingerprint, now):
        return grant
    if not grants.store_is_away():
        try:
            asked_at = grants.clock()
            grant, expires_at = checked(credential, now)
            return grants.put(fingerprint, grant, expires_at, asked_at)
        except (OperationalError, InterfaceError):
            grants.note_store_is_away()
        except AuthenticationFailed:
            grants.forget(fingerprint)
            raise
    if grant := grants.stale(fingerprint, now):
        return grant
    raise KeysUnavailable


def checked(credential: Credential, now: datetime) -> tuple[Grant, datetime | None]:
    """The grant as Postgres has it, and when it ends."""
    shown = [credential.public_key, credential.secret_key, credential.alone]
    texts = [text for text in shown if text and "\0" not in text]  # Postgres takes no NUL
    digests = [digest_of(text) for text in texts]
    found = list(
        ApiKey.objects.select_related("project__organisation").filter(
            Q(public_key__in=texts) | Q(secret_digest__in=digests)
        )
    )
    key, publishable = chosen(found, credential)
    if key is None or not key.is_live(now):
        raise AuthenticationFailed(REFUSED)
    note_use(key, now)
    return grant_of(key, publishable), key.expires_at


def chosen(found: list[ApiKey], credential: Credential) -> tuple[ApiKey | None, bool]:
    """The key that the credential proves, and whether it only names it (a public key alone)."""
    named = [key for key in found if key.public_key == credential.public_key]
    if named:  # then that key it is, and no other
        return (named[0], False) if proves(credential.secret_key, named[0]) else (None, False)
    secret = credential.alone or credential.secret_key or credential.public_key
    for key in found:
        if proves(secret, key):
            return key, False
    for key in found:
        if key.public_key == credential.alone:
            return key, True
    return None, False


def proves(secret_key: str, key: ApiKey) -> bool:
    return bool(secret_key) and secrets.compare_digest(digest_of(secret_key), key.secret_digest)


def note_use(key: ApiKey, now: datetime) -> None:
    """One write a minute at most, whatever the number of requests and processes."""
    if key.last_used_at is None or key.last_used_at < now - LAST_USED_RESOLUTION:
        before = Q(last_used_at=None) | Q(last_used_at__lt=now - LAST_USED_RESOLUTION)
        ApiKey.objects.filter(before, pk=key.pk).update(last_used_at=now)


def grant_of(key: ApiKey, publishable: bool) -> Grant:
    return Grant(
        project_id=key.project_id,
        project_name=key.project.name,
        organisation_id=key.project.organisation_id,
        organisation_name=key.project.organisation.name,
        key_id=key.pk,
        public_key=key.public_key,
        scopes=frozenset(key.scopes),
        publishable=publishable,
    )


class DenyUnlessDeclared(BasePermission):
    """What a view gets that forgot to say who may use it."""

    message = "Nobody may use this address."

    def has_permission(self, request, view) -> bool:
        return False


def require_scope(scope: str, *, publishable: bool = False) -> type[BasePermission]:
    """A permission class: the key must have the scope; a public key alone passes only where
    `publishable` says so.
    """

    class RequireScope(BasePermission):
        message = f"This API key lacks the scope “{scope}”."

        def has_permission(self, request, view) -> bool:
            grant = request.auth
            if not isinstance(grant, Grant):
                return False
            if grant.publishable and not publishable:
                self.message = "A public key alone may not do this: send the secret key as well."
                return False
            return scope in grant.scopes

    RequireScope.__name__ = f"RequireScope_{scope}"
    return RequireScope
