"""Tokens and what they cost by kind, each counted once."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboards.boards.comparing import summed, time_before
from dashboards.boards.deriving import derived, total
from dashboards.boards.drawing import Line, course
from dashboards.boards.drawn.unpriced import nothing_spent
from dashboards.boards.figures import STACK
from dashboards.boards.panel import Drawn, Nothing, Scope
from traces.axes import DOLLARS, TOKENS
from traces.queries.metrics import Answer, Measure

KIND_WORDS = {
    "sum_input": (gettext_lazy("input"), "retriever"),
    "sum_cache_read": (gettext_lazy("read from the cache"), "accent"),
    "sum_cache_write": (gettext_lazy("written to the cache"), "embedding"),
    "sum_output": (gettext_lazy("output"), "generation"),
    "sum_reasoning": (gettext_lazy("reasoning"), "agent"),
}


def token_kinds(scope: Scope) -> Drawn:
    """Each token once: `input` without what the cache gave or took, `output` without reasoning."""
    names = (
        "input_tokens",
        "cached_tokens",
        "cache_write_tokens",
        "output_tokens",
        "reasoning_tokens",
    )
    measures = [Measure(name, "sum") for name in names]
    answer = scope.ask(*measures, over_time=True)
    if not any(total(answer, "sum_input_tokens", "sum_output_tokens")):
        return nothing_spent()
    before = time_before(scope, answer, *measures)
    answer, height = _each_token_once(answer), before and _each_token_once(before)
    lines = _lines(answer, KIND_WORDS)
    return course(scope, answer, lines, TOKENS, kind=STACK, before=summed(height, [*KIND_WORDS]))


def _each_token_once(answer: Answer) -> Answer:
    return derived(
        answer,
        sum_input=lambda row: max(0, _n(row, "input") - _n(row, "cached")),
        sum_cache_read=lambda row: max(0, _n(row, "cached") - _n(row, "cache_write")),
        sum_cache_write=lambda row: _n(row, "cache_write"),
        sum_output=lambda row: max(0, _n(row, "output") - _n(row, "reasoning")),
        sum_reasoning=lambda row: _n(row, "reasoning"),
    )


def _n(row: dict, kind: str) -> float:
    return row[f"sum_{kind}_tokens"] or 0


def _lines(answer: Answer, words: dict) -> Sequence[Line]:
    """Of the kinds that there are any of."""
    return [
        Line(column=column, words=said, tone=tone)
        for column, (said, tone) in words.items()
        if total(answer, column)[0]
    ]


def cost_kinds(scope: Scope) -> Drawn:
    names = ("input_cost", "cached_cost", "output_cost", "reasoning_cost")
    measures = [Measure(name, "sum") for name in names]
    answer = scope.ask(*measures, over_time=True)
    if not any(total(answer, *(f"sum_{name}" for name in names))):
        return Nothing(
            title=_("Nothing is known of the parts"),
            text=_(
                "Costs that Sonde works out are known by their parts; of a sent cost only those"
                " that cost_details names."
            ),
        )
    before = time_before(scope, answer, *measures)
    words = KIND_WORDS | {"sum_cache_read": (gettext_lazy("cache"), "accent")}
    words.pop("sum_cache_write")
    answer, height = _each_cost_once(answer), before and _each_cost_once(before)
    lines = _lines(answer, words)
    return course(scope, answer, lines, DOLLARS, kind=STACK, before=summed(height, [*words]))


def _each_cost_once(answer: Answer) -> Answer:
    return derived(
        answer,
        sum_input=lambda row: _less(row["sum_input_cost"], row["sum_cached_cost"]),
        sum_cache_read=lambda row: row["sum_cached_cost"],
        sum_output=lambda row: _less(row["sum_output_cost"], row["sum_reasoning_cost"]),
        sum_reasoning=lambda row: row["sum_reasoning_cost"],
    )


def _less(whole: float | None, part: float | None) -> float | None:
    """None where the whole is unknown."""
    return None if whole is None else max(0.0, whole - (part or 0))
