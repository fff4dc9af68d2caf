"""Kinds of calls: of one span name and model, with what they cost and took in all."""

from dataclasses import dataclass

from traces.queries.metrics import Measure, Question, ask
from traces.search.terms import Term

MOST_CLASSES = 40
OF_CALLS = Term("type", ("GENERATION", "EMBEDDING"))
SUMS = (
    "cost", "count", "input_tokens", "output_tokens", "cached_tokens", "cache_write_tokens",
    "reasoning_tokens", "unpriced",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """`cost` is what is known of it, in dollars. Cached tokens are those that were read."""

    name: str
    model: str
    provider: str
    cost: float
    calls: int
    unpriced: int
    input_tokens: float
    output_tokens: float
    cached_tokens: float
    written_tokens: float
    reasoning_tokens: float

    @property
    def key(self) -> tuple[str, str]:
        return self.name, self.model

    @property
    def units(self) -> dict[str, float]:
        """Its tokens by the units of prices, which exclude each other."""
        return {
            "input": max(self.input_tokens - self.cached_tokens - self.written_tokens, 0.0),
            "input_cached_tokens": self.cached_tokens,
            "input_cache_creation": self.written_tokens,
            "output": max(self.output_tokens - self.reasoning_tokens, 0.0),
            "output_reasoning_tokens": self.reasoning_tokens,
        }


def classes_of(project_id: str, *, since: int, until: int) -> tuple[list[Class], bool]:
    """The costliest first, and whether there are more. Raises what ClickHouse raises."""
    answer = ask(
        Question(
            project_id=project_id,
            measures=tuple(Measure(name, "sum") for name in SUMS),
            by=("name", "model", "provider"),
            terms=(OF_CALLS,),
            since=since,
            until=until,
            most=MOST_CLASSES,
            order="sum_cost",
            rest=False,
        )
    )
    return [_class(row) for row in answer.rows], (answer.series or 0) > MOST_CLASSES


def _class(row: dict) -> Class:
    told = {name: float(row[f"sum_{name}"] or 0) for name in SUMS}
    return Class(
        name=row["name"],
        model=row["model"],
        provider=row["provider"],
        cost=told["cost"],
        calls=int(told["count"]),
        unpriced=int(told["unpriced"]),
        input_tokens=told["input_tokens"],
        output_tokens=told["output_tokens"],
        cached_tokens=max(told["cached_tokens"] - told["cache_write_tokens"], 0.0),
        written_tokens=told["cache_write_tokens"],
        reasoning_tokens=told["reasoning_tokens"],
    )
