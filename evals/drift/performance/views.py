"""Pages of performance against labels."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import project_for
from accounts.models import Project
from evals.drift.performance import changing
from evals.drift.performance.forms import PerformanceForm
from evals.drift.performance.models import (
    OF_NUMBERS,
    Figure,
    PerformanceMonitor,
    PerformanceVerdict,
)
from evals.drift.views.asked import editable, page
from evals.drift.words import state_words, written

PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class Row:
    """A figure of both sides, written."""

    words: str
    reference: str
    current: str
    difference: str
    is_watched: bool
    is_sure: bool


@dataclass(frozen=True, slots=True)
class Shown:
    verdict: PerformanceVerdict
    state: str
    rows: list[Row]

    @property
    def watched(self) -> Row | None:
        return next((row for row in self.rows if row.is_watched), None)


def shown(verdict: PerformanceVerdict, monitor: PerformanceMonitor) -> Shown:
    rows = [
        Row(
            Figure(one["name"]).label,
            _interval(one["reference"], one["name"]),
            _interval(one["current"], one["name"]),
            _difference(one["difference"], one["name"]),
            one["name"] == monitor.figure,
            one["is_sure"],
        )
        for one in verdict.figures
    ]
    return Shown(verdict, str(state_words(verdict.state)), rows)


def _interval(of: list[float], name: str) -> str:
    unit = "" if name in (*OF_NUMBERS, Figure.AUC) else "share"
    low, estimate, high = (written(one, unit) for one in of)
    return f"{estimate} ({low} – {high})"


def _difference(of: list[float], name: str) -> str:
    """Of shares in points of a hundred: a difference of shares is no share."""
    if name in (*OF_NUMBERS, Figure.AUC):
        low, estimate, high = (_signed(one, ".3g") for one in of)
        return f"{estimate} ({low} – {high})"
    low, estimate, high = (_signed(100 * one, ".1f") for one in of)
    words = _("%(estimate)s points (%(low)s – %(high)s)")
    return words % {"estimate": estimate, "low": low, "high": high}


def _signed(value: float, form: str) -> str:
    return f"{value:+{form}}".replace("-", "−")


@require_safe
def performance_list(request: HttpRequest, project_id: str) -> HttpResponse:
    project = project_for(request.user, project_id)
    monitors = list(PerformanceMonitor.objects.filter(project=project))
    newest = PerformanceVerdict.objects.filter(monitor__in=monitors)
    by_monitor = {
        one.monitor_id: one for one in newest.order_by("monitor_id", "-at").distinct("monitor_id")
    }
    rows = [
        (one, shown(by_monitor[one.pk], one) if one.pk in by_monitor else None) for one in monitors
    ]
    context = {"project": project, "tab": "performance", "rows": rows}
    return render(request, "drift/performance.html", context)


@require_safe
def performance_one(request: HttpRequest, project_id: str, performance_id: str) -> HttpResponse:
    project = project_for(request.user, project_id)
    monitor = _found(project, performance_id)
    verdicts = Paginator(monitor.verdicts.all(), PER_PAGE).get_page(request.GET.get("page"))
    earlier = [shown(one, monitor) for one in verdicts]
    newest = monitor.verdicts.first()
    context = {
        "project": project,
        "tab": "performance",
        "monitor": monitor,
        "newest": shown(newest, monitor) if newest else None,
        "verdicts": verdicts,
        "earlier": earlier,
    }
    return render(request, "drift/performance_one.html", context)


@page
def performance_new(request: HttpRequest, project_id: str) -> HttpResponse:
    project = editable(request, project_id)
    return _edited(request, project, PerformanceMonitor(project=project))


@page
def performance_edit(request: HttpRequest, project_id: str, performance_id: str) -> HttpResponse:
    project = editable(request, project_id)
    return _edited(request, project, _found(project, performance_id))


def _edited(request: HttpRequest, project: Project, monitor: PerformanceMonitor) -> HttpResponse:
    given = request.POST if request.method == "POST" else None
    form = PerformanceForm(given, project=project, instance=monitor)
    if given is not None and form.is_valid():
        try:
            changing.save(form.save(commit=False), request.user)
        except changing.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved. It is run now."))
            return redirect("drift-performance-one", project.id, monitor.pk)
    context: dict[str, Any] = {"project": project, "tab": "performance", "form": form}
    context["monitor"] = None if monitor._state.adding else monitor
    status = 400 if form.errors else 200
    return render(request, "drift/performance_edit.html", context, status=status)


@require_POST
def performance_switch(request: HttpRequest, project_id: str, performance_id: str) -> HttpResponse:
    """`on` is 1 or 0."""
    monitor = _found(editable(request, project_id), performance_id)
    changing.switch(monitor, is_on=request.POST.get("on") == "1", user=request.user)
    return redirect("drift-performance-one", project_id, monitor.pk)


@require_POST
def performance_delete(request: HttpRequest, project_id: str, performance_id: str) -> HttpResponse:
    changing.delete(_found(editable(request, project_id), performance_id), request.user)
    messages.success(request, _("Deleted."))
    return redirect("drift-performance", project_id)


def _found(project: Project, performance_id: str) -> PerformanceMonitor:
    if "\0" in performance_id:
        raise Http404
    return get_object_or_404(PerformanceMonitor, pk=performance_id, project=project)
