"""SQL statements that people keep: private, or shared with the project."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User, new_id
from dashboards.sql.charts import Chart
from traces.queries.free_sql.tokens import MAX_CHARACTERS

MAX_NAME = 80


class SavedSql(models.Model):
    """A person has one statement of a name in a project."""

    id = models.CharField(primary_key=True, max_length=64, default=new_id, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="saved_sql")
    made_by = models.ForeignKey(User, models.CASCADE, related_name="saved_sql")
    name = models.CharField(_("name"), max_length=MAX_NAME)
    text = models.TextField(_("statement"), max_length=MAX_CHARACTERS)
    chart = models.CharField(_("chart"), max_length=10, choices=Chart, default=Chart.TABLE)
    is_shared = models.BooleanField(_("shared with the project"), default=False)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)

    class Meta:
        verbose_name = _("saved statement")
        verbose_name_plural = _("saved statements")
        ordering = ("name", "changed_at")
        constraints = (
            models.UniqueConstraint(
                fields=("project", "made_by", "name"), name="one_statement_of_a_name_each"
            ),
        )

    def __str__(self) -> str:
        return self.name
