"""Rules as files that Prometheus would read, out of a project and into it."""

import re

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import project_for
from accounts.models import Project
from alerts.rules.conditions import WrongRule
from alerts.rules.importing import Comes, Planned, carry_out, planned
from alerts.rules.models import Rule
from alerts.rules.prometheus import MAX_BYTES, Named, exported
from alerts.rules.views.asked import editable, rule_of


class FileForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("YAML"),
        required=False,
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 14, "class": "mono", "maxlength": MAX_BYTES, "spellcheck": "false"}
        ),
    )
    file = forms.FileField(
        label=gettext_lazy("or a file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".yml,.yaml,application/yaml,text/yaml"}),
    )

    def clean_file(self) -> str:
        """Its text."""
        file = self.cleaned_data["file"]
        if not file:
            return ""
        if file.size > MAX_BYTES:
            raise forms.ValidationError(gettext_lazy("The file is larger than 500 kB."))
        try:
            return file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise forms.ValidationError(gettext_lazy("The file is not text in UTF-8.")) from None

    def clean(self) -> dict:
        found = self.cleaned_data
        if not self.errors and not (found.get("text", "").strip() or found.get("file")):
            raise forms.ValidationError(gettext_lazy("Paste rules, or choose a file."))
        return found

    @property
    def told(self) -> str:
        return self.cleaned_data.get("file") or self.cleaned_data.get("text", "")


@require_http_methods(["GET", "HEAD", "POST"])
def rule_import(request: HttpRequest, project_id: str) -> HttpResponse:
    """Shows what would come of the file; `do=import` does it."""
    project = editable(request, project_id)
    form = FileForm(request.POST or None, request.FILES or None)
    plans: list[Planned] = []
    if form.is_bound and form.is_valid():
        try:
            plans = planned(project, form.told)
            if request.POST.get("do") == "import":
                return _imported(request, project, plans)
        except WrongRule as error:
            form.add_error(None, str(error))
        if plans and not form.errors:  # what was a file is sent again as text
            form = FileForm(initial={"text": form.told})
    context = {
        "project": project,
        "form": form,
        "plans": plans,
        "wanted": sum(one.comes in (Comes.MADE, Comes.CHANGED) for one in plans),
        "refused": sum(one.comes == Comes.REFUSED for one in plans),
        "closes": sum(one.closes for one in plans),
    }
    status = 400 if form.is_bound and form.errors else 200
    return render(request, "alerts/rules/import.html", context, status=status)


def _imported(request: HttpRequest, project: Project, plans: list[Planned]) -> HttpResponse:
    carry_out(project, plans, request.user)
    told = {
        "made": sum(one.comes == Comes.MADE for one in plans),
        "changed": sum(one.comes == Comes.CHANGED for one in plans),
    }
    messages.success(request, _("Rules made: %(made)s, changed: %(changed)s.") % told)
    return redirect("alerts-rules", project.id)


@require_safe
def rule_export(request: HttpRequest, project_id: str) -> HttpResponse:
    """All rules, or the one of `rule`. One that cannot be read is left out."""
    project = project_for(request.user, project_id)
    rules = list(Rule.objects.filter(project=project))
    name = project.name
    if rule_id := request.GET.get("rule", ""):
        rules = [rule_of(project, rule_id)]
        name = rules[0].name
    text = exported([named for rule in rules if (named := _named(rule))])
    answer = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    plain = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-").lower()[:60] or "rules"
    answer["Content-Disposition"] = f'attachment; filename="{plain}.rules.yml"'
    return answer


def _named(rule: Rule) -> Named | None:
    try:
        return Named(rule.name, rule.wanted, rule.note, rule.runbook_url)
    except WrongRule:
        return None
