"""Setting the limits of a rule, from a back-test or from what people judged; and taking it back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from alerts.rules import changing
from alerts.rules.conditions import WrongRule
from alerts.rules.definition import Definition
from alerts.rules.limits import MAX_SENT, LimitsForm, sent_limits
from alerts.rules.models import Rule
from alerts.rules.views.asked import editable, rule_of

CHANGED, WAS = "changed", "was-"


@require_POST
def rule_limits(request: HttpRequest, project_id: str, rule_id: str) -> HttpResponse:
    """As LimitsForm has them. `back` is the page that one comes from, which then offers to undo."""
    project = editable(request, project_id)
    rule = rule_of(project, rule_id)
    address = reverse("alerts-rule", args=[project.id, rule.pk])
    if request.POST.get("back") == "quality":
        address = reverse("alerts-quality", args=[project.id])
    try:
        before = rule.wanted
        wanted = _sent(before, request.POST)
    except WrongRule as error:
        messages.error(request, str(error))
        return _led(request, address)
    if wanted == before:
        messages.info(request, _("The rule has these limits already."))
        return _led(request, address)
    changing.redefine(rule, wanted, request.user)
    was = {f"{WAS}{name}": text for name, text in sent_limits(before).items()}
    return _led(request, f"{address}?{urlencode({CHANGED: rule.pk, **was})}")


def _led(request: HttpRequest, address: str) -> HttpResponse:
    """To a whole page, also from a form that htmx sends."""
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _sent(before: Definition, data: QueryDict) -> Definition:
    form = LimitsForm(before, data)
    if not form.is_valid():
        raise WrongRule(_("A limit is no number, or a time is none."))
    return form.wanted()


def undone_by(rule: Rule, data: QueryDict) -> dict[str, str] | None:
    """What a form sends to take the last change back, on the page after it; None elsewhere."""
    if data.get(CHANGED) != rule.pk:
        return None
    return {
        name.removeprefix(WAS): str(text)[:MAX_SENT]
        for name, text in data.items()
        if name.startswith(WAS)
    }
