"""The pages of prompts: who sees and may do what, and what they say."""

import pytest

from prompts import versions
from prompts.changes import By
from prompts.models import LabelMove, Prompt, PromptVersion, ProtectedLabel, Way
from prompts.versions import Draft

pytestmark = pytest.mark.usefixtures("db", "clickhouse_schema")

CHAT = [
    {"role": "system", "content": "You answer customers of {{shop}}."},
    {"type": "placeholder", "name": "history"},
    {"role": "user", "content": "{{question}}"},
]


def draft(**fields):
    """The editor's form as a browser sends it."""
    rows = fields.pop("rows", [])
    data = {"name": "greeting", "type": "text", "text": "Say {{word}}.", "config": ""}
    data |= {"labels": "", "tags": "", "message": ""} | fields
    for name, column in zip(("kind", "role", "content"), zip(*rows, strict=True), strict=False):
        data[f"row_{name}"] = list(column)
    return data


def test_the_list_shows_folders_and_what_lies_beside_them(client, viewer, look_at, written):
    written("support/answer", labels=["production"])
    written("support/de/answer")
    written("greeting", tags=["short", "friendly"])
    client.force_login(viewer)
    text = look_at("prompt-list")
    assert "support/" in text and "2 prompts" in text and "greeting" in text
    assert "friendly" in text and "New prompt" not in text
    inside = look_at("prompt-list", folder="support")
    assert 'title="support/answer"' in inside and "de/" in inside and "greeting" not in inside


def test_a_search_looks_into_all_folders(client, viewer, look_at, written):
    written("support/answer", labels=["production"])
    written("greeting", tags=["short"])
    client.force_login(viewer)
    found = look_at("prompt-list", q="ANSW")
    assert "support/answer" in found and 'title="greeting"' not in found
    assert 'title="greeting"' in look_at("prompt-list", tag="short")
    assert 'title="support/answer"' in look_at("prompt-list", label="production")
    assert "No prompt matches" in look_at("prompt-list", q="100%_")


def test_an_empty_project_is_told_what_to_do(client, member, look_at):
    client.force_login(member)
    text = look_at("prompt-list")
    assert "Write the first prompt" in text and "langfuse.create_prompt(" in text


def test_a_long_list_comes_in_pages(client, viewer, look_at, project):
    Prompt.objects.bulk_create(
        Prompt(project=project, name=f"p{number:03}", type="text") for number in range(120)
    )
    client.force_login(viewer)
    assert "Page 1 of 3" in look_at("prompt-list")
    assert 'title="p119"' in look_at("prompt-list", page="3")
    assert 'title="p119"' in look_at("prompt-list", page="99")


def test_the_page_shows_a_version_with_its_variables_and_placeholders(
    client, viewer, look_at, written
):
    written(body=CHAT, config={"model": "gpt-5", "temperature": 0}, labels=["production"])
    client.force_login(viewer)
    text = look_at("prompt-page", "support/answer")
    assert '<mark class="variable" title="Variable">{{question}}</mark>' in text
    assert "history" in text and "&quot;temperature&quot;: 0" in text
    assert "New version" not in text and "Promote" not in text
    used = look_at("prompt-page", "support/answer", tab="use")
    assert "langfuse.get_prompt(&quot;support/answer&quot;, label=&quot;production&quot;" in used
    assert "/api/public/v2/prompts/support%2Fanswer?label=production" in used


def test_what_is_included_is_shown_in_place(client, viewer, look_at, written):
    written("tone", "Be kind.", labels=["production"])
    written("answer", "@@@langfusePrompt:name=tone|label=production@@@ Answer.")
    client.force_login(viewer)
    raw = look_at("prompt-page", "answer")
    assert "Be kind." not in raw and "name=tone|label=production" in raw
    assert "Be kind. Answer." in look_at("prompt-page", "answer", view="resolved")


def test_a_slip_of_the_pen_is_marked(client, viewer, look_at, written):
    written(body="Hello {{first name}}")
    client.force_login(viewer)
    assert '<mark class="slip"' in look_at("prompt-page", "support/answer")


def test_names_and_texts_of_strangers_are_inert(client, member, look_at, written, project):
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    name = "x/" + evil.replace("/", "")
    written(name, [{"role": evil[:50], "content": evil}], tags=[evil], message=evil)
    written(name, [{"role": evil[:50], "content": f"{evil} 2"}], config={evil: evil})
    client.force_login(member)
    pages = [look_at("prompt-list", q="x"), look_at("prompt-list", folder="x")]
    pages += [look_at("prompt-page", name, tab=tab) for tab in ("", "labels", "use", "comments")]
    pages += [
        look_at("prompt-compare", name=name),
        look_at("prompt-promote", name=name),
        look_at("prompt-create", name=name),
        look_at("prompt-delete", name=name),
    ]
    assert not [page for page in pages if "<script>alert" in page or "<img src=x" in page]


def test_thousands_of_versions_come_in_pages_of_the_rail(client, viewer, look_at, written):
    first = written()
    PromptVersion.objects.bulk_create(
        PromptVersion(prompt=first.prompt, number=number, body="x") for number in range(2, 1001)
    )
    client.force_login(viewer)
    text = look_at("prompt-page", "support/answer")
    assert "v1000" in text and "v961" in text and "v960" not in text
    old = look_at("prompt-page", "support/answer", version="3")
    assert "Page 25 of 25" in old and "Version 3" in old
    look_at("prompt-page", "support/answer", version="1001", status=404)
    look_at("prompt-page", "support/answer", version="nowhere", status=404)


def test_pages_ask_as_often_for_many_labels_and_prompts_as_for_few(
    client, viewer, look_at, written, django_assert_max_num_queries
):
    for number in range(20):
        written(f"many/{number}", labels=["production"])
        written(labels=[f"label-{number}"])
    client.force_login(viewer)
    with django_assert_max_num_queries(14):
        look_at("prompt-list", folder="many")
    with django_assert_max_num_queries(25):
        look_at("prompt-page", "support/answer", tab="labels")


def test_a_trace_leads_to_its_prompt_and_a_prompt_that_is_not_here_says_so(
    client, viewer, look_at, written, span
):
    written()
    span("t", "s", type="GENERATION", prompt_name="support/answer", prompt_version=1)
    span("u", "s", type="GENERATION", prompt_name="a|b\nc", prompt_version=1)
    client.force_login(viewer)
    text = look_at("trace-page", "t", span="s")
    assert "/prompts/of/support/answer?version=1" in text
    assert "a|b" in look_at("trace-page", "u", span="s")
    assert "No prompt has this name" in look_at("prompt-page", "elsewhere", status=404)
    gone = look_at("prompt-page", "support/answer", version="7", status=404)
    assert "has no such version" in gone and "Its newest version" in gone


def test_a_viewer_changes_nothing(client, viewer, look_at, submit, written):
    written()
    client.force_login(viewer)
    for name in ("prompt-create", "prompt-promote", "prompt-delete"):
        look_at(name, name="support/answer", status=404)
    for name in ("prompt-create", "prompt-promote", "prompt-delete", "prompt-tags",
                 "prompt-comment", "prompt-draft", "prompt-promote-back"):  # fmt: skip
        assert submit(name, {"name": "support/answer", "content": "x"}).status_code == 404
    assert PromptVersion.objects.count() == 1 and not LabelMove.objects.exists()


def test_a_prompt_of_another_project_is_not_found(client, owner, organisation, look_at, written):
    from accounts.models import Project

    other = Project.objects.create(organisation=organisation, name="Other")
    versions.create(other, Draft("elsewhere", "text", "x"), By(Way.PAGE, user=owner))
    client.force_login(owner)
    assert "elsewhere" not in look_at("prompt-list")
    look_at("prompt-page", "elsewhere", status=404)
    for name in ("prompt-compare", "prompt-promote", "prompt-delete"):
        look_at(name, name="elsewhere", status=404)


def test_the_calls_of_the_last_day_stand_in_the_list(client, viewer, look_at, written, span, now):
    import time

    written("greeting")
    for number in range(3):
        span(f"t{number}", "s", prompt_name="greeting", prompt_version=1, type="GENERATION",
             at=(time.time_ns() - now) / 1e9 - 60)  # fmt: skip
    client.force_login(viewer)
    text = look_at("prompt-list", part="calls")
    assert ">3</a>" in text and "hx-swap-oob" in text


def test_tags_are_added_and_removed(client, member, submit, written):
    version = written(tags=["old"])
    client.force_login(member)
    assert submit("prompt-tags", {"name": "support/answer", "add": "new"}).status_code == 302
    submit("prompt-tags", {"name": "support/answer", "remove": "old"})
    version.prompt.refresh_from_db()
    assert version.prompt.tags == ["new"]
    answer = submit("prompt-tags", {"name": "support/answer", "add": "x" * 101})
    assert answer.status_code == 302
    version.prompt.refresh_from_db()
    assert version.prompt.tags == ["new"]


def test_people_talk_about_a_prompt(client, member, look_at, submit, written):
    written()
    client.force_login(member)
    submit("prompt-comment", {"name": "support/answer", "content": "Too <b>stiff</b>?"})
    text = look_at("prompt-page", "support/answer", tab="comments")
    assert "Too &lt;b&gt;stiff&lt;/b&gt;?" in text


def test_deleting_names_what_breaks_and_is_refused_while_others_include_it(
    client, member, look_at, submit, written
):
    written("tone", "Be kind.", labels=["production"])
    written("answer", "@@@langfusePrompt:name=tone|label=production@@@")
    client.force_login(member)
    text = look_at("prompt-delete", name="tone")
    assert "production" in text and "answer v1" in text
    refused = submit("prompt-delete", {"name": "tone"})
    assert refused.status_code == 409 and "included by answer version 1" in refused.content.decode()
    assert submit("prompt-delete", {"name": "answer"}).status_code == 302
    assert submit("prompt-delete", {"name": "tone"}).status_code == 302
    assert not Prompt.objects.exists()


def test_one_version_is_deleted_and_the_others_stay(client, member, submit, written):
    written()
    written(body="Second.")
    client.force_login(member)
    answer = submit("prompt-delete", {"name": "support/answer", "version": "1"})
    assert answer.status_code == 302
    assert [version.number for version in PromptVersion.objects.all()] == [2]


def test_admins_protect_a_label_and_members_see_it(client, admin, member, look_at, submit):
    client.force_login(member)
    assert "Protect a label" not in look_at("protected-labels")
    assert (
        submit("protected-labels", {"name": "production", "least_role": "admin"}).status_code == 404
    )
    client.force_login(admin)
    assert submit("protected-labels", {"name": "No!", "least_role": "admin"}).status_code == 400
    assert (
        submit("protected-labels", {"name": "production", "least_role": "owner"}).status_code == 400
    )
    assert (
        submit("protected-labels", {"name": "production", "least_role": "admin"}).status_code == 302
    )
    assert ProtectedLabel.objects.get().least_role == "admin"
    submit("protected-labels", {"remove": "production"})
    assert not ProtectedLabel.objects.exists()
