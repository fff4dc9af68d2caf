"""People's regular expressions. RE2 takes time linear in the text, whatever they write."""

from functools import lru_cache
from typing import Any

import re2
from django.utils.translation import gettext as _

MAX_MEMORY = 1 << 20


class InvalidPattern(ValueError):
    """The message names the pattern."""


@lru_cache(maxsize=256)
def compiled(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    options.max_mem = MAX_MEMORY
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        words = _("“%(pattern)s” is not a regular expression that RE2 can read.")
        raise InvalidPattern(words % {"pattern": pattern}) from error
