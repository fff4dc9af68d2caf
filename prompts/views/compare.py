"""Any two versions of a prompt, side by side or one above the other."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import project_for
from prompts.diff import inline
from prompts.models import Prompt, PromptVersion
from prompts.releases import change_to
from prompts.views.asked import asked_prompt, version_of


@require_safe
def prompt_compare(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?name=`, `?from=` and `?to=` (numbers or labels), `?view=inline`. Without `from`, with the
    version before.
    """
    project = project_for(request.user, project_id)
    prompt = asked_prompt(request, project)
    after = version_of(prompt, request.GET.get("to", ""))
    before = before_of(prompt, after, request.GET.get("from", ""))
    change = change_to(prompt, before.number, after)
    context = {
        "project": project,
        "prompt": prompt,
        "before": before,
        "after": after,
        "change": change,
        "lines": inline(change.comparison.text.rows),
        "view_query": urlencode({"name": prompt.name, "from": before.number, "to": after.number}),
        "is_inline": request.GET.get("view") == "inline",
    }
    return render(request, "prompts/compare.html", context)


def before_of(prompt: Prompt, after: PromptVersion, asked: str) -> PromptVersion:
    if asked:
        return version_of(prompt, asked)
    older = prompt.versions.filter(number__lt=after.number).order_by("-number").first()
    return older or after
