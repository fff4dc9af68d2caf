"""Every check there is, by its key."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from evals.checks.check import Check, InvalidOptions, Option
from evals.checks.of_call import CALL
from evals.checks.of_contexts import OF_CONTEXTS
from evals.checks.of_reference import REFERENCE
from evals.checks.of_safety import SAFETY
from evals.checks.of_text import TEXT
from evals.checks.subject import Call, Outcome, Passage, Subject

__all__ = [
    "CHECKS",
    "GROUPS",
    "Call",
    "Check",
    "InvalidOptions",
    "Option",
    "Outcome",
    "Passage",
    "Subject",
]

GROUPS = {
    "safety": _("Safety"),
    "text": _("Text"),
    "call": _("Figures and tools"),
    "contexts": _("Retrieved context"),
    "reference": _("Against an expected output"),
}
CHECKS: Mapping[str, Check] = {
    check.key: check for check in (*SAFETY, *TEXT, *CALL, *OF_CONTEXTS, *REFERENCE)
}
