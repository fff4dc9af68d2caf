"""Who sees and changes evaluators, and whose they are."""

import pytest
from django.urls import reverse

from evals.judges import evaluators
from evals.judges.models import Pace

pytestmark = pytest.mark.django_db


def test_a_pace_is_for_those_who_manage_connections(client, project, admin, member, evaluator):
    connection = evaluators.current(evaluator()).connection
    url = reverse("evaluator-pace", args=[project.id, connection.pk])
    for user, status in ((member, 404), (admin, 302)):
        client.force_login(user)
        assert client.post(url, {"per_minute": 30, "at_once": 2}).status_code == status
    pace = Pace.objects.get(connection=connection)
    assert (pace.per_minute, pace.at_once) == (30, 2)
    client.post(url, {"per_minute": 0, "at_once": 2})
    pace.refresh_from_db()
    assert pace.per_minute == 30


def test_viewers_see_and_change_nothing(client, project, viewer, stranger, evaluator):
    one = evaluator()
    client.force_login(viewer)
    for name in ("evaluator-list", "evaluator-library"):
        wanted = 200 if name == "evaluator-list" else 404
        assert client.get(reverse(name, args=[project.id])).status_code == wanted
    for name in ("evaluator-page", "evaluator-quality"):
        assert client.get(reverse(name, args=[project.id, one.pk])).status_code == 200
    for name in ("evaluator-rule", "evaluator-version", "evaluator-past", "evaluator-delete"):
        assert client.get(reverse(name, args=[project.id, one.pk])).status_code == 404
    for name in ("evaluator-state", "evaluator-retry", "evaluator-quality"):
        url = reverse(name, args=[project.id, one.pk])
        assert client.post(url, {"do": "labels"}).status_code == 404
    client.force_login(stranger)
    assert client.get(reverse("evaluator-page", args=[project.id, one.pk])).status_code == 404


def test_an_evaluator_of_another_project_is_not_there(client, organisation, owner, evaluator):
    from accounts.models import Project

    one = evaluator()
    other = Project.objects.create(organisation=organisation, name="Other")
    client.force_login(owner)
    assert client.get(reverse("evaluator-page", args=[other.id, one.pk])).status_code == 404
    assert client.get(reverse("evaluator-page", args=[other.id, "\0"])).status_code == 404
