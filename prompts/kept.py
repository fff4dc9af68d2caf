"""The JSON that Postgres keeps and gives back as it was given. Pure."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

NO_TEXT = re.compile("[\0\ud800-\udfff]")
MAX_CHARACTERS = 500_000
MOST_DEPTH = 50


class Unkept(ValueError):
    """The message says what cannot be kept."""


def config_kept(given: Any) -> Any:
    """A prompt's configuration, an empty object where nothing is given. Raises Unkept."""
    if given is None:
        return {}
    for part, depth in _parts(given):
        if depth > MOST_DEPTH:
            raise Unkept(
                _("The configuration is nested more than %(most)s deep.") % {"most": MOST_DEPTH}
            )
        if isinstance(part, str) and NO_TEXT.search(part):
            raise Unkept(_("The configuration must not hold NULs or half characters."))
        if isinstance(part, float) and not math.isfinite(part):
            words = _("The configuration holds %(number)s, which is no number in JSON.")
            raise Unkept(words % {"number": part})
    if len(json.dumps(given, ensure_ascii=False)) > MAX_CHARACTERS:
        words = _("The configuration has at most %(most)s characters.")
        raise Unkept(words % {"most": f"{MAX_CHARACTERS:,}"})
    return given


def _parts(value: Any) -> Iterator[tuple[Any, int]]:
    """Everything in the value, keys among it, and how deep it is. No deeper than is allowed."""
    left = [(value, 0)]
    while left:
        part, depth = left.pop()
        yield part, depth
        inner = [*part, *part.values()] if isinstance(part, dict) else part
        if isinstance(inner, list):
            left += [(one, depth + 1) for one in inner]
