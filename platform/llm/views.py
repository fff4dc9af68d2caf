"""A project's LLM connections: see, add, change, test, delete."""

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import project_for
from accounts.models import Project, User
from accounts.roles import LEAST_ROLE, Role
from accounts.sealing import Unsealable
from llm import connections, words
from llm.forms import ConnectionForm
from llm.models import LlmConnection
from llm.slots import Busy, slot
from llm.trial import tried
from llm.wishes import Unacceptable, models_in

page = require_http_methods(["GET", "HEAD", "POST"])


def changeable(user: User, project_id: str) -> Project:
    return project_for(user, project_id, Role(LEAST_ROLE["manage_connections"]))


@require_safe
def connection_list(request: HttpRequest, project_id: str) -> HttpResponse:
    project = changeable(request.user, project_id)
    context = {"project": project, "connections": connections.of(project)}
    return render(request, "llm/connections.html", context)


@page
@never_cache
def connection_create(request: HttpRequest, project_id: str) -> HttpResponse:
    project = changeable(request.user, project_id)
    return edited(request, project, LlmConnection(project=project))


@page
@never_cache
def connection_change(request: HttpRequest, project_id: str, connection_id: str) -> HttpResponse:
    project = changeable(request.user, project_id)
    return edited(request, project, own(project, connection_id))


def edited(request: HttpRequest, project: Project, connection: LlmConnection) -> HttpResponse:
    form = ConnectionForm(request.POST or None, project=project, connection=connection)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                connections.save(connection, form.wish, user=request.user)
        except Unsealable as error:
            form.add_error("key", str(error))
        except IntegrityError:  # made at the same moment by somebody else
            form.add_error("name", _("There is a connection of this name."))
        else:
            tell_saved(request, form.doubt)
            return redirect("llm-connections", project.id)
    is_new = connection._state.adding
    context = {"project": project, "form": form, "connection": connection, "is_new": is_new}
    return render(request, "llm/connection.html", context)


def tell_saved(request: HttpRequest, doubt: str) -> None:
    if doubt:
        words = _(
            "The connection is saved, but its address cannot be asked now. %(why)s Check how it is "
            "written."
        )
        messages.warning(request, words % {"why": doubt})
    else:
        messages.success(request, _("The connection is saved. Test it to be sure."))


@require_POST
@never_cache
def connection_test(request: HttpRequest, project_id: str, connection_id: str) -> HttpResponse:
    """With htmx the result alone, else the list with it. It waits for the model in one of the
    playground's slots.
    """
    project = changeable(request.user, project_id)
    connection = own(project, connection_id)
    context = {"project": project, "connection": connection}
    status = 200
    try:
        models = models_in([request.POST.get("model", "")]) or connection.model_names
        if models:
            with slot():
                context["trial"] = trial = tried(connection, models[0])
            context["told"] = words.told(trial.failure) if trial.failure else ""
        else:
            context["told"] = _("Type the name of a model to test with.")
    except Unacceptable as error:
        context["told"] = str(error)
    except Busy:
        status = 503
        context["told"] = _("As many runs as may be are at work. Try again in a moment.")
    if request.htmx:  # it shows nothing but what is well
        return render(request, "llm/_trial.html", context)
    listed = {"connections": connections.of(project), "tested": connection.pk}
    return render(request, "llm/connections.html", {**context, **listed}, status=status)


@page
def connection_delete(request: HttpRequest, project_id: str, connection_id: str) -> HttpResponse:
    project = changeable(request.user, project_id)
    connection = own(project, connection_id)
    if request.method == "POST":
        connections.delete(connection, request.user)
        messages.success(request, _("The connection and its key are deleted."))
        return redirect("llm-connections", project.id)
    context = {"project": project, "connection": connection}
    return render(request, "llm/connection_delete.html", context)


def own(project: Project, connection_id: str) -> LlmConnection:
    return get_object_or_404(LlmConnection, pk=connection_id, project=project)
