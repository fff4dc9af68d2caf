"""Making and ending webhooks. Whoever calls has asked who may."""

import structlog

from accounts.models import Project, User
from webhooks import signing
from webhooks.forms import EndpointForm
from webhooks.models import Endpoint

log = structlog.get_logger(__name__)


def made(
    project: Project, form: EndpointForm, *, user: User | None = None, public_key: str = ""
) -> tuple[Endpoint, str]:
    """The endpoint of a valid form, and its secret, which nobody is shown again. Raises
    accounts.sealing.Unsealable where there is nothing to encrypt with.
    """
    endpoint = form.save(commit=False)
    endpoint.project, endpoint.created_by = project, user
    secret = signing.give_secret(endpoint)
    endpoint.save()
    _note("webhook_created", endpoint, user, public_key)
    return endpoint, secret


def ended(endpoint: Endpoint, *, user: User | None = None, public_key: str = "") -> None:
    _note("webhook_deleted", endpoint, user, public_key)
    endpoint.delete()


def _note(what: str, endpoint: Endpoint, user: User | None, public_key: str) -> None:
    log.info(
        what,
        user=user.pk if user else None,
        public_key=public_key,
        project=endpoint.project_id,
        endpoint=endpoint.pk,
    )
