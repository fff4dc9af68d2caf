"""The page of the dead letters, and what becomes of one."""

import json

import pytest
from django.urls import reverse

from ingest import deadletters
from ingest.delivery import Refusal
from ingest.models import DeadLetter
from ingest.pipeline import Overloaded, accept
from tests.ingest.proxy import Fault
from tests.ingest.rows import a_patch, a_score, a_span, stored_scores, stored_spans

pytestmark = pytest.mark.usefixtures("circuit", "clickhouse_schema")

NASTY = "<script>alert(1)</script>\u202e</pre>{{ 7 }}"


def poison(project, **fields):
    return a_span(project.id, **{"input_tokens": -(2**70), "input": NASTY, **fields})


def letter_in(project, row=None, reason="ClickHouse said no."):
    deadletters.keep([Refusal(row or a_span(project.id), reason)])
    return DeadLetter.objects.latest("id")


def url(name, project, *args):
    return reverse(name, args=[project.id, *args])


def test_the_page_shows_what_is_refused_and_why(client, viewer, project):
    accept(project.id, [poison(project)])
    client.force_login(viewer)
    page = client.get(url("dead-letter-list", project)).content.decode()
    letter = DeadLetter.objects.get()
    assert "otlp" in page
    assert url("dead-letter", project, letter.id) in page
    assert url("dead-letter-retry", project, letter.id) not in page  # not for viewers
    assert url("dead-letter-delete", project, letter.id) not in page


def test_a_row_is_shown_as_readable_json_and_never_as_markup(client, viewer, project):
    accept(project.id, [poison(project, metadata={"이름": "값"})])
    letter = DeadLetter.objects.get()
    client.force_login(viewer)
    page = client.get(url("dead-letter", project, letter.id)).content.decode()
    assert "값" in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_an_empty_page_says_that_all_is_well(client, viewer, project):
    client.force_login(viewer)
    assert "No dead letters" in client.get(url("dead-letter-list", project)).content.decode()


def test_many_are_shown_page_by_page(client, viewer, project):
    for _ in range(52):
        letter_in(project)
    client.force_login(viewer)
    first = client.get(url("dead-letter-list", project))
    assert len(first.context["letters"]) == 50
    second = client.get(f"{url('dead-letter-list', project)}?before={first.context['next']}")
    assert len(second.context["letters"]) == 2
    assert second.context["next"] is None
    assert client.get(f"{url('dead-letter-list', project)}?before={'9' * 40}").status_code == 200


@pytest.mark.parametrize("name", ["dead-letter-list", "dead-letter-delete-all"])
def test_a_stranger_finds_nothing(client, stranger, project, name):
    client.force_login(stranger)
    assert client.get(url(name, project)).status_code == 404
    letter = letter_in(project)
    assert client.get(url("dead-letter", project, letter.id)).status_code == 404
    assert client.post(url("dead-letter-retry", project, letter.id)).status_code == 404


def test_another_projects_letter_is_not_found(client, owner, organisation, project):
    from accounts.models import Project

    other = Project.objects.create(organisation=organisation, name="Other")
    letter = letter_in(project, a_span(other.id))
    client.force_login(owner)
    for name in ("dead-letter", "dead-letter-delete"):
        assert client.get(url(name, project, letter.id)).status_code == 404
    assert client.post(url("dead-letter-retry", project, letter.id)).status_code == 404
    client.post(url("dead-letter-delete-all", project))
    assert DeadLetter.objects.filter(pk=letter.pk).exists()


def test_viewers_cannot_retry_and_members_cannot_delete(client, viewer, member, project):
    letter = letter_in(project)
    client.force_login(viewer)
    assert client.post(url("dead-letter-retry-all", project)).status_code == 404
    client.force_login(member)
    assert client.post(url("dead-letter-delete", project, letter.id)).status_code == 404
    assert client.post(url("dead-letter-delete-all", project)).status_code == 404
    assert DeadLetter.objects.exists()


def test_a_row_that_can_be_stored_now_is_stored_and_gone_from_the_page(client, member, project):
    span = a_span(project.id, usage={"input": 5})
    letter = letter_in(project, span)
    client.force_login(member)
    answer = client.post(url("dead-letter-retry", project, letter.id), follow=True)
    assert "1 row is stored now." in answer.content.decode()
    assert [row["span_id"] for row in stored_spans(project.id)] == [span.span_id]
    assert not DeadLetter.objects.exists()


def test_a_row_that_is_still_refused_stays(client, member, project):
    accept(project.id, [poison(project)])
    client.force_login(member)
    answer = client.post(url("dead-letter-retry-all", project), follow=True)
    assert "still refuses 1 row" in answer.content.decode()
    assert DeadLetter.objects.count() == 1


def test_while_clickhouse_is_away_nothing_is_lost_by_trying(
    client, member, project, clickhouse_proxy
):
    letter_in(project)
    clickhouse_proxy.fault = Fault.REFUSE
    client.force_login(member)
    answer = client.post(url("dead-letter-retry-all", project), follow=True)
    assert "does not answer" in answer.content.decode()
    assert DeadLetter.objects.count() == 1


def test_every_kind_comes_back_as_it_was(project):
    span = a_span(project.id)
    deadletters.keep(
        [
            Refusal(a_span(project.id), "r"),
            Refusal(span, "r", is_mergeable=True),
            Refusal(a_patch(a_span(project.id), name="p", metadata={"k": "v"}), "r"),
            Refusal(a_score(project.id), "r"),
        ]
    )
    assert sorted(DeadLetter.objects.values_list("kind", flat=True)) == [
        "mergeable", "patch", "score", "span",
    ]  # fmt: skip
    retried = deadletters.retry(DeadLetter.objects.filter(project_id=project.id))
    assert (retried.stored, retried.refused) == (4, 0)
    assert len(stored_spans(project.id)) == 3
    assert len(stored_scores(project.id)) == 1


def test_what_is_no_valid_text_is_kept_and_shown_all_the_same(client, member, project):
    letter = letter_in(project, a_span(project.id, name="half \ud83d", input="\0"), reason="a\0b")
    assert json.loads(deadletters.content_of(letter))["name"] == "half \ud83d"
    client.force_login(member)
    assert client.get(url("dead-letter", project, letter.id)).status_code == 200
    client.post(url("dead-letter-retry", project, letter.id))


def test_deleting_asks_first_and_then_deletes_only_what_was_asked_for(client, admin, project):
    first, second = letter_in(project), letter_in(project)
    client.force_login(admin)
    assert "for good" in client.get(url("dead-letter-delete", project, first.id)).content.decode()
    assert DeadLetter.objects.count() == 2
    client.post(url("dead-letter-delete", project, first.id))
    assert list(DeadLetter.objects.values_list("id", flat=True)) == [second.id]
    client.get(url("dead-letter-delete-all", project))
    assert DeadLetter.objects.count() == 1
    client.post(url("dead-letter-delete-all", project))
    assert not DeadLetter.objects.exists()


def test_the_same_row_sent_again_is_one_dead_letter(project):
    span = poison(project)
    for _ in range(3):
        span.received_at = span.version = 0
        accept(project.id, [span])
    assert DeadLetter.objects.count() == 1
    accept(project.id, [poison(project)])
    assert DeadLetter.objects.count() == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"input": "x" * 9_000_000, "events": "[" + "1," * 5_000_000 + "1]"},
        {"metadata": {f"k{n}": "한" * 100_000 for n in range(100)}},
        {"tags": ["t" * 1000] * 20_000},
    ],
)
def test_a_letter_is_of_bounded_size_and_says_what_was_cut(project, fields):
    letter = letter_in(project, a_span(project.id, **fields))
    assert letter.bytes <= deadletters.LETTER_BYTES
    assert letter.reason.startswith(deadletters.CUT)
    assert letter.reason.endswith("ClickHouse said no.")
    [span] = deadletters.batch_of(letter).spans
    assert span.project_id == project.id


@pytest.mark.parametrize("bound", [("MOST_LETTERS", 2), ("MOST_BYTES", 1)])
def test_a_project_with_too_many_dead_letters_gets_no_more_and_its_sender_is_told(
    project, monkeypatch, bound
):
    accept(project.id, [poison(project), poison(project)])
    monkeypatch.setattr(deadletters, *bound)
    good = a_span(project.id)
    with pytest.raises(Overloaded, match="dead letters"):
        accept(project.id, [good, poison(project)])
    assert DeadLetter.objects.count() == 2
    assert [row["span_id"] for row in stored_spans(project.id)] == [good.span_id]
