"""Where the notices of an incident went, and what came of it."""

from collections import defaultdict
from dataclasses import dataclass

from alerts.channels.models import Delivery
from alerts.incidents.models import Incident, Notice

MOST = 50  # notices of an incident, the newest
MOST_DELIVERIES = 300


@dataclass(frozen=True, slots=True)
class Sent:
    """`deliveries` are empty while it waits to be handed over, and where no channel takes it."""

    notice: Notice
    deliveries: list[Delivery]


def sent_of(incident: Incident) -> list[Sent]:
    """The newest first."""
    notices = list(incident.notices.order_by("-at", "-pk")[:MOST])
    found: dict[str, list[Delivery]] = defaultdict(list)
    rows = Delivery.objects.filter(
        key__in=[one.pk for one in notices], channel__project=incident.project_id
    )
    for row in rows.select_related("channel").order_by("at", "pk")[:MOST_DELIVERIES]:
        found[row.key].append(row)
    return [Sent(one, found[one.pk]) for one in notices]
