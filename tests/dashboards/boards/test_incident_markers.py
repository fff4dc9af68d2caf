"""Incidents on the time axis of boards."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from alerts.incidents.models import Incident
from tests.traces.conftest import MINUTE

SECOND = 1_000_000_000
pytestmark = pytest.mark.django_db


@pytest.fixture
def fired(project, now):
    def incident(name, *, minutes, tier="warning") -> Incident:
        at = datetime.fromtimestamp((now + minutes * MINUTE) // SECOND, UTC)
        return Incident.objects.create(
            project=project, rule_id="r", rule_name=name, fingerprint=f"{project.id}{name}",
            group_key="g", labels={"model": "gpt-5"}, tier=tier, began_at=at, fired_at=at,
        )  # fmt: skip

    return incident


def test_incidents_stand_on_the_axis_and_lead_to_their_pages(client, project, viewer, now, fired):
    incident = fired("Errors", minutes=-20)
    fired("Before", minutes=-200), fired("Told nobody", minutes=-10, tier="info")
    client.force_login(viewer)
    time = {"from": str(now - 90 * MINUTE), "to": str(now + 30 * MINUTE)}
    address = reverse("marker-list", args=[project.id])
    page = client.get(address, time, headers={"HX-Request": "true"}).content.decode()
    assert "Errors gpt-5" in page
    assert reverse("alerts-incident", args=[project.id, incident.pk]) in page
    assert "Before" not in page and "Told nobody" not in page
