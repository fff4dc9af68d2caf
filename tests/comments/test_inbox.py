"""What a person is told of the comments that mention them."""

import pytest

from accounts.models import Membership, Organisation, Project
from comments import inbox, mentions, threads

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def say(project, owner):
    def add(content, *, at=project, author=owner):
        return threads.add(at, object_type="TRACE", object_id="t", content=content, author=author)

    return add


def said_to(user) -> list[str]:
    return [mention.comment.content for mention in inbox.page(user)[0]]


def test_mentions_are_told_the_newest_first_and_are_new_until_they_are_read(say, member):
    hello = mentions.written(member)
    for content in (f"first {hello}", "to nobody", f"second {hello}"):
        say(content)
    found, older = inbox.page(member)
    assert said_to(member) == [f"second {hello}", f"first {hello}"] and older is None
    assert inbox.unread(member) == 2
    inbox.mark_read(member, found[:1])
    assert inbox.unread(member) == 1
    assert [bool(mention.read_at) for mention in inbox.page(member)[0]] == [True, False]


def test_an_edit_makes_no_mention_new_again_and_takes_back_those_that_are_gone(say, member, viewer):
    comment = say(mentions.written(member))
    inbox.mark_read(member, inbox.page(member)[0])
    threads.edit(comment, f"{mentions.written(member)} and {mentions.written(viewer)}")
    assert (inbox.unread(member), inbox.unread(viewer)) == (0, 1)
    threads.edit(comment, mentions.written(viewer))
    assert said_to(member) == []


def test_nobody_is_told_of_themselves_nor_of_where_they_no_longer_belong(say, owner, member):
    say(mentions.written(member), author=member)
    elsewhere = Organisation.objects.create(name="Elsewhere")
    stay = Membership.objects.create(user=member, organisation=elsewhere)
    say(mentions.written(member), at=Project.objects.create(organisation=elsewhere, name="Other"))
    assert inbox.unread(member) == 1
    stay.delete()
    assert inbox.unread(member) == 0 and said_to(member) == []


def test_nobody_marks_the_mentions_of_others(say, member, viewer):
    say(f"{mentions.written(member)} {mentions.written(viewer)}")
    inbox.mark_read(viewer, inbox.page(member)[0])
    assert inbox.unread(member) == 1


def test_many_mentions_are_told_page_by_page(say, member):
    for number in range(inbox.PAGE + 2):
        say(f"{number} {mentions.written(member)}")
    first, older = inbox.page(member)
    rest, end = inbox.page(member, older)
    assert (len(first), len(rest), end) == (inbox.PAGE, 2, None)
    assert [one.comment.content.split()[0] for one in rest] == ["1", "0"]
