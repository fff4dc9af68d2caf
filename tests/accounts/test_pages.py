"""Who may open and change what: strangers find nothing, and every role what the table gives it."""

import re
from itertools import pairwise

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.access import project_for
from accounts.membership import invite
from accounts.models import Membership, Organisation, Project, Role, User
from accounts.roles import LEAST_ROLE, permissions

# URL name, method, and the action in the table that it needs.
PAGES = [
    ("project-home", "get", "view"),
    ("project-settings", "get", "view"),
    ("project-settings", "post", "manage_projects"),
    ("organisation-settings", "get", "view"),
    ("organisation-settings", "post", "manage_organisation"),
    ("project-create", "get", "manage_projects"),
    ("project-create", "post", "manage_projects"),
    ("key-list", "get", "manage_keys"),
    ("key-list", "post", "manage_keys"),
    ("key-revoke", "get", "manage_keys"),
    ("key-revoke", "post", "manage_keys"),
    ("member-list", "get", "see_members"),
    ("member-list", "post", "manage_members"),
    ("member-role", "post", "manage_members"),
    ("member-remove", "get", "manage_members"),
    ("invitation-withdraw", "post", "manage_members"),
]


def url_of(name: str, project, api_key, member, invitation) -> str:
    extra = {
        "key-revoke": [api_key.row.pk],
        "member-role": [Membership.objects.get(user=member).pk],
        "member-remove": [Membership.objects.get(user=member).pk],
        "invitation-withdraw": [invitation.pk],
    }
    return reverse(name, args=[project.id, *extra.get(name, [])])


@pytest.fixture
def invitation(organisation, owner):
    return invite(
        organisation,
        email="new@example.org",
        role=Role.VIEWER,
        invited_by=owner,
        now=timezone.now(),
    ).invitation


@pytest.fixture
def in_role(organisation):
    def make(role: Role) -> User:
        user = User.objects.create_user(f"{role}@roles.example")
        Membership.objects.create(user=user, organisation=organisation, role=role)
        return user

    return make


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(("name", "method", "action"), PAGES)
def test_a_page_opens_to_the_roles_that_the_table_names(
    client, project, api_key, member, invitation, in_role, role, name, method, action
):
    client.force_login(in_role(role))
    url = url_of(name, project, api_key, member, invitation)
    response = getattr(client, method)(url, {"role": "member"})
    assert (response.status_code != 404) == permissions(role)[action]
    assert response.status_code in (200, 302, 404)


@pytest.mark.parametrize(("name", "method", "action"), PAGES)
def test_a_stranger_finds_nothing_and_learns_nothing(
    client, project, api_key, member, invitation, stranger, name, method, action
):
    client.force_login(stranger)
    response = getattr(client, method)(url_of(name, project, api_key, member, invitation))
    assert response.status_code == 404
    for secret in (project.name, api_key.public_key, member.email):
        assert secret not in response.content.decode()


@pytest.mark.parametrize(("name", "method", "action"), PAGES)
def test_who_is_not_logged_in_is_asked_to(
    client, project, api_key, member, invitation, name, method, action
):
    response = getattr(client, method)(url_of(name, project, api_key, member, invitation))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("login"))


def test_an_owner_of_one_organisation_reaches_no_key_or_member_of_another(
    client, project, api_key, member, invitation, stranger
):
    own = Organisation.objects.create(name="Elsewhere")
    Membership.objects.create(user=stranger, organisation=own, role=Role.OWNER)
    door = Project.objects.create(organisation=own, name="Door")
    client.force_login(stranger)
    for name in ("key-revoke", "member-role", "member-remove", "invitation-withdraw"):
        response = client.post(url_of(name, door, api_key, member, invitation))
        assert response.status_code == 404


def test_every_action_has_a_least_role_and_higher_roles_keep_it():
    ranks = [permissions(role) for role in (Role.VIEWER, Role.MEMBER, Role.ADMIN, Role.OWNER)]
    for lower, higher in pairwise(ranks):
        assert all(higher[action] for action in LEAST_ROLE if lower[action])
    assert all(ranks[-1].values())
    assert ranks[0] == {action: action == "view" for action in LEAST_ROLE}


def test_the_door_says_what_the_person_may_do(project, member):
    found = project_for(member, project.id)
    assert found.role == Role.MEMBER
    assert found.may["edit"] and not found.may["manage_keys"]


def test_buttons_that_a_role_may_not_use_are_not_drawn(client, project, in_role):
    client.force_login(in_role(Role.VIEWER))
    page = client.get(reverse("project-settings", args=[project.id])).content.decode()
    for name in ("key-list", "member-list", "project-create"):
        assert reverse(name, args=[project.id]) not in page
    assert 'name="name"' not in page


def test_home_leads_to_the_project_chosen_last(client, project, owner, organisation):
    other = Project.objects.create(organisation=organisation, name="Another")
    client.force_login(owner)
    client.get(reverse("project-home", args=[project.id]))
    assert client.get("/")["Location"] == reverse("trace-list", args=[project.id])
    client.get(reverse("project-home", args=[other.id]))
    assert client.get("/")["Location"] == reverse("trace-list", args=[other.id])


def test_a_project_lost_since_is_not_where_home_leads(client, project, owner, organisation):
    client.force_login(owner)
    client.get(reverse("project-home", args=[project.id]))
    mine = Organisation.objects.create(name="Mine")
    kept = Project.objects.create(organisation=mine, name="Kept")
    Membership.objects.create(user=owner, organisation=mine, role=Role.OWNER)
    Membership.objects.filter(user=owner, organisation=organisation).delete()
    assert client.get("/")["Location"] == reverse("trace-list", args=[kept.id])


def test_a_person_without_a_project_makes_an_organisation_and_owns_it(client, stranger):
    client.force_login(stranger)
    assert client.get("/")["Location"] == reverse("organisation-create")
    response = client.post(
        reverse("organisation-create"), {"organisation": "New", "project": "First"}
    )
    project = Project.objects.get(name="First", organisation__name="New")
    assert response["Location"] == reverse("setup", args=[project.id])
    assert project_for(stranger, project.id).role == Role.OWNER


def test_projects_are_made_and_renamed(client, project, owner):
    client.force_login(owner)
    client.post(reverse("project-settings", args=[project.id]), {"name": "Renamed"})
    project.refresh_from_db()
    assert project.name == "Renamed"
    client.post(reverse("project-create", args=[project.id]), {"name": "Second"})
    assert Project.objects.get(name="Second").organisation_id == project.organisation_id
    client.post(reverse("organisation-settings", args=[project.id]), {"name": "Acme Ltd"})
    project.organisation.refresh_from_db()
    assert project.organisation.name == "Acme Ltd"


def test_an_empty_name_is_refused_beside_its_field(client, project, owner):
    client.force_login(owner)
    response = client.post(reverse("project-settings", args=[project.id]), {"name": " "})
    assert response.status_code == 200
    assert 'id="id_name_error"' in response.content.decode()


def test_a_fragment_whose_session_ended_sends_the_whole_page_to_the_login(client, project):
    page = reverse("trace-list", args=[project.id])
    response = client.get(
        reverse("project-settings", args=[project.id]),
        headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}?q=x"},
    )
    assert response.status_code == 200
    assert response["HX-Redirect"] == f"{reverse('login')}?next={page}%3Fq%3Dx"


@pytest.mark.parametrize("name", ["logout", "preferences"])
def test_what_changes_something_needs_the_token_of_our_own_page(name, owner):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    response = client.post(reverse(name))
    assert response.status_code == 403


def test_the_list_of_keys_names_every_place_of_the_rail(client, project, viewer):
    client.force_login(viewer)
    page = client.get(reverse("trace-list", args=[project.id])).content.decode()
    rail = re.findall(r'class="rail-link"[^>]* data-keys="(\S) (\S+)"', page)
    named = re.findall(r"<dt><kbd>(g)</kbd> <kbd>(\S+)</kbd></dt><dd>Go to: ", page)
    assert len(rail) > 9 and named == rail
