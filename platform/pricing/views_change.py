"""Changing a project's model prices, and pricing past calls again: for those who may."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.access import project_for
from accounts.models import Project, User
from accounts.roles import LEAST_ROLE, Role
from pricing import history, runs, tasks
from pricing.catalogue import InvalidPrice, compiled
from pricing.forms import ALWAYS, AT, NOW, PATTERN, EndForm, PriceForm, RepriceForm, initial_of
from pricing.in_use import DAYS, matched, uses
from pricing.models import ModelPrice, RepriceRun
from pricing.rates import RateLine, lines, sheet_of
from traces.clickhouse import Unavailable
from traces.queries.filters import FIRST
from traces.queries.pricing import calls_priced_by

page = require_http_methods(["GET", "HEAD", "POST"])


def changeable(user: User, project_id: str) -> Project:
    return project_for(user, project_id, Role(LEAST_ROLE["manage_prices"]))


def own_price(project: Project, price_id: str) -> ModelPrice:
    if "\0" in price_id:
        raise Http404
    return get_object_or_404(ModelPrice, pk=price_id, project_id=project.id)


def back(project: Project, place: str = "", **query: str) -> HttpResponse:
    url = reverse("model-prices", args=[project.id])
    return redirect(f"{url}{'?' if query else ''}{urlencode(query)}{place}")


@page
@vary_on_headers("HX-Request")
def price_create(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?model=`, `?provider=`, `?like=` (a price's id) and `?begins=` fill the form in."""
    project = changeable(request.user, project_id)
    if request.GET.get("part") == "matches":
        context = {"project": project, "preview": preview(project, request.GET)}
        return render(request, "pricing/_matches.html", context)
    options = {"project": project, "author": request.user}
    left: list[RateLine] = []
    if request.method == "POST" and "check" not in request.POST:
        form = PriceForm(request.POST, **options)
        if form.is_valid() and form.price:
            return saved(request, project, form.price)
        answers = request.POST
    else:
        answers = request.POST or request.GET
        initial, left = filled_in(project, answers)
        form = PriceForm(initial=initial, **options)
        answers = initial
    context = {
        "project": project,
        "form": form,
        "left": left,
        "preview": preview(project, answers),
        "days": DAYS,
    }
    return render(request, "pricing/price_create.html", context)


def saved(request: HttpRequest, project: Project, price: ModelPrice) -> HttpResponse:
    try:
        place = history.add(price)
    except history.Taken:  # somebody else was quicker
        messages.error(request, _("A price of this model begins at this very time already."))
        return back(project)
    said = [_("The price is saved. It holds for new calls within a minute.")]
    if place.closes:
        said.append(_("The price before it ends where this one begins."))
    if place.until:
        said.append(_("It ends where the next one begins."))
    messages.success(request, " ".join(said))
    return back(project, priced=price.pk)


def filled_in(project: Project, asked: QueryDict) -> tuple[dict[str, Any], list[RateLine]]:
    """What the form begins with, and the rates of the price it is like that it cannot hold."""
    initial: dict[str, Any] = {key: value for key, value in asked.items() if value}
    initial.setdefault("begins", NOW)
    like = asked.get("like", "").replace("\0", "")
    mine = Q(project_id=project.id) | Q(project=None)
    price = ModelPrice.objects.filter(mine, pk=like).first()
    if price is None:
        return initial, []
    sheet, left = sheet_of(price.rates)
    if price.project_id:
        named = {"model": price.model_name, "provider": price.provider}
        initial |= named | {"matching": PATTERN if price.match_pattern else "name"}
    initial.setdefault("model", price.model_name)
    return initial | initial_of(sheet), left


@dataclass(frozen=True, slots=True)
class Preview:
    """What a price would mean, told while it is written."""

    is_named: bool = False
    is_readable: bool = True  # as a pattern
    is_known: bool = True  # False while ClickHouse cannot tell which models are in use
    models: list = field(default_factory=list)
    closes: ModelPrice | None = None
    starts: datetime | None = None
    until: datetime | None = None


def preview(project: Project, answers: Any) -> Preview:
    model = str(answers.get("model") or "").replace("\0", "").strip()[:200]
    if not model:
        return Preview()
    price = ModelPrice(
        project_id=project.id,
        model_name=model,
        match_pattern=model if answers.get("matching") == PATTERN else "",
        provider=str(answers.get("provider") or "").replace("\0", "").strip()[:80],
        valid_from=begins(answers),
    )
    try:
        if price.match_pattern:
            compiled(price.match_pattern)
        found = matched(price, uses(project.id, runs.nanoseconds(timezone.now())))
    except InvalidPrice:
        return Preview(is_named=True, is_readable=False)
    except Unavailable:
        return Preview(is_named=True, is_known=False)
    place = history.place_of(price)
    return Preview(
        is_named=True,
        models=found,
        closes=place.closes,
        starts=price.valid_from,
        until=place.until,
    )


def begins(answers: Any) -> datetime | None:
    """When the price would begin; where that cannot be read, now."""
    if answers.get("begins") == ALWAYS:
        return None
    if answers.get("begins") == AT:
        try:
            asked = str(answers.get("valid_from") or "")
            return PriceForm.base_fields["valid_from"].clean(asked) or timezone.now()
        except ValidationError:
            return timezone.now()
    return timezone.now()


@page
def price_end(request: HttpRequest, project_id: str, price_id: str) -> HttpResponse:
    project = changeable(request.user, project_id)
    price = own_price(project, price_id)
    form = EndForm(request.POST or None, price=price, initial={"valid_to": timezone.now()})
    if request.method == "POST" and form.is_valid():
        history.end(price, form.cleaned_data["valid_to"])
        messages.success(request, _("The price ends then. It stays in the history."))
        return back(project, "#own")
    context = {"project": project, "price": price, "form": form, "lines": lines(price.rates)}
    return render(request, "pricing/price_end.html", context)


@page
def price_delete(request: HttpRequest, project_id: str, price_id: str) -> HttpResponse:
    """Asks first, and says how many calls the price has priced."""
    project = changeable(request.user, project_id)
    price = own_price(project, price_id)
    if request.method == "POST":
        history.delete(price)
        messages.success(request, _("The price is deleted."))
        return back(project, "#own")
    context = {
        "project": project,
        "price": price,
        "lines": lines(price.rates),
        "calls": calls_of(project, price),
        "reopens": history.closed_by(price),
    }
    return render(request, "pricing/price_delete.html", context)


def calls_of(project: Project, price: ModelPrice) -> int | None:
    """How many calls a price has priced; None while ClickHouse cannot tell."""
    since = runs.nanoseconds(price.valid_from) if price.valid_from else FIRST
    until = runs.nanoseconds(price.valid_to or timezone.now()) + 86_400 * 10**9
    try:
        return calls_priced_by(project.id, price.pk, since=since, until=until)
    except Unavailable:
        return None


@require_POST
def reprice_start(request: HttpRequest, project_id: str) -> HttpResponse:
    project = changeable(request.user, project_id)
    form = RepriceForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose which calls to price again."))
        return back(project, "#reprice")
    until = timezone.now()
    try:
        run = runs.start(
            project.id,
            since=form.since(until),
            until=until,
            model=form.cleaned_data["model"],
            asked_by=request.user.get_full_name(),
        )
    except runs.AlreadyRunning:
        messages.warning(request, _("Calls are being priced again already. One run at a time."))
        return back(project, "#reprice")
    transaction.on_commit(lambda: tasks.hand_over(run.pk))
    messages.success(request, _("Past calls are being priced again."))
    return back(project, "#reprice")


@require_POST
def reprice_cancel(request: HttpRequest, project_id: str, run_id: int) -> HttpResponse:
    project = changeable(request.user, project_id)
    run = get_object_or_404(RepriceRun, pk=run_id, project_id=project.id)
    if runs.cancel(run):
        messages.success(request, _("Stopped. What is priced anew stays so."))
    return back(project, "#reprice")
