"""Prompts that include others: found, bounded, and never in a circle."""

import pytest

from prompts.composition import (
    MOST_DEPTH,
    MOST_INCLUDED,
    InvalidComposition,
    Wanted,
    references_in,
    resolved,
    wanted,
)
from prompts.labels import move, number_of
from prompts.versions import remove


def tag(name: str, label: str = "production", number: int | None = None) -> str:
    asked = f"label={label}" if number is None else f"version={number}"
    return f"@@@langfusePrompt:name={name}|{asked}@@@"


@pytest.fixture
def live(make):
    """A new version in production."""
    return lambda name, body: make(name, body, labels=["production"])


def test_a_reference_asks_for_a_label_or_a_number():
    text = f"{tag('a/b')} {tag('c', number=3)} {tag('a/b')}"
    assert references_in(text) == [Wanted("a/b", "production"), Wanted("c", number=3)]


@pytest.mark.parametrize(
    "inside",
    ["", "name=a", "label=a", "name=a|label=b|version=1", "name=a|version=x", "name=a|version=-1",
     "name=|label=b", "name=a|label=", "version=1|label=b", "name=a|version=1234567890",
     "name=a//b|label=c", f"name={'x' * 256}|label=a", f"name=a|label={'x' * 37}"],
)  # fmt: skip
def test_a_reference_that_cannot_be_read_says_how_one_is_written(inside, make):
    with pytest.raises(InvalidComposition, match="is no reference"):
        wanted(inside)
    with pytest.raises(InvalidComposition, match="is no reference"):
        make("parent", f"@@@langfusePrompt:{inside}@@@")


def test_what_is_included_stands_where_its_reference_stood(live, project):
    live("tone", "Be {{how}}.")
    live("rules", f"1. {tag('tone')}")
    version = live("parent", f"{tag('rules')} {tag('tone')} Go.")
    found = resolved(project.id, version)
    assert found.body == "1. Be {{how}}. Be {{how}}. Go."
    graph = {
        key: [(one["name"], one["version"]) for one in children]
        for key, children in found.graph["dependencies"].items()
    }
    assert graph[str(version.pk)] == [("rules", 1), ("tone", 1)]
    assert len(graph) == 2


def test_a_version_that_includes_nothing_has_no_graph(live, project):
    assert resolved(project.id, live("a", "plain")).graph is None


def test_a_chat_includes_texts_in_its_messages(live, project):
    live("tone", "Be kind.")
    version = live("talk", [{"role": "system", "content": tag("tone")}])
    assert resolved(project.id, version).body[0]["content"] == "Be kind."


def test_a_chat_is_not_included(live):
    live("talk", [{"role": "user", "content": "hi"}])
    with pytest.raises(InvalidComposition, match="not of type text"):
        live("parent", tag("talk"))


def test_what_is_missing_is_named_and_nothing_is_written(live, project):
    live("tone", "Be kind.")
    for missing in (tag("none"), tag("tone", "staging"), tag("tone", number=7)):
        with pytest.raises(InvalidComposition, match=r"“parent” includes .*, and there is none"):
            live("parent", missing)
    assert [prompt.name for prompt in project.prompts.all()] == ["tone"]


def test_what_belongs_to_another_project_is_missing(live, by, organisation):
    from accounts.models import Project
    from prompts.versions import Draft, create

    live("tone", "Be kind.")
    other = Project.objects.create(organisation=organisation, name="Other")
    with pytest.raises(InvalidComposition, match="there is none"):
        create(other, Draft(name="parent", type="text", body=tag("tone")), by)


def test_a_prompt_does_not_include_itself(live):
    live("a", "plain")
    with pytest.raises(InvalidComposition, match="a → a"):
        live("a", tag("a"))


def test_two_prompts_do_not_include_each_other(live):
    live("a", "plain")
    live("b", tag("a"))
    with pytest.raises(InvalidComposition, match="in a circle: a → b → a"):
        live("a", tag("b"))


def test_three_prompts_do_not_go_round(live):
    live("a", "plain")
    live("b", tag("a"))
    live("c", tag("b"))
    with pytest.raises(InvalidComposition, match="a → c → b → a"):
        live("a", tag("c"))


def test_a_label_does_not_move_where_it_would_close_a_circle(live, make, by, project):
    """Each version is fine as long as production of the other is a plain one."""
    live("a", "plain")
    live("b", "plain")
    second_a, second_b = make("a", tag("b")), make("b", tag("a"))
    move(second_a.prompt, "production", second_a, by)
    with pytest.raises(InvalidComposition, match="circle: b → a → b"):
        move(second_b.prompt, "production", second_b, by)
    assert number_of(second_b.prompt, "production") == 1


def test_deleting_the_highest_version_closes_no_circle(make, project, by):
    """`latest` of “a” would be the version that includes “b” again."""
    make("b", "plain", labels=["production"])
    make("a", tag("b"))
    highest = make("a", "plain")
    make("b", tag("a", "latest"), labels=["production"])
    with pytest.raises(InvalidComposition, match="circle"):
        remove(project, [highest], by)
    assert highest.prompt.versions.count() == 2


def test_prompts_include_each_other_so_deep_and_no_deeper(live, project):
    live("p0", "deep")
    for depth in range(1, MOST_DEPTH + 1):
        version = live(f"p{depth}", tag(f"p{depth - 1}"))
    assert resolved(project.id, version).body == "deep"
    with pytest.raises(InvalidComposition, match=f"{MOST_DEPTH} deep at most"):
        live("one-more", tag(f"p{MOST_DEPTH}"))


def test_so_many_are_included_and_no_more(live, project):
    live("a", "x")
    version = live("parent", tag("a") * MOST_INCLUDED)
    assert resolved(project.id, version).body == "x" * MOST_INCLUDED
    with pytest.raises(InvalidComposition, match=f"{MOST_INCLUDED} others at most"):
        live("parent", tag("a") * (MOST_INCLUDED + 1))


def test_ten_thousand_references_are_refused_without_looking_for_them(
    make, django_assert_max_num_queries
):
    text = "".join(tag(f"a{number}") for number in range(9_000))
    with django_assert_max_num_queries(20), pytest.raises(InvalidComposition, match="at most"):
        make("parent", text)


def test_a_small_text_does_not_grow_without_bounds(live):
    """Ten of ten of ten … would be billions of laughs."""
    live("l0", "ha" * 100_000)
    with pytest.raises(InvalidComposition, match="1,000,000 characters"):
        live("l1", tag("l0") * 10)


def test_what_is_included_is_not_read_again(live, project):
    """No reference comes about by putting texts together."""
    live("end", "name=tone|label=production@@@")
    live("tone", "Be kind.")
    version = live("parent", f"@@@langfuse{tag('end')}")
    assert resolved(project.id, version).body == "@@@langfusename=tone|label=production@@@"
