"""Comments by themselves: kept in order, bounded, and telling whom they mention."""

import pytest

from accounts.models import User
from comments import mentions, threads
from comments.mentions import Piece
from comments.models import MAX_CONTENT

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def say(project):
    def add(content, object_id="t1", object_type="TRACE", **fields):
        return threads.add(
            project, object_type=object_type, object_id=object_id, content=content, **fields
        )

    return add


def test_comments_are_told_by_what_they_are_about_the_oldest_first(project, say, member):
    say("first", author=member)
    say("second")
    say("elsewhere", object_id="t2")
    say("of another kind", object_type="SESSION")
    found = threads.of(project.id, "TRACE", ["t1", "t2", "t3"])
    assert {key: [one.content for one in said] for key, said in found.items()} == {
        "t1": ["first", "second"],
        "t2": ["elsewhere"],
    }
    assert found["t1"][0].author == member
    assert threads.counts(project.id, "TRACE", ["t1", "t2", "t3"]) == {"t1": 2, "t2": 1}


def test_another_projects_comments_are_not_told(say, organisation):
    from accounts.models import Project

    say("ours")
    other = Project.objects.create(organisation=organisation, name="Other")
    assert threads.of(other.id, "TRACE", ["t1"]) == {}
    threads.forget(other.id, "TRACE", ["t1"])
    assert threads.counts(say("again").project_id, "TRACE", ["t1"]) == {"t1": 2}


def test_members_are_mentioned_by_link_or_by_address_and_strangers_are_text(
    say, member, owner, stranger
):
    comment = say(
        f"@[Minsu](user:{member.pk}) and @{owner.email.upper()}, not @{stranger.email} "
        f"nor @[x](user:{stranger.pk}) nor mail@{owner.email}"
    )
    assert set(comment.mentioned.all()) == {member, owner}


def test_what_a_page_writes_to_mention_somebody_mentions_them(say, member):
    member.name = "Min]su [dev](user:1)\n"
    member.save()
    assert list(say(f"Look, {mentions.written(member)}!").mentioned.all()) == [member]


def test_a_comment_comes_in_pieces_to_show():
    known = [User(pk=7, email="ada@example.org"), User(pk=8, email="bo@example.org")]
    assert list(mentions.pieces("Hi @[Ada L.](user:7), see @bo@example.org.", known)) == [
        Piece("Hi "),
        Piece("@Ada L.", is_mention=True),
        Piece(", see "),
        Piece("@bo@example.org", is_mention=True),
        Piece("."),
    ]
    assert list(mentions.pieces("@[](user:7) @[a](user:x) a@b", known)) == [
        Piece("@[](user:7) @[a](user:x) a@b")
    ]


def test_what_names_nobody_is_text_as_it_was_written():
    known = [User(pk=7, email="Ada@example.org")]
    content = "Hi @[Bo](user:8) and @nobody@x.y"
    assert list(mentions.pieces(content, known)) == [Piece(content)]
    assert list(mentions.pieces("@nobody@x.y, @ada@EXAMPLE.org", known)) == [
        Piece("@nobody@x.y, "),
        Piece("@ada@EXAMPLE.org", is_mention=True),
    ]


@pytest.mark.parametrize("content", ["", "  \n", "x" * (MAX_CONTENT + 1), "a\0b"])
def test_a_comment_that_is_none_is_refused(say, content):
    with pytest.raises(threads.InvalidComment):
        say(content)


@pytest.mark.parametrize(("kind", "about"), [("DOG", "t"), ("TRACE", ""), ("TRACE", "x" * 801)])
def test_a_comment_about_nothing_is_refused(say, kind, about):
    with pytest.raises(threads.InvalidComment):
        say("hello", object_id=about, object_type=kind)


def test_the_longest_ids_and_comments_are_kept(project, say):
    say("😀" * MAX_CONTENT, object_id="🦉" * 800)
    (found,) = threads.of(project.id, "TRACE", ["🦉" * 800]).values()
    assert found[0].content == "😀" * MAX_CONTENT
