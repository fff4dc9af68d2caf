"""What is still known of versions and prompts that were deleted."""

import pytest

from prompts.deletions import ranges
from prompts.models import Deletion, Prompt
from prompts.versions import remove
from tests.prompts.test_gates_pages import settings_of

pytestmark = pytest.mark.usefixtures("clickhouse_schema")


def test_whoever_deletes_a_version_or_a_prompt_is_named_on_the_page(
    client, member, make, look_at, submit
):
    make(), make(labels=["staging"])
    client.force_login(member)
    assert "Nothing was deleted yet." in look_at("prompt-deleted")
    submit("prompt-delete", {"name": "greet", "version": "2"})
    submit("prompt-delete", {"name": "greet"})
    whole, version = Deletion.objects.all()
    assert (version.numbers, version.labels, version.is_whole) == ([2], ["staging"], False)
    assert (whole.numbers, whole.user, whole.is_whole) == ([1], member, True)
    page = look_at("prompt-deleted")
    assert page.count(member.get_full_name()) >= 2 and "staging" in page
    assert "<b>the prompt</b>" in page and "version 2" in page


def test_a_program_that_deletes_is_named_by_its_key(client, owner, make, ask, api_key, look_at):
    make()
    assert ask("delete", "/api/public/v2/prompts/greet").status_code == 204
    client.force_login(owner)
    assert api_key.public_key[:20] in look_at("prompt-deleted")


def test_nothing_is_noted_where_nothing_is_deleted(client, member, make, submit):
    make("tone", "Be kind.", labels=["production"])
    make("greet", "@@@langfusePrompt:name=tone|label=production@@@")
    client.force_login(member)
    assert submit("prompt-delete", {"name": "tone"}).status_code == 409
    assert not Deletion.objects.exists()


def test_the_address_of_a_deleted_prompt_tells_its_end_and_its_history(
    client, owner, make, project, by, look_at, submit
):
    make(), make(labels=["staging"])
    client.force_login(owner)
    submit("prompt-gate-edit", settings_of(max_tokens="50", name="greet"))
    remove(project, list(Prompt.objects.get().versions.all()), by)
    page = look_at("prompt-page", "greet", status=404)
    assert "This prompt was deleted:" in page and "begins with version 3" in page
    assert "staging" in page and "50 tokens at most" in page
    make()
    assert "This prompt was deleted:" not in look_at("prompt-page", "greet")
    assert "made anew" in look_at("prompt-deleted")


def test_the_address_of_a_deleted_version_tells_who_deleted_it(
    client, owner, make, project, by, look_at
):
    make(), remove(project, [make()], by), make()
    client.force_login(owner)
    page = look_at("prompt-page", "greet", status=404, version="2")
    assert "This version was deleted:" in page and by.public_key in page
    assert "This version was deleted:" not in look_at(
        "prompt-page", "greet", status=404, version="12"
    )


def test_what_another_project_deleted_is_not_seen(
    client, owner, organisation, make, project, by, look_at
):
    from accounts.models import Project

    other = Project.objects.create(organisation=organisation, name="Other")
    Deletion.objects.create(project=other, name="secret", numbers=[1], is_whole=True, way="api")
    client.force_login(owner)
    assert "secret" not in look_at("prompt-deleted")
    assert "This prompt was deleted:" not in look_at("prompt-page", "secret", status=404)


def test_a_stranger_sees_nothing_of_it(client, stranger, project, look_at):
    Deletion.objects.create(project=project, name="secret", numbers=[1], is_whole=True, way="api")
    client.force_login(stranger)
    assert "secret" not in look_at("prompt-deleted", status=404)


def test_what_was_deleted_is_listed_by_pages(client, owner, project, look_at):
    Deletion.objects.bulk_create(
        Deletion(project=project, name=f"p{n:02}", numbers=[1], way="api") for n in range(51)
    )
    client.force_login(owner)
    assert 'rel="next"' in look_at("prompt-deleted")
    last = look_at("prompt-deleted", page="2")
    assert "p00" in last and "p50" not in last and 'rel="prev"' in last


@pytest.mark.parametrize(
    ("numbers", "told"), [([], ""), ([4], "4"), ([1, 2, 3, 7, 9, 10], "1–3, 7, 9–10")]
)
def test_many_numbers_are_told_as_ranges(numbers, told):
    assert ranges(numbers) == told
