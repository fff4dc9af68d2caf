"""What the templates of datasets need beside the shared tags."""

import json
from typing import Any
from urllib.parse import quote

from django import template
from django.urls import reverse

from accounts.models import Project
from evals.datasets.models import ItemVersion

register = template.Library()


@register.simple_tag
def folders_of(name: str) -> list[tuple[str, str]]:
    """The name and the path of each folder on the way to a dataset."""
    parts = name.split("/")[:-1]
    return [(part, "/".join(parts[: at + 1])) for at, part in enumerate(parts)]


@register.filter
def last_part(name: str) -> str:
    return name.rpartition("/")[2]


@register.filter
def laid_out(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


@register.simple_tag
def source_url(project: Project, item: ItemVersion) -> str:
    """The trace or the observation that an item came from."""
    page = reverse("trace-page", args=[project.id, item.source_trace_id])
    span = quote(item.source_observation_id, safe="")
    return f"{page}?span={span}" if span else page
