"""Figures for charts.js: `{% load charts %}`."""

import json
from typing import Any

from django import template

register = template.Library()


@register.filter
def as_attribute(figure: dict[str, Any] | list) -> str:
    """For a `data-` attribute: the template escapes it."""
    return json.dumps(figure, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
