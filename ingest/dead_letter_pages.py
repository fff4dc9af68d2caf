"""The dead letters of a project: see, try again, delete."""

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import project_for
from accounts.roles import LEAST_ROLE, Role
from ingest import deadletters
from ingest.models import DeadLetter

PAGE_ROWS = 50
MOST_CHARACTERS_SHOWN = 200_000
TO_RETRY, TO_DELETE = Role(LEAST_ROLE["edit"]), Role(LEAST_ROLE["manage_projects"])

asks_first = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def dead_letter_list(request: HttpRequest, project_id: str) -> HttpResponse:
    """Newest first; `?before=` continues after the row of that number."""
    project = project_for(request.user, project_id)
    letters = DeadLetter.objects.filter(project_id=project.id)
    total = letters.count()
    if (before := request.GET.get("before", "")).isdecimal():
        letters = letters.filter(id__lt=min(int(before), 2**63 - 1))
    shown = list(letters.defer("payload")[: PAGE_ROWS + 1])
    context = {
        "project": project,
        "letters": shown[:PAGE_ROWS],
        "total": total,
        "next": shown[PAGE_ROWS - 1].id if len(shown) > PAGE_ROWS else None,
    }
    return render(request, "ingest/dead_letters.html", context)


@require_safe
def dead_letter(request: HttpRequest, project_id: str, letter_id: int) -> HttpResponse:
    project = project_for(request.user, project_id)
    letter = get_object_or_404(DeadLetter, pk=letter_id, project_id=project.id)
    text, is_cut = readable(letter)
    context = {"project": project, "letter": letter, "text": text, "is_cut": is_cut}
    return render(request, "ingest/dead_letter.html", context)


def readable(letter: DeadLetter) -> tuple[str, bool]:
    """What was refused, for people to read, and whether it had to be cut."""
    content = deadletters.content_of(letter)
    if letter.kind == DeadLetter.Kind.BATCH:
        text = content[:1024].hex(" ", 2)
        return text, len(content) > 1024
    text = json.dumps(json.loads(content), indent=2, ensure_ascii=False)
    return deadletters.printable(text[:MOST_CHARACTERS_SHOWN]), len(text) > MOST_CHARACTERS_SHOWN


@require_POST
def dead_letter_retry(
    request: HttpRequest, project_id: str, letter_id: int | None = None
) -> HttpResponse:
    """Try one again, or as many as one request may take."""
    project = project_for(request.user, project_id, TO_RETRY)
    letters = DeadLetter.objects.filter(project_id=project.id)
    if letter_id is not None:
        letters = letters.filter(pk=get_object_or_404(letters, pk=letter_id).pk)
    tell(request, deadletters.retry(letters))
    return redirect("dead-letter-list", project.id)


def tell(request: HttpRequest, retried: deadletters.Retried) -> None:
    if retried.stored:
        text = ngettext("%(n)s row is stored now.", "%(n)s rows are stored now.", retried.stored)
        messages.success(request, text % {"n": retried.stored})
    if retried.refused:
        text = ngettext(
            "ClickHouse still refuses %(n)s row.",
            "ClickHouse still refuses %(n)s rows.",
            retried.refused,
        )
        messages.warning(request, text % {"n": retried.refused})
    if retried.is_away:
        messages.error(request, _("ClickHouse does not answer. Try again when it is back."))


@asks_first
def dead_letter_delete(
    request: HttpRequest, project_id: str, letter_id: int | None = None
) -> HttpResponse:
    """Delete one or all, after asking."""
    project = project_for(request.user, project_id, TO_DELETE)
    letters = DeadLetter.objects.filter(project_id=project.id)
    letter = None
    if letter_id is not None:
        letter = get_object_or_404(letters, pk=letter_id)
        letters = letters.filter(pk=letter.pk)
    if request.method == "POST":
        count, _by_model = letters.delete()
        text = ngettext("%(n)s row is deleted.", "%(n)s rows are deleted.", count)
        messages.success(request, text % {"n": count})
        return redirect("dead-letter-list", project.id)
    context = {"project": project, "letter": letter, "total": letters.count()}
    return render(request, "ingest/dead_letter_delete.html", context)
