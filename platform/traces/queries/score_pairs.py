"""Two scores of the same thing beside each other."""

from dataclasses import dataclass

from traces.clickhouse import rows
from traces.queries.limits import WHOLE_RANGE
from traces.queries.score_figures import ALL, Scope

MOST_PAIRS = 20_000
TARGET = ("trace_id", "observation_id", "session_id", "dataset_run_id")
TRACE = ("trace_id",)


@dataclass(frozen=True, slots=True)
class Which:
    """Scores of a name and a type, of one source or (empty) of any."""

    name: str
    data_type: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    value: float | None
    string_value: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """The latest of either on each thing that has both; `total` counts those left out too."""

    pairs: list[tuple[Said, Said]]
    total: int


def pairs_of(scope: Scope, ours: Which, theirs: Which, *, by_trace: bool = False) -> Pairs:
    """On the same trace, observation, session or run; or anywhere in the same trace. Of many,
    MOST_PAIRS that have nothing to do with what they say.
    """
    key = ", ".join(TRACE if by_trace else TARGET)
    found = rows(
        f"""
        SELECT a.said.1 AS a_value, a.said.2 AS a_text, b.said.1 AS b_value, b.said.2 AS b_text,
            count() OVER () AS total
        FROM ({latest("a", key, by_trace=by_trace)}) AS a
        GLOBAL INNER JOIN ({latest("b", key, by_trace=by_trace)}) AS b USING ({key})
        ORDER BY cityHash64({key}), {key}
        LIMIT {{most:UInt32}}
        """,
        **scope.bound,
        **bound("a", ours),
        **bound("b", theirs),
        most=MOST_PAIRS,
        options=WHOLE_RANGE,
    )
    pairs = [
        (Said(row["a_value"], row["a_text"]), Said(row["b_value"], row["b_text"])) for row in found
    ]
    return Pairs(pairs, found[0]["total"] if found else 0)


def latest(side: str, key: str, *, by_trace: bool) -> str:
    """Of each thing, what was said last."""
    return f"""
        SELECT {key}, argMax(tuple(value, string_value), (timestamp, id)) AS said
        FROM scores FINAL
        WHERE {ALL} AND name = {{{side}_name:String}} AND data_type = {{{side}_type:String}}
          AND ({{{side}_source:String}} = '' OR source = {{{side}_source:String}})
          {"AND trace_id != ''" if by_trace else ""}
        GROUP BY {key}
    """


def bound(side: str, which: Which) -> dict[str, str]:
    return {
        f"{side}_name": which.name,
        f"{side}_type": which.data_type,
        f"{side}_source": which.source,
    }
