"""Which files a project has, and where in its traces they belong. The bytes are in MEDIA_ROOT."""

from django.contrib.postgres.indexes import HashIndex
from django.db import models


class Media(models.Model):
    """A file as a client announced it; uploaded once its bytes are stored and match their hash.

    It belongs to one project: the same bytes in another are another file, so that nobody learns
    from an answer what others have.
    """

    project_id = models.CharField(max_length=64)
    media_id = models.CharField(max_length=22)  # the first characters of base64url(sha256)
    sha256 = models.CharField(max_length=64)  # in hex
    content_type = models.CharField(max_length=100)
    content_length = models.BigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    uploaded_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "media file"
        constraints = (
            models.UniqueConstraint(fields=("project_id", "media_id"), name="media_of_project"),
        )

    def __str__(self) -> str:
        return f"{self.media_id} of {self.project_id}"


class MediaUse(models.Model):
    """One place that shows a file: a field of a trace, an observation or a dataset item."""

    media = models.ForeignKey(Media, models.CASCADE, related_name="uses")
    trace_id = models.CharField(max_length=800, blank=True)
    observation_id = models.CharField(max_length=800, blank=True)
    dataset_id = models.CharField(max_length=800, blank=True)
    dataset_item_id = models.CharField(max_length=800, blank=True)
    field = models.CharField(max_length=20)
    place = models.CharField(max_length=64)  # a digest of all of the above, which may be long

    class Meta:
        verbose_name = "use of a media file"
        constraints = (models.UniqueConstraint(fields=("media", "place"), name="media_use_once"),)
        indexes = (HashIndex(fields=("trace_id",), name="media_by_trace"),)

    def __str__(self) -> str:
        return f"{self.media_id} in {self.field}"
