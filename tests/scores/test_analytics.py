"""The pages of analytics: every score counted once, in its time, by its source."""

import pytest
from django.urls import reverse

from evals.scores.figures import moment, one_of, rows_of
from traces.queries.score_figures import Scope
from traces.queries.score_pairs import Which, pairs_of

HOUR = 3600 * 1_000_000_000
pytestmark = pytest.mark.django_db


@pytest.fixture
def scope(project, now):
    return Scope(project.id, now - 24 * HOUR, now + HOUR)


@pytest.fixture
def look(client, project, viewer):
    client.force_login(viewer)

    def get(page, /, **query):
        return client.get(reverse(page, args=[project.id]), query)

    return get


def booleans(score, name="right", **said):
    """`booleans(score, EVAL="110", ANNOTATION="100")`: a score of each source on t0, t1, …"""
    for source, values in said.items():
        for place, value in enumerate(values):
            score(
                f"t{place}",
                name,
                float(value),
                id=f"{name}-{source}-{place}",
                source=source,
                data_type="BOOLEAN",
                string_value="True" if value == "1" else "False",
            )


def test_each_name_and_type_has_a_row_and_counts_every_score_once(score, scope, unmerged):
    for place, value in enumerate((1.0, 2.0, 3.0)):
        score(f"t{place}", "stars", value, source="API")
    score("t0", "stars", 5.0, source="API")  # sent again: it replaces the first
    score("t1", "stars", None, id="text", data_type="TEXT", string_value="so so")
    score("t0", "gone", 1.0, is_deleted=True)
    for place, word in enumerate(("good", "good", "bad")):
        score(f"t{place}", "tone", None, data_type="CATEGORICAL", string_value=word)
    rows = {(row.named.name, row.named.data_type): row for row in rows_of(scope)}
    assert rows.keys() == {("stars", "NUMERIC"), ("stars", "TEXT"), ("tone", "CATEGORICAL")}
    stars = rows["stars", "NUMERIC"]
    assert (stars.named.n, stars.said.estimate) == (3, pytest.approx(10 / 3))
    assert stars.said.low < stars.said.estimate < stars.said.high
    assert stars.course is not None
    assert (rows["tone", "CATEGORICAL"].top, rows["tone", "CATEGORICAL"].said.estimate) == (
        "good",
        pytest.approx(2 / 3),
    )
    assert rows["stars", "TEXT"].said is None


def test_what_lies_outside_the_time_or_in_another_project_does_not_count(score, scope, now):
    from dataclasses import replace

    score("t", "stars", 1.0)
    assert rows_of(replace(scope, since=now + 1)) == []
    assert rows_of(replace(scope, project_id="other")) == []
    assert len(rows_of(replace(scope, since=now, until=now + 1))) == 1


def test_one_environment_is_looked_at_by_itself(score, scope, look):
    from dataclasses import replace

    score("t0", "stars", 1.0, environment="live")
    score("t1", "stars", 3.0, environment="staging")
    (row,) = rows_of(replace(scope, environment="live"))
    assert (row.named.n, row.named.mean) == (1, 1.0)
    page = look("score-analytics", environment="staging")
    assert page.context["environments"] == ["live", "staging"]
    [(row, url)] = page.context["rows"]
    assert row.named.mean == 3.0
    assert "environment=staging" in url


def test_one_score_by_source_with_its_bins(score, scope):
    for place in range(20):
        score(f"t{place}", "q", place / 19, source="EVAL" if place % 2 else "API")
    found = one_of(scope, "q", "NUMERIC")
    assert (found.whole.n, found.whole.least, found.whole.greatest) == (20, 0, 1)
    assert found.whole.median == pytest.approx(10 / 19, abs=0.06)
    assert {one.source: one.n for one, _ in found.sources} == {"API": 10, "EVAL": 10}
    assert len(found.bars) == 20
    assert [line.name for line in found.course.lines] == ["API", "EVAL"]


def test_scores_that_are_all_the_same_have_one_bar(score, scope):
    for place in range(3):
        score(f"t{place}", "q", 2.5)
    found = one_of(scope, "q", "NUMERIC")
    assert [block.title for block in found.bars] == ["2.5 – 2.5: 3"]


def test_pairs_are_of_the_same_thing_and_the_last_of_each_counts(score, scope, now, unmerged):
    numeric = Which("a", "NUMERIC"), Which("b", "NUMERIC")
    score("t0", "a", 1.0)
    score("t0", "b", 2.0)
    score("t1", "a", 3.0)  # b says nothing of it
    score("t2", "a", 4.0, observation_id="s")
    score("t2", "b", 5.0)  # of the trace, not of the span
    score("t0", "b", 9.0, id="zz")  # later by its id
    values = lambda found: [(a.value, b.value) for a, b in found.pairs]  # noqa: E731
    found = pairs_of(scope, *numeric)
    assert (values(found), found.total) == ([(1.0, 9.0)], 1)
    found = pairs_of(scope, *numeric, by_trace=True)
    assert sorted(values(found)) == [(1.0, 9.0), (4.0, 5.0)]


def test_evaluators_are_held_against_people_of_the_same_name(score, look):
    booleans(score, EVAL="11110000", ANNOTATION="11100001")
    address = {"a": "BOOLEAN:right", "a_source": "EVAL", "b": "BOOLEAN:right"}
    page = look("score-compare", **address, b_source="ANNOTATION")
    found = page.context["found"]
    assert (found.n, found.agreement.observed.estimate) == (8, 0.75)
    assert found.agreement.kappa.estimate == pytest.approx(0.5)
    assert "0.50" in page.content.decode()


def test_the_pages_open_to_a_viewer_and_lead_to_the_traces(score, look, project):
    booleans(score, EVAL="110", ANNOTATION="100")
    for place in range(3):
        score(f"t{place}", "stars", float(place), source="API")
        score(f"t{place}", "tone", None, data_type="CATEGORICAL", string_value="good & 'bad'")
        score(f"t{place}", "note", None, data_type="TEXT", string_value="words")
    page = look("score-analytics").content.decode()
    for name in ("right", "stars", "tone", "note"):
        assert name in page
    assert "a_source=EVAL" in page
    for name, kind in (
        ("right", "BOOLEAN"),
        ("stars", "NUMERIC"),
        ("tone", "CATEGORICAL"),
        ("note", "TEXT"),
    ):
        one = look("score-figures", name=name, type=kind)
        assert one.status_code == 200
        assert "<svg" in one.content.decode()
        for _, url in one.context.get("bars", [])[:2]:
            listed = look(
                "trace-list", **dict(part.split("=") for part in url.split("?")[1].split("&"))
            )
            assert listed.status_code == 200
    for a, b in (("NUMERIC:stars", "CATEGORICAL:tone"), ("NUMERIC:stars", "BOOLEAN:right")):
        found = look("score-compare", a=a, b=b)
        assert found.context["found"].n == 3


def test_the_axis_of_a_course_ends_where_its_time_does(score, scope):
    score("t0", "stars", 4.0)
    course = one_of(scope, "stars", "NUMERIC").course
    assert (course.first, course.last) == (moment(scope.since), moment(scope.until))


def test_one_score_is_no_interval(score, look):
    score("t0", "stars", 4.0)
    for page in (look("score-analytics"), look("score-figures", name="stars", type="NUMERIC")):
        said = page.content.decode()
        assert "An interval needs values that differ" in said
        assert 'num">4.000 – 4.000' not in said


def test_what_has_no_statistics_has_no_box_for_them(score, look):
    booleans(score, EVAL="110")
    for place in range(3):
        score(f"t{place}", "tone", None, data_type="CATEGORICAL", string_value="good")
    page = look("score-compare", a="BOOLEAN:right", b="CATEGORICAL:tone", by="trace")
    assert page.context["found"].n == 3
    assert "facts boxed" not in page.content.decode()


def test_where_nothing_has_both_the_advice_is_not_what_was_done(score, look):
    score("t0", "stars", 4.0)
    score("t1", "length", 4.0)
    address = {"a": "NUMERIC:stars", "b": "NUMERIC:length"}
    advice = "pair what stands anywhere in the same trace"
    assert advice in look("score-compare", **address).content.decode()
    assert advice not in look("score-compare", **address, by="trace").content.decode()


@pytest.mark.parametrize("name", ["score-analytics", "score-figures", "score-compare"])
@pytest.mark.parametrize(
    "query", [{}, {"range": "nonsense"}, {"from": "x"}, {"name": "a\0", "a": "NUMERIC:\0"}]
)
def test_without_scores_and_with_odd_questions_the_pages_say_so(look, name, query):
    page = look(name, **query)
    assert page.status_code == 200


@pytest.mark.parametrize("query", [{"a": "TEXT:x"}, {"a": "NUMERIC:x", "a_source": "ME"}])
def test_what_cannot_be_compared_is_not_found(look, query):
    assert look("score-compare", **query).status_code == 404


def test_scores_of_a_single_day_are_a_dot_with_its_value(score, look):
    for place, value in enumerate((2.0, 3.0)):
        score(f"t{place}", "stars", value, source="API")
    page = look("score-analytics").content.decode()
    assert 'class="dot"' in page and ">2.500</text>" in page
