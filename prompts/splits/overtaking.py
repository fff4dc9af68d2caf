"""What a moved label, or a version that goes, means for the splits that run."""

from collections.abc import Collection

from django.utils import timezone
from django.utils.translation import gettext as _

from prompts.changes import By
from prompts.including import StillIncluded
from prompts.models import Prompt
from prompts.splits.kinds import StepKind
from prompts.splits.models import Split
from prompts.splits.steps import note


def overtake(prompt: Prompt, label: str, by: By) -> None:
    """End the label's split: whoever moves a label wants what it now points at for everybody, in an
    emergency above all. Inside the change that moves it.
    """
    for split in Split.objects.filter(prompt=prompt, label=label, ended_at=None).select_related(
        "prompt"
    ):
        split.ended_at = timezone.now()
        split.save(update_fields=("ended_at",))
        note(split, StepKind.OVERTAKEN, by)


class StillSplit(StillIncluded):
    """A split serves what would go; the message names it."""


def refuse_where_split(prompt: Prompt, numbers: Collection[int]) -> None:
    """Raises StillSplit where a running split serves one of these versions, or a canary may."""
    for split in Split.objects.filter(prompt=prompt, ended_at=None).select_related("canary"):
        served = {
            split.base,
            *split.buckets,
            *([split.canary.candidate] if split.is_canary else []),
        }
        if found := sorted(served.intersection(numbers)):
            words = _("A split of “%(label)s” serves version %(number)s. Stop that split first.")
            raise StillSplit(words % {"label": split.label, "number": found[0]})
