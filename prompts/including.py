"""Who includes a prompt: what others include stays."""

from django.db.models import Q
from django.utils.translation import gettext as _

from prompts.models import Prompt, Reference


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
