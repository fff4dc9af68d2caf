"""The admin opens on every model of ours and shows no secret."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from accounts.membership import invite
from accounts.models import Role, User, digest_of


@pytest.fixture
def staff(client, db):
    user = User.objects.create_superuser("staff@example.org")
    client.force_login(user)
    return user


def test_every_model_of_accounts_is_in_the_admin():
    missing = [
        model
        for model in apps.get_app_config("accounts").get_models()
        if model not in admin.site._registry
    ]
    assert not missing


def test_each_list_and_each_form_opens(client, staff, organisation, project, api_key, member):
    invitation = invite(
        organisation, email="a@example.org", role=Role.VIEWER, invited_by=staff, now=timezone.now()
    )
    for instance in (
        member,
        organisation,
        project,
        member.memberships.get(),
        api_key.row,
        invitation.invitation,
    ):
        name = instance._meta.model_name
        assert client.get(reverse(f"admin:accounts_{name}_changelist")).status_code == 200
        page = client.get(reverse(f"admin:accounts_{name}_change", args=[instance.pk]))
        assert page.status_code == 200
        text = page.content.decode()
        assert digest_of(api_key.secret_key) not in text
        assert digest_of(invitation.token) not in text


def test_staff_adds_a_user_who_can_log_in(client, staff):
    phrase = "a long enough phrase"
    client.post(
        reverse("admin:accounts_user_add"),
        {
            "email": "made@example.org",
            "name": "Made",
            "usable_password": "true",
            "password1": phrase,
            "password2": phrase,
            "memberships-TOTAL_FORMS": "0",
            "memberships-INITIAL_FORMS": "0",
        },
    )
    assert User.objects.get(email="made@example.org").check_password(phrase)


def test_staff_revokes_a_key(client, staff, api_key):
    client.post(
        reverse("admin:accounts_apikey_changelist"),
        {"action": "revoke_keys", "_selected_action": [api_key.row.pk]},
    )
    api_key.row.refresh_from_db()
    assert api_key.row.revoked_at is not None


def test_keys_and_projects_are_neither_made_nor_deleted_in_the_admin(
    client, staff, project, api_key
):
    assert client.get(reverse("admin:accounts_apikey_add")).status_code == 403
    for instance in (project, api_key.row, project.organisation):
        name = instance._meta.model_name
        page = reverse(f"admin:accounts_{name}_delete", args=[instance.pk])
        assert client.post(page, {"post": "yes"}).status_code == 403
