"""The page of what comments said to a person, and the way to what they are about."""

import re

import pytest
from django.urls import reverse

from comments import mentions, threads
from tests.traces.shown import text_of

PLACES = {
    "TRACE": ("t", "/traces/t?span=trace&tab=comments"),
    "OBSERVATION": ("s1", "/traces/t?span=s1&tab=comments"),
    "SESSION": ("a b", "/sessions/one?id=a%20b"),
}


@pytest.fixture
def say(project, owner, member):
    """`say("OBSERVATION", "s1")`: the owner mentions the member there."""

    def add(kind="TRACE", about="t", **fields):
        content = f"look here, {mentions.written(member)} <b>!</b>"
        said = {"object_type": kind, "object_id": about, "author": owner, "content": content}
        return threads.add(project, **{**said, **fields})

    return add


@pytest.fixture
def pages(client, member):
    client.force_login(member)
    return client


def test_who_is_mentioned_sees_how_often_on_every_page_until_they_look(pages, say, project):
    say()
    say("SESSION", "s")
    profile = reverse("profile")
    assert "2 Unread mentions" in text_of(pages.get(profile))
    page = text_of(pages.get(reverse("mention-list")))
    assert page.count("look here, @Minsu") == 2 and page.count("Olga Unread") == 2
    assert project.name in page
    assert "Unread" not in text_of(pages.get(profile))
    assert "Olga Unread" not in text_of(pages.get(reverse("mention-list")))


@pytest.mark.parametrize("kind", PLACES)
def test_a_mention_leads_to_where_it_was_made(pages, say, span, project, kind):
    about, place = PLACES[kind]
    span("t", "s1")
    comment = say(kind, about, trace_id="t" if kind == "OBSERVATION" else "")
    html = pages.get(reverse("mention-list")).content.decode()
    [link] = re.findall(r'href="([^"]*/place)"', html)
    answer = pages.get(link)
    assert answer["Location"] == f"/projects/{project.id}{place}#comment-{comment.id}"
    assert f'id="comment-{comment.id}"' in pages.get(answer["Location"]).content.decode() or (
        kind == "SESSION"
    )


def test_an_observation_is_found_where_a_program_named_no_trace(pages, say, span, project):
    span("t", "s1")
    comment = say("OBSERVATION", "s1")
    answer = pages.get(reverse("comment-place", args=[project.id, comment.id]))
    assert answer["Location"].startswith(f"/projects/{project.id}/traces/t?span=s1&")


@pytest.mark.parametrize("kind", ["OBSERVATION", "PROMPT"])
def test_what_no_page_shows_is_a_404(pages, say, project, kind):
    comment = say(kind, "gone")
    page = pages.get(reverse("comment-place", args=[project.id, comment.id]))
    assert page.status_code == 404


@pytest.mark.parametrize("comment_id", ["none", "%00"])
def test_a_comment_that_is_not_there_is_a_404(pages, project, comment_id):
    page = pages.get(f"/projects/{project.id}/comments/{comment_id}/place")
    assert page.status_code == 404


def test_another_project_does_not_lead_to_it(client, say, span, organisation, owner):
    from accounts.models import Project

    comment = say()
    other = Project.objects.create(organisation=organisation, name="Other")
    client.force_login(owner)
    assert client.get(reverse("comment-place", args=[other.id, comment.id])).status_code == 404


def test_who_was_never_mentioned_is_told_how_it_would_be(pages, viewer):
    assert "Nobody has mentioned you" in text_of(pages.get(reverse("mention-list")))


@pytest.mark.parametrize("before", ["x", "-1", "٣", "9" * 30])
def test_a_place_that_means_nothing_is_the_beginning(pages, say, before):
    say()
    page = text_of(pages.get(reverse("mention-list"), {"before": before}))
    assert page.count("look here") == 1
