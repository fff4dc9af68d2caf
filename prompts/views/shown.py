"""The page of a prompt: one of its versions, the others beside it, and where its labels point."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import project_for
from accounts.models import Project
from comments import threads
from prompts import releases
from prompts.body import Body, placeholders_in, variables_in
from prompts.composition import InvalidComposition, references_in, resolved
from prompts.config_json import pretty
from prompts.labels import number_of
from prompts.marking import pieces
from prompts.models import Prompt, PromptVersion
from prompts.names import LATEST, PRODUCTION
from prompts.snippets import snippets_of
from prompts.tokens import tokens_in
from prompts.views.asked import number_in, prompt_of, version_of
from prompts.views.gone import missing

RAIL = 40  # versions on a page of the rail
TABS = ("prompt", "figures", "labels", "use", "comments")


@require_safe
def prompt_page(request: HttpRequest, project_id: str, name: str) -> HttpResponse:
    """`?version=` a number or a label, `?tab=`, `?view=resolved` with what it includes in place,
    `?versions=` a page of the rail.
    """
    project = project_for(request.user, project_id)
    try:
        prompt = prompt_of(project, name)
        version = version_of(prompt, request.GET.get("version", ""))
    except Http404:
        return missing(request, project, name)
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else TABS[0]
    labels = labels_by_number(prompt)
    context = {
        "project": project,
        "prompt": prompt,
        "version": version,
        "tab": tab,
        "own_labels": labels.get(version.number, []),
        "production": number_of(prompt, PRODUCTION),
        "before": before(prompt, version),
        "comment_count": comment_count(project, prompt),
        **rail(request, prompt, version, labels),
        **PARTS[tab](request, project, prompt, version),
    }
    return render(request, "prompts/prompt.html", context)


def labels_by_number(prompt: Prompt) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for name, number in prompt.labels.order_by("name").values_list("name", "version__number"):
        found[number].append(name)
    newest = prompt.versions.order_by("-number").values_list("number", flat=True).first()
    if newest is not None:
        found[newest].append(LATEST)
    return found


def before(prompt: Prompt, version: PromptVersion) -> int | None:
    """The number of the version before this one; some may be deleted."""
    older = prompt.versions.filter(number__lt=version.number).order_by("-number")
    return older.values_list("number", flat=True).first()


def rail(
    request: HttpRequest, prompt: Prompt, version: PromptVersion, labels: dict[int, list[str]]
) -> dict[str, Any]:
    """The page of versions that the one in sight stands on, or the one that is asked for."""
    count = prompt.versions.count()
    pages = max(1, -(-count // RAIL))
    newer = prompt.versions.filter(number__gt=version.number).count()
    page = number_in(request.GET.get("versions", "")) or newer // RAIL + 1
    page = min(page, pages)
    shown = prompt.versions.select_related("author").order_by("-number").defer("body", "config")
    rows = shown[(page - 1) * RAIL : page * RAIL]
    return {
        "versions": [(one, labels.get(one.number, [])) for one in rows],
        "version_count": count,
        "rail_page": page,
        "rail_pages": pages,
    }


def text_part(
    request: HttpRequest, project: Project, prompt: Prompt, version: PromptVersion
) -> dict[str, Any]:
    includes = bool(references_in(version.body))
    body, broken = version.body, ""
    is_resolved = includes and request.GET.get("view") == "resolved"
    whole: Body | None = body
    if includes:
        try:
            whole = resolved(project.id, version).body
        except InvalidComposition as error:
            whole, broken = None, str(error)
    if is_resolved and whole is not None:
        body = whole
    return {
        "body": marked(body),
        "is_chat": not isinstance(body, str),
        "variables": variables_in(version.body if whole is None else whole),
        "placeholders": placeholders_in(body),
        "config": pretty(version.config) if version.config else "",
        "tokens": None if whole is None else tokens_in(whole),
        "has_includes": includes,
        "includes": references_in(version.body),
        "is_resolved": is_resolved,
        "broken": broken,
        "raw": body if isinstance(body, str) else "",
    }


def marked(body: Body) -> list[dict[str, Any]]:
    """Each message with its pieces; a text is one message without a role."""
    if isinstance(body, str):
        return [{"role": "", "pieces": list(pieces(body))}]
    return [
        {"placeholder": one["name"]}
        if one["type"] == "placeholder"
        else {"role": one["role"], "pieces": list(pieces(one["content"]))}
        for one in body
    ]


def figures_part(*_: object) -> dict[str, Any]:
    return {}


def labels_part(
    request: HttpRequest, project: Project, prompt: Prompt, version: PromptVersion
) -> dict[str, Any]:
    return {
        "standings": [
            (state, state.may_be_moved_by(project.role)) for state in releases.standings(prompt)
        ],
        "moves": releases.moves(prompt),
    }


def use_part(
    request: HttpRequest, project: Project, prompt: Prompt, version: PromptVersion
) -> dict[str, Any]:
    base = settings.BASE_URL.rstrip("/")
    names = version.labels.order_by("name").values_list("name", flat=True)
    labels = sorted(names, key=lambda name: name != PRODUCTION)
    label = labels[0] if labels else ""
    body = releases.side_of(version).whole
    return {
        "snippets": snippets_of(base, prompt.name, body, label=label, number=version.number),
        "label": label,
    }


def comments_part(
    request: HttpRequest, project: Project, prompt: Prompt, version: PromptVersion
) -> dict[str, Any]:
    about = threads.of(project.id, str(threads.ObjectType.PROMPT), [prompt.pk])
    return {"comments": about.get(prompt.pk, [])}


def comment_count(project: Project, prompt: Prompt) -> int:
    counts = threads.counts(project.id, str(threads.ObjectType.PROMPT), [prompt.pk])
    return counts.get(prompt.pk, 0)


PARTS: dict[str, Callable[[HttpRequest, Project, Prompt, PromptVersion], dict[str, Any]]] = {
    "prompt": text_part,
    "figures": figures_part,
    "labels": labels_part,
    "use": use_part,
    "comments": comments_part,
}
