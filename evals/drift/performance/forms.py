"""The fields of a monitor of performance."""

import math

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Project
from evals.drift.performance.models import OF_NUMBERS, Figure, Kind, PerformanceMonitor

MOST_DAYS = 90
NAMES = ("prediction", "label", "confidence", "positive", "name")


class PerformanceForm(forms.ModelForm):
    class Meta:
        model = PerformanceMonitor
        fields = (
            "name", "kind", "prediction", "label", "by_trace", "positive", "confidence", "figure",
            "least_effect", "label_days", "current_days", "reference_days",
        )  # fmt: skip
        help_texts = {
            "label": gettext_lazy("It may come days after the prediction, by API or annotation."),
            "positive": gettext_lazy(
                "For precision, recall, F1 and AUC, as scores say it. True and false are 1 and 0."
            ),
            "confidence": gettext_lazy("For AUC: higher where the class is more likely."),
            "least_effect": gettext_lazy(
                "A change below it is no drift, however sure. Of RMSE and MAE in their own unit."
            ),
            "label_days": gettext_lazy(
                "The current window ends so long ago. Predictions without a label are counted as "
                "waiting."
            ),
        }

    def __init__(self, *args, project: Project, **more) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*args, **more)
        self.instance.project = project
        for name, least in (("label_days", 0), ("current_days", 1), ("reference_days", 1)):
            self.fields[name] = forms.IntegerField(
                label=self.fields[name].label,
                help_text=self.fields[name].help_text,
                min_value=least,
                max_value=MOST_DAYS,
                initial=self.fields[name].initial,
            )

    def clean_least_effect(self) -> float:
        least: float = self.cleaned_data["least_effect"]
        if not (math.isfinite(least) and least > 0):
            raise ValidationError(_("The least change is above 0."))
        return least

    def clean(self) -> None:
        found = self.cleaned_data
        figure, kind = found.get("figure"), found.get("kind")
        if figure and kind and (figure in OF_NUMBERS) != (kind == Kind.NUMBERS):
            self.add_error(
                "figure", ValidationError(_("RMSE and MAE are of numbers, the others of classes."))
            )
        elif figure == Figure.AUC and not found.get("confidence"):
            self.add_error("confidence", ValidationError(_("AUC needs a probability.")))
        elif kind == Kind.CLASSES and figure != Figure.ACCURACY and not found.get("positive"):
            self.add_error("positive", ValidationError(_("Say which class is looked for.")))
        same = PerformanceMonitor.objects.filter(
            project=self.instance.project, name=found.get("name", "")
        )
        if same.exclude(pk=self.instance.pk).exists():
            words = _("Another monitor is called so. Choose another name.")
            self.add_error("name", ValidationError(words))
