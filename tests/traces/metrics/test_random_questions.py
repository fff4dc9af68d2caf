"""Random questions over rows that were sent again, updated, moved, deleted and priced anew: each
answer is what plain Python makes of the rows. `make fuzz` asks a thousand.
"""

import math
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.traces.metrics.reckoning import PERCENT, reckoned
from tests.traces.metrics.sample import FIRST, HOUR, LAST, sample
from tests.traces.metrics.things import KNOWN, TERMS
from traces.queries.metrics import Answer, Measure, Question, ask, ask_with_whole
from traces.search.grammar import parsed

NUMBERS = ("sum", "avg", "count", "min", "max", *PERCENT)
FLAGS = ("sum", "avg", "count")
OF_NAME = {
    "count": ("count", "sum"),
    "error_rate": ("avg",),
    "errors": FLAGS,
    **dict.fromkeys(("traces", "users", "sessions", "observations"), ("uniq",)),
}
OBSERVED = (("observations", "unpriced"), ("observations", "priced"))  # fewer aggregations there
ZONES = ("UTC", "Asia/Seoul", "America/New_York")
BUCKETS = (None, None, "hour", "6h", "day", "week", "month")


NAMES = {
    view: (sorted(one.quantities), sorted(one.dimensions))
    for view, made in KNOWN.items()
    for one in made(sample(""), [])[:1]
}


@st.composite
def questions(draw, view: str = "") -> Question:
    view = view or draw(st.sampled_from(sorted(NAMES)))
    quantities, dimensions = NAMES[view]
    measures = draw(st.lists(_measures(view, quantities), min_size=1, max_size=4, unique=True))
    by = draw(st.lists(st.sampled_from(dimensions), max_size=2, unique=True))
    signs = st.sampled_from(["", "", "-"])
    texts = draw(st.lists(st.tuples(signs, st.sampled_from(TERMS)), max_size=2, unique=True))
    terms = parsed(" ".join(f"{sign}{text}" for sign, text in texts)).terms
    since = draw(st.integers(FIRST - HOUR, LAST - HOUR))
    bucket = draw(st.sampled_from(BUCKETS))
    columns = [one.column for one in measures]
    return Question(
        project_id="",
        view=view,
        measures=tuple(measures),
        by=tuple(by),
        terms=terms,
        since=since,
        until=draw(st.integers(since + HOUR, LAST + 8 * HOUR)),
        bucket=bucket,
        zone=draw(st.sampled_from(ZONES)),
        most=draw(st.sampled_from([1, 2, 5, 100])),
        order=draw(st.sampled_from(["", *columns, *by])) if by else "",
        ascending=draw(st.booleans()),
        rest=draw(st.booleans()),
        scores=draw(st.sampled_from([(), ("faithful", "tone")])) if view == "scores" else (),
    )


def _measures(view: str, quantities: list[str]) -> st.SearchStrategy[Measure]:
    pairs = []
    for name in quantities:
        aggregations = OF_NAME.get(name, NUMBERS)
        if (view, name) in OBSERVED:
            aggregations = FLAGS
        pairs += [Measure(name, aggregation) for aggregation in aggregations]
    return st.sampled_from(pairs)


@given(question=questions(), is_calm=st.booleans())
def test_answers_are_what_python_reckons(stored, calm, settling, question, is_calm):
    rows = calm if is_calm else stored
    question = replace(question, project_id=rows.project_id)
    assert differences(question, ask(question), rows) == []


@given(question=questions(view="traces"), is_calm=st.booleans())
def test_single_traces_are_ranked_as_python_ranks_them(stored, calm, settling, question, is_calm):
    rows = calm if is_calm else stored
    by = ("trace", *(one for one in question.by if one != "trace"))[:2]
    changes = {"project_id": rows.project_id, "by": by, "bucket": None, "rest": False, "order": ""}
    question = replace(question, **changes)
    assert differences(question, ask(question), rows) == []


@given(question=questions(), bucket=st.sampled_from(["hour", "day"]))
def test_one_reading_answers_over_time_and_in_all(stored, settling, question, bucket):
    question = replace(question, project_id=stored.project_id, by=(), order="", bucket=bucket)
    over_time, whole = ask_with_whole(question)
    assert differences(question, over_time, stored) == []
    assert differences(replace(question, bucket=None), whole, stored) == []
    assert (whole.bucket, whole.edges) == (None, ())


def differences(question: Question, answer: Answer, rows) -> list:
    """Places that are other ones or in another order; else the rows with other values."""
    wanted = reckoned(question, rows)
    places = ("time", *question.by)
    found_at, wanted_at = (
        [[row.get(one) for one in places] for row in some] for some in (answer.rows, wanted)
    )
    if found_at != wanted_at:
        return [(found_at, wanted_at)]
    pairs = zip(answer.rows, wanted, strict=True)
    return [
        (row, expected)
        for row, expected in pairs
        if not all(_is_same(row[name], expected[name]) for name in row)
    ]


def _is_same(one, other) -> bool:
    if one is None or other is None or isinstance(one, str):
        return one == other
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
