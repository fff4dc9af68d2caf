"""The page that gets a project its first trace: snippets that hold its keys, and a look-out for
what they send.

It lives here and not in accounts, because only traces can see whether one has come.
"""

import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.template import Context
from django.template.loader import get_template
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import project_for
from accounts.keys import create_key
from accounts.models import ApiKey, Project
from accounts.roles import LEAST_ROLE
from traces.errors import Refused, Unavailable
from traces.queries.filters import NS
from traces.queries.overview import newest_trace

AWAY = "?"  # stands for the newest trace of a moment at which nobody could say
RECENT = 15 * 60 * NS  # so long after the newest trace they still count as arriving


@dataclass(frozen=True, slots=True)
class Snippet:
    """A file of templates/onboarding/snippets/, which a test runs as it is."""

    tab: str
    title: str
    file: str

    def text(self, public_key: str, secret_key: str) -> str:
        context = {
            "base_url": settings.BASE_URL,
            "public_key": public_key,
            "secret_key": secret_key,
        }
        template = get_template(f"onboarding/snippets/{self.file}").template
        # Code, so nothing is escaped in it; adding "" takes away the mark that it is safe to show.
        return template.render(Context(context, autoescape=False)) + ""


SNIPPETS = (
    Snippet("curl", "curl", "curl.sh"),
    Snippet("langfuse-python", "Langfuse Python", "langfuse_sdk.py"),
    Snippet("langfuse-js", "Langfuse JS", "langfuse_js.mjs"),
    Snippet("opentelemetry", "OpenTelemetry", "opentelemetry_sdk.py"),
    Snippet("openai", "OpenAI", "openai_wrapper.py"),
    Snippet("langchain", "LangChain", "langchain_callback.py"),
    Snippet("litellm", "LiteLLM", "litellm_callback.py"),
)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def setup(request: HttpRequest, project_id: str) -> HttpResponse:
    """One snippet by tab; after a POST all of them, filled with a key that was made for them."""
    making = request.method == "POST"
    least: Any = LEAST_ROLE["manage_keys" if making else "view"]
    project = project_for(request.user, project_id, least)
    if request.htmx and not making:
        return render(request, "onboarding/_waiting.html", arrivals(project, request.GET))
    chosen = next((one for one in SNIPPETS if one.tab == request.GET.get("tab")), SNIPPETS[0])
    if making:
        new = create_key(project, note=_("For set-up"), created_by=request.user)
        shown = (chosen, *(snippet for snippet in SNIPPETS if snippet != chosen))
        keys = new.key.public_key, new.secret_key
    else:
        new, shown, keys = None, (chosen,), placeholders(project)
    context = {
        "project": project,
        "tabs": SNIPPETS,
        "chosen": chosen,
        "new": new,
        "snippets": [(snippet, snippet.text(*keys)) for snippet in shown],
        **arrivals(project),
    }
    return render(request, "onboarding/setup.html", context)


def placeholders(project: Project) -> tuple[str, str]:
    """The oldest key that works, with words where its secret belongs, which nobody but its owner
    knows.
    """
    key = None
    if project.may["manage_keys"]:
        key = ApiKey.objects.filter(project=project, revoked_at=None).order_by("id").first()
    if key is None:
        return "YOUR_PUBLIC_KEY", "YOUR_SECRET_KEY"
    return key.public_key, f"YOUR_SECRET_KEY_ENDING_IN_{key.secret_hint[-4:]}"


def arrivals(project: Project, polled: QueryDict | None = None) -> dict:
    """Whether traces come. Away or broken, ClickHouse must not take the snippets with it.

    `polled` is set when the page asks again: `newest` in it is the trace that was the newest when
    the page was opened, nothing if there was none.
    """
    opened_with = (polled or {}).get("newest", "")
    try:
        newest = newest_trace(project.id)
    except (Unavailable, Refused):
        return {"project": project, "is_away": True, "opened_with": opened_with or AWAY}
    age = time.time_ns() - newest.at if newest else 0
    if polled is None or opened_with == AWAY:
        opened_with = newest.trace_id if newest else ""
    return {
        "project": project,
        "newest": newest,
        "age_ns": max(age, 0),
        "is_recent": age < RECENT,
        "is_first": polled is not None and not opened_with,
        "is_new": bool(newest and opened_with and newest.trace_id != opened_with),
        "opened_with": opened_with,
    }
