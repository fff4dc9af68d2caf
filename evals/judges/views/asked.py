"""Who asks for which evaluator."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest
from django.views.decorators.http import require_http_methods

from accounts.access import project_for
from accounts.models import Project, User
from accounts.roles import LEAST_ROLE, Role
from evals.judges.models import Evaluator, EvaluatorVersion

PER_PAGE = 50

page = require_http_methods(["GET", "HEAD", "POST"])


def editable(user: User, project_id: str) -> Project:
    return project_for(user, project_id, Role(LEAST_ROLE["edit"]))


def evaluator_of(project: Project, evaluator_id: str) -> Evaluator:
    found = Evaluator.objects.select_related("rule").filter(project=project)
    if "\0" in evaluator_id or not (one := found.filter(pk=evaluator_id).first()):
        raise Http404
    one.project = project
    return one


def version_asked(evaluator: Evaluator, number: str) -> EvaluatorVersion:
    """The version of that number; the newest where none is said."""
    versions = evaluator.versions.select_related("evaluator", "connection")
    if number.isascii() and number.isdigit() and len(number) < 9:
        versions = versions.filter(number=int(number))
    if (version := versions.first()) is None:
        raise Http404
    return version


def paged(request: HttpRequest, rows: Any, per_page: int = PER_PAGE) -> Any:
    """The page that is asked for, or the nearest there is."""
    return Paginator(rows, per_page).get_page(request.GET.get("page"))
