"""How the pages of checks word things: `{% load checks %}`."""

from typing import Any

from django import template
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evals.checks.check import (
    BOOLEAN,
    CATEGORICAL,
    CONTEXTS,
    EXPECTED,
    EXPECTED_CONTEXTS,
    EXPECTED_TOOLS,
    NUMERIC,
    Check,
)
from evals.checks.forms import OF_NEEDS
from evals.checks.models import CheckChange

register = template.Library()

KINDS = {
    BOOLEAN: gettext_lazy("Yes or no"),
    NUMERIC: gettext_lazy("Number"),
    CATEGORICAL: gettext_lazy("Category"),
}
NEEDS = {
    EXPECTED: gettext_lazy("an expected output"),
    CONTEXTS: gettext_lazy("contexts"),
    EXPECTED_CONTEXTS: gettext_lazy("the ids of expected contexts"),
    EXPECTED_TOOLS: gettext_lazy("expected tool calls"),
}
SETTINGS = {
    "name": gettext_lazy("name"),
    "options": gettext_lazy("options"),
    "types": gettext_lazy("types"),
    "names": gettext_lazy("names"),
    "environments": gettext_lazy("environments"),
    "sampling": gettext_lazy("share"),
}


@register.filter
def kind_words(check: Check) -> Any:
    return KINDS[check.data_type]


@register.filter
def needs_words(check: Check) -> str:
    return get_text_list([NEEDS[one] for one in NEEDS if one in check.needs], _("and"))


@register.filter
def metadata_names(check: Check) -> list[str]:
    """Under which names programs say what the check needs."""
    return [key for need, (key, _label, _help) in OF_NEEDS.items() if need in check.needs]


@register.filter
def as_percent(share: float) -> str:
    return f"{share:.1%}" if share < 0.1 else f"{share:.0%}"


@register.filter
def change_words(change: CheckChange) -> str:
    """What of the settings somebody changed; neither an addition nor a deletion."""
    before, after = change.before or {}, change.after or {}
    changed = [words for key, words in SETTINGS.items() if before.get(key) != after.get(key)]
    said = []
    if before.get("is_on") != after.get("is_on"):
        said.append(_("switched it on") if after.get("is_on") else _("switched it off"))
    if changed:
        said.append(_("changed: %(what)s") % {"what": ", ".join(map(str, changed))})
    return "; ".join(said)
