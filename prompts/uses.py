"""Which other prompts include this one, and so break without it."""

from collections.abc import Sequence

from django.db.models import Q

from prompts.models import Prompt, PromptVersion, Reference

MOST = 20


def including(
    prompt: Prompt, labels: Sequence[str] = (), numbers: Sequence[int] = ()
) -> list[PromptVersion]:
    """The versions of other prompts that include it: by one of the labels or numbers, or with none
    given in any way.
    """
    found = Reference.objects.filter(
        version__prompt__project=prompt.project_id, name=prompt.name
    ).exclude(version__prompt=prompt.pk)
    if labels or numbers:
        found = found.filter(Q(label__in=labels) | Q(number__in=numbers))
    versions = PromptVersion.objects.filter(pk__in=found.values("version"))
    return list(versions.select_related("prompt").order_by("prompt__name", "-number")[:MOST])
