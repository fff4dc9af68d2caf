"""A small project's rows in every state that the store knows: sent again and again, updated, moved
to another hour, deleted, priced anew, late. Figures are sums of powers of two, so that sums of
floats are exact.
"""

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal

from traces.records import TRACE, Score, Span

SECOND = 1_000_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
# New York puts its clocks back at 06:00 UTC on the first of November 2026.
MIDDLE = int(datetime(2026, 11, 1, 6, tzinfo=UTC).timestamp()) * SECOND
FIRST, LAST = MIDDLE - 3 * DAY, MIDDLE + 3 * DAY
NOW = MIDDLE + 10 * DAY  # when all was received
CENT = Decimal(1) / 128


@dataclass(repr=False)
class Sample:
    """`sent` in batches, in the order of sending; `spans` and `scores` are what there is then."""

    project_id: str
    sent: list[list[Span]] = field(default_factory=list)
    scores_sent: list[Score] = field(default_factory=list)

    @property
    def spans(self) -> list[Span]:
        newest: dict[tuple, Span] = {}
        for row in (row for batch in self.sent for row in batch):
            key = (row.trace_id, row.span_id, row.start_time // HOUR)
            if key not in newest or row.version > newest[key].version:
                newest[key] = row
        return [row for row in newest.values() if not row.is_deleted]

    @property
    def scores(self) -> list[Score]:
        newest: dict[str, Score] = {}
        for row in self.scores_sent:
            if row.id not in newest or row.version > newest[row.id].version:
                newest[row.id] = row
        return [row for row in newest.values() if not row.is_deleted]


def sample(project_id: str, seed: int = 7, traces: int = 90) -> Sample:
    """Rows of which most were sent more than once."""
    rng = random.Random(seed)
    made = _once(rng, project_id, traces)
    first = made.sent[0]
    for _again in range(4):  # as a sender that gets no answer does
        made.sent.append([replace(row) for row in first if rng.random() < 0.4])
    made.sent.append([_updated(rng, row) for row in first if rng.random() < 0.2])
    made.sent.append([_priced(row) for row in _current(made) if row.cost_source == "unknown"][::2])
    made.sent.append([row for one in _current(made)[::17] for row in _moved(rng, one)])
    gone = {f"t{number}" for number in range(0, traces, 13)}
    made.sent.append([_deleted(row) for row in _current(made) if row.trace_id in gone])
    made.sent.append([_deleted(row) for row in _current(made)[::23]])
    made.scores_sent = _scores(rng, made)
    return made


def calm_sample(project_id: str, seed: int = 8, traces: int = 90) -> Sample:
    """Rows of which nearly all were sent once, so that most hours hold none that is superseded."""
    rng = random.Random(seed)
    made = _once(rng, project_id, traces)
    made.sent.append([_updated(rng, row) for row in made.sent[0][::40]])
    made.sent.append([_deleted(row) for row in _current(made)[::29]])
    made.scores_sent = _scores(rng, made)
    return made


def _once(rng: random.Random, project_id: str, traces: int) -> Sample:
    rows = [row for number in range(traces) for row in _trace(rng, project_id, f"t{number}")]
    return Sample(project_id, [rows])


def _current(made: Sample) -> list[Span]:
    return sorted(made.spans, key=lambda row: (row.trace_id, row.span_id, row.start_time))


def _trace(rng: random.Random, project_id: str, trace_id: str) -> list[Span]:
    began = rng.randrange(FIRST, LAST, SECOND)
    whole = {
        "user_id": rng.choice(["", "u1", "u2", "u3", "u'; DROP"]),
        "session_id": rng.choice(["", "s1", "s2"]),
        "environment": rng.choice(["", "default", "prod", "dev"]),
        "release": rng.choice(["", "r1", "r2"]),
        "version_label": rng.choice(["", "v1"]),
        "tags": rng.choice([[], ["vip"], ["vip", "beta"]]),
        "trace_name": rng.choice(["", "", "checkout"]),
        "trace_metadata": rng.choice([{}, {"team": "red"}]),
    }
    rows = []
    if rng.random() < 0.3:  # what was said of it as a whole
        rows.append(Span(project_id, trace_id, "", began, type=TRACE, **whole))
    for number in range(rng.randint(1, 6)):
        start = began + number * rng.choice([SECOND // 4, SECOND, 20 * 60 * SECOND])
        rows.append(_span(rng, project_id, trace_id, f"s{number}", start, whole))
        rows[-1].parent_span_id = "" if number == 0 else "s0"
        rows[-1].is_root = number == 0
    for row in rows:
        row.received_at = row.version = NOW
    return rows


def _span(
    rng: random.Random, project_id: str, trace_id: str, span_id: str, start: int, whole: dict
) -> Span:
    took = rng.choice([None, *(SECOND // 4 * n for n in (0, 1, 2, 3, 8, 31))])
    row = Span(
        project_id,
        trace_id,
        span_id,
        start,
        end_time=None if took is None else start + took,
        name=rng.choice(["plan", "answer", "검색", "it's"]),
        type=rng.choice(["SPAN", "TOOL", "AGENT", "RETRIEVER"]),
        level=rng.choice(["DEFAULT", "DEFAULT", "DEFAULT", "WARNING", "ERROR"]),
        input=rng.choice(["hello there", "good bye", ""]),
        metadata=rng.choice([{}, {"team": "blue"}, {"team": "red", "a.b": "x"}]),
        service_name=rng.choice(["", "web"]),
        **whole,
    )
    if row.level == "ERROR":
        row.status_message = rng.choice(["timed out", "", "HTTP 500"])
        row.attributes = rng.choice([{}, {"error.type": "ValueError"}])
    if rng.random() < 0.5:
        _called(rng, row)
    return row


def _called(rng: random.Random, row: Span) -> None:
    row.type, row.model = "GENERATION", rng.choice(["m1", "m2", "m3"])
    row.provider = rng.choice(["openai", ""])
    row.usage = {"input": rng.randint(0, 200), "output": rng.randint(0, 90)}
    if rng.random() < 0.5:
        row.usage |= {"input_cached_tokens": 30, "output_reasoning_tokens": 12}
    row.input_tokens = sum(n for key, n in row.usage.items() if key.startswith("input"))
    row.output_tokens = sum(n for key, n in row.usage.items() if key.startswith("output"))
    row.total_tokens = row.input_tokens + row.output_tokens
    row.prompt_name = rng.choice(["", "greeting"])
    row.prompt_version = rng.choice([1, 2]) if row.prompt_name else None
    row.tool_call_names = rng.choice([[], ["search"], ["search", "pay"]])
    if row.end_time and rng.random() < 0.6:
        row.completion_start_time = row.start_time + (row.end_time - row.start_time) // 2
    row.cost_source = "unknown"
    if rng.random() < 0.7:
        _pay(row, rng.randint(0, 64))


def _pay(row: Span, cents: int) -> None:
    parts = dict.fromkeys(row.usage, CENT * cents)
    row.cost = {**parts, "total": sum(parts.values(), Decimal(0))}
    row.total_cost, row.cost_source = row.cost["total"], "computed"


def _updated(rng: random.Random, row: Span) -> Span:
    changed = replace(row, version=row.version + 10, level=rng.choice(["DEFAULT", "ERROR"]))
    if row.span_id and row.end_time is None:
        changed.end_time = row.start_time + SECOND
    changed.user_id = rng.choice([row.user_id, "u9"])
    return changed


def _priced(row: Span) -> Span:
    changed = replace(row, version=row.version + 1)
    _pay(changed, 5)
    return changed


def _moved(rng: random.Random, row: Span) -> list[Span]:
    """It started in another hour than was thought: a tombstone there, and the row here."""
    by = rng.choice([-2, 1]) * HOUR
    here = replace(row, start_time=row.start_time + by, version=row.version + 1)
    if here.end_time is not None:
        here.end_time += by
    if here.completion_start_time is not None:
        here.completion_start_time += by
    return [replace(row, version=row.version + 1, is_deleted=True, marks=["moved"]), here]


def _deleted(row: Span) -> Span:
    return replace(row, version=2**63 + row.version, is_deleted=True)


def _scores(rng: random.Random, made: Sample) -> list[Score]:
    spans = _current(made)
    rows = []
    for number in range(120):
        span = rng.choice(spans)
        kind = rng.choice(["NUMERIC", "BOOLEAN", "CATEGORICAL"])
        row = Score(
            made.project_id,
            f"score{number}",
            {"NUMERIC": "faithful", "BOOLEAN": "helpful", "CATEGORICAL": "tone"}[kind],
            span.start_time + rng.randrange(0, 2 * HOUR, SECOND),
            data_type=kind,
            trace_id=rng.choice([span.trace_id, span.trace_id, "t-unknown", ""]),
            source=rng.choice(["API", "EVAL", "ANNOTATION"]),
            version=NOW,
            received_at=NOW,
        )
        if row.trace_id == span.trace_id and span.span_id:
            row.observation_id = rng.choice(["", span.span_id])
        if kind == "CATEGORICAL":
            row.string_value = rng.choice(["kind", "rude"])
        else:
            row.value = rng.choice([0.0, 1.0]) if kind == "BOOLEAN" else rng.randint(0, 8) / 8
        rows.append(row)
    again = [replace(row) for row in rows[::3]]
    changed = [replace(row, value=0.5, version=NOW + 1) for row in rows[::7] if row.value]
    gone = [replace(row, version=NOW + 2, is_deleted=True) for row in rows[::11]]
    return [*rows, *again, *changed, *gone]
