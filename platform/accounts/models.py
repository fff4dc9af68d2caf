"""People, the organisations and projects they share, and the keys that programs use."""

import secrets
import string
from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinLengthValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role, permissions

ALPHANUMERIC = string.ascii_letters + string.digits
INVITATION_LIFETIME = timedelta(days=7)

is_safe_id = RegexValidator(
    r"\A[A-Za-z0-9_-]{1,64}\Z", _("Use 1 to 64 letters, digits, hyphens and underscores.")
)


def new_id() -> str:
    """An id that is never used again: 96 random bits."""
    return secrets.token_hex(12)


def random_text(length: int) -> str:
    """43 of these characters hold 256 bits."""
    return "".join(secrets.choice(ALPHANUMERIC) for _ in range(length))


def digest_of(secret: str) -> str:
    """What is kept of a secret: an HMAC under SONDE_SECRET_KEY, so that the database alone cannot
    check a guess.

    A fast hash is right here, because the secrets are random and long; people's passwords go
    through a slow one.
    """
    return salted_hmac("accounts.secret", secret, algorithm="sha256").hexdigest()


class UserManager(BaseUserManager):
    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str) -> "User":
        return self.get(email=username.strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person, who logs in with an e-mail address (kept in lower case)."""

    email = models.EmailField(
        _("e-mail address"),
        unique=True,
        error_messages={"unique": _("This e-mail address has an account.")},
    )
    name = models.CharField(_("name"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)  # "" follows the browser's
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(
        _("staff"), default=False, help_text=_("May open Django's admin.")
    )
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    USERNAME_FIELD = EMAIL_FIELD = "email"
    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        self.email = self.email.strip().lower()

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name or self.email.partition("@")[0]


class Organisation(models.Model):
    id = models.CharField(primary_key=True, max_length=64, default=new_id, validators=[is_safe_id])
    name = models.CharField(_("name"), max_length=100)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")

    def __str__(self) -> str:
        return self.name


class Project(models.Model):
    """What traces belong to. Its id is in every row that ClickHouse keeps, so it never changes."""

    id = models.CharField(primary_key=True, max_length=64, default=new_id, validators=[is_safe_id])
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="projects", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=100)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    # What the person who asks is here, filled by accounts.access.project_for.
    role: Role | None = None

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ("organisation__name", "name", "id")

    def __str__(self) -> str:
        return self.name

    @property
    def may(self) -> dict[str, bool]:
        """Every action, and whether the person who asks may do it here."""
        return permissions(self.role) if self.role else {}


class Membership(models.Model):
    user = models.ForeignKey(
        User, models.CASCADE, related_name="memberships", verbose_name=_("user")
    )
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="memberships", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.MEMBER)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = (
            models.UniqueConstraint(
                fields=("user", "organisation"), name="one_membership_per_organisation"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.organisation_id}"


class Invitation(models.Model):
    """A link with which one person joins an organisation once. Only the token's digest is kept."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="invitations", verbose_name=_("organisation")
    )
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.MEMBER)
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("invited by")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, editable=False)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self) -> str:
        return self.email

    def is_open(self, now: datetime) -> bool:
        return self.accepted_at is None and self.expires_at > now


class Scope(models.TextChoices):
    """What a key may be used for."""

    INGEST = "ingest", _("Send traces and scores")
    READ = "read", _("Read traces and scores")
    PROMPTS = "prompts", _("Read and write prompts")
    ADMIN = "admin", _("Change the project's settings")


class ApiKey(models.Model):
    """A pair: the public key names it and may be shown, the secret key proves it and is kept only
    as a digest.
    """

    project = models.ForeignKey(
        Project, models.CASCADE, related_name="api_keys", verbose_name=_("project")
    )
    note = models.CharField(_("note"), max_length=100, blank=True)
    public_key = models.CharField(
        _("public key"), max_length=200, unique=True, validators=[MinLengthValidator(8)]
    )
    secret_digest = models.CharField(max_length=64, unique=True, editable=False)
    secret_hint = models.CharField(_("secret key"), max_length=20, editable=False)
    scopes = ArrayField(
        models.CharField(max_length=10, choices=Scope.choices), verbose_name=_("scopes")
    )
    created_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("created by")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return self.public_key

    @property
    def may(self) -> list[str]:
        """What it may be used for, in the words of the form that made it."""
        return [str(Scope(scope).label) for scope in self.scopes]

    def is_live(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


class LoginFailure(models.Model):
    """How often logging in failed lately from one address to one account, or from one address at
    all.

    In Postgres, because without it nobody logs in anyway. `subject` is a digest: no addresses are
    kept.
    """

    subject = models.CharField(primary_key=True, max_length=64)
    count = models.PositiveIntegerField(default=0)
    since = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("failed login")
        verbose_name_plural = _("failed logins")

    def __str__(self) -> str:
        return f"{self.count} × {self.subject[:8]}"
