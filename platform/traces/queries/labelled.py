"""Predictions beside the labels that came for them later: both are scores of the same thing."""

from dataclasses import dataclass

from traces.clickhouse import columns
from traces.queries.score_pairs import TARGET, TRACE

MOST = 50_000
BEFORE = 7 * 86_400_000_000_000  # so long before the predictions labels may have been given
DEADLINE = {"distributed_product_mode": "local", "max_execution_time": 60}  # nobody waits


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Predictions of a time (nanoseconds, `until` excluded), by the names of scores; `confidence`
    may be empty. Labels are those that came until `known_at`. `by_trace` where a label is of the
    trace and the prediction anywhere in it.
    """

    project_id: str
    since: int
    until: int
    known_at: int
    prediction: str
    label: str
    confidence: str = ""
    by_trace: bool = True


@dataclass(frozen=True, slots=True)
class Labelled:
    """Columns of one length: what was said last of each thing, as (number, text). (None, "") is a
    label that is still to come.
    """

    predictions: list[tuple[float | None, str]]
    labels: list[tuple[float | None, str]]
    confidences: list[float | None]


def labelled(wanted: Wanted, most: int = MOST) -> Labelled:
    """Of more than `most`, some that have nothing to do with what they say. Raises LimitReached."""
    key = ", ".join(TRACE if wanted.by_trace else TARGET)
    found = columns(
        f"""
        SELECT p.said AS prediction, l.said AS label, c.said.1 AS confidence
        FROM ({_latest("prediction", key, "low", "high")}) AS p
        GLOBAL LEFT JOIN ({_latest("label", key, "early", "known")}) AS l USING ({key})
        GLOBAL LEFT JOIN ({_latest("confidence", key, "early", "known")}) AS c USING ({key})
        ORDER BY cityHash64({key}), {key}
        LIMIT {{most:UInt32}}
        """,
        project_id=wanted.project_id,
        low=wanted.since,
        high=wanted.until,
        early=max(0, wanted.since - BEFORE),
        known=wanted.known_at,
        prediction=wanted.prediction,
        label=wanted.label,
        confidence=wanted.confidence,
        most=min(most, MOST),
        options=DEADLINE,
    )
    pairs = ((tuple(one) for one in found[name]) for name in ("prediction", "label"))
    predictions, labels = (list(one) for one in pairs)
    return Labelled(predictions, labels, found["confidence"])


def _latest(name: str, key: str, since: str, until: str) -> str:
    return f"""
        SELECT {key}, argMax(tuple(value, string_value), (timestamp, id)) AS said
        FROM scores FINAL
        WHERE project_id = {{project_id:String}} AND name = {{{name}:String}} AND name != ''
          AND timestamp >= fromUnixTimestamp64Nano({{{since}:Int64}}, 'UTC')
          AND timestamp < fromUnixTimestamp64Nano({{{until}:Int64}}, 'UTC')
          AND trace_id != '' AND (value IS NOT NULL OR string_value != '')
        GROUP BY {key}
    """
