"""What people say about what they see: a trace, an observation, a session or a prompt."""

from django.contrib.postgres.indexes import HashIndex
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User, new_id

MAX_CONTENT = 5_000  # characters, as in Langfuse
MAX_OBJECT_ID = 800  # as long as ids of what is commented on may be


class ObjectType(models.TextChoices):
    TRACE = "TRACE", _("Trace")
    OBSERVATION = "OBSERVATION", _("Observation")
    SESSION = "SESSION", _("Session")
    PROMPT = "PROMPT", _("Prompt")


class Comment(models.Model):
    """Markdown, as its author last put it."""

    id = models.CharField(primary_key=True, max_length=64, default=new_id, editable=False)
    project = models.ForeignKey(
        Project, models.CASCADE, related_name="comments", verbose_name=_("project")
    )
    object_type = models.CharField(_("about"), max_length=12, choices=ObjectType.choices)
    object_id = models.CharField(_("id"), max_length=MAX_OBJECT_ID)
    # Where an observation lies, whose id another trace may use too; "" where a program left it out.
    trace_id = models.CharField(_("trace"), max_length=MAX_OBJECT_ID, blank=True)
    content = models.TextField(_("comment"), max_length=MAX_CONTENT)
    author = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="comments", verbose_name=_("author")
    )
    public_key = models.CharField(max_length=200, blank=True)  # of the key, where a program wrote
    mentioned = models.ManyToManyField(
        User, through="Mention", related_name="mentioned_in", verbose_name=_("mentioned")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    edited_at = models.DateTimeField(_("edited"), null=True, editable=False)

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        indexes = (
            HashIndex(fields=("object_id",)),  # 800 characters are too many for a B-tree
            models.Index(fields=("project", "created_at")),
        )

    def __str__(self) -> str:
        return f"{self.object_type} {self.object_id}"


class Mention(models.Model):
    """Somebody whom a comment speaks to, and when they saw it."""

    comment = models.ForeignKey(
        Comment, models.CASCADE, related_name="mentions", verbose_name=_("comment")
    )
    user = models.ForeignKey(
        User, models.CASCADE, related_name="mentions", verbose_name=_("mentioned")
    )
    read_at = models.DateTimeField(_("read"), null=True, editable=False)

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        unique_together = (("comment", "user"),)

    def __str__(self) -> str:
        return f"{self.comment_id} {self.user_id}"
