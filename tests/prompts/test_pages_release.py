"""Promotion in the pages: the diff, one click, one click back, and who is told what."""

import time

import pytest

from accounts.roles import Role
from prompts import labels
from prompts.changes import By
from prompts.gates.models import Gate
from prompts.models import LabelMove, ProtectedLabel, Way
from prompts.splits import running
from tests.prompts.test_pages import CHAT, draft

pytestmark = pytest.mark.usefixtures("db", "clickhouse_schema")


@pytest.fixture
def two(written):
    """Version 1 in production, version 2 not yet."""
    first = written(body="Say {{word}} to {{name}}.", config={"t": 0}, labels=["production"])
    second = written(body="Please say {{word}}, {{mood}}.", config={"t": 1})
    return first, second


def asked(**fields):
    data = {"name": "support/answer", "label": "production", "version": "2", "seen": "1"}
    return data | {"note": ""} | fields


def in_production(prompt):
    return labels.number_of(prompt, "production")


def test_the_promotion_shows_what_changes_for_programs(client, member, look_at, two):
    client.force_login(member)
    text = look_at("prompt-promote", name="support/answer", version="2")
    assert "+ mood" in text and "− name" in text
    assert "<ins>Please " in text or "<ins>Please</ins>" in text
    assert "tokens" in text and "no calls in the last 24 h" in text
    inline = look_at("prompt-promote", name="support/answer", version="2", view="inline")
    assert 'class="diff inline"' in inline


def test_one_click_promotes_and_one_click_goes_back(client, member, submit, two):
    client.force_login(member)
    assert submit("prompt-promote", asked(note="Kinder")).status_code == 302
    assert in_production(two[0].prompt) == 2
    move = LabelMove.objects.first()
    assert (move.note, move.user, move.way) == ("Kinder", member, Way.PAGE)
    back = asked(seen="2")
    assert submit("prompt-promote-back", back).status_code == 302
    assert in_production(two[0].prompt) == 1
    assert LabelMove.objects.first().note == "Back from version 2"


def test_a_label_that_was_taken_away_comes_back_by_one_click(client, member, look_at, submit, two):
    client.force_login(member)
    submit("prompt-label-remove", asked())
    assert in_production(two[0].prompt) is None
    text = look_at("prompt-page", "support/answer", tab="labels")
    assert "taken away" in text and "Back to v1" in text
    submit("prompt-promote-back", asked(seen=""))
    assert in_production(two[0].prompt) == 1


def test_a_new_label_has_no_way_back(client, member, submit, two):
    client.force_login(member)
    submit("prompt-promote", asked(label="staging", seen=""))
    refused = submit("prompt-promote-back", asked(label="staging", seen="2"))
    assert refused.status_code == 404 and labels.number_of(two[0].prompt, "staging") == 2


def test_going_back_to_a_version_that_is_gone_says_so(client, member, submit, look_at, two):
    client.force_login(member)
    submit("prompt-promote", asked())
    two[0].delete()
    answer = submit("prompt-promote-back", asked(seen="2"))
    assert answer.status_code == 302 and in_production(two[1].prompt) == 2
    assert "is deleted" in client.get(answer["Location"]).content.decode()


def test_who_comes_second_is_told_and_keeps_the_note(client, member, owner, submit, written, two):
    third = written(body="Third {{word}}.")
    labels.move(third.prompt, "production", third, By(Way.PAGE, user=owner))
    client.force_login(member)
    refused = submit("prompt-promote", asked(note="Mine"))
    text = refused.content.decode()
    assert refused.status_code == 409 and "moved meanwhile" in text and "version 3" in text
    assert 'value="Mine"' in text and 'name="seen" value="3"' in text
    assert in_production(third.prompt) == 3
    assert submit("prompt-promote", asked(note="Mine", seen="3")).status_code == 302
    late = submit("prompt-promote-back", asked(seen="3"))
    assert late.status_code == 302 and in_production(third.prompt) == 2


def test_a_protected_label_is_moved_by_its_role_alone(
    client, member, admin, project, look_at, submit, two
):
    ProtectedLabel.objects.create(project=project, name="production", least_role=Role.ADMIN)
    client.force_login(member)
    text = look_at("prompt-promote", name="support/answer", version="2")
    assert "This label is protected" in text and "promote-form" not in text
    assert submit("prompt-promote", asked()).status_code == 409
    assert submit("prompt-label-remove", asked()).status_code == 409
    assert in_production(two[0].prompt) == 1
    client.force_login(admin)
    assert submit("prompt-promote", asked()).status_code == 302
    assert in_production(two[0].prompt) == 2


def test_taking_a_label_away_asks_first_and_heeds_the_conflict(
    client, member, look_at, submit, two
):
    client.force_login(member)
    assert "not found" in look_at("prompt-label-remove", name="support/answer", label="production")
    assert submit("prompt-label-remove", asked(seen="2")).status_code == 409
    assert submit("prompt-label-remove", asked(seen="1")).status_code == 302
    assert in_production(two[0].prompt) is None


def test_a_label_that_is_none_is_told(client, member, look_at, submit, two):
    client.force_login(member)
    for label in ("latest", "No!"):
        assert submit("prompt-promote", asked(label=label)).status_code == 409
    assert not LabelMove.objects.filter(label__in=("latest", "No!")).exists()


@pytest.mark.parametrize("version", ["99", "abc", "0"])
def test_a_version_that_there_is_not_is_told_and_nothing_moves(
    client, member, submit, two, version
):
    client.force_login(member)
    response = submit("prompt-promote", asked(version=version))
    assert response.status_code == 409
    assert f"There is no version {version}." in response.content.decode()
    assert in_production(two[0].prompt) == 1


def test_what_the_change_costs_at_todays_traffic(
    client, member, project, look_at, written, span, now
):
    from pricing import store
    from pricing.models import ModelPrice

    ModelPrice.objects.create(
        id="own", project=project, model_name="acme-1", rates=[["input", "0.001", 0, ""]]
    )
    store.forget()
    written(body="x" * 40, labels=["production"])
    written(body="x" * 80)
    recent = {"at": (time.time_ns() - now) / 1e9 - 60, "type": "GENERATION"}
    for number in range(5):
        model = "acme-1" if number < 4 else "unheard-of-model"
        span(f"t{number}", "s", model=model, prompt_name="support/answer", **recent)
    client.force_login(member)
    text = look_at("prompt-compare", name="support/answer", **{"from": "1", "to": "2"})
    assert "≈ 10 → 20 tokens" in text and "(+10)" in text
    assert "≈ $0.0400 more a day" in text and "1 of them without a price" in text
    assert "5 calls in 24 h" in text


def test_chats_are_compared_message_by_message(client, viewer, look_at, written):
    written(body=CHAT)
    written(body=[*CHAT[:1], CHAT[2]])
    client.force_login(viewer)
    text = look_at("prompt-compare", name="support/answer")
    assert "− history" in text and "▸ system" in text


def test_a_closed_gate_stops_members_and_asks_admins_for_a_reason(
    client, member, admin, look_at, submit, two
):
    prompt = two[0].prompt
    checks = {"keep_variables": "all"}
    Gate.objects.create(project=prompt.project, prompt=prompt, label="production", checks=checks)
    client.force_login(member)
    text = look_at("prompt-promote", name="support/answer", version="2")
    assert "The gate is closed" in text and "disabled" in text
    refused = submit("prompt-promote", asked(note="Now", override="Please"))
    assert refused.status_code == 409 and "Nothing was moved" in refused.content.decode()
    assert in_production(prompt) == 1
    client.force_login(admin)
    refused = submit("prompt-promote", asked(note="Now")).content.decode()
    assert 'name="override"' in refused and 'value="Now"' in refused
    assert submit("prompt-promote", asked(override="The shop asked")).status_code == 302
    assert in_production(prompt) == 2
    assert "The shop asked" in look_at("prompt-page", "support/answer", tab="labels")


def test_the_editor_names_the_gate_that_keeps_a_label_where_it_is(
    client, member, submit, written, two
):
    prompt = two[0].prompt
    checks = {"keep_variables": "all"}
    Gate.objects.create(project=prompt.project, prompt=prompt, label="production", checks=checks)
    client.force_login(member)
    sent = draft(text="No variables", label=["production"], seen="2")
    refused = submit("prompt-create", sent, "?name=support/answer")
    text = refused.content.decode()
    assert refused.status_code == 400 and "id_labels_error" in text
    assert (
        "Variables of version 1 that are missing" in text
        or "Variables of version 2 that are missing" in text
    )
    assert "No variables" in text and prompt.versions.count() == 2


def test_a_running_split_is_told_before_a_promotion_ends_it(
    client, member, owner, look_at, submit, two
):
    prompt = two[0].prompt
    split = running.start(
        prompt, "production", {1: 90, 2: 10}, By(Way.PAGE, owner, role=Role.OWNER)
    )
    client.force_login(member)
    assert "v1 90 % · v2 10 %" in look_at("prompt-page", "support/answer", tab="labels")
    assert "Moving it ends the split" in look_at("prompt-promote", name="support/answer")
    gone = submit("prompt-delete", {"name": "support/answer", "version": "2"})
    assert gone.status_code == 409 and "Stop that split first" in gone.content.decode()
    assert submit("prompt-promote", asked()).status_code == 302
    split.refresh_from_db()
    assert split.ended_at
