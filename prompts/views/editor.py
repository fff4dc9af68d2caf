"""The editor: a new prompt, or a new version of one."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import Project
from accounts.roles import Role
from prompts import editing, listing, versions
from prompts.composition import InvalidComposition
from prompts.diff import inline
from prompts.editing import MESSAGE, PLACEHOLDER, Row
from prompts.forms import VersionForm
from prompts.gates import GateClosed
from prompts.gates.checks import title_of
from prompts.gates.results import Report
from prompts.labels import Protected
from prompts.models import Label, Prompt, PromptType, PromptVersion, ProtectedLabel
from prompts.names import PRODUCTION
from prompts.preview import preview_of
from prompts.versions import Draft, InvalidVersion
from prompts.views.asked import by, editable, number_in, page, prompt_of, to, version_of

MOST_INCLUDABLE = 100
MOST_OFFERED = 8  # labels of other prompts
SUGGESTED_ROLES = ("system", "user", "assistant", "developer", "tool")


@dataclass(frozen=True, slots=True)
class Asked:
    """`of`: the prompt that gets a version, None for a new one. `base`: what it starts from."""

    of: Prompt | None
    base: PromptVersion | None
    name: str = ""


def asked(request: HttpRequest, project: Project) -> Asked:
    """`?name=` a new version of that prompt, `?like=` a new prompt that begins as that one does;
    `?version=` the version to start from. `?folder=` begins the name of a new prompt.
    """
    said = request.GET
    if name := said.get("name"):
        prompt = prompt_of(project, name)
        return Asked(prompt, version_of(prompt, said.get("version", "")))
    if like := said.get("like"):
        base = version_of(prompt_of(project, like), said.get("version", ""))
        return Asked(None, base, _("%(name)s-copy") % {"name": like})
    folder = said.get("folder", "").strip("/")
    return Asked(None, None, f"{folder}/" if folder else "")


@page
def prompt_create(request: HttpRequest, project_id: str) -> HttpResponse:
    """Buttons that change the list of messages send the form too, and get it back as it stands."""
    project = editable(request.user, project_id)
    ask = asked(request, project)
    if request.method != "POST":
        rows = editing.rows_of(ask.base.body if ask.base else "")
        ticked = [PRODUCTION] if ask.of is None and PRODUCTION not in closed_to(project) else []
        form = editing.form_from(ask.base, ask.of, ask.name, ticked)
        return edited(request, project, ask, form, rows)
    rows = editing.rows_sent(request.POST)
    form = editing.form_of(request.POST, rows, ask.of)
    if do := request.POST.get("do"):
        shown = VersionForm(initial=form.data.dict(), messages=[], ticked=form.ticked)
        return edited(request, project, ask, shown, editing.changed(rows, do))
    if form.is_valid() and not is_overtaken(request, form, ask):
        version = saved(request, project, ask, form)
        if version is not None:
            said = _("Version %(number)s is saved.") % {"number": version.number}
            messages.success(request, said)
            return to(version.prompt, version=version.number)
    return edited(request, project, ask, form, rows, status=400)


def is_overtaken(request: HttpRequest, form: VersionForm, ask: Asked) -> bool:
    """Whether somebody else made a version meanwhile. Told once: saving again means it."""
    if ask.of is None:
        return False
    seen, newest = number_in(request.POST.get("seen", "")), version_of(ask.of, "")
    if seen is None or newest.number <= seen:
        return False
    who = newest.author.get_full_name() if newest.author else newest.public_key or "API"
    form.add_error(
        None,
        _(
            "Meanwhile %(who)s made version %(number)s. Compare with it, then save again to make "
            "yours the newest."
        )
        % {"who": who, "number": newest.number},
    )
    return True


def saved(
    request: HttpRequest, project: Project, ask: Asked, form: VersionForm
) -> PromptVersion | None:
    """The version, or None with what is wrong at its field."""
    said = form.cleaned_data
    if ask.of is None and Prompt.objects.filter(project=project, name=said["name"]).exists():
        words = _("There is a prompt of this name already. Add a version to it, or choose another.")
        form.add_error("name", words)
        return None
    draft = Draft(
        name=said["name"],
        type=said["type"],
        body=said["body"],
        config=said["config"],
        labels=said["labels"],
        tags=said["tags"] if ask.of is None else None,
        message=said["message"],
    )
    try:
        return versions.create(project, draft, by(request, project))
    except InvalidComposition as error:
        form.refuse_body(str(error))
    except GateClosed as error:
        form.add_error("labels", told_closed(error.report))
    except Protected as error:
        form.add_error("labels", str(error))
    except InvalidVersion as error:
        form.add_error(None, str(error))
    return None


def told_closed(report: Report) -> list[str]:
    """What the gate said, a check on each line."""
    words = _("The gate of “%(label)s” is closed for version %(number)s. Nothing was moved.")
    told = [f"{title_of(result.key)}: {result.said}" for result in report.closed]
    return [words % {"label": report.label, "number": report.number}, *told]


def edited(
    request: HttpRequest,
    project: Project,
    ask: Asked,
    form: VersionForm,
    rows: list[Row],
    status: int = 200,
) -> HttpResponse:
    context = {
        "project": project,
        "of": ask.of,
        "base": ask.base,
        "form": form,
        "rows": rows,
        "roles": SUGGESTED_ROLES,
        "offered": offered(project, ask, form),
        "newest": version_of(ask.of, "").number if ask.of else "",
        "includable": includable(project, ask.of),
        "new_message": Row(MESSAGE, "user", ""),
        "new_placeholder": Row(PLACEHOLDER, "", ""),
        **previewed(project, ask, form, rows),
    }
    return render(request, "prompts/editor.html", context, status=status)


def offered(project: Project, ask: Asked, form: VersionForm) -> list[dict]:
    """The labels to tick: those of the prompt, and `production`, less those that others move."""
    here = listing.labels_of(project.id) if ask.of is None else []
    names = {PRODUCTION, *here[:MOST_OFFERED], *labels_on(ask.of)} - closed_to(project)
    return [{"name": name, "is_ticked": name in form.ticked} for name in sorted(names)]


def closed_to(project: Project) -> set[str]:
    """The labels that are protected from whoever asks."""
    return {
        label.name
        for label in ProtectedLabel.objects.filter(project=project)
        if not project.role.includes(Role(label.least_role))
    }


def includable(project: Project, of: Prompt | None) -> list[tuple[str, str]]:
    """Other prompts of type text by their labels, and how each is included."""
    labels = Label.objects.filter(prompt__project=project, prompt__type=PromptType.TEXT)
    found = labels.order_by("prompt__name", "name").values_list("prompt__name", "name")
    if of is not None:
        found = found.exclude(prompt=of)
    return [
        (f"{name} · {label}", f"@@@langfusePrompt:name={name}|label={label}@@@")
        for name, label in found[:MOST_INCLUDABLE]
    ]


def labels_on(prompt: Prompt | None) -> list[str]:
    return list(prompt.labels.values_list("name", flat=True)) if prompt else []


def draft_in(form: VersionForm, rows: list[Row]) -> tuple[str, str, list[Row], str]:
    """The type, the text, the messages and the configuration, as they stand in the form."""

    def value(name: str) -> str:
        return str(form[name].value() or "")

    return value("type"), value("text").replace("\r\n", "\n"), rows, value("config")


def previewed(project: Project, ask: Asked, form: VersionForm, rows: list[Row]) -> dict[str, Any]:
    preview = preview_of(project, ask.base, *draft_in(form, rows))
    changes = preview.changes
    return {
        "preview": preview,
        "lines": list(inline(changes.text.rows)) if changes else [],
        "config_lines": list(inline(changes.config.rows)) if changes and changes.config else [],
    }


@require_POST
def draft(request: HttpRequest, project_id: str) -> HttpResponse:
    """What is said of a version while it is written."""
    project = editable(request.user, project_id)
    ask = asked(request, project)
    rows = editing.rows_sent(request.POST)
    form = editing.form_of(request.POST, rows, ask.of)
    context = {"project": project, "base": ask.base, **previewed(project, ask, form, rows)}
    return render(request, "prompts/_draft.html", context)
