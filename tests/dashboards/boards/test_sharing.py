"""Links to boards: read by whoever has one, in the state they were made with, and no further."""

import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from dashboards.boards.models import Marker
from sharing.models import ShareLink
from tests.dashboards.boards.conftest import figure_in

FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def share(client, project):
    """`share(member, "q=model:a")`: the path of a new link, as the page makes it."""

    def make(person, state="", days="7"):
        client.force_login(person)
        address = reverse("board-share", args=[project.id, "overview"])
        page = client.post(address, {"state": state, "days": days}, follow=True)
        client.logout()
        found = re.search(r"http://testserver(/shared/boards/[^<\s]+)", page.content.decode())
        return found[1] if found else page

    return make


@pytest.fixture
def call(span, now):
    span("t", "g", name="ask", type="GENERATION", model="gpt-4o", total_cost="1", environment="a")
    span("u", "h", name="ask", type="GENERATION", model="other", total_cost="1", environment="b")
    second = 1_000_000_000
    return f"from={now - 3600 * second}&to={now + 3600 * second}&q=environment:a"


def test_who_has_the_link_reads_the_board_in_its_state_without_an_account(
    client, share, member, call
):
    path = share(member, call)
    page = client.get(path)
    assert page.status_code == 200 and page["X-Robots-Tag"] == "noindex, nofollow"
    drawn = figure_in(client.get(path, {"part": "cost"}, headers=FRAGMENT))
    assert [one["name"] for one in drawn["data"]] == ["gpt-4o", "all before"]
    wider = figure_in(client.get(path, {"part": "cost", "q": "", "to": "0"}, headers=FRAGMENT))
    assert wider == drawn  # the state is the link's, whatever the address says


def test_no_panel_of_a_shared_board_leads_into_the_project(client, share, member, call, project):
    path = share(member, call)
    pages = [client.get(path).content.decode()]
    for panel in client.get(path).context["board"].panels:
        for query in ({}, {"as": "table"}, {"as": "csv"}):
            asked = {"part": panel.key, **query}
            pages.append(client.get(path, asked, headers=FRAGMENT).content.decode())
            pages.append(client.get(path, asked).content.decode())
    assert all(f"/projects/{project.id}" not in page for page in pages)


def test_who_has_the_link_reads_no_names_of_what_its_filter_keeps_out(client, share, member, call):
    path = share(member, call)
    for query in ({}, {"as": "csv"}, {"as": "table"}):
        asked = {"part": "environments", **query}
        assert client.get(path, asked).status_code == 404
        assert client.get(path, asked, headers=FRAGMENT).status_code == 404


def test_who_has_the_link_sees_when_something_happened_and_not_what(
    client, share, member, call, span, project, now
):
    Marker.objects.create(
        project=project,
        at=datetime.fromtimestamp(now // 1_000_000_000, UTC),
        kind="incident",
        text="key of Acme leaked",
        url="https://status.test/1",
    )
    span("r", "r", release="secret-1", environment="b")  # which the filter keeps out
    span("s", "s", release="2.0", environment="a")
    page = client.get(share(member, call), {"part": "markers"}, headers=FRAGMENT).content.decode()
    words = [
        one["words"] for one in json.loads(unescape(page.split('data-markers="')[1].split('"')[0]))
    ]
    assert sorted(words) == ["Incident", "New release"]
    for secret in ("Acme", "status.test", "secret-1", "2.0", "/projects/", "<form"):
        assert secret not in page, secret


def test_links_end_when_they_expire_are_revoked_or_were_never_ours(
    client, share, member, call, project
):
    expired, revoked = share(member, call), share(member, call)
    first, second = ShareLink.objects.order_by("pk")
    ShareLink.objects.filter(pk=first.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    client.force_login(member)
    client.post(reverse("board-unshare", args=[project.id, second.pk]))
    client.logout()
    for path in (expired, revoked, f"{expired}x", "/shared/boards/nothing"):
        assert client.get(path).status_code == 404


def test_a_link_ends_with_its_makers_membership(client, share, member, call):
    path = share(member, call)
    assert client.get(path).status_code == 200
    member.memberships.all().delete()
    assert client.get(path).status_code == 404


def test_viewers_make_no_links_and_members_choose_from_the_lengths_there_are(share, viewer, member):
    assert share(viewer).status_code == 404
    for days in ("0", "365", "x", ""):
        assert not isinstance(share(member, days=days), str)
    assert not ShareLink.objects.exists()


def test_the_token_is_not_kept(share, member):
    path = share(member)
    [link] = ShareLink.objects.all()
    token = path.rpartition("/")[2]
    assert token.partition(".")[0] not in (link.token_digest, link.query)
