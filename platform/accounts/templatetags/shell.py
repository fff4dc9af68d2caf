"""The parts of the page shell: `{% load shell %}` in templates/base.html and the pages that draw
icons.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from django import template
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.access import projects_of
from accounts.models import Project
from accounts.preferences import theme_of

register = template.Library()

# The rail: a heading and its links (URL name, words, icon, key). A link shows as soon as its URL
# exists.
RAIL = (
    (
        _("Observe"),
        (
            ("trace-list", _("Traces"), "traces", "g t"),
            ("session-list", _("Sessions"), "sessions", "g s"),
            ("user-list", _("Users"), "users", "g u"),
        ),
    ),
    (
        _("Measure"),
        (
            ("dashboard", _("Dashboards"), "dashboards", "g b"),
            ("budget-list", _("Budgets"), "budget", "g m"),
            ("drift-monitors", _("Drift"), "drift", "g r"),
            ("alerts-incidents", _("Alerts"), "alerts", "g l"),
        ),
    ),
    (
        _("Improve"),
        (
            ("prompt-list", _("Prompts"), "prompts", "g p"),
            ("dataset-list", _("Datasets"), "datasets", "g d"),
            ("experiment-list", _("Experiments"), "experiments", "g e"),
        ),
    ),
    (
        _("Evaluate"),
        (
            ("score-analytics", _("Scores"), "scores", "g c"),
            ("check-list", _("Checks"), "checks", "g k"),
            ("evaluator-list", _("Evaluators"), "judge", "g v"),
            ("queue-list", _("Annotation"), "annotate", "g a"),
        ),
    ),
    (
        _("Operate"),
        (
            ("setup", _("Set up"), "setup", "g i"),
            ("project-settings", _("Settings"), "settings", "g ,"),
        ),
    ),
)


TIME = ("range", "from", "to")
WITH_TIME = ("trace-list", "session-list", "user-list")


@dataclass(frozen=True, slots=True)
class RailLink:
    name: str
    url: str
    words: str
    icon: str
    keys: str
    is_current: bool


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """One icon of static/icons.svg, silent unless a label is given."""
    use = format_html('<use href="{}#{}"></use>', static("icons.svg"), name)
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}">{}</svg>', label, use)
    return format_html('<svg class="icon" aria-hidden="true">{}</svg>', use)


# Pages that are reached from a place of the rail, under addresses of their own.
WITHIN = {
    "prompt-list": ("playground",),
    "dashboard": ("sql",),
    "budget-list": ("cost-advice",),
}


@register.simple_tag
def rail(
    request: HttpRequest, project: Project, carried: str = ""
) -> list[tuple[str, list[RailLink]]]:
    """`carried` is the query string that the lists keep from page to page, where the page says
    more of it than the time in its address.
    """
    kept = carried or time_in_sight(request)
    groups = ((heading, rail_links(request, project, links, kept)) for heading, links in RAIL)
    return [(heading, links) for heading, links in groups if links]


def rail_links(request: HttpRequest, project: Project, links: tuple, kept: str) -> list[RailLink]:
    found = []
    for url_name, words, icon_name, keys in links:
        try:
            url = reverse(url_name, args=[project.id])
        except NoReverseMatch:
            continue
        places = [url, *(reverse(name, args=[project.id]) for name in WITHIN.get(url_name, ()))]
        is_current = any(f"{request.path}/".startswith(f"{place}/") for place in places)
        query = f"?{kept}" if kept and url_name in WITH_TIME else ""
        found.append(RailLink(url_name, f"{url}{query}", words, icon_name, keys, is_current))
    return found


def time_in_sight(request: HttpRequest) -> str:
    """The time that the page shows, for the next page to show too."""
    kept = [(name, request.GET[name]) for name in TIME if request.GET.get(name)]
    return urlencode(kept)


@register.simple_tag
def projects(request: HttpRequest) -> list[Project]:
    """The projects that the person may switch to."""
    return projects_of(request.user)


@register.simple_tag(takes_context=True)
def theme(context: template.Context) -> str:
    """`light`, `dark`, or nothing to follow the system; also without a request (on 500)."""
    request = context.get("request")
    return theme_of(request) if request else ""
