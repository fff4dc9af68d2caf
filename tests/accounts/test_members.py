"""People join by a link, change roles and leave; nobody rises above their role, and an owner always
remains.
"""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user
from django.urls import reverse
from django.utils import timezone

from accounts.access import project_for
from accounts.membership import invite
from accounts.models import Invitation, Membership, Role, User


@pytest.fixture
def admin(organisation):
    user = User.objects.create_user("admin@people.example", name="Ada")
    Membership.objects.create(user=user, organisation=organisation, role=Role.ADMIN)
    return user


def role_of(user, organisation) -> str | None:
    membership = Membership.objects.filter(user=user, organisation=organisation).first()
    return membership.role if membership else None


def change(client, project, user, role: str):
    member = Membership.objects.get(user=user, organisation=project.organisation)
    return client.post(reverse("member-role", args=[project.id, member.pk]), {"role": role})


def remove(client, project, user):
    member = Membership.objects.get(user=user, organisation=project.organisation)
    return client.post(reverse("member-remove", args=[project.id, member.pk]))


def test_an_owner_changes_roles(client, project, organisation, owner, member):
    client.force_login(owner)
    change(client, project, member, "admin")
    assert role_of(member, organisation) == "admin"


def test_an_admin_makes_no_owner_and_touches_none(
    client, project, organisation, owner, admin, member
):
    client.force_login(admin)
    change(client, project, member, "owner")
    change(client, project, admin, "owner")
    change(client, project, owner, "viewer")
    remove(client, project, owner)
    assert role_of(member, organisation) == "member"
    assert role_of(admin, organisation) == "admin"
    assert role_of(owner, organisation) == "owner"


def test_the_last_owner_can_neither_step_down_nor_leave(client, project, organisation, owner):
    client.force_login(owner)
    change(client, project, owner, "viewer")
    remove(client, project, owner)
    assert role_of(owner, organisation) == "owner"


def test_the_last_owners_row_says_why_it_cannot_change(client, project, owner, member):
    client.force_login(owner)
    page = reverse("member-list", args=[project.id])
    reason = 'disabled title="An organisation needs an owner.'
    assert client.get(page).content.decode().count(reason) == 2
    change(client, project, member, "owner")
    assert reason not in client.get(page).content.decode()


def test_the_form_is_empty_again_once_an_invitation_is_made(client, project, owner):
    client.force_login(owner)
    page = reverse("member-list", args=[project.id])
    made = client.post(page, {"email": "new@example.org", "role": "viewer"})
    assert made.context["link"] and 'value="new@example.org"' not in made.content.decode()
    refused = client.post(page, {"email": "not an address", "role": "viewer"})
    assert 'value="not an address"' in refused.content.decode()


def test_one_of_two_owners_may_leave(client, project, organisation, owner, member):
    client.force_login(owner)
    change(client, project, member, "owner")
    response = remove(client, project, owner)
    assert response["Location"] == reverse("home")
    assert role_of(owner, organisation) is None
    assert client.get(reverse("project-settings", args=[project.id])).status_code == 404


def test_a_role_that_does_not_exist_is_not_found(client, project, organisation, owner, member):
    client.force_login(owner)
    assert change(client, project, member, "god").status_code == 404
    assert role_of(member, organisation) == "member"


def test_a_removed_member_is_out_at_once(client, project, organisation, owner, member):
    client.force_login(owner)
    remove(client, project, member)
    client.force_login(member)
    assert client.get(reverse("project-settings", args=[project.id])).status_code == 404


def link_from(client, project, email: str, role: str = "viewer") -> str:
    page = reverse("member-list", args=[project.id])
    response = client.post(page, {"email": email, "role": role})
    assert response.status_code == 200
    return response.context["link"].removeprefix("http://testserver")


def test_an_invited_person_makes_an_account_and_is_in(client, project, organisation, owner):
    client.force_login(owner)
    link = link_from(client, project, "New.Person@Example.org", "member")
    client.logout()
    assert "new.person@example.org" in client.get(link).content.decode()
    response = client.post(link, {"name": "New", "password": "a long enough phrase"})
    assert response["Location"] == reverse("home")
    user = get_user(client)
    assert user.email == "new.person@example.org"
    assert project_for(user, project.id).role == Role.MEMBER


def test_an_invitation_works_once(client, project, organisation, owner):
    client.force_login(owner)
    link = link_from(client, project, "once@example.org")
    client.logout()
    client.post(link, {"name": "One", "password": "a long enough phrase"})
    client.logout()
    assert client.get(link).status_code == 404
    assert client.post(link, {"name": "Two", "password": "another long phrase"}).status_code == 404
    assert User.objects.filter(email="once@example.org").count() == 1


def test_a_person_with_an_account_logs_in_to_join(client, project, organisation, owner, stranger):
    client.force_login(owner)
    link = link_from(client, project, stranger.email, "admin")
    client.logout()
    page = client.get(link).content.decode()
    assert f"{reverse('login')}?next={link}" in page
    assert 'name="password"' not in page
    client.force_login(stranger)
    assert client.get(link).status_code == 200
    assert role_of(stranger, organisation) is None
    client.post(link)
    assert role_of(stranger, organisation) == "admin"


def test_an_invitation_is_of_no_use_to_somebody_else(
    client, project, organisation, owner, stranger
):
    client.force_login(owner)
    link = link_from(client, project, "wanted@example.org")
    client.force_login(stranger)
    client.post(link)
    assert role_of(stranger, organisation) is None


def test_a_weak_password_is_refused_with_the_reason(client, project, owner):
    client.force_login(owner)
    link = link_from(client, project, "weak@example.org")
    client.logout()
    response = client.post(link, {"name": "Weak", "password": "12345"})
    assert response.status_code == 200
    assert 'id="id_password_error"' in response.content.decode()
    assert not User.objects.filter(email="weak@example.org").exists()


def test_an_old_a_withdrawn_and_a_replaced_invitation_no_longer_work(client, project, owner):
    client.force_login(owner)
    replaced = link_from(client, project, "late@example.org")
    link = link_from(client, project, "late@example.org")
    assert client.get(replaced).status_code == 404
    Invitation.objects.filter(email="late@example.org").update(
        expires_at=timezone.now() - timedelta(seconds=1)
    )
    assert client.get(link).status_code == 404
    withdrawn = link_from(client, project, "back@example.org")
    invitation = Invitation.objects.get(email="back@example.org")
    client.post(reverse("invitation-withdraw", args=[project.id, invitation.pk]))
    assert client.get(withdrawn).status_code == 404


def test_an_admin_cannot_invite_an_owner(client, project, admin):
    client.force_login(admin)
    page = reverse("member-list", args=[project.id])
    client.post(page, {"email": "boss@example.org", "role": "owner"})
    assert not Invitation.objects.filter(email="boss@example.org").exists()


def test_a_member_is_not_invited_again(client, project, owner, member):
    client.force_login(owner)
    page = reverse("member-list", args=[project.id])
    response = client.post(page, {"email": member.email.upper(), "role": "viewer"})
    assert "member already" in response.content.decode()


def test_only_a_digest_of_the_link_is_stored(organisation, owner):
    new = invite(
        organisation, email="x@example.org", role=Role.VIEWER, invited_by=owner, now=timezone.now()
    )
    stored = Invitation.objects.filter(pk=new.invitation.pk).values().get()
    assert new.token not in str(stored)
    assert new.token not in repr(new)
