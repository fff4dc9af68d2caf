"""The page of a project's model prices: what is called and how it is priced, the project's own
prices, and what the catalogue says.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRefresh

from accounts.access import project_for
from accounts.models import Project
from pricing.forms import RepriceForm
from pricing.history import own_prices
from pricing.in_use import InUse, in_use, names
from pricing.lookup import look_up
from pricing.models import ModelPrice
from pricing.rates import RateLine, lines

RUNS_SHOWN = 5
MOST_CHARACTERS = 200
JUST_NOW = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class OwnPrice:
    price: ModelPrice
    lines: list[RateLine]
    state: str  # current, coming or ended


@dataclass(frozen=True, slots=True)
class OwnModel:
    """A project's prices of one model, the newest first, and which models in use they are for."""

    newest: ModelPrice
    prices: list[OwnPrice]
    names: list[str]


@require_safe
@vary_on_headers("HX-Request")
def model_prices(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?q=` looks into the catalogue; `?priced=` (a price's id) and `?reprice=` (a model) offer to
    price past calls again.
    """
    project = project_for(request.user, project_id)
    part = PARTS.get(request.GET.get("part", ""))
    if part:
        return part(request, project)
    found = in_use(project.id)
    context = {
        "project": project,
        "in_use": found,
        "own": list(own_models(project, found)),
        "runs": list(project.reprice_runs.all()[:RUNS_SHOWN]),
        "reprice": RepriceForm(initial={"model": request.GET.get("reprice", "")}),
        "offer": offer(project, asked_text(request, "priced"), found),
        **catalogue_context(request),
    }
    return render(request, "pricing/prices.html", context)


def catalogue_part(request: HttpRequest, project: Project) -> HttpResponse:
    context = {"project": project, **catalogue_context(request)}
    return render(request, "pricing/_catalogue.html", context)


def run_part(request: HttpRequest, project: Project) -> HttpResponse:
    """How far the latest run came; once it is over the whole page is asked for anew."""
    run = project.reprice_runs.first()
    if run is None or run.is_over:
        return HttpResponseClientRefresh()
    return render(request, "pricing/_run.html", {"project": project, "run": run})


PARTS = {"catalogue": catalogue_part, "run": run_part}


def catalogue_context(request: HttpRequest) -> dict[str, Any]:
    text = asked_text(request, "q").strip()
    return {"q": text, "found": look_up(text) if text else None}


def asked_text(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\0", "")[:MOST_CHARACTERS]


def own_models(project: Project, found: InUse) -> Iterator[OwnModel]:
    now = timezone.now()
    uses = [one.use for one in found.models]
    for _key, group in groupby(own_prices(project.id), key=same_model):
        prices = list(group)
        yield OwnModel(
            prices[0],
            [OwnPrice(price, lines(price.rates), state(price, now)) for price in prices],
            names(prices[0], uses),
        )


def same_model(price: ModelPrice) -> tuple[str, str, str]:
    return price.model_name.lower(), price.match_pattern, price.provider.lower()


def state(price: ModelPrice, now: datetime) -> str:
    if price.valid_from and price.valid_from > now:
        return "coming"
    return "ended" if price.valid_to and price.valid_to <= now else "current"


def offer(project: Project, price_id: str, found: InUse) -> dict[str, Any] | None:
    """What is said of a price that was just saved: a form, if past calls can get it."""
    price = ModelPrice.objects.filter(project_id=project.id, pk=price_id).first()
    if price is None:
        return None
    matched = names(price, [one.use for one in found.models])
    is_for_past = price.valid_from is None or price.valid_from < timezone.now() - JUST_NOW
    initial = {"model": matched[0] if len(matched) == 1 else ""}
    form = RepriceForm(initial=initial, auto_id="offer_%s") if is_for_past and matched else None
    return {"price": price, "names": matched, "form": form}
