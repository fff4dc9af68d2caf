"""What a project's scores may be: a page of its settings."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.access import project_for
from accounts.models import Project
from accounts.roles import LEAST_ROLE, Role
from evals.scores import configs
from evals.scores.config_forms import PRESETS, ConfigForm
from evals.scores.feedback import settings_of
from evals.scores.models import ScoreConfig

PAGE = 50


def score_configs(request: HttpRequest, project_id: str) -> HttpResponse:
    """All of them, those in use first; members make more."""
    project = project_for(request.user, project_id)
    form = ConfigForm()
    if request.method == "POST":
        project = project_for(request.user, project_id, Role(LEAST_ROLE["edit"]))
        if "preset" in request.POST:
            return preset(request, project)
        form = ConfigForm(request.POST)
        if form.is_valid() and made(request, project, form):
            return redirect("score-configs", project.id)
    found = ScoreConfig.objects.filter(project=project).order_by("is_archived", "name", "id")
    context = {
        "project": project,
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "form": form,
        "presets": [(key, words) for key, (words, _wish) in PRESETS.items()],
        "feedback": settings_of(project.id),
    }
    return render(request, "scores/configs.html", context, status=400 if form.errors else 200)


def preset(request: HttpRequest, project: Project) -> HttpResponse:
    _words, wish = PRESETS.get(request.POST["preset"], (None, None))
    try:
        if wish:
            configs.create(project, wish, user=request.user.pk)
            messages.success(request, _("“%(name)s” is made.") % {"name": wish.name})
    except configs.InvalidConfig as error:
        messages.error(request, str(error))
    return redirect("score-configs", project.id)


def made(request: HttpRequest, project: Project, form: ConfigForm) -> bool:
    try:
        config = configs.create(project, form.wish, user=request.user.pk)
    except configs.InvalidConfig as error:
        tell(form, error)
        return False
    messages.success(request, _("“%(name)s” is made.") % {"name": config.name})
    return True


def tell(form: ConfigForm, error: configs.InvalidConfig) -> None:
    form.add_error("name" if isinstance(error, configs.NameTaken) else None, str(error))


def score_config_edit(request: HttpRequest, project_id: str, config_id: str) -> HttpResponse:
    """Change one, archive it or restore it."""
    project = project_for(request.user, project_id, Role(LEAST_ROLE["edit"]))
    config = get_object_or_404(ScoreConfig, project=project, pk=config_id.replace("\0", ""))
    if request.method == "POST" and "archive" in request.POST:
        return archived(request, config)
    form = ConfigForm(request.POST or None, config=config)
    if request.method == "POST" and form.is_valid():
        try:
            configs.change(config, form.wish, user=request.user.pk)
        except configs.InvalidConfig as error:
            tell(form, error)
        else:
            messages.success(request, _("“%(name)s” is saved.") % {"name": config.name})
            return redirect("score-configs", project.id)
    context = {"project": project, "config": config, "form": form}
    return render(request, "scores/config.html", context, status=400 if form.errors else 200)


def archived(request: HttpRequest, config: ScoreConfig) -> HttpResponse:
    is_archived = request.POST["archive"] == "yes"
    try:
        configs.archive(config, is_archived, user=request.user.pk)
    except configs.InvalidConfig as error:
        messages.error(request, str(error))
    else:
        words = _("“%(name)s” is archived.") if is_archived else _("“%(name)s” is in use again.")
        messages.success(request, words % {"name": config.name})
    return redirect("score-configs", config.project_id)
