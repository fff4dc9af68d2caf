"""What the address of a trace's page asks to see of it, beside the span."""

from dataclasses import dataclass
from urllib.parse import quote

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from traces.matches import PILLS
from traces.queries.search import MAX_PHRASE
from traces.views.pane import TABS

TRACE_ITSELF = "trace"  # as ?span= of what was said of the trace as a whole
VIEWS = {"tree": _("Tree"), "graph": _("Graph"), "talk": _("Conversation")}


@dataclass(frozen=True, slots=True)
class Inside:
    span: str
    tab: str
    view: str
    mark: str  # a pill, or nothing
    find: str  # a text, or nothing

    @property
    def is_marking(self) -> bool:
        return bool(self.mark or self.find)

    @property
    def keep(self) -> str:
        """What links to other spans carry along."""
        return query_of(view=self.view if self.view != "tree" else "", **self.marking)

    @property
    def marking(self) -> dict[str, str]:
        return {"mark": self.mark, "find": self.find}


def inside(request: HttpRequest) -> Inside:
    def one_of(name: str, known: dict) -> str:
        asked = request.GET.get(name, "")
        return asked if asked in known else ""

    return Inside(
        span=request.GET.get("span", ""),
        tab=one_of("tab", TABS) or next(iter(TABS)),
        view=one_of("view", VIEWS) or next(iter(VIEWS)),
        mark=one_of("mark", PILLS),
        find=request.GET.get("find", "").strip()[:MAX_PHRASE],
    )


def query_of(**values: str) -> str:
    """The values that are set, each as `&name=value`."""
    return "".join(f"&{name}={quote(value, safe='')}" for name, value in values.items() if value)
