"""Evaluators in Django's admin: what runs, what it spends, and stopping it. All else is changed on
their pages.
"""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evals.judges import evaluators, reasons
from evals.judges.models import Evaluator, EvaluatorVersion, PastRun, Spending, State
from prompts.admin import ReadOnly


@admin.register(Evaluator)
class EvaluatorAdmin(ReadOnly):
    list_display = ("name", "project", "state", "why", "held_until", "changed_at")
    list_filter = ("state", ("project", admin.RelatedOnlyFieldListFilter))
    search_fields = ("name", "description")
    list_select_related = ("project",)
    readonly_fields = ("created_at", "changed_at")
    actions = ("pause",)

    @admin.display(description=gettext_lazy("why it does not run"))
    def why(self, evaluator: Evaluator) -> str:
        return evaluators.reason_shown(evaluator)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Superusers run the installation, and may stop what spends its money."""
        return super().get_actions(request) if request.user.is_superuser else {}

    @admin.action(description=gettext_lazy("Pause"))
    def pause(self, request: HttpRequest, found: "QuerySet[Evaluator]") -> None:
        for one in found.exclude(state=State.PAUSED):
            evaluators.pause(one, reasons.BY_HAND, user=request.user)
        self.message_user(request, _("They are paused."), messages.SUCCESS)


@admin.register(EvaluatorVersion)
class EvaluatorVersionAdmin(ReadOnly):
    """Immutable, here as everywhere."""

    project_field = "evaluator__project"
    list_display = ("evaluator", "number", "model", "connection", "author", "created_at")
    list_filter = (("evaluator__project", admin.RelatedOnlyFieldListFilter),)
    search_fields = ("evaluator__name", "model")
    list_select_related = ("evaluator", "connection", "author")
    readonly_fields = ("created_at",)


@admin.register(PastRun)
class PastRunAdmin(ReadOnly):
    list_display = ("asked_at", "project", "version", "experiment_name", "made", "finished_at")
    list_filter = ("is_cancelled", ("project", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("project", "version__evaluator")


@admin.register(Spending)
class SpendingAdmin(ReadOnly):
    project_field = "evaluator__project"
    list_display = ("day", "evaluator", "calls", "cost", "unpriced")
    list_filter = (("evaluator__project", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("evaluator",)
    date_hierarchy = "day"
