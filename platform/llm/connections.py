"""Making, changing and ending connections. Whoever calls has asked who may."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.utils import timezone

from accounts.models import Project, User
from accounts.sealing import seal
from llm.models import LlmConnection

HINT_CHARACTERS = 4
SHORTEST_HINTED = 16  # of a shorter key, four characters are too much of it
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a connection is to be. None leaves `key` and `headers` as they are; an empty one takes
    them away.
    """

    name: str
    protocol: str
    base_url: str = ""
    model_names: Sequence[str] = ()
    key: str | None = field(default=None, repr=False)
    headers: Mapping[str, str] | None = field(default=None, repr=False)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    api_version: str = ""
    with_default_models: bool = True
    config: Mapping[str, Any] | None = None


def save(
    connection: LlmConnection, wish: Wish, *, user: User | None = None, public_key: str = ""
) -> LlmConnection:
    """Raises accounts.sealing.Unsealable where there is nothing to encrypt with."""
    connection.name, connection.protocol = wish.name, wish.protocol
    connection.base_url, connection.api_version = wish.base_url, wish.api_version
    connection.model_names = list(dict.fromkeys(wish.model_names))
    connection.parameters, connection.config = wish.parameters, wish.config
    connection.with_default_models = wish.with_default_models
    if wish.key is not None:
        connection.secret = seal_or_empty(wish.key, connection.purpose_of("secret"))
        connection.secret_hint = hint_of(wish.key)
    if wish.headers is not None:
        text = json.dumps(dict(wish.headers)) if wish.headers else ""
        connection.headers = seal_or_empty(text, connection.purpose_of("headers"))
        connection.header_names = sorted(wish.headers)
    is_new = connection._state.adding
    if is_new:
        connection.created_by = user
    connection.changed_by, connection.public_key = user, public_key
    connection.updated_at = timezone.now()
    connection.save()
    _note("llm_connection_made" if is_new else "llm_connection_changed", connection, user)
    return connection


def delete(connection: LlmConnection, user: User | None = None) -> None:
    _note("llm_connection_deleted", connection, user)
    connection.delete()


def of(project: Project) -> list[LlmConnection]:
    return list(project.llm_connections.select_related("changed_by"))


def seal_or_empty(text: str, purpose: str) -> str:
    return seal(text, purpose) if text else ""


def hint_of(key: str) -> str:
    return key[-HINT_CHARACTERS:] if len(key) >= SHORTEST_HINTED else ""


def _note(what: str, connection: LlmConnection, user: User | None) -> None:
    log.info(
        what,
        connection=connection.pk,
        project=connection.project_id,
        user=user.pk if user else None,
        public_key=connection.public_key,
    )
