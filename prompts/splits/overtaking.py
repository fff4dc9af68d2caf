"""What a moved label means for the split that runs on it."""

from django.utils import timezone

from prompts.changes import By
from prompts.models import Prompt
from prompts.splits.models import Split, SplitStep, StepKind


def overtake(prompt: Prompt, label: str, by: By) -> None:
    """End the label's split: whoever moves a label wants what it now points at for everybody, in an
    emergency above all. Inside the change that moves it.
    """
    for split in Split.objects.filter(prompt=prompt, label=label, ended_at=None):
        split.ended_at = timezone.now()
        split.save(update_fields=("ended_at",))
        SplitStep.objects.create(
            split=split, kind=StepKind.OVERTAKEN, shares=split.shares, user=by.user
        )
