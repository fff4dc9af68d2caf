"""A list under a name: private or shared, and nothing but a list."""

import pytest
from django.urls import reverse

from saved import shelf
from saved.models import SavedView


@pytest.fixture
def save(client, project):
    def post(who, **given):
        client.force_login(who)
        given = {"name": "Slow ones", "address": "q=latency%3A%3E2&sort=latency"} | given
        return client.post(reverse("view-save", args=[project.id]), given)

    return post


def views_seen(client, project, who) -> str:
    client.force_login(who)
    html = client.get(reverse("trace-list", args=[project.id])).content.decode()
    return html.partition('id="views"')[2].partition("</details>")[0]


@pytest.fixture(autouse=True)
def a_trace(project, clickhouse_schema):
    import time

    from traces.records import Span
    from traces.writer import insert_spans

    insert_spans([Span(project.id, "t", "r", time.time_ns(), version=1)])


def test_a_saved_view_leads_back_to_the_list(client, project, owner, save):
    answer = save(owner)
    assert answer.url.endswith("/traces?q=latency%3A%3E2&sort=latency")
    seen = views_seen(client, project, owner)
    assert "Slow ones" in seen and "?q=latency%3A%3E2&amp;sort=latency" in seen
    page = client.get(answer.url).content.decode()
    assert 'aria-current="true"><span class="clip">Slow ones' in page


def test_a_private_view_is_seen_by_its_owner_alone_and_a_shared_one_by_all(
    client, project, owner, member, save
):
    save(member)
    assert "Slow ones" not in views_seen(client, project, owner)
    save(member, is_shared="on", name="Ours")
    assert "Ours" in views_seen(client, project, owner)


def test_a_viewer_may_keep_views_but_not_share_them(client, project, viewer, owner, save):
    save(viewer, is_shared="on")
    assert "Slow ones" in views_seen(client, project, viewer)
    assert "Slow ones" not in views_seen(client, project, owner)


def test_saving_under_the_same_name_replaces_it(project, owner, save):
    save(owner)
    save(owner, address="q=refund")
    [view] = SavedView.objects.all()
    assert view.address == "q=refund"


def test_only_what_makes_a_list_is_kept(project, owner, save):
    save(owner, address="?q=a&after=9~x&next=//evil.example&range=7d&part=strip&cols=cost")
    assert SavedView.objects.get().address == "q=a&range=7d&cols=cost"


def test_only_its_owner_or_an_admin_deletes_a_view(client, project, owner, member, viewer, save):
    save(member, is_shared="on")
    view = SavedView.objects.get()
    url = reverse("view-delete", args=[project.id, view.pk])
    client.force_login(viewer)
    assert client.post(url).status_code == 404
    client.force_login(owner)
    assert client.get(url).status_code == 405
    assert client.post(url, {"address": "q=refund"}).url.endswith("?q=refund")
    assert not SavedView.objects.exists()


def test_a_view_that_cannot_be_is_not_there_to_delete(client, project, owner):
    client.force_login(owner)
    assert client.post(f"/projects/{project.id}/views/%00/delete").status_code == 404


def test_a_stranger_saves_and_deletes_nothing(client, project, owner, stranger, save):
    save(owner, is_shared="on")
    assert save(stranger).status_code == 404
    url = reverse("view-delete", args=[project.id, SavedView.objects.get().pk])
    assert client.post(url).status_code == 404
    assert SavedView.objects.count() == 1


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_name_that_cannot_be_is_told(client, project, owner, save, name):
    page = client.get(save(owner, name=name).url).content.decode()
    assert "The view was not saved." in page and not SavedView.objects.exists()


def test_there_is_a_bound_to_how_many_one_keeps(client, owner, save, monkeypatch):
    monkeypatch.setattr(shelf, "MAX_VIEWS", 1)
    save(owner)
    page = client.get(save(owner, name="another").url).content.decode()
    assert "as many views here as there may be" in page and SavedView.objects.count() == 1
    save(owner, address="q=still")  # the one there is can be changed
    assert SavedView.objects.get().address == "q=still"
