"""What lists of traces are made of."""

from dataclasses import dataclass, field
from decimal import Decimal

from traces.queries.windows import Cut


@dataclass(slots=True, kw_only=True)
class TraceRow:
    """A trace as a list shows it. `cost` sums what is known and is None if nothing is; `unpriced`
    spans have an unknown one.
    """

    trace_id: str
    started: int
    latency_ns: int
    name: str
    type: str
    root_id: str
    root_started: int
    spans: int
    unended: int
    errors: int
    warnings: int
    input_tokens: int
    output_tokens: int
    tokens: int  # in all: a client may state a total alone
    cost: Decimal | None
    unpriced: int
    user: str
    session: str
    environment: str
    release: str
    version: str
    tags: list[str]
    models: list[str]
    input: str
    output: str
    error: str
    prompts: list[str] = field(default_factory=list)
    root_failed: int = 0  # whether the root itself did: a trace may recover from an error below it
    stated: int = 0  # whether the trace has a row of its own
    scores: list[dict] = field(default_factory=list)  # the first of them
    metadata: dict[str, str] = field(default_factory=dict)  # where a list asked for keys of it

    @property
    def model_words(self) -> str:
        return ", ".join(self.models)

    @property
    def score_count(self) -> int:
        return self.scores[0]["in_all"] if self.scores else 0


@dataclass(frozen=True, slots=True)
class SortedPlace:
    """A row's place in an order other than by time."""

    value: float
    trace_id: str


@dataclass(frozen=True, slots=True)
class TracePage:
    """`after` continues the list (a place alone where it is sorted otherwise than by time), and is
    None at its end. `searched_to` is set where time ran out before the page was full.
    """

    traces: list[TraceRow]
    after: Cut | SortedPlace | None = None
    searched_to: int | None = None
