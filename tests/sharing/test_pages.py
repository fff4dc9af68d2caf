"""All links of a project with which strangers read something, for its admins."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Project
from sharing import links
from sharing.models import Kind


@pytest.fixture
def link(project, member):
    now = timezone.now()
    return links.create(project, Kind.BOARD, "cost", query="q=env%3Aa", by=member, days=7, now=now)


def test_an_admin_sees_and_ends_the_link_that_somebody_else_made(client, project, admin, link):
    gone = links.create(
        project, Kind.TRACE, "long-ago", by=admin, days=1, now=timezone.now() - timedelta(days=2)
    )
    client.force_login(admin)
    address = reverse("share-list", args=[project.id])
    page = client.get(address).content.decode()
    assert "cost" in page and "q=env%3Aa" in page
    assert "long-ago" not in page and gone.token not in page and link.token not in page
    revoke = reverse("share-end", args=[project.id, link.link.pk])
    after = client.post(revoke, follow=True).content.decode()
    assert "The link opens nothing any more." in after and "No link is open" in after
    assert links.opened(Kind.BOARD, link.token, timezone.now()) is None
    assert "This link was not open any more." in client.post(revoke, follow=True).content.decode()


def test_a_link_of_another_project_is_neither_seen_nor_ended(
    client, project, admin, member, link, organisation
):
    other = Project.objects.create(organisation=organisation, name="Other")
    elsewhere = links.create(other, Kind.BOARD, "latency", by=member, days=7, now=timezone.now())
    client.force_login(admin)
    assert "latency" not in client.get(reverse("share-list", args=[project.id])).content.decode()
    client.post(reverse("share-end", args=[project.id, elsewhere.link.pk]))
    assert links.opened(Kind.BOARD, elsewhere.token, timezone.now())


@pytest.mark.parametrize("who", ["member", "viewer"])
def test_whoever_is_no_admin_may_not(client, project, request, link, who):
    client.force_login(request.getfixturevalue(who))
    assert client.get(reverse("share-list", args=[project.id])).status_code == 404
    assert client.post(reverse("share-end", args=[project.id, link.link.pk])).status_code == 404
    assert links.opened(Kind.BOARD, link.token, timezone.now())
