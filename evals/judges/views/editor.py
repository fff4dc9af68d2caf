"""The library, and the editor: a new evaluator, or a new version of one."""

import json
from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Project
from evals.judges import evaluators, library
from evals.judges.editing import SOURCE_WORDS, EditorForm, initial_of, places_sent, rows_for
from evals.judges.evaluators import Draft
from evals.judges.models import Evaluator
from evals.judges.trial import Trial, newest_trace, tried
from evals.judges.views.asked import editable, evaluator_of, page

BLANK = {"kind": "numeric", "least": 0, "most": 1, "temperature": 0}


@require_safe
def evaluator_library(request: HttpRequest, project_id: str) -> HttpResponse:
    project = editable(request.user, project_id)
    asked = request.GET.get("language") or (get_language() or "en")[:2]
    language = asked if asked in library.LANGUAGES else "en"
    context = {
        "project": project,
        "templates": library.templates(language).values(),
        "language": language,
        "languages": library.LANGUAGES.items(),
        "has_connection": project.llm_connections.exists(),
    }
    return render(request, "judges/library.html", context)


@page
def evaluator_create(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?template=faithfulness&language=en` begins with that one."""
    project = editable(request.user, project_id)
    initial, known = begun_with(request)
    if request.method != "POST":
        initial = {**initial, "model": first_model(project)}
        return edited(request, project, form_of(project, None, initial=initial), known)
    form = form_of(project, None, request.POST)
    if form.is_valid() and form.draft and (made := created(request, project, form, form.draft)):
        messages.success(request, _("The evaluator is made. Say which traces it judges."))
        return redirect("evaluator-rule", project.id, made.pk)
    return edited(request, project, form, places_sent(request.POST), status=400)


def first_model(project: Project) -> str:
    """Of the connection that the editor offers first."""
    connection = project.llm_connections.first()
    return connection.model_names[0] if connection and connection.model_names else ""


def begun_with(request: HttpRequest) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields, and the mapping, of the template that the address names."""
    key, language = request.GET.get("template", ""), request.GET.get("language", "en")
    if not key:
        return BLANK, {}
    template = library.templates(language).get(key) if language in library.LANGUAGES else None
    if template is None:
        raise Http404
    named = {"name": template.name, "description": template.about}
    initial = {**initial_of(template), **named, "template": f"{key}/{language}", "temperature": 0}
    return initial, template.mapping


def created(
    request: HttpRequest, project: Project, form: EditorForm, draft: Draft
) -> Evaluator | None:
    said = form.cleaned_data
    if project.evaluators.filter(name=said["name"]).exists():
        form.add_error("name", _("There is an evaluator of this name."))
        return None
    try:
        return evaluators.create(
            project, said["name"], draft, description=said["description"], user=request.user
        )
    except evaluators.TooMany:
        words = _("A project has at most %(most)d evaluators. Delete one first.")
        form.add_error(None, words % {"most": evaluators.MOST_EVALUATORS})
    except IntegrityError:  # made at the same moment by somebody else
        form.add_error("name", _("There is an evaluator of this name."))
    return None


@page
def evaluator_version(request: HttpRequest, project_id: str, evaluator_id: str) -> HttpResponse:
    """A new version, which begins as the newest one is; `?version=` as that one."""
    project = editable(request.user, project_id)
    evaluator = evaluator_of(project, evaluator_id)
    if request.method == "POST":
        form = form_of(project, evaluator, request.POST)
        if form.is_valid() and form.draft:
            version = evaluators.add_version(evaluator, form.draft, request.user)
            words = _("Version %(n)d is saved. New traces are judged by it from now on.")
            messages.success(request, words % {"n": version.number})
            return redirect("evaluator-page", project.id, evaluator.pk)
        known = places_sent(request.POST)
        return edited(request, project, form, known, evaluator, status=400)
    asked = request.GET.get("version", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else None
    versions = (
        evaluator.versions.all() if number is None else evaluator.versions.filter(number=number)
    )
    version = versions.first()
    if version is None:
        raise Http404
    names = ("connection", "model", "timeout_seconds", "most_attempts", "template")
    initial = {**initial_of(version), **{name: getattr(version, name) for name in names}}
    form = form_of(project, evaluator, initial=initial)
    return edited(request, project, form, version.mapping, evaluator)


def form_of(
    project: Project, evaluator: Evaluator | None, data: Any = None, initial: Any = None
) -> EditorForm:
    if initial and isinstance(initial.get("extra"), dict):
        extra = json.dumps(initial["extra"], ensure_ascii=False) if initial["extra"] else ""
        initial = {**initial, "extra": extra}
    return EditorForm(data, initial=initial, project=project, is_new=evaluator is None)


def edited(
    request: HttpRequest,
    project: Project,
    form: EditorForm,
    known: dict[str, Any],
    evaluator: Evaluator | None = None,
    *,
    trial: Trial | None = None,
    status: int = 200,
) -> HttpResponse:
    trace_id = request.POST.get("trace") or request.GET.get("trace") or newest_trace(project.id)
    context = {
        "project": project,
        "evaluator": evaluator,
        "form": form,
        "rows": rows_for(form.prompts, known),
        "sources": SOURCE_WORDS.items(),
        "trial": trial,
        "trace_id": trace_id,
        "observation_id": request.POST.get("observation", ""),
    }
    return render(request, "judges/editor.html", context, status=status)


@require_POST
def evaluator_fields(request: HttpRequest, project_id: str) -> HttpResponse:
    """The rows of the mapping for the prompt as it stands."""
    project = editable(request.user, project_id)
    prompts = [request.POST.get(name, "")[:50_000] for name in ("system", "user")]
    rows = rows_for(prompts, places_sent(request.POST))
    context = {"project": project, "rows": rows, "sources": SOURCE_WORDS.items()}
    return render(request, "judges/_mapping.html", context)


@require_POST
def evaluator_try(request: HttpRequest, project_id: str) -> HttpResponse:
    """A real call with the draft as it stands, on one trace. With htmx its outcome alone, else the
    editor with it.
    """
    project = editable(request.user, project_id)
    evaluator = evaluator_of(project, of) if (of := request.POST.get("evaluator")) else None
    if request.POST.get("do") == "fields":  # without JavaScript, the mapping is asked for here
        drawn = form_of(project, evaluator, initial=request.POST.dict())
        return edited(request, project, drawn, places_sent(request.POST), evaluator)
    form = form_of(project, evaluator, request.POST)
    trial = tried(project, form, request.POST)
    if request.htmx:
        return render(request, "judges/_trial.html", {"project": project, "trial": trial})
    return edited(request, project, form, places_sent(request.POST), evaluator, trial=trial)
