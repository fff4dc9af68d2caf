"""The first boot makes what is missing, later ones change nothing, and the environment can state it
all.
"""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from accounts.authentication import Credential, grant_for
from accounts.models import ApiKey, Membership, Organisation, Project, Role, User
from accounts.seed import DEFAULT_EMAIL, seed

NAMES = (
    "ORG_ID", "ORG_NAME", "PROJECT_ID", "PROJECT_NAME", "PROJECT_PUBLIC_KEY", "PROJECT_SECRET_KEY",
    "USER_EMAIL", "USER_NAME", "USER_PASSWORD",
)  # fmt: skip
STATED = {
    "ORG_ID": "acme",
    "ORG_NAME": "Acme",
    "PROJECT_ID": "cm0abc-DEF_1",
    "PROJECT_NAME": "Bot",
    "PROJECT_PUBLIC_KEY": "pk-lf-1234567890",
    "PROJECT_SECRET_KEY": "sk-lf-1234567890abcdef",
    "USER_EMAIL": "Root@Example.org",
    "USER_NAME": "Root",
    "USER_PASSWORD": "a long enough phrase",
}


@pytest.fixture
def state(settings, db):
    def set_to(**wanted):
        settings.INIT = {name: wanted.get(name, "") for name in NAMES}

    set_to()
    return set_to


def test_the_first_boot_makes_one_of_each_and_says_the_secrets_once(state):
    first = seed()
    assert first.email == DEFAULT_EMAIL
    assert User.objects.get(email=DEFAULT_EMAIL).check_password(first.password)
    assert Membership.objects.get().role == Role.OWNER
    assert grant_for(Credential(alone=first.secret_key)).project_id == first.project_id
    second = seed()
    assert (second.password, second.secret_key) == (None, None)
    assert (second.project_id, second.public_key) == (first.project_id, first.public_key)
    counts = [model.objects.count() for model in (Organisation, Project, User, ApiKey)]
    assert counts == [1, 1, 1, 1]


def test_the_environment_states_it_all(state):
    state(**STATED)
    result = seed()
    assert (result.project_id, result.project_name) == ("cm0abc-DEF_1", "Bot")
    assert (result.email, result.password) == ("root@example.org", "a long enough phrase")
    assert result.secret_key == "sk-lf-1234567890abcdef"
    project = Project.objects.get(id="cm0abc-DEF_1")
    assert project.organisation_id == "acme"
    pair = Credential(public_key="pk-lf-1234567890", secret_key="sk-lf-1234567890abcdef")
    assert grant_for(pair).project_id == project.id
    assert seed() == result


def test_a_later_boot_takes_nothing_back_that_people_changed(state):
    state(**STATED)
    seed()
    Project.objects.update(name="Renamed")
    ApiKey.objects.update(revoked_at="2026-01-01T00:00:00Z")
    user = User.objects.get()
    user.set_password("their own phrase")
    user.save()
    result = seed()
    assert result.project_name == "Renamed"
    assert result.password is None
    assert User.objects.get().check_password("their own phrase")
    assert ApiKey.objects.get().revoked_at is not None


def test_a_secret_that_the_environment_changes_is_the_one_that_counts(state):
    state(**STATED)
    seed()
    state(**STATED | {"PROJECT_SECRET_KEY": "sk-lf-another-one-altogether"})
    seed()
    pair = Credential(public_key="pk-lf-1234567890", secret_key="sk-lf-another-one-altogether")
    assert grant_for(pair).public_key == "pk-lf-1234567890"


@pytest.mark.parametrize(
    ("wanted", "named"),
    [
        ({"PROJECT_ID": "with space"}, "SONDE_INIT_PROJECT_ID"),
        ({"ORG_ID": "x" * 65}, "SONDE_INIT_ORG_ID"),
        ({"USER_EMAIL": "nobody"}, "SONDE_INIT_USER_EMAIL"),
        ({"PROJECT_PUBLIC_KEY": "pk-12345678"}, "SONDE_INIT_PROJECT_SECRET_KEY"),
        (
            {"PROJECT_PUBLIC_KEY": "same-same-same", "PROJECT_SECRET_KEY": "same-same-same"},
            "SONDE_INIT",
        ),
        (
            {"PROJECT_PUBLIC_KEY": "pk:with:colons", "PROJECT_SECRET_KEY": "sk-12345678"},
            "SONDE_INIT_PROJECT_PUBLIC_KEY",
        ),
    ],
)
def test_what_is_wrong_with_the_environment_is_said_by_name(state, wanted, named):
    state(**wanted)
    with pytest.raises(ImproperlyConfigured, match=named):
        seed()
    assert not Organisation.objects.exists()


@pytest.mark.parametrize("command", [("prepare",), ("seed", "--only-check")])
def test_a_wrong_key_is_told_before_anything_is_migrated(state, command, monkeypatch):
    state(PROJECT_PUBLIC_KEY="short", PROJECT_SECRET_KEY="sk-12345678")

    def not_so_far(*_args, **_options):
        pytest.fail("It went on without having looked at the environment.")

    monkeypatch.setattr("embedded.management.commands.prepare.call_command", not_so_far)
    with pytest.raises(ImproperlyConfigured, match="SONDE_INIT_PROJECT_PUBLIC_KEY"):
        call_command(*command)
    assert not Organisation.objects.exists()


def test_looking_at_the_environment_makes_nothing(state):
    state(**STATED)
    call_command("seed", "--only-check")
    assert not Organisation.objects.exists()


def test_a_project_of_another_organisation_is_not_taken_over(state, project):
    state(ORG_ID="other", PROJECT_ID=project.id)
    with pytest.raises(ImproperlyConfigured, match="another organisation"):
        seed()


def test_the_command_prints_what_there_is(state, capsys):
    call_command("seed")
    said = capsys.readouterr().out
    assert DEFAULT_EMAIL in said and "sk-sonde-" in said
    call_command("seed")
    assert "sk-sonde-" not in capsys.readouterr().out


def test_a_result_hides_its_secrets_in_logs(state):
    result = seed()
    assert result.password not in repr(result)
    assert result.secret_key not in repr(result)
