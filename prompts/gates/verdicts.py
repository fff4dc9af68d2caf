"""What a check, or a run as a whole, comes to."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class Verdict(StrEnum):
    """Only `passed` and `skipped` let a label through."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"


WORDS = {
    Verdict.PASSED: _("Passed"),
    Verdict.FAILED: _("Failed"),
    Verdict.SKIPPED: _("Nothing to check"),
    Verdict.UNKNOWN: _("Could not be checked"),
}
