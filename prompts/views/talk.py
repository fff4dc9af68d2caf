"""What people say about a prompt."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from comments import threads
from comments.models import MAX_CONTENT
from prompts.views.asked import asked_prompt, editable, to


@require_POST
def prompt_comment(request: HttpRequest, project_id: str) -> HttpResponse:
    """A new comment, or with `comment` a change of one's own; `delete` takes it away."""
    project = editable(request.user, project_id)
    prompt = asked_prompt(request, project)
    content = request.POST.get("content", "")
    try:
        if "comment" in request.POST:
            change_own(request, project.id, prompt.pk, content)
        else:
            threads.add(
                project,
                object_type=str(threads.ObjectType.PROMPT),
                object_id=prompt.pk,
                content=content,
                author=request.user,
            )
    except threads.InvalidComment:
        words = _("A comment must have 1 to %(most)s characters.")
        messages.error(request, words % {"most": f"{MAX_CONTENT:,}"})
    return to(prompt, version=request.POST.get("version", ""), tab="comments")


def change_own(request: HttpRequest, project_id: str, prompt_id: str, content: str) -> None:
    comment = threads.own(project_id, request.POST["comment"], request.user)
    if comment is None or comment.object_id != prompt_id:
        raise Http404("There is no such comment of yours.")
    if "delete" in request.POST:
        comment.delete()
        messages.success(request, _("The comment is deleted."))
    else:
        threads.edit(comment, content)
