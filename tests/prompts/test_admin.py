"""Promotion in Django's admin: the same door as in the pages, by whoever may."""

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from prompts import labels
from prompts.changes import By
from prompts.gates.models import Gate
from prompts.models import Label, LabelMove, Prompt, PromptVersion, ProtectedLabel, Way

pytestmark = pytest.mark.usefixtures("db", "clickhouse_schema")


@pytest.fixture
def superuser(client, db):
    user = User.objects.create_superuser("staff@example.org", name="Root")
    client.force_login(user)
    return user


@pytest.fixture
def two(written):
    """Version 1 in production, version 2 not yet."""
    first = written(body="Say {{word}}.", labels=["production"])
    written(body="Please say {{word}}, {{mood}}.", config={"t": 1}, message="Kinder")
    return first.prompt


def as_staff(client, user) -> None:
    User.objects.filter(pk=user.pk).update(is_staff=True)
    client.force_login(User.objects.get(pk=user.pk))


def promote_url(prompt, query="") -> str:
    return reverse("admin:prompts_prompt_promote", args=[prompt.pk]) + query


def back_url(prompt) -> str:
    return reverse("admin:prompts_prompt_back", args=[prompt.pk])


def sent(**fields):
    return {"label": "production", "version": "2", "seen": "1", "note": ""} | fields


def test_every_page_of_prompts_in_the_admin_opens_and_changes_nothing(client, superuser, two):
    ProtectedLabel.objects.create(project=two.project, name="production")
    rows = (two, PromptVersion.objects.first(), LabelMove.objects.get(),
            ProtectedLabel.objects.get())  # fmt: skip
    for row in rows:
        name = row._meta.model_name
        assert client.get(reverse(f"admin:prompts_{name}_changelist")).status_code == 200
        change = reverse(f"admin:prompts_{name}_change", args=[row.pk])
        assert client.get(change).status_code == 200
        assert client.post(change, {"name": "stolen"}).status_code == 403
        for action in ("add", "delete"):
            args = [] if action == "add" else [row.pk]
            address = reverse(f"admin:prompts_{name}_{action}", args=args)
            assert client.post(address, {"post": "yes"}).status_code == 403
    assert Label not in admin.site._registry
    two.refresh_from_db()
    assert two.name == "support/answer"


def test_a_label_is_promoted_with_the_diff_in_sight_and_goes_back_by_one_click(
    client, superuser, two
):
    text = client.get(promote_url(two)).content.decode()
    assert "+ mood" in text and "<ins>Please" in text and "v1 → v2" in text
    answer = client.post(promote_url(two), sent(note="From the admin"), follow=True)
    assert "points at version 2 now" in answer.content.decode()
    assert "Back to v1" in answer.content.decode()
    move = LabelMove.objects.first()
    assert (move.way, move.user, move.note) == (Way.ADMIN, superuser, "From the admin")
    answer = client.post(back_url(two), sent(seen="2"), follow=True)
    assert "is back at version 1" in answer.content.decode()
    assert labels.number_of(two, "production") == 1


def test_who_comes_second_in_the_admin_is_told(client, superuser, owner, written, two):
    third = written(body="Third {{word}}.")
    labels.move(two, "production", third, By(Way.PAGE, user=owner))
    refused = client.post(promote_url(two), sent(note="Mine"))
    text = refused.content.decode()
    assert refused.status_code == 409 and "moved meanwhile" in text
    assert 'value="Mine"' in text and 'name="seen" value="3"' in text
    assert labels.number_of(two, "production") == 3
    told = client.post(back_url(two), sent(seen="1"), follow=True).content.decode()
    assert "moved meanwhile" in told and labels.number_of(two, "production") == 3


def test_a_failing_gate_closes_the_admin_too_until_the_version_passes(
    client, superuser, written, two
):
    Gate.objects.create(
        project=two.project, prompt=two, label="production", checks={"keep_variables": "same"}
    )
    refused = client.post(promote_url(two), sent())
    text = refused.content.decode()
    assert refused.status_code == 409 and "version 1 does not have: mood" in text
    assert labels.number_of(two, "production") == 1
    overridden = client.post(promote_url(two), sent(override="The shop asked for it"))
    assert overridden.status_code == 302
    assert LabelMove.objects.first().override == "The shop asked for it"
    client.post(back_url(two), sent(seen="2"))
    written(body="Kindly say {{word}}.")
    assert client.post(promote_url(two), sent(version="3")).status_code == 302
    assert labels.number_of(two, "production") == 3


def test_staff_promotes_where_its_role_may(client, member, two):
    as_staff(client, member)
    assert client.get(reverse("admin:prompts_prompt_change", args=[two.pk])).status_code == 200
    assert client.post(promote_url(two), sent()).status_code == 302
    assert labels.number_of(two, "production") == 2
    ProtectedLabel.objects.create(project=two.project, name="production", least_role=Role.ADMIN)
    assert client.post(promote_url(two), sent(version="1", seen="2")).status_code == 409
    client.post(back_url(two), sent(seen="2"))
    assert labels.number_of(two, "production") == 2


def test_staff_that_may_only_look_promotes_nothing(client, viewer, two):
    as_staff(client, viewer)
    page = client.get(reverse("admin:prompts_prompt_change", args=[two.pk]))
    assert page.status_code == 200 and "/promote/" not in page.content.decode()
    assert client.get(promote_url(two)).status_code == 404
    assert client.post(promote_url(two), sent()).status_code == 404
    assert client.post(back_url(two), sent()).status_code == 404


def test_staff_of_elsewhere_finds_nothing(client, stranger, two):
    as_staff(client, stranger)
    assert client.get(reverse("admin:prompts_prompt_changelist")).status_code == 403
    assert client.get(promote_url(two)).status_code == 404
    assert client.post(promote_url(two), sent()).status_code == 404
    assert Prompt.objects.count() == 1 and labels.number_of(two, "production") == 1


def test_members_who_are_no_staff_do_not_enter(client, owner, two):
    client.force_login(owner)
    assert "/admin/login/" in client.post(promote_url(two), sent())["Location"]
    assert labels.number_of(two, "production") == 1
