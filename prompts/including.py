"""Who includes a prompt: what others include stays, and fits them."""

from django.db.models import Max, Q
from django.utils.translation import gettext as _

from prompts.composition import MOST_DEPTH, InvalidComposition, resolved
from prompts.models import Prompt, PromptVersion, Reference
from prompts.names import LATEST


class StillIncluded(ValueError):
    """Others include what would go; the message names them."""


def refuse_where_included(prompt: Prompt, asked: Q) -> None:
    """Raises StillIncluded where other prompts' versions include the prompt in this way."""
    including = (
        Reference.objects.filter(
            asked, version__prompt__project=prompt.project_id, name=prompt.name
        )
        .exclude(version__prompt=prompt.pk)
        .select_related("version__prompt")[:5]
    )
    told = ", ".join(
        _("%(name)s version %(number)s")
        % {"name": found.version.prompt.name, "number": found.version.number}
        for found in including
    )
    if told:
        words = _("“%(name)s” is included by %(those)s. Change or delete that first.")
        raise StillIncluded(words % {"name": prompt.name, "those": told})


def refuse_where_broken(prompt: Prompt, label: str) -> None:
    """After the label of the prompt came to stand for another version: raises InvalidComposition
    where something labelled that includes it, itself or by others, cannot be resolved any more.
    """
    for version in _including(prompt, label):
        labels = ", ".join(sorted(one.name for one in version.labels.all()))
        if not labels:
            continue
        try:
            resolved(prompt.project_id, version)
        except InvalidComposition as error:
            words = _("This breaks “%(name)s” version %(number)s (%(labels)s): %(why)s")
            said = {"name": version.prompt.name, "number": version.number, "labels": labels}
            raise InvalidComposition(words % {**said, "why": error}) from error


def _including(prompt: Prompt, label: str) -> list[PromptVersion]:
    """Every version that includes the label, and every one that includes that: two queries for each
    level.
    """
    asked = Q(name=prompt.name, label=label)
    found: dict[int, PromptVersion] = {}
    for _level in range(MOST_DEPTH):
        references = Reference.objects.filter(asked, version__prompt__project=prompt.project_id)
        versions = (
            PromptVersion.objects.filter(pk__in=references.values("version"))
            .exclude(pk__in=found)
            .annotate(highest=Max("prompt__versions__number"))
            .select_related("prompt")
            .defer("body", "config")
            .prefetch_related("labels")
        )
        if not (new := {version.pk: version for version in versions}):
            break
        found |= new
        asked = Q(pk__in=())
        for version in new.values():
            names = [one.name for one in version.labels.all()]
            names += [LATEST] if version.number == version.highest else []
            ways = Q(number=version.number) | Q(label__in=names)
            asked |= Q(name=version.prompt.name) & ways
    return list(found.values())
