"""What the first boot makes: an organisation, a project, a person who owns them, and a key pair.
Safe to run at every boot.
"""

from dataclasses import dataclass, field

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import RegexValidator, validate_email
from django.db import connection, transaction

from accounts.keys import create_key, hint_of
from accounts.models import (
    ApiKey,
    Membership,
    Organisation,
    Project,
    User,
    digest_of,
    is_safe_id,
    random_text,
)
from accounts.roles import Role

DEFAULT_EMAIL = "admin@sonde.local"
# Keys stand in headers, shell lines and code, and a colon parts the pair in HTTP Basic.
is_safe_key = RegexValidator(
    r"\A[A-Za-z0-9._~+/=-]{8,200}\Z", "Use 8 to 200 letters, digits and ._~+/=- characters."
)
LOCK = 0x736F6E6465  # "sonde": several web containers may boot at once


@dataclass(frozen=True, slots=True)
class SeedResult:
    """What there is now. A password or secret only when it was made just now, or when the
    environment states it.
    """

    email: str
    password: str | None = field(repr=False)
    organisation_name: str
    project_id: str
    project_name: str
    public_key: str
    secret_key: str | None = field(repr=False)


@transaction.atomic
def seed() -> SeedResult:
    """Make what is missing of what SONDE_INIT_* (or LANGFUSE_INIT_*) asks for; without them, a
    first set of each.
    """
    wanted = settings.INIT
    check(wanted)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    organisation = seed_organisation(wanted)
    project = seed_project(wanted, organisation)
    email, password = seed_owner(wanted, organisation)
    public_key, secret_key = seed_key(wanted, project)
    return SeedResult(
        email=email,
        password=password,
        organisation_name=organisation.name,
        project_id=project.id,
        project_name=project.name,
        public_key=public_key,
        secret_key=secret_key,
    )


def check(wanted: dict[str, str]) -> None:
    """Say at boot what is wrong with the environment, naming the variable."""
    for name in ("ORG_ID", "PROJECT_ID"):
        if wanted[name]:
            require(is_safe_id, wanted[name], f"SONDE_INIT_{name}")
    if wanted["USER_EMAIL"]:
        require(validate_email, wanted["USER_EMAIL"], "SONDE_INIT_USER_EMAIL")
    for name in ("PROJECT_PUBLIC_KEY", "PROJECT_SECRET_KEY"):
        if wanted[name]:
            require(is_safe_key, wanted[name], f"SONDE_INIT_{name}")
    if bool(wanted["PROJECT_PUBLIC_KEY"]) != bool(wanted["PROJECT_SECRET_KEY"]):
        raise ImproperlyConfigured(
            "SONDE_INIT_PROJECT_PUBLIC_KEY and SONDE_INIT_PROJECT_SECRET_KEY go together: "
            "set both or none."
        )
    if (
        wanted["PROJECT_PUBLIC_KEY"]
        and wanted["PROJECT_PUBLIC_KEY"] == wanted["PROJECT_SECRET_KEY"]
    ):
        raise ImproperlyConfigured("The public and the secret key of SONDE_INIT_* must differ.")


def require(validator, value: str, name: str) -> None:
    try:
        validator(value)
    except ValidationError as error:
        raise ImproperlyConfigured(f"{name}: {' '.join(error.messages)}") from error


def seed_organisation(wanted: dict[str, str]) -> Organisation:
    name = wanted["ORG_NAME"] or "My organisation"
    if wanted["ORG_ID"]:
        return Organisation.objects.get_or_create(id=wanted["ORG_ID"], defaults={"name": name})[0]
    first = Organisation.objects.order_by("created_at", "id").first()
    return first or Organisation.objects.create(name=name)


def seed_project(wanted: dict[str, str], organisation: Organisation) -> Project:
    name = wanted["PROJECT_NAME"] or "My project"
    if not wanted["PROJECT_ID"]:
        first = organisation.projects.order_by("created_at", "id").first()
        return first or Project.objects.create(organisation=organisation, name=name)
    project, _ = Project.objects.get_or_create(
        id=wanted["PROJECT_ID"], defaults={"organisation": organisation, "name": name}
    )
    if project.organisation_id != organisation.id:
        raise ImproperlyConfigured(
            "SONDE_INIT_PROJECT_ID names a project of another organisation than SONDE_INIT_ORG_ID."
        )
    return project


def seed_owner(wanted: dict[str, str], organisation: Organisation) -> tuple[str, str | None]:
    """The e-mail address to log in with and, if it was set just now or by the environment, the
    password.
    """
    owner = first_owner(organisation)
    if owner and not wanted["USER_EMAIL"]:
        return owner.email, None
    email = (wanted["USER_EMAIL"] or DEFAULT_EMAIL).strip().lower()
    user = User.objects.filter(email=email).first()
    password = wanted["USER_PASSWORD"]
    if user is None:
        password = password or random_text(20)
        user = User.objects.create_superuser(email, password, name=wanted["USER_NAME"])
    elif not (password and user.check_password(password)):
        password = ""  # theirs is another by now
    Membership.objects.get_or_create(
        user=user, organisation=organisation, defaults={"role": Role.OWNER}
    )
    return email, password or None


def first_owner(organisation: Organisation) -> User | None:
    return (
        User.objects.filter(memberships__organisation=organisation, memberships__role=Role.OWNER)
        .order_by("id")
        .first()
    )


def seed_key(wanted: dict[str, str], project: Project) -> tuple[str, str | None]:
    """The public key and, if it was made just now or the environment states it, the secret one."""
    public_key, secret_key = wanted["PROJECT_PUBLIC_KEY"], wanted["PROJECT_SECRET_KEY"]
    if not public_key:
        return first_key(project)
    key = ApiKey.objects.filter(public_key=public_key).first()
    if key is None:
        create_key(project, note="SONDE_INIT", public_key=public_key, secret_key=secret_key)
    elif key.project_id != project.id:
        raise ImproperlyConfigured("SONDE_INIT_PROJECT_PUBLIC_KEY belongs to another project.")
    elif key.secret_digest != digest_of(secret_key):
        key.secret_digest, key.secret_hint = digest_of(secret_key), hint_of(secret_key)
        key.save(update_fields=["secret_digest", "secret_hint"])
    return public_key, secret_key


def first_key(project: Project) -> tuple[str, str | None]:
    """The oldest key that still works; a project that never had one gets its first."""
    if not project.api_keys.exists():
        new = create_key(project, note="First key")
        return new.key.public_key, new.secret_key
    live = project.api_keys.filter(revoked_at=None).order_by("id").first()
    return (live.public_key if live else ""), None
