"""Who includes a prompt: what others include stays."""

from django.db.models import Q

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
        f"{found.version.prompt.name} version {found.version.number}" for found in including
    )
    if told:
        raise StillIncluded(f"“{prompt.name}” is included by {told}. Change or delete that first.")
