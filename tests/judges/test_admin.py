"""What those who run the installation see of evals in Django's admin, and what they can stop."""

import pytest
from django.urls import reverse

from accounts.models import Project, User
from evals.annotation import items
from evals.annotation.models import Queue
from evals.datasets.items import By, NewItem, add
from evals.datasets.models import Dataset
from evals.judges.models import Evaluator, PastRun, Spending, State
from evals.scores.models import ScoreConfig

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(project, evaluator, now) -> dict:
    """One of each kind."""
    one = evaluator()
    version = one.versions.get()
    dataset = Dataset.objects.create(project=project, name="capitals")
    add(dataset, [NewItem(id=f"i{n}", input=n) for n in range(3)], By())
    queue = Queue.objects.create(project=project, name="Review")
    items.add(queue, [items.Ref("TRACE", f"t{n}", f"t{n}") for n in range(2)], items.How())
    return {
        "judges_evaluator": one,
        "judges_evaluatorversion": version,
        "judges_pastrun": PastRun.objects.create(
            project=project, version=version, target="trace", most=1, since=0, until=now
        ),
        "judges_spending": Spending.objects.create(evaluator=one, day="2026-11-20", calls=7),
        "datasets_dataset": dataset,
        "annotation_queue": queue,
        "scores_scoreconfig": ScoreConfig.objects.create(
            project=project, name="grade", data_type="NUMERIC"
        ),
    }


def opened(client, kind, row) -> tuple[str, int]:
    """The list, and the status of the row's own page."""
    shown = client.get(reverse(f"admin:{kind}_changelist"))
    assert shown.status_code == 200, kind
    detail = client.get(reverse(f"admin:{kind}_change", args=[row.pk]))
    return shown.content.decode(), detail.status_code


def test_each_kind_is_listed_and_opens_and_none_is_changed_by_a_form(client, rows):
    client.force_login(User.objects.create_superuser("root@example.org", name="Root"))
    for kind, row in rows.items():
        shown, status = opened(client, kind, row)
        assert (str(row.pk) in shown, status) == (True, 200), kind
        assert client.get(reverse(f"admin:{kind}_add")).status_code == 403
        for page in ("change", "delete"):
            url = reverse(f"admin:{kind}_{page}", args=[row.pk])
            assert client.post(url, {"post": "yes", "name": "other"}).status_code == 403, kind
    shown, _status = opened(client, "datasets_dataset", rows["datasets_dataset"])
    assert '<td class="field-items">3</td>' in shown
    shown, _status = opened(client, "annotation_queue", rows["annotation_queue"])
    assert '<td class="field-pending">2</td>' in shown


def test_staff_sees_the_projects_that_it_is_a_member_of(client, rows, member, stranger):
    User.objects.filter(pk__in=(member.pk, stranger.pk)).update(is_staff=True)
    for user, sees in ((member, True), (stranger, False)):
        client.force_login(User.objects.get(pk=user.pk))
        for kind, row in rows.items():
            detail = client.get(reverse(f"admin:{kind}_change", args=[row.pk]))
            assert (detail.status_code == 200) == sees, (kind, user)


def test_superusers_stop_what_spends_money_and_staff_does_not(client, rows, member):
    one, url = rows["judges_evaluator"], reverse("admin:judges_evaluator_changelist")
    asked = {"action": "pause", "_selected_action": [one.pk]}
    User.objects.filter(pk=member.pk).update(is_staff=True)
    client.force_login(User.objects.get(pk=member.pk))
    client.post(url, asked)
    assert Evaluator.objects.get().state == State.ACTIVE
    client.force_login(User.objects.create_superuser("root@example.org", name="Root"))
    client.post(url, asked)
    one.refresh_from_db()
    assert (one.state, one.reason) == (State.PAUSED, "by_hand")


def test_nothing_of_another_project_is_counted_in(client, rows, organisation):
    other = Project.objects.create(organisation=organisation, name="other")
    Dataset.objects.create(project=other, name="empty")
    client.force_login(User.objects.create_superuser("root@example.org", name="Root"))
    shown = client.get(reverse("admin:datasets_dataset_changelist")).content.decode()
    assert shown.count('<td class="field-items">0</td>') == 1
