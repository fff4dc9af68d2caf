"""The version that somebody names: by number, by label, or not at all."""

from django.http import Http404

from prompts.models import Prompt, PromptVersion

MOST_VERSION = 2**31 - 1  # what the column holds


def number_in(text: str) -> int | None:
    """A version's number as addresses and forms write it; None for anything else."""
    text = text.strip()
    is_number = text.isascii() and text.isdigit() and len(text) < 11
    return int(text) if is_number and 0 < int(text) <= MOST_VERSION else None


def version_of(prompt: Prompt, text: str) -> PromptVersion:
    """The version of this number, or of the label; the newest where nothing is asked for."""
    versions = prompt.versions.select_related("author")
    number = number_in(text)
    if not text:
        found = versions.order_by("-number").first()
    elif number is not None:
        found = versions.filter(number=number).first()
    else:
        found = versions.filter(labels__name=text.replace("\0", "")).first()
    if found is None:
        raise Http404("There is no such version.")
    found.prompt = prompt
    return found
