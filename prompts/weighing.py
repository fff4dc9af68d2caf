"""How many bytes versions take, asked of Postgres before they are loaded."""

from collections.abc import Iterable

from django.db.models import F, Func, IntegerField, QuerySet, TextField
from django.db.models.functions import Cast

from prompts.models import PromptVersion

HEAVY = ("body", "config")  # up to half a million characters each: deferred where nobody reads them


class Bytes(Func):
    function = "octet_length"
    output_field = IntegerField()


def weighed(rows: QuerySet[PromptVersion]) -> QuerySet[PromptVersion]:
    """Each with its `weight`: the bytes of its text and its configuration as JSON."""
    body, config = (Bytes(Cast(F(name), TextField())) for name in HEAVY)
    return rows.annotate(weight=body + config)


def within(weights: Iterable[int], most: int) -> int:
    """How many of these, one after the other, make no more than `most`; one at least."""
    total = count = 0
    for weight in weights:
        total += weight
        if count and total > most:
            break
        count += 1
    return count
