"""Share links: a trace for people without an account, and nothing more than the trace."""

import json
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from comments import threads
from sharing import links
from sharing.models import Kind, ShareLink
from tests.traces.shown import spans_of, text_of
from traces.deletion import delete_traces
from traces.errors import LimitReached

PANE = {"HX-Request": "true", "HX-Target": "pane"}


@pytest.fixture
def trace(span) -> None:
    said = {"input": json.dumps([{"role": "user", "content": "hello"}]), "model": "gpt-4o"}
    span("t", "r", name="root", user_id="ann@example.org", attributes={"host.name": "secret-host"})
    events = json.dumps([{"name": "look", "time": 5, "attributes": {"k": "v"}}])
    elsewhere = json.dumps([{"trace_id": "other", "span_id": "x"}])
    more = {"cost_source": "unknown", "usage": {"input": 5}, "events": events, "links": elsewhere}
    span("t", "g", at=1, parent_span_id="r", name="ask", type="GENERATION", **said, **more)


@pytest.fixture
def share(client, project):
    """`share(member)`: the path of a new link, as the page makes it."""

    def make(person, trace="t", days="7"):
        client.force_login(person)
        url = reverse("share-create", args=[project.id])
        page = client.post(url, {"trace": trace, "days": days}, follow=True)
        client.logout()
        found = re.search(r"http://testserver(/shared/[^<\s]+)", page.content.decode())
        return found[1] if found else page

    return make


@pytest.mark.usefixtures("trace")
def test_who_has_the_link_reads_the_trace_without_an_account(client, share, member):
    path = share(member)
    page = client.get(path)
    assert spans_of(page) == [(1, "root"), (2, "ask")] and "hello" in text_of(page)
    assert "hello" in text_of(client.get(path, {"span": "g"}, headers=PANE))
    assert spans_of(client.get(path, {"of": "r"}, headers={"HX-Request": "true"})) == [(2, "ask")]


@pytest.mark.usefixtures("trace")
@pytest.mark.parametrize(
    "query",
    [
        {},
        {"span": "g"},
        {"view": "graph"},
        {"view": "talk"},
        {"span": "g", "tab": "events"},
        {"tab": "attributes"},
        {"tab": "comments"},
        {"tab": "call", "span": "g"},
        {"tab": "scores"},
        {"span": "trace"},
        {"with_span": "r", "span": "g"},
    ],
)
def test_nothing_of_the_project_is_on_the_page(client, share, project, member, score, query):
    score("t", "tone", 1, author_user_id=str(member.pk), comment="curt")
    threads.add(project, object_type="TRACE", object_id="t", content="between us", author=member)
    html = client.get(share(member), query).content.decode()
    for kept in (project.id, project.name, "/projects/", "between us", "secret-host", "Minsu"):
        assert kept not in html
    assert "ann@example.org" not in html
    assert "<form" not in html.replace('<form class="search find"', "")


@pytest.mark.usefixtures("trace")
def test_the_page_is_not_indexed_and_tells_nobody_where_it_is(client, share, member):
    page = client.get(share(member))
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert page["Referrer-Policy"] == "no-referrer" and "no-store" in page["Cache-Control"]
    assert '<meta name="robots" content="noindex, nofollow">' in page.content.decode()


@pytest.mark.usefixtures("trace")
def test_a_link_ends_with_its_trace_whatever_comes_under_its_id_later(
    client, share, project, member, span
):
    path = share(member)
    delete_traces(project.id, ["t"])
    span("t", "late", name="sent late")
    assert client.get(path).status_code == 404


@pytest.mark.usefixtures("trace")
def test_a_link_that_is_revoked_opens_nothing_at_once(client, share, project, member):
    path = share(member)
    [link] = ShareLink.objects.all()
    client.force_login(member)
    shown = client.get(reverse("trace-page", args=[project.id, "t"])).content.decode()
    assert (revoke := reverse("share-revoke", args=[project.id, link.pk])) in shown
    assert "nobody can open it" in text_of(client.post(revoke, follow=True))
    client.logout()
    assert client.get(path).status_code == 404
    client.force_login(member)
    assert client.post(revoke).status_code == 404  # there is no such live link


@pytest.mark.usefixtures("trace")
def test_a_link_that_has_expired_opens_nothing(client, share, member):
    path = share(member, days="1")
    assert client.get(path).status_code == 200
    ShareLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(path).status_code == 404


@pytest.mark.usefixtures("trace")
@pytest.mark.parametrize("token", ["x", "x.y", ".", "a" * 5000, "%00", "../../login"])
def test_a_wrong_token_opens_nothing(client, share, member, token):
    right = share(member)
    assert client.get(f"/shared/{token}").status_code == 404
    assert client.get(right[:-1] + ("A" if right[-1] != "A" else "B")).status_code == 404
    unsigned = right.partition(".")[0]
    assert client.get(unsigned).status_code == 404


def test_a_link_to_a_trace_that_is_gone_opens_nothing(client, project, member):
    new = links.create(project, Kind.TRACE, "gone", by=member, days=1, now=timezone.now())
    assert client.get(reverse("shared-trace", args=[new.token])).status_code == 404


@pytest.mark.usefixtures("trace")
def test_only_members_share_and_revoke(client, share, project, member, viewer, stranger):
    path = share(member)
    [link] = ShareLink.objects.all()
    revoke = reverse("share-revoke", args=[project.id, link.pk])
    for person in (viewer, stranger):
        assert share(person).status_code == 404
        client.force_login(person)
        assert client.post(revoke).status_code == 404
    client.force_login(viewer)
    assert (
        "Make a link"
        not in client.get(reverse("trace-page", args=[project.id, "t"])).content.decode()
    )
    assert client.get(path).status_code == 200 and ShareLink.objects.count() == 1


@pytest.mark.usefixtures("trace")
@pytest.mark.parametrize("asked", [{"days": "0"}, {"days": "365"}, {"days": "x"}, {"days": ""}])
def test_a_link_lasts_as_long_as_the_page_offers(share, member, asked):
    assert "choose how long" in text_of(share(member, **asked))
    assert not ShareLink.objects.exists()


@pytest.mark.usefixtures("trace")
@pytest.mark.parametrize("trace_id", ["gone", "", "\0"])
def test_what_is_not_there_is_not_shared(share, member, trace_id):
    assert share(member, trace=trace_id).status_code == 404


@pytest.mark.usefixtures("trace")
def test_the_token_is_kept_nowhere_and_what_happens_is_logged(client, share, member, caplog):
    with caplog.at_level("INFO", logger="sharing.links"):
        path = share(member)
        client.get(path)
    [link] = ShareLink.objects.all()
    secret = path.rpartition("/")[2].partition(".")[0]
    row = " ".join(str(getattr(link, column.attname)) for column in link._meta.fields)
    assert secret not in row
    said = " ".join(
        record.getMessage() for record in caplog.records if "share" in record.getMessage()
    )
    assert "share link created" in said and "share link opened" in said and secret not in said


def test_a_trace_has_a_bounded_number_of_links(project, member):
    now = timezone.now()
    for _number in range(links.MOST_LIVE):
        links.create(project, Kind.TRACE, "t", by=member, days=1, now=now)
    with pytest.raises(links.NotShared):
        links.create(project, Kind.TRACE, "t", by=member, days=1, now=now)
    with pytest.raises(links.NotShared):
        links.create(project, Kind.TRACE, "other", by=member, days=91, now=now)
    assert len(links.live(project.id, Kind.TRACE, "t", now)) == links.MOST_LIVE
    assert links.live(project.id, Kind.TRACE, "t", now + timedelta(days=2)) == []


@pytest.mark.usefixtures("trace")
def test_a_trace_that_is_too_much_to_read_is_a_422_behind_its_link(
    client, share, member, monkeypatch
):
    def too_much(*args, **kwargs):
        raise LimitReached("took too long")

    path = share(member)
    monkeypatch.setattr("traces.views.shared.answer", too_much)
    page = client.get(path)
    assert page.status_code == 422 and "Too much to answer in time" in text_of(page)
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert client.get(path, headers={"HX-Request": "true"}).status_code == 200
