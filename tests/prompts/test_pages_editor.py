"""The editor of versions: nothing that was written is lost, and errors stand at their field."""

import pytest

from prompts.models import Label, Prompt, PromptVersion, ProtectedLabel
from tests.prompts.test_pages import draft

pytestmark = pytest.mark.usefixtures("db", "clickhouse_schema")


def text_of(response) -> str:
    return response.content.decode()


def test_a_prompt_is_written_and_a_second_version_of_it(client, member, look_at, submit):
    client.force_login(member)
    first = submit("prompt-create", draft(label=["production"], tags="short, friendly"))
    assert first.status_code == 302, text_of(first)
    assert Prompt.objects.get().tags == ["friendly", "short"]
    assert Label.objects.get().version.number == 1
    editor = look_at("prompt-create", name="greeting")
    assert "Say {{word}}." in editor and "Starts from version 1" in editor
    sent = draft(text="Say it: {{word}}.", seen="1", message="Shorter")
    assert submit("prompt-create", sent, "?name=greeting").status_code == 302
    newest = PromptVersion.objects.first()
    assert (newest.number, newest.body, newest.message) == (2, "Say it: {{word}}.", "Shorter")
    assert newest.author == member and Label.objects.get().version.number == 1


def test_messages_are_added_moved_and_removed_without_script(client, member, submit):
    client.force_login(member)
    rows = [("message", "system", "First"), ("message", "user", "Second")]
    chat = {"type": "chat", "rows": rows, "config": '{"unread'}
    down = text_of(submit("prompt-create", draft(**chat) | {"do": "down:0"}))
    assert down.index("Second") < down.index("First") and "{&quot;unread" in down
    added = text_of(submit("prompt-create", draft(**chat) | {"do": "placeholder"}))
    assert added.count('name="row_kind" value="placeholder"') == 2  # and the template for more
    removed = text_of(submit("prompt-create", draft(**chat) | {"do": "remove:0"}))
    assert "First" not in removed and "Second" in removed
    assert not Prompt.objects.exists()


def test_what_is_wrong_stands_at_its_field_and_the_input_stays(client, member, submit):
    client.force_login(member)
    sent = draft(name="/a", text="Keep me", config='{\n  "a": 1,\n  "b" 2\n}', labels="No!")
    refused = submit("prompt-create", sent)
    text = text_of(refused)
    assert refused.status_code == 400 and "Keep me" in text
    assert 'id="id_name_error"' in text and "needs a name" in text
    assert 'id="id_config_error"' in text and "Line 3, column 7" in text
    assert 'id="id_labels_error"' in text
    assert not Prompt.objects.exists()


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ('{"a": 1, "a": 2}', "“a” stands twice"),
        ("[1]", "must be a JSON object"),
        ('{"a": NaN}', "“NaN” is no number"),
        ('{"a": "\\u0000"}', "must not hold NULs"),
        ('{"a": 1e999}', "no number in JSON"),
        ("[" * 100_000, "nested"),
        ('{"a": ' + "9" * 5000 + "}", "too long"),
    ],
)
def test_a_configuration_that_cannot_be_kept_is_refused(client, member, submit, config, words):
    client.force_login(member)
    refused = submit("prompt-create", draft(config=config))
    assert refused.status_code == 400 and words in text_of(refused)


def test_a_missing_include_and_a_circle_are_told_at_the_text(client, member, submit, written):
    written("a", "plain", labels=["production"])
    written("b", "@@@langfusePrompt:name=a|label=production@@@", labels=["production"])
    client.force_login(member)
    missing = draft(text="@@@langfusePrompt:name=nobody|version=9@@@")
    refused = submit("prompt-create", missing)
    assert refused.status_code == 400 and "there is none" in text_of(refused)
    circle = draft(text="@@@langfusePrompt:name=b|label=production@@@", label=["production"])
    refused = submit("prompt-create", circle, "?name=a")
    assert refused.status_code == 400 and "in a circle" in text_of(refused)
    assert PromptVersion.objects.count() == 2


def test_a_name_that_is_taken_adds_no_version_unseen(client, member, submit, written):
    written("greeting")
    client.force_login(member)
    refused = submit("prompt-create", draft())
    assert refused.status_code == 400 and "of this name already" in text_of(refused)
    assert PromptVersion.objects.count() == 1


def test_whoever_was_overtaken_is_told_once_and_keeps_the_text(client, member, submit, written):
    written("greeting")
    written("greeting", "By somebody else.")
    client.force_login(member)
    refused = submit("prompt-create", draft(text="Mine", seen="1"), "?name=greeting&version=1")
    text = text_of(refused)
    assert refused.status_code == 400 and "Olga made version 2" in text and "Mine" in text
    assert 'name="seen" value="2"' in text
    again = submit("prompt-create", draft(text="Mine", seen="2"), "?name=greeting&version=1")
    assert again.status_code == 302 and PromptVersion.objects.first().number == 3


def test_a_prompt_is_duplicated_under_another_name(client, member, look_at, submit, written):
    written("greeting", "Say {{word}}.", config={"model": "m"}, tags=["short"])
    client.force_login(member)
    editor = look_at("prompt-create", like="greeting", version="1")
    assert "greeting-copy" in editor and "short" in editor and "&quot;model&quot;" in editor
    assert submit("prompt-create", draft(name="greeting-copy")).status_code == 302
    assert Prompt.objects.count() == 2


def test_variables_are_told_while_they_are_written(client, member, submit, written):
    written("tone", "Be kind.", labels=["production"])
    client.force_login(member)
    body = "{{a}} {{b c}} @@@langfusePrompt:name=tone|label=production@@@"
    text = text_of(submit("prompt-draft", draft(text=body, config="{")))
    assert ">a</code>" in text and "“{{b c}}” is no variable" in text
    assert "tone (production)" in text and "this is no JSON" in text
    changes = text_of(submit("prompt-draft", draft(text="Be very kind."), "?name=tone"))
    assert "<ins> very</ins>" in changes


def test_a_body_over_the_limit_is_refused_and_kept(client, member, submit):
    client.force_login(member)
    refused = submit("prompt-create", draft(text="가" * 500_001))
    assert refused.status_code == 400 and "500,000 characters" in text_of(refused)
    assert not Prompt.objects.exists()


def test_a_nul_is_refused_with_its_reason(client, member, submit):
    client.force_login(member)
    refused = submit("prompt-create", draft(text="a\0b"))
    assert refused.status_code == 400 and not Prompt.objects.exists()
    rows = [("message", "system", "a\0b")]
    refused = submit("prompt-create", draft(type="chat", text="", rows=rows))
    assert refused.status_code == 400 and "NULs" in text_of(refused)


def test_a_label_that_others_move_is_not_offered(client, member, admin, project, look_at):
    ProtectedLabel.objects.create(project=project, name="production", least_role="admin")
    client.force_login(member)
    assert 'value="production"' not in look_at("prompt-create")
    client.force_login(admin)
    assert 'value="production" checked' in look_at("prompt-create")


def test_too_many_messages_are_refused_and_all_of_them_kept(client, member, submit):
    client.force_login(member)
    rows = [("message", "user", f"Text {number}") for number in range(520)]
    refused = submit("prompt-create", draft(type="chat", text="", rows=rows))
    text = text_of(refused)
    assert refused.status_code == 400 and "at most 500 messages" in text and "Text 519" in text


def part_of(text: str, id_: str) -> str:
    return text[text.index(f'id="{id_}"') :].split("</div>")[0]


def test_what_is_amiss_while_one_writes_is_told_at_its_field(client, member, look_at, submit):
    client.force_login(member)
    body = "{{first name}} @@@langfusePrompt:name=nobody|version=9@@@"
    told = text_of(submit("prompt-draft", draft(text=body, config='{"a": 1, "a": 2}')))
    assert "nobody (version 9) is included here, and there is none." in part_of(told, "text-amiss")
    assert "“{{first name}}” is no variable" in part_of(told, "text-amiss")
    assert "“a” stands twice" in part_of(told, "config-amiss")
    assert told.count('hx-swap-oob="true"') == 2
    assert "warning" not in told[: told.index('id="text-amiss"')]
    editor = look_at("prompt-create")
    assert editor.index('id="as-text"') < editor.index('id="text-amiss"')
    assert editor.index('id="id_config"') < editor.index('id="config-amiss"')
    assert "hx-swap-oob" not in editor


def test_what_is_refused_is_told_once_at_its_field(client, member, submit):
    client.force_login(member)
    sent = draft(text="@@@langfusePrompt:name=nobody|version=9@@@")
    page = text_of(submit("prompt-create", sent))
    assert "and there is none." in page and "<p" not in part_of(page, "text-amiss")
    page = text_of(submit("prompt-create", draft(config="{")))
    assert "this is no JSON" in page and "<p" not in part_of(page, "config-amiss")


def test_why_a_gate_is_closed_is_told_at_the_labels_in_ones_language(
    client, member, project, submit
):
    from prompts.gates.models import Gate

    Gate.objects.create(project=project, label="production", checks={"max_tokens": 1})
    client.force_login(member)
    client.cookies["django_language"] = "ko"
    page = text_of(submit("prompt-create", draft(label=["production"])))
    told = page[page.index('id="id_labels_error"') :].split("</ul>")[0]
    assert "길이: " in told and "토큰" in told and told.count("<li>") == 2
    assert "About" not in told and "allowed" not in told
