"""The JSON that an item may hold. Pure."""

import json
import math
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from traces.api.parameters import NO_TEXT

MAX_CHARACTERS = 1_000_000  # of one field, as JSON
MOST_DEPTH = 60


class Unkept(ValueError):
    """The message says which field, and what cannot be kept of it."""


def kept(value: Any, name: str) -> Any:
    """The value as it is, or Unkept."""
    for part, depth in _parts(value):
        if depth > MOST_DEPTH:
            raise Unkept(
                _("%(name)s is nested more than %(most)s deep.")
                % {"name": name, "most": MOST_DEPTH}
            )
        if isinstance(part, str) and NO_TEXT.search(part):
            raise Unkept(_("%(name)s must not hold NULs or half characters.") % {"name": name})
        if isinstance(part, float) and not math.isfinite(part):
            raise Unkept(_("%(name)s holds a number that JSON does not know.") % {"name": name})
    if len(json.dumps(value, ensure_ascii=False)) > MAX_CHARACTERS:
        raise Unkept(
            _("%(name)s has at most %(most)s characters.")
            % {"name": name, "most": f"{MAX_CHARACTERS:,}"}
        )
    return value


def _parts(value: Any) -> Iterator[tuple[Any, int]]:
    """Everything in the value, keys among it, and how deep it is."""
    left = [(value, 0)]
    while left:
        part, depth = left.pop()
        yield part, depth
        inner = [*part, *part.values()] if isinstance(part, dict) else part
        if isinstance(inner, list):
            left += [(one, depth + 1) for one in inner]
