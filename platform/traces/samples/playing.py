"""A trace while it is played: spans open and close at the present moment of its clock."""

import json
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime

MILLISECOND = 1_000_000
RELEASE = "2026.48"


@dataclass(slots=True)
class SampleSpan:
    id: str
    parent: str
    name: str
    start: int
    end: int = 0
    attributes: dict = field(default_factory=dict)
    events: list[dict] = field(default_factory=list)
    error: str = ""


@dataclass(slots=True)
class Trace:
    """A trace being played; `clock` is its present moment, in nanoseconds. After the release of
    RELEASE answers are longer, for drift to find.
    """

    rng: random.Random
    clock: int
    user: str
    session: str
    id: str = ""
    is_after_release: bool = False
    spans: list[SampleSpan] = field(default_factory=list)
    attributes: dict = field(default_factory=dict)  # of the trace, sent on every span
    scores: list[dict] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.id = f"{self.rng.getrandbits(128):032x}"

    def open(self, name: str, type_: str, parent: SampleSpan | None = None, **said) -> SampleSpan:
        span = SampleSpan(
            f"{self.rng.getrandbits(64):016x}", parent.id if parent else "", name, self.clock
        )
        span.attributes["langfuse.observation.type"] = type_
        span.attributes.update(
            {f"langfuse.observation.{key}": value for key, value in said.items()}
        )
        self.spans.append(span)
        self.wait(2, 30)
        return span

    def close(self, span: SampleSpan, output: object = None) -> None:
        span.end = self.clock
        if output is not None:
            span.attributes["langfuse.observation.output"] = text_of(output)

    def wait(self, low: int, high: int) -> None:
        """Lets so many milliseconds pass."""
        self.clock += self.rng.randint(low, high) * MILLISECOND

    def score(self, name: str, value: float | str | bool, **more) -> None:
        kind = {bool: "BOOLEAN", str: "CATEGORICAL"}.get(type(value), "NUMERIC")
        self.scores.append(
            {
                "id": f"{self.id}-{name}",
                "traceId": self.id,
                "name": name,
                "timestamp": datetime.fromtimestamp(self.clock / 1e9, UTC).isoformat(),
                "value": int(value) if isinstance(value, bool) else value,
                "dataType": kind,
                **more,
            }
        )

    def generate(
        self,
        name: str,
        parent: SampleSpan | None,
        model: str,
        messages: list[dict],
        reply: dict,
        *,
        speed: int = 80,
        cached: int = 0,
        reasoning: int = 0,
    ) -> SampleSpan:
        """A model call in the GenAI conventions: usage, parameters, first token."""
        span = self.open(name, "generation", parent)
        prompt = sum(len(text_of(message)) for message in messages) // 3
        written = max(8, len(text_of(reply)) // 3)
        self.wait(220, 900)
        first_token = self.clock
        self.clock += int((written + reasoning) / speed * 1000) * MILLISECOND
        span.attributes |= {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": model,
            "gen_ai.response.model": model,
            "gen_ai.request.temperature": 0.1,
            "gen_ai.request.max_tokens": 1024,
            "gen_ai.usage.input_tokens": prompt + cached,
            "gen_ai.usage.cache_read.input_tokens": cached,
            "gen_ai.usage.output_tokens": written + reasoning,
            "gen_ai.usage.reasoning.output_tokens": reasoning,
            "gen_ai.input.messages": text_of(messages),
            "gen_ai.output.messages": text_of([{"role": "assistant", **reply}]),
            "gen_ai.response.time_to_first_chunk": (first_token - span.start) / 1e9,
        }
        self.close(span)
        return span


def text_of(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
