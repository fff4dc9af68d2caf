"""Whatever a client sends, in whichever field, the pages show it and do nothing with it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from comments import threads
from sharing import links
from sharing.models import Kind
from tests.traces.hostile import HOSTILE, assert_dead, conversation, hostile_span
from traces.records import OBSERVATION_TYPES, Score, Span
from traces.writer import insert_scores, insert_spans


@pytest.fixture
def hostile(client, project, owner, now):
    """A project whose every field is hostile, one trace a text, and someone looking at it."""
    spans, scores = [], []
    for number, text in enumerate(HOSTILE):
        row = hostile_span(project.id, now, text, number)
        talk = {
            "parent_span_id": row.span_id,
            "end_time": now + 2,
            "type": "GENERATION",
            "version": 1,
        }
        said = {"input": conversation(text), "output": conversation(text)}
        spans += [row, Span(project.id, row.trace_id, f"{text}talk", now + 1, **talk, **said)]
        score = {
            "string_value": text,
            "trace_id": row.trace_id,
            "comment": text,
            "source": text,
            "version": 1,
        }
        scores += [
            Score(project.id, f"{text}{kind}", text, now, data_type=kind, **score)
            for kind in ("CATEGORICAL", text)
        ]
    insert_spans(spans)
    insert_scores(scores)
    client.force_login(owner)

    def page(url: str, query: dict, **headers) -> str:
        response = client.get(url, query, headers=headers)
        assert response.status_code in (200, 404), (url, query, response.status_code)
        return response.content.decode()

    return page


def test_hostile_text_in_every_field_does_nothing_on_the_lists(hostile, project):
    for name in ("trace-list", "session-list", "user-list"):
        url = reverse(name, args=[project.id])
        assert_dead(hostile(url, {}), url)
    for part in ("strip", "choices"):
        url = reverse("trace-list", args=[project.id])
        assert_dead(hostile(url, {"part": part}), url)


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_text_does_nothing_in_any_address(hostile, project, number):
    text = HOSTILE[number]
    asked = (
        "q",
        "name",
        "user",
        "session",
        "tag",
        "model",
        "level",
        "type",
        "from",
        "range",
        "min_cost",
        "sort",
        "after",
    )
    trace = dict.fromkeys(
        ("span", "open", "tab", "find", "mark", "view", "with", "with_span"), text
    )
    for url, query in (
        (reverse("trace-list", args=[project.id]), dict.fromkeys(asked, text)),
        (reverse("trace-page", args=[project.id, f"{text}{number}"]), trace),
        (reverse("session-page", args=[project.id]), {"id": text}),
        (reverse("user-page", args=[project.id]), {"id": text}),
    ):
        assert_dead(hostile(url, query), url)


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_text_in_every_field_does_nothing_on_the_trace_page(hostile, project, number):
    text = HOSTILE[number]
    url = reverse("trace-page", args=[project.id, f"{text}{number}"])
    assert_dead(hostile(url, {"span": f"{text}talk"}), url)
    fragment = {"HX-Request": "true", "HX-Target": "pane"}
    for tab in ("messages", "raw", "call", "attributes", "events", "scores", "comments"):
        assert_dead(hostile(url, {"span": f"{text}s", "tab": tab}, **fragment), url)
    for query in (
        {"view": "graph"},
        {"view": "talk"},
        {"span": f"{text}talk", "tab": "call"},
        {"span": f"{text}talk", "with_span": f"{text}s"},
        {"span": "trace", "with": f"{text}{number}"},
    ):
        assert_dead(hostile(url, query), url)


def test_hostile_text_does_nothing_behind_a_share_link(hostile, project, member):
    for number, text in enumerate(HOSTILE):
        new = links.create(
            project, Kind.TRACE, f"{text}{number}", by=member, days=1, now=timezone.now()
        )
        url = reverse("shared-trace", args=[new.token])
        for query in ({}, {"view": "graph"}, {"view": "talk"}, {"span": f"{text}talk"}):
            assert_dead(hostile(url, query), url)


def test_hostile_text_does_nothing_in_comments(hostile, project, member):
    for number, text in enumerate(HOSTILE):
        threads.add(
            project, object_type="OBSERVATION", object_id=f"{text}s", content=text, author=member
        )
        url = reverse("trace-page", args=[project.id, f"{text}{number}"])
        page = hostile(url, {"span": f"{text}s", "tab": "comments"})
        assert_dead(page, url)
        assert 'class="msg comment"' in page


def test_hostile_text_is_shown_as_it_was_sent(client, project, owner, now):
    insert_spans(
        [
            Span(
                project.id,
                "t",
                "r",
                now,
                input="<script>boom()</script>",
                version=1,
                name="<b>n</b>",
            )
        ]
    )
    client.force_login(owner)
    page = client.get(reverse("trace-page", args=[project.id, "t"])).content.decode()
    assert "&lt;script&gt;boom()&lt;/script&gt;" in page and "&lt;b&gt;n&lt;/b&gt;" in page


def test_the_corpus_reaches_the_pages(client, project, owner, now):
    """The check above would pass on empty pages: here what it looks for is really there."""
    row = hostile_span(project.id, now, HOSTILE[0], 0)
    insert_spans([row])
    client.force_login(owner)
    page = client.get(
        reverse("trace-page", args=[project.id, row.trace_id]), {"tab": "attributes"}
    ).content.decode()
    assert page.count("&lt;script&gt;boom()") > 15
    assert row.type not in OBSERVATION_TYPES


@pytest.mark.parametrize(
    "html",
    [
        "<p onclick=x>",
        "<script>boom()</script>",
        '<a href="javascript:x">',
        "<img src=x>",
        '<p style="x">',
    ],
)
def test_the_check_for_live_text_can_fail(html):
    with pytest.raises(AssertionError):
        assert_dead(html, "here")
