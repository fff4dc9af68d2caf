"""Prompts: immutable numbered versions, and the labels by which programs ask for them."""

from enum import StrEnum

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User, new_id
from accounts.roles import Role
from prompts.names import MAX_LABEL, MAX_NAME, MAX_TAG

MAX_MESSAGE = 1_000
MAX_REASON = 1_000


class PromptType(models.TextChoices):
    TEXT = "text", _("Text")
    CHAT = "chat", _("Chat")


class Prompt(models.Model):
    """A name, of one type, under which versions are kept."""

    id = models.CharField(primary_key=True, max_length=64, default=new_id, editable=False)
    project = models.ForeignKey(
        Project, models.CASCADE, related_name="prompts", verbose_name=_("project")
    )
    name = models.CharField(_("name"), max_length=MAX_NAME)
    type = models.CharField(_("type"), max_length=4, choices=PromptType.choices)
    tags = ArrayField(models.CharField(max_length=MAX_TAG), default=list, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("prompt")
        verbose_name_plural = _("prompts")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("project", "name"), name="one_prompt_of_a_name"),
        )

    def __str__(self) -> str:
        return self.name


class Numbering(models.Model):
    """The highest number that a name's versions ever had, and the gates of its prompt while that is
    deleted. It outlives the prompt: a number never stands for two texts, and to delete a prompt and
    make it again is no way around its gates or out of its history.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    name = models.CharField(max_length=MAX_NAME)
    last = models.PositiveIntegerField(default=0)
    gates = models.JSONField(default=list)

    class Meta:
        verbose_name = _("numbering of versions")
        verbose_name_plural = _("numberings of versions")
        constraints = (
            models.UniqueConstraint(fields=("project", "name"), name="one_numbering_of_a_name"),
        )

    def __str__(self) -> str:
        return f"{self.name}: {self.last}"


class PromptVersion(models.Model):
    """Never changed once made: what a number stands for is what was served under it."""

    prompt = models.ForeignKey(
        Prompt, models.CASCADE, related_name="versions", verbose_name=_("prompt")
    )
    number = models.PositiveIntegerField(_("version"))
    body = models.JSONField(_("text"))  # a string, or a list of messages and placeholders
    config = models.JSONField(_("configuration"), default=dict, blank=True)
    message = models.CharField(_("message"), max_length=MAX_MESSAGE, blank=True)
    author = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("author")
    )
    public_key = models.CharField(max_length=200, blank=True)  # of the key, where a program wrote
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("version of a prompt")
        verbose_name_plural = _("versions of prompts")
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(fields=("prompt", "number"), name="one_version_of_a_number"),
        )

    def __str__(self) -> str:
        return f"{self.prompt} v{self.number}"


class Reference(models.Model):
    """That a version's text includes another prompt, by label or by number."""

    version = models.ForeignKey(PromptVersion, models.CASCADE, related_name="references")
    name = models.CharField(max_length=MAX_NAME)
    label = models.CharField(max_length=MAX_LABEL, blank=True)
    number = models.PositiveIntegerField(null=True)

    class Meta:
        verbose_name = _("reference")
        verbose_name_plural = _("references")
        indexes = (models.Index(fields=("name",)),)

    def __str__(self) -> str:
        return f"{self.version} → {self.name}"


class Label(models.Model):
    """Points at one version of a prompt. `latest` is none: it is whatever number is highest."""

    prompt = models.ForeignKey(
        Prompt, models.CASCADE, related_name="labels", verbose_name=_("prompt")
    )
    name = models.CharField(_("label"), max_length=MAX_LABEL)
    version = models.ForeignKey(
        PromptVersion, models.CASCADE, related_name="labels", verbose_name=_("version")
    )
    moved_at = models.DateTimeField(_("moved"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("prompt", "name"), name="one_label_of_a_name"),
        )

    def __str__(self) -> str:
        return f"{self.prompt} {self.name}"


class Way(StrEnum):
    """By which door a label moved."""

    PAGE = "page"
    ADMIN = "admin"
    API = "api"
    CANARY = "canary"
    FILES = "files"


WAYS = [
    (Way.PAGE.value, _("Page")),
    (Way.ADMIN.value, _("Admin")),
    (Way.API.value, _("API")),
    (Way.CANARY.value, _("Canary")),
    (Way.FILES.value, _("Files")),
]


class LabelMove(models.Model):
    """The record of one move, kept whatever becomes of the versions and the prompt. A label that is
    new has no number before; one that was taken away has none after.
    """

    prompt = models.ForeignKey(Prompt, models.CASCADE, null=True, related_name="moves")
    kept_under = models.ForeignKey(
        Numbering, models.CASCADE, null=True, editable=False, related_name="+"
    )  # while the prompt is deleted
    label = models.CharField(_("label"), max_length=MAX_LABEL)
    before = models.PositiveIntegerField(_("from version"), null=True)
    after = models.PositiveIntegerField(_("to version"), null=True)
    way = models.CharField(_("by way of"), max_length=8, choices=WAYS)
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    public_key = models.CharField(max_length=200, blank=True)
    note = models.CharField(_("note"), max_length=MAX_MESSAGE, blank=True)
    override = models.CharField(_("reason to override the gate"), max_length=MAX_REASON, blank=True)
    at = models.DateTimeField(_("moved"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("move of a label")
        verbose_name_plural = _("moves of labels")
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=("prompt", "at")),)

    def __str__(self) -> str:
        return f"{self.label}: {self.before} → {self.after}"


class Deletion(models.Model):
    """That versions of a prompt were deleted, or with `is_whole` the prompt with its last ones."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    name = models.CharField(_("prompt"), max_length=MAX_NAME)
    numbers = models.JSONField(_("versions"), default=list)
    labels = ArrayField(models.CharField(max_length=MAX_LABEL), default=list)  # that went with them
    is_whole = models.BooleanField(_("the whole prompt"), default=False)
    way = models.CharField(_("by way of"), max_length=8, choices=WAYS)
    user = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("user")
    )
    public_key = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(_("deleted"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("deletion")
        verbose_name_plural = _("deletions")
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=("project", "name")),)

    def __str__(self) -> str:
        return f"{self.name}: {self.numbers}"


class ProtectedLabel(models.Model):
    """A label that only some roles of a project may move, on every prompt; keys may not."""

    project = models.ForeignKey(
        Project, models.CASCADE, related_name="protected_labels", verbose_name=_("project")
    )
    name = models.CharField(_("label"), max_length=MAX_LABEL)
    least_role = models.CharField(
        _("least role"), max_length=10, choices=Role.choices, default=Role.ADMIN
    )

    class Meta:
        verbose_name = _("protected label")
        verbose_name_plural = _("protected labels")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("project", "name"), name="one_protection_of_a_label"),
        )

    def __str__(self) -> str:
        return self.name


class Revision(models.Model):
    """How often anything about a project's prompts has changed. What is cached carries the number,
    so a change makes all of it old at once, and whoever changes something holds the row's lock.
    """

    project = models.OneToOneField(Project, models.CASCADE, primary_key=True, related_name="+")
    number = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("revision of the prompts")
        verbose_name_plural = _("revisions of the prompts")

    def __str__(self) -> str:
        return f"{self.project_id} r{self.number}"


# Django finds an app's models here; those of gates and splits have modules of their own.
from prompts.gates import models as gates_models  # noqa: E402, F401
from prompts.splits import models as splits_models  # noqa: E402, F401
