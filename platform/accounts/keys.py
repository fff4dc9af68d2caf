"""Making and ending API keys."""

from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from accounts.models import ApiKey, Project, Scope, User, digest_of, random_text

DEFAULT_SCOPES = (Scope.INGEST, Scope.READ, Scope.PROMPTS)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key and its secret, which can be shown now and never again."""

    key: ApiKey
    secret_key: str = field(repr=False)


def create_key(
    project: Project,
    *,
    note: str = "",
    scopes: tuple[str, ...] = DEFAULT_SCOPES,
    created_by: User | None = None,
    expires_at: datetime | None = None,
    public_key: str = "",
    secret_key: str = "",
) -> NewKey:
    """A new pair, made up unless it is given (as the environment may at the first boot)."""
    public_key = public_key or f"pk-sonde-{random_text(24)}"
    secret_key = secret_key or f"sk-sonde-{random_text(43)}"
    key = ApiKey.objects.create(
        project=project,
        note=note,
        public_key=public_key,
        secret_digest=digest_of(secret_key),
        secret_hint=hint_of(secret_key),
        scopes=[str(scope) for scope in scopes],
        created_by=created_by,
        expires_at=expires_at,
    )
    return NewKey(key, secret_key)


def hint_of(secret_key: str) -> str:
    """Enough of a secret to tell one from another: its prefix and last four characters, if those
    are a small part of it.
    """
    if len(secret_key) < 20:
        return "…"
    prefix = "-".join(secret_key.split("-")[:2])[:9] if "-" in secret_key else ""
    return f"{prefix}…{secret_key[-4:]}"


def revoke(key: ApiKey) -> None:
    """End a key for good. Web processes that know it forget it within a minute."""
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now())
