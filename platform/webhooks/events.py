"""Telling what changed. What is announced in a transaction is delivered if and only if the
transaction stays: later, by a worker, at least once, under the same id each time.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Project
from webhooks import tasks
from webhooks.models import Delivery, Endpoint, Message
from webhooks.names import Event


def announce(project: Project, event: str, data: Mapping[str, Any]) -> None:
    """Write it down for each endpoint of the project that wants it, beside the change itself."""
    wanting = [one for one in Endpoint.objects.filter(project=project) if one.wants(event)]
    if wanting:
        _write(project, event, data, wanting)


def announce_test(endpoint: Endpoint) -> None:
    """To this endpoint alone, at once."""
    with transaction.atomic():
        Endpoint.objects.filter(pk=endpoint.pk).update(quiet_until=None)
        _write(endpoint.project, str(Event.TEST), {"note": endpoint.note}, [endpoint])


def _write(
    project: Project, event: str, data: Mapping[str, Any], endpoints: Iterable[Endpoint]
) -> None:
    now = timezone.now()
    told = {
        "type": event,
        "timestamp": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "data": {"project": {"id": project.id, "name": project.name}, **data},
    }
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    message = Message.objects.create(project=project, event=event, body=body, at=now)
    made = Delivery.objects.bulk_create(
        Delivery(message=message, endpoint=endpoint) for endpoint in endpoints
    )
    transaction.on_commit(lambda: tasks.hand_over(delivery.pk for delivery in made))
