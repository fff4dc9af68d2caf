"""/api/v1/budgets: what may be spent, what is, and what it will come to."""

import time
from collections import defaultdict
from typing import Any

from django.http import Http404, HttpRequest
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.response import Response

from accounts.authentication import require_scope
from dashboards.boards.turns import PAGE_PATIENCE, turn
from dashboards.budgets import changing
from dashboards.budgets.api.fields import BudgetFields, BudgetSent, BudgetsFields, budget_shape
from dashboards.budgets.changing import By, NotPossible, Wish
from dashboards.budgets.forms import BudgetForm
from dashboards.budgets.models import KEYED, Budget, Dimension
from dashboards.budgets.state import BudgetState, states_of
from prompts.api.asking import project_of
from prompts.api.body import UniqueJson, object_of
from traces.api.v1.fields import PROBLEMS
from traces.api.v1.problems import V1View
from traces.errors import LimitReached, Unavailable
from traces.queries.metrics import Unanswerable

TAGS = ["Budgets"]
NAMES = {"amount_usd": "amount", "time_zone": "zone"}  # as the form calls them


class BudgetsV1View(V1View):
    """Reading needs the scope `read`, changing `admin`."""

    parser_classes = (UniqueJson,)

    def get_permissions(self) -> list:
        is_read = self.request.method in ("GET", "HEAD", "OPTIONS")
        return [require_scope("read" if is_read else "admin")()]


class BudgetsView(BudgetsV1View):
    @extend_schema(
        operation_id="list_budgets",
        tags=TAGS,
        summary="All budgets of the project, with where they stand",
        responses={200: BudgetsFields, **PROBLEMS},
    )
    def get(self, request: HttpRequest) -> Response:
        budgets = list(Budget.objects.filter(project=request.auth.project_id))
        return Response({"data": shapes(budgets)})

    @extend_schema(
        operation_id="create_budget",
        tags=TAGS,
        summary="Make a budget",
        request={"application/json": BudgetSent},
        responses={201: BudgetFields, **PROBLEMS},
    )
    def post(self, request: HttpRequest) -> Response:
        project = project_of(request)
        wish = wished(request.data, None)
        try:
            budget = changing.add(project, wish, By(public_key=request.auth.public_key))
        except NotPossible as error:
            raise exceptions.ValidationError(str(error)) from error
        return Response(changed_shape(budget), status=201)


class BudgetView(BudgetsV1View):
    @extend_schema(
        operation_id="get_budget",
        tags=TAGS,
        summary="One budget, with where it stands",
        responses={200: BudgetFields, **PROBLEMS},
    )
    def get(self, request: HttpRequest, budget_id: str) -> Response:
        return Response(shapes([own(request, budget_id)])[0])

    @extend_schema(
        operation_id="change_budget",
        tags=TAGS,
        summary="Change a budget, archive or restore it",
        description="What is not sent stays as it is.",
        request={"application/json": BudgetSent(partial=True)},
        responses={200: BudgetFields, **PROBLEMS},
    )
    def patch(self, request: HttpRequest, budget_id: str) -> Response:
        budget = own(request, budget_id)
        wish = wished(request.data, budget)
        changing.change(budget, wish, By(public_key=request.auth.public_key))
        return Response(changed_shape(budget))

    @extend_schema(
        operation_id="archive_budget",
        tags=TAGS,
        summary="Archive a budget",
        description="It counts nothing any more; PATCH with is_archived false restores it.",
        responses={204: None, **PROBLEMS},
    )
    def delete(self, request: HttpRequest, budget_id: str) -> Response:
        by = By(public_key=request.auth.public_key)
        changing.archive(own(request, budget_id), by, is_archived=True)
        return Response(status=204)


def own(request: HttpRequest, budget_id: str) -> Budget:
    found = Budget.objects.filter(project=request.auth.project_id, pk=budget_id).first()
    if found is None:
        raise Http404("There is no such budget.")
    return found


def shapes(budgets: list[Budget]) -> list[dict[str, Any]]:
    live = [one for one in budgets if not one.is_archived]
    found: dict[str, list[BudgetState]] = defaultdict(list)
    try:
        with turn(patience=PAGE_PATIENCE):
            for state in states_of(live, time.time_ns()) if live else ():
                found[state.budget_id].append(state)
    except Unanswerable as error:
        raise LimitReached(str(error)) from error
    return [budget_shape(one, found[one.pk]) for one in budgets]


def changed_shape(budget: Budget) -> dict[str, Any]:
    """Of a budget that has just been written: without states where they cannot be read now, or
    whoever is told so would make it again.
    """
    try:
        return shapes([budget])[0]
    except Unavailable:
        return budget_shape(budget, [])


def wished(body: Any, budget: Budget | None) -> Wish:
    """What is sent, and of a budget that there is what is not. Raises ValidationError."""
    data = object_of(body)
    unknown = data.keys() - BudgetSent().fields.keys()
    if unknown:
        raise exceptions.ValidationError({name: ["There is no such field."] for name in unknown})
    serializer = BudgetSent(data=data, partial=budget is not None)
    serializer.is_valid(raise_exception=True)
    said = {NAMES.get(name, name): value for name, value in serializer.validated_data.items()}
    kept = changing.told(budget) if budget else {}
    is_archived = said.pop("is_archived", kept.get("is_archived", False))
    whole = {**kept, **said}
    _refuse_meaningless(said, whole.get("dimension", str(Dimension.PROJECT)))
    whole["thresholds"] = " ".join(map(str, whole["thresholds"]))
    form = BudgetForm(whole, instance=Budget(is_archived=is_archived))
    if not form.is_valid():
        wrong = {name: list(errors) for name, errors in form.errors.items()}
        back = {ours: theirs for theirs, ours in NAMES.items()}
        raise exceptions.ValidationError({back.get(name, name): wrong[name] for name in wrong})
    return form.wish()


def _refuse_meaningless(said: dict[str, Any], dimension: str) -> None:
    """A value left out in silence would make the budget one of the whole project."""
    wrong = {}
    if said.get("value") and dimension == Dimension.PROJECT:
        wrong["value"] = ["A budget of the whole project has no value: name its dimension."]
    if said.get("metadata_key") and dimension not in KEYED:
        wrong["metadata_key"] = ["Only teams and features are named by a key of the metadata."]
    if wrong:
        raise exceptions.ValidationError(wrong)
