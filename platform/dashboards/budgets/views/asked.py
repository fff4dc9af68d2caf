"""Whose budgets a page is about, who may change them, and from when it tells."""

import time
from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from accounts.access import project_for
from accounts.models import Project
from accounts.roles import LEAST_ROLE, Role
from dashboards.budgets.models import Budget
from traces.errors import LimitReached
from traces.queries.metrics import Unanswerable
from traces.views import away

page = require_http_methods(["GET", "HEAD", "POST"])
MAX_ID = 64


def editable(request: HttpRequest, project_id: str) -> Project:
    return project_for(request.user, project_id, Role(LEAST_ROLE["edit"]))


def budget_of(project: Project, budget_id: str) -> Budget:
    if len(budget_id) > MAX_ID or "\0" in budget_id:
        budget_id = ""
    row = get_object_or_404(Budget, pk=budget_id, project_id=project.id)
    row.project = project
    return row


def now() -> int:
    return time.time_ns()


def tells_when_away(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """As traces.views.away, also of a figure that takes too long: no page here asks for another."""

    @away.tells_when_away
    @wraps(view)
    def wrapped(*args, **kwargs) -> HttpResponse:
        try:
            return view(*args, **kwargs)
        except Unanswerable as error:
            raise LimitReached(str(error)) from error

    return wrapped
