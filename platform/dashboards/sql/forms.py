from django import forms
from django.utils.translation import gettext_lazy as _

from dashboards.sql.charts import Chart
from dashboards.sql.models import MAX_NAME
from traces.queries.free_sql.tokens import MAX_CHARACTERS

TABLE = "table"


class StatementForm(forms.Form):
    text = forms.CharField(label=_("Statement"), max_length=MAX_CHARACTERS, strip=False)
    chart = forms.ChoiceField(choices=Chart.choices, required=False)

    def clean_chart(self) -> str:
        return self.cleaned_data["chart"] or TABLE


class SaveForm(StatementForm):
    name = forms.CharField(label=_("Name"), max_length=MAX_NAME)
    is_shared = forms.BooleanField(label=_("Share with the project"), required=False)

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())
