"""One verdict: the answer first, then what it rests on, and what people say of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import project_for
from evals.drift import figures, marks
from evals.drift.evidence import examples, parts
from evals.drift.links import sides_of
from evals.drift.models import MAX_NOTE, DriftVerdict
from evals.drift.saying import effect_sentence, headline, significance
from evals.drift.tuning import Mark
from evals.drift.views.asked import editable, monitor_of, verdict_of
from evals.drift.words import written

LINE = 1000  # the time line's length


@require_safe
def verdict_page(
    request: HttpRequest, project_id: str, monitor_id: str, verdict_id: str
) -> HttpResponse:
    project = project_for(request.user, project_id)
    monitor = monitor_of(project, monitor_id)
    verdict = verdict_of(monitor, verdict_id)
    context = {
        "project": project,
        "monitor": monitor,
        "verdict": verdict,
        "sentences": headline(verdict),
        "size": effect_sentence(verdict),
        "chance": significance(verdict),
        "figure": figures.of_shapes(verdict.shapes),
        "bins": figures.bins(verdict.shapes),
        "dimensions": parts(verdict),
        "rows": sides_of(monitor, verdict),
        "line": time_line(verdict),
        "examples": examples(project.id, verdict) if verdict.samples else {},
        "before": neighbour(verdict, newer=False),
        "after": neighbour(verdict, newer=True),
    }
    return render(request, "drift/verdict.html", context)


@require_POST
def verdict_mark(
    request: HttpRequest, project_id: str, monitor_id: str, verdict_id: str
) -> HttpResponse:
    """`mark` is expected, harmful, or nothing, which takes it back; with a `note`."""
    project = editable(request, project_id)
    monitor = monitor_of(project, monitor_id)
    verdict = verdict_of(monitor, verdict_id)
    said = request.POST.get("mark", "")
    note = request.POST.get("note", "").replace("\0", "").strip()[:MAX_NOTE]
    before = marks.tuning(monitor).now
    if said == "":
        now = marks.unmark(verdict, request.user).now
    elif said in set(Mark) and verdict.effect is not None:
        now = marks.mark(verdict, request.user, Mark(said), note).now
    else:
        return HttpResponseBadRequest(_("Only what was measured is expected or harmful."))
    messages.success(request, moved_words(before, now))
    return redirect("drift-verdict", project.id, monitor.pk, verdict.pk)


def moved_words(before: float | None, after: float | None) -> str:
    if before == after:
        return _("Noted. The threshold stays as it is.")
    figures = {"before": written(before), "after": written(after)}
    return _("Noted. The threshold moved from %(before)s to %(after)s.") % figures


def neighbour(verdict: DriftVerdict, *, newer: bool) -> DriftVerdict | None:
    found = DriftVerdict.objects.filter(monitor=verdict.monitor_id).only("at", "monitor_id")
    if newer:
        return found.filter(at__gt=verdict.at).order_by("at").first()
    return found.filter(at__lt=verdict.at).order_by("-at").first()


def time_line(verdict: DriftVerdict) -> dict[str, Any] | None:
    """Where on the current window the change lies, and its interval, of LINE."""
    whole = (verdict.at - verdict.current_start).total_seconds()
    if verdict.began_at is None or whole <= 0:
        return None

    def place(moment) -> float:
        part = ((moment or verdict.began_at) - verdict.current_start).total_seconds() / whole
        return min(max(part, 0.0), 1.0) * LINE

    low, high = place(verdict.began_earliest), place(verdict.began_latest)
    return {
        "x": f"{low:.1f}",
        "width": f"{max(high - low, 4):.1f}",
        "at": f"{place(verdict.began_at):.1f}",
    }
