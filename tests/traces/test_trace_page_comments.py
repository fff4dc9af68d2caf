"""What people say of a trace and its spans, and what scores say of why."""

import re

import pytest
from django.urls import reverse

from comments import threads
from comments.models import Comment
from tests.traces.shown import text_of
from traces.deletion import delete_traces


@pytest.fixture
def say(client, project):
    """`say(member, "hello", span="s")`: as the form of the page says it."""

    def post(person, content, *, trace="t", span="", to=None, **more):
        client.force_login(person)
        name, args = ("comment-change", [project.id, to]) if to else ("comment-add", [project.id])
        fields = {"trace": trace, "span": span, "content": content, **more}
        return client.post(reverse(name, args=args), fields, follow=True)

    return post


@pytest.fixture
def comments_on(client, project):
    def read(person, span="trace"):
        client.force_login(person)
        url = reverse("trace-page", args=[project.id, "t"])
        return client.get(url, {"span": span, "tab": "comments"})

    return read


@pytest.fixture
def trace(span) -> None:
    span("t", "r", name="root")
    span("t", "s", at=1, parent_span_id="r", name="step")


@pytest.mark.usefixtures("trace")
def test_comments_stand_with_the_span_or_the_trace_they_are_about(say, comments_on, member):
    assert "the step is slow" in text_of(say(member, "the step is slow", span="s"))
    say(member, "all is well")
    on_step, on_trace = text_of(comments_on(member, "s")), text_of(comments_on(member))
    assert "the step is slow" in on_step and "all is well" not in on_step
    assert "all is well" in on_trace and "the step is slow" not in on_trace
    assert "Minsu" in on_step
    assert "1 comment" in text_of(comments_on(member, "r"))  # beside the step's line


@pytest.mark.usefixtures("trace")
def test_a_comment_is_shown_as_it_was_written_and_does_nothing(say, member):
    html = say(member, "<script>boom()</script>\n**not bold**").content.decode()
    assert (
        "&lt;script&gt;boom()&lt;/script&gt;\n**not bold**" in html and "<script>boom" not in html
    )


@pytest.mark.usefixtures("trace")
def test_a_member_is_mentioned_by_picking_or_by_address(say, comments_on, member, owner):
    page = comments_on(member).content.decode()
    written = re.search(r'data-mention="(@\[Olga\][^"]*)"', page)[1]
    html = say(member, f"{written} and {member.email}").content.decode()
    assert '<span class="mention">@Olga</span>' in html
    assert list(Comment.objects.get().mentioned.all()) == [owner]


@pytest.mark.usefixtures("trace")
def test_ones_own_comment_is_edited_and_deleted(say, project, member):
    say(member, "frist", span="s")
    [comment] = Comment.objects.all()
    shown = text_of(say(member, "first", span="s", to=comment.id))
    assert "first" in shown and "frist" not in shown and "edited" in shown
    assert "No comments yet" in text_of(say(member, "", span="s", to=comment.id, delete="1"))


@pytest.mark.usefixtures("trace")
def test_nobody_changes_what_another_said(say, comments_on, member, owner):
    say(member, "mine")
    [comment] = Comment.objects.all()
    for more in ({}, {"delete": "1"}):
        assert say(owner, "theirs", to=comment.id, **more).status_code == 404
    assert Comment.objects.get().content == "mine"
    assert "Edit or delete" not in text_of(comments_on(owner))


@pytest.mark.usefixtures("trace")
def test_a_viewer_reads_and_writes_nothing(say, comments_on, member, viewer):
    say(member, "for all to read")
    page = comments_on(viewer)
    assert "for all to read" in text_of(page) and "<textarea" not in page.content.decode()
    assert say(viewer, "me too").status_code == 404
    assert Comment.objects.count() == 1


@pytest.mark.usefixtures("trace")
@pytest.mark.parametrize(
    "about", [{"trace": "gone"}, {"span": "gone"}, {"trace": "\0"}, {"trace": ""}]
)
def test_what_is_not_there_is_not_commented_on(say, member, about):
    assert say(member, "hello", **about).status_code == 404
    assert not Comment.objects.exists()


@pytest.mark.usefixtures("trace")
def test_spans_of_two_traces_with_one_id_are_two_things_to_comment_on(
    say, comments_on, span, project, member
):
    span("other", "s", name="the same id")
    say(member, "here", span="s")
    assert "there" in text_of(say(member, "there", trace="other", span="s"))
    shown = text_of(comments_on(member, "s"))
    assert "here" in shown and "there" not in shown
    delete_traces(project.id, ["other"])
    assert [one.content for one in Comment.objects.all()] == ["here"]


@pytest.mark.usefixtures("trace")
def test_an_id_that_postgres_cannot_hold_has_no_comments(comments_on, member):
    assert comments_on(member, "\0gone").status_code == 200


@pytest.mark.usefixtures("trace")
@pytest.mark.parametrize("content", ["", "  \n", "x" * 5001, "\0"])
def test_what_is_no_comment_is_said_to_be_none(say, member, content):
    page = say(member, content)
    assert "A comment must have 1 to 5,000 characters" in text_of(page)
    assert not Comment.objects.exists()


def test_an_edit_is_dated_and_mentions_anew(project, member, owner):
    comment = threads.add(
        project, object_type="TRACE", object_id="t", content=f"@{owner.email}", author=member
    )
    threads.edit(comment, f"@{member.email}")
    comment.refresh_from_db()
    assert list(comment.mentioned.all()) == [member] and comment.edited_at > comment.created_at
    with pytest.raises(threads.InvalidComment):
        threads.edit(comment, " ")
    assert threads.own(project.id, comment.id, owner) is None


def test_a_score_tells_its_reason_its_source_its_author_and_its_time(
    trace_page, span, score, member
):
    span("t", "r", name="root")
    score("t", "faithful", 0.92, comment="cites\nthe source", source="EVAL", observation_id="r")
    score("t", "tone", 0.5, source="ANNOTATION", author_user_id=str(member.pk), comment="curt")
    score("t", "other", 1, author_user_id="user-of-langfuse")
    page = trace_page(query={"span": "r", "tab": "scores"})
    text = text_of(page)
    assert "cites\nthe source" in page.content.decode()
    assert "of this span · by an evaluator" in text
    assert "of the trace · by a person · Minsu" in text
    assert "sent by the API · user-of-langfuse" in text
