"""What the pages of prompts write again and again: `{% load prompts %}`."""

from django import template
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import Project
from prompts.models import Deletion, LabelMove, Prompt, PromptVersion

register = template.Library()


@register.simple_tag
def folders_of(name: str) -> list[tuple[str, str]]:
    """The name and the path of each folder that the prompt lies in."""
    parts = name.split("/")[:-1]
    return [(part, "/".join(parts[: at + 1])) for at, part in enumerate(parts)]


@register.simple_tag
def last_part(name: str) -> str:
    return name.rpartition("/")[2]


@register.simple_tag
def about(url_name: str, project: Project, prompt: Prompt, **query: object) -> str:
    """The page of this name about the prompt: `?name=` and what else is asked."""
    said = {"name": prompt.name} | {key.rstrip("_"): value for key, value in query.items() if value}
    return f"{reverse(url_name, args=[project.id])}?{urlencode(said)}"


@register.simple_tag
def at_version(project: Project, prompt: Prompt, number: int, **query: object) -> str:
    """The page of one version."""
    url = reverse("prompt-page", args=[project.id, prompt.name])
    said = {"version": number} | {key: value for key, value in query.items() if value}
    return f"{url}?{urlencode(said)}"


@register.filter
def who(one: PromptVersion | LabelMove | Deletion) -> str:
    """The person's name, or the public key of the program."""
    person = one.author if isinstance(one, PromptVersion) else one.user
    return person.get_full_name() if person else one.public_key
