"""How many values a monitor would have on each side, before it is saved."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from evals.drift.forms import MonitorForm
from evals.drift.models import DriftMonitor
from evals.drift.monitors import InvalidMonitor
from evals.drift.sizes import sizes
from evals.drift.views.asked import editable
from evals.drift.windows import InvalidBaseline
from evals.drift.words import baseline_words
from traces.errors import LimitReached, Refused, Unavailable


@require_POST
def monitor_preview(request: HttpRequest, project_id: str) -> HttpResponse:
    """A fragment. Of a form that is not valid yet it says nothing: the form does."""
    project = editable(request, project_id)
    form = MonitorForm(project, request.POST, of=DriftMonitor(project=project))
    if not form.data.get("name", "").strip():  # a name is no reason to count nothing
        form.fields["name"].required = False
    context: dict[str, object] = {"project": project}
    if form.is_valid():
        context |= counted(form.wanted())
    return render(request, "drift/_preview.html", context)


def counted(monitor: DriftMonitor) -> dict[str, object]:
    try:
        reference, current = sizes(monitor, now=timezone.now())
    except (InvalidMonitor, InvalidBaseline) as error:
        return {"problem": str(error)}
    except LimitReached:
        return {"problem": _("That is too much to count: narrow the query or the windows.")}
    except (Unavailable, Refused):
        return {"problem": _("This could not be counted now.")}
    return {
        "words": baseline_words(monitor.chosen),
        "reference": reference,
        "current": current,
        "least": monitor.least_samples,
        "is_enough": min(reference, current) >= monitor.least_samples,
    }
