"""What the boards of quality and prompts say is what was stored."""

from math import sqrt
from urllib.parse import parse_qs, urlsplit

import pytest

HOUR = 3600


def test_each_score_has_its_mean_now_and_before(score, listed):
    score("t1", "faithfulness", 0.5)
    score("t2", "faithfulness", 1.0)
    score("t3", "length", 40)
    score("t4", "faithfulness", 0.2, at=-30 * HOUR)
    rows = {row["Score"]: row for row in listed("quality", "scores")}
    assert rows["faithfulness"] == {
        "Score": "faithfulness", "Mean": 0.75, "Mean before": 0.2, "Scores": 2
    }  # fmt: skip
    assert (rows["length"]["Mean"], rows["length"]["Mean before"]) == (40, None)
    assert [*{row["Score"] for row in listed("quality", "scores", of="length")}] == ["length"]


def test_a_score_stands_beside_what_was_to_be_expected_of_it(score_row, listed):
    from traces.writer import insert_scores

    values = [0.4, 0.6] * 10
    before = [score_row(f"b{at}", "faithful", one, at=-30 * HOUR) for at, one in enumerate(values)]
    now = [score_row(f"n{number}", "faithful", 0.9) for number in range(4)]
    insert_scores([*before, *now])
    [row] = [row for row in listed("quality", "expected", bucket="hour") if row["Scores"]]
    assert (row["faithful"], row["Scores"]) == (pytest.approx(0.9), 4)
    assert row["Expected at least"] == pytest.approx(0.5 - 1.96 * 0.1 / sqrt(4))
    assert row["Expected at most"] == pytest.approx(0.5 + 1.96 * 0.1 / sqrt(4))


def test_of_too_little_before_nothing_is_expected(score, draw, listed):
    score("t1", "faithful", 0.9)
    score("t0", "faithful", 0.1, at=-30 * HOUR)
    assert [chip.words for chip in draw("quality", "expected").chips] == ["n = 1"]
    assert {row["Expected at least"] for row in listed("quality", "expected")} == {None}


def test_a_score_is_told_apart_by_segment(span, score, listed):
    call = {"type": "GENERATION", "name": "ask"}
    span("t1", "a", model="small", **call)
    span("t2", "a", model="large", **call)
    score("t1", "faithful", 0.4, observation_id="a")
    score("t2", "faithful", 0.8, observation_id="a")
    rows = listed("quality", "segments", by="model")
    assert {row["Model"]: row["Mean"] for row in rows} == {"small": 0.4, "large": 0.8}


def test_scores_in_words_are_counted_answer_by_answer(score, listed):
    for number, said in enumerate(["good", "good", "good", "bad"]):
        score(f"t{number}", "verdict", data_type="CATEGORICAL", string_value=said)
    score("t0", "verdict", data_type="CATEGORICAL", string_value="bad", id="b", at=-30 * HOUR)
    score("t0", "faithful", 0.5)
    rows = [tuple(row.values()) for row in listed("quality", "answers")]
    assert rows == [("verdict", "good", 3, 0.75, None), ("verdict", "bad", 1, 0.25, 1)]
    assert listed("quality", "answers", of="faithful") == []


def test_what_users_say_is_counted_by_their_answers(score, draw):
    for number, said in enumerate(["helpful", "helpful", "wrong"]):
        kind = {"data_type": "CATEGORICAL", "string_value": said}
        score(f"t{number}", "user-feedback", **kind)
    drawn = draw("quality", "satisfaction", bucket="day")
    names = [str(column.words) for column in drawn.table.columns]
    sums = [sum(row[at].value for row in drawn.table.rows) for at in range(1, len(names))]
    assert dict(zip(names[1:], sums, strict=True)) == {"helpful": 2, "wrong": 1}
    [href] = {row[1].href for row in drawn.table.rows if row[1].value}
    assert parse_qs(urlsplit(href).query)["q"] == ["scores.user-feedback:helpful"]


def test_the_rate_of_hallucinations_is_the_share_of_what_was_judged(score, listed):
    for number, value in enumerate([1, 0, 0, 0]):
        score(f"t{number}", "hallucination", value, data_type="BOOLEAN")
    rows = listed("quality", "hallucination", bucket="day")
    assert [row["hallucination"] for row in rows if row["hallucination"] is not None] == [0.25]


def test_a_check_passes_by_what_is_good_in_it(project, score, listed):
    from evals.checks.models import ProjectCheck

    ProjectCheck.objects.create(project=project, check_key="refusal", name="refusal")
    for number, refused in enumerate([1, 0, 0, 0]):
        yes = {"data_type": "BOOLEAN", "source": "EVAL"}
        score(f"t{number}", "refusal", refused, observation_id="a", **yes)
    found = listed("quality", "checks", compares=False)
    assert found == [{"Check": "refusal", "Passed": 0.75, "Calls": 4}]


@pytest.fixture
def versions(span):
    call = {"type": "GENERATION", "model": "gpt-4o", "prompt_name": "rag"}
    old = {"prompt_version": 1, "total_cost": "0.004", "input_tokens": 10}
    span("t1", "a", took=2, **call, **old)
    span("t2", "a", took=4, **call, **old)
    span("t3", "a", took=1, prompt_version=2, cost_source="unknown", input_tokens=4, **call)


def test_versions_of_prompts_stand_beside_each_other(versions, listed, draw):
    rows = listed("prompts", "versions")
    assert [row["Version"] for row in rows] == ["rag v2", "rag v1"]
    assert [row["Calls"] for row in rows] == [1, 2]
    assert [row["Cost per call"] for row in rows] == ["unknown", pytest.approx(0.004)]
    assert [row["p50"] for row in rows] == [1, 3]
    assert [row["Input tokens"] for row in rows] == [4, 10]
    href = draw("prompts", "versions").table.rows[0][1].href
    assert parse_qs(urlsplit(href).query)["q"] == ["prompt:rag prompt_version:2"]


def test_a_version_leads_to_its_figures_where_sonde_keeps_the_prompt(versions, draw, project):
    from prompts.models import Prompt

    Prompt.objects.create(project=project, name="rag")
    href = draw("prompts", "versions").table.rows[0][0].href
    assert parse_qs(urlsplit(href).query) == {"name": ["rag"], "version": ["2"]}


def test_scores_of_the_very_calls_are_told_apart_by_version(versions, score, listed):
    score("t1", "faithful", 0.5, observation_id="a")
    score("t3", "faithful", 0.9, observation_id="a")
    score("t3", "of the trace", 0.1)
    rows = listed("prompts", "prompt-scores")
    assert {(row["Version"], row["Score"]): row["Mean"] for row in rows} == {
        ("rag v1", "faithful"): 0.5, ("rag v2", "faithful"): 0.9
    }  # fmt: skip


def test_a_name_in_the_address_narrows_the_board(client, project, owner, score):
    from django.urls import reverse

    client.force_login(owner)
    score("t1", "faithful", 0.5)
    score("t2", "length", 9)
    url = reverse("dashboard-board", args=[project.id, "quality"])
    asked = {"part": "scores", "of": "length", "as": "csv"}
    text = client.get(url, asked).content.decode()
    assert "length" in text and "faithful" not in text


@pytest.mark.parametrize("asked", [{"by": "user"}, {"key": "team"}, {"by": "nonsense"}, {}])
def test_the_page_keeps_what_the_board_is_broken_down_by(client, project, owner, asked):
    from django.urls import reverse

    client.force_login(owner)
    page = client.get(reverse("dashboard-board", args=[project.id, "cost"]), asked)
    is_wrong = asked.get("by") == "nonsense"
    assert ("is not broken down by “nonsense”" in page.content.decode()) == is_wrong
    chosen = {"by": "user", "key": "metadata.team"}.get(next(iter(asked), ""), "model")
    chosen = "model" if asked.get("by") == "nonsense" else chosen
    assert f'<option value="{chosen}" selected>' in page.content.decode()
