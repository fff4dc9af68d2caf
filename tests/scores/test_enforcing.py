"""Scores that name a configuration: stored as it says, or told why not, beside their neighbours."""

import json

import pytest
from django.db import OperationalError, connection

from evals.scores import configs, enforcing

SCORES = "/api/public/scores"
pytestmark = pytest.mark.django_db


@pytest.fixture
def category(config):
    return config(
        "verdict",
        "CATEGORICAL",
        categories=[{"label": "good", "value": 2}, {"label": "bad", "value": 0.5}],
    )


def body(config, value, **more):
    return {"traceId": "t", "name": config.name, "configId": config.pk, "value": value, **more}


@pytest.mark.parametrize(
    ("data_type", "value", "stored"),
    [
        ("NUMERIC", 3, (3.0, "")),
        ("BOOLEAN", 1, (1.0, "True")),
        ("BOOLEAN", False, (0.0, "False")),
        ("TEXT", "well said", (None, "well said")),
    ],
)
def test_a_score_without_a_type_gets_the_one_of_its_config(
    ask, config, stored_scores, data_type, value, stored
):
    made = config("n", data_type)
    assert ask("post", SCORES, body(made, value))[0] == 200
    (score,) = stored_scores()
    assert score["data_type"] == data_type
    assert (score["value"], score["string_value"]) == stored


def test_a_category_is_stored_with_its_number(ask, category, stored_scores):
    assert ask("post", SCORES, body(category, "bad", dataType="CATEGORICAL"))[0] == 200
    (score,) = stored_scores()
    assert (score["value"], score["string_value"]) == (0.5, "bad")


@pytest.mark.parametrize("value", [-0.1, 5.1, "high"])
def test_a_number_outside_the_range_is_told_and_not_stored(ask, config, stored_scores, value):
    made = config(min_value=0, max_value=5)
    status, told = ask("post", SCORES, body(made, value))
    assert status == 400
    assert "helpful" in told["error"][0]["message"]
    assert stored_scores() == []


def test_another_name_or_type_than_the_configs_is_told(ask, config, stored_scores):
    made = config()
    assert ask("post", SCORES, body(made, 1, name="other"))[0] == 400
    assert ask("post", SCORES, body(made, 1, dataType="BOOLEAN"))[0] == 400
    assert ask("post", SCORES, body(made, 1) | {"configId": "nothing"})[0] == 400
    assert stored_scores() == []


def test_an_archived_config_takes_no_scores_until_it_is_restored(ask, config, stored_scores):
    made = config()
    assert ask("post", SCORES, body(made, 1))[0] == 200
    configs.archive(made, True)
    assert ask("post", SCORES, body(made, 2))[0] == 400
    configs.archive(made, False)
    assert ask("post", SCORES, body(made, 3))[0] == 200
    assert sorted(one["value"] for one in stored_scores()) == [1, 3]


def test_in_an_array_each_refused_score_is_told_by_its_place(ask, category, stored_scores):
    sent = [body(category, word) for word in ("good", "awful", "bad")]
    status, told = ask("post", SCORES, [{}, *sent])
    assert (status, told["accepted"], told["rejected"]) == (207, 2, 2)
    assert [one["message"][:8] for one in told["errors"]] == ["Score 0:", "Score 2:"]
    assert {one["string_value"] for one in stored_scores()} == {"good", "bad"}


@pytest.mark.parametrize("is_public", [False, True])
def test_in_an_event_batch_a_refused_score_has_its_verdict_and_its_neighbours_are_stored(
    ask, auth, api_key, category, stored_scores, is_public
):
    events = [
        {
            "id": f"e{place}",
            "timestamp": "2026-01-01T00:00:00Z",
            "type": "score-create",
            "body": body(category, word),
        }
        for place, word in enumerate(("awful", "good", "bad"))
    ]
    headers = {"Authorization": f"Bearer {api_key.public_key}"} if is_public else auth(api_key)
    status, told = ask("post", "/api/public/ingestion", {"batch": events}, **headers)
    assert status == 207
    assert [one["id"] for one in told["successes"]] == ["e1", "e2"]
    ((event, status),) = [(one["id"], one["status"]) for one in told["errors"]]
    assert (event, status) == ("e0", 400)
    assert {one["string_value"] for one in stored_scores()} == {"good", "bad"}


def test_a_batch_of_scores_costs_one_question_about_their_configs(
    project, config, django_assert_num_queries
):
    from traces.records import Score

    made = [config(f"n{number}") for number in range(3)]
    scores = [
        Score(
            project.id, str(place), made[place % 3].name, 1, value=1, config_id=made[place % 3].pk
        )
        for place in range(30)
    ]
    with django_assert_num_queries(1):
        assert enforcing.refusals(project.id, scores) == {}
    with django_assert_num_queries(0):
        assert enforcing.refusals(project.id, scores) == {}


def test_scores_do_not_wait_for_postgres(ask, config, stored_scores, monkeypatch):
    """A configuration that was seen before still counts, and one that never was is believed."""
    seen, unseen = config("seen", max_value=5), config("unseen", "BOOLEAN")
    assert ask("post", SCORES, body(seen, 1))[0] == 200
    later = enforcing.clock() + enforcing.FRESH_SECONDS
    monkeypatch.setattr(enforcing, "clock", lambda: later)

    def away(*_asked):
        raise OperationalError("gone")

    with connection.execute_wrapper(away):
        assert ask("post", SCORES, body(seen, 6))[0] == 400
        assert ask("post", SCORES, body(unseen, 7))[0] == 200
    assert {one["value"] for one in stored_scores()} == {1, 7}


def test_a_change_counts_elsewhere_after_a_few_seconds(project, config, monkeypatch):
    made = config(max_value=5)
    assert enforcing.configs_of(project.id, [made.pk])[made.pk].max_value == 5
    type(made).objects.filter(pk=made.pk).update(max_value=10)  # as another process does
    assert enforcing.configs_of(project.id, [made.pk])[made.pk].max_value == 5
    later = enforcing.clock() + enforcing.FRESH_SECONDS
    monkeypatch.setattr(enforcing, "clock", lambda: later)
    assert enforcing.configs_of(project.id, [made.pk])[made.pk].max_value == 10


def test_scores_without_a_config_are_as_free_as_ever(ask, stored_scores):
    assert ask("post", SCORES, {"traceId": "t", "name": "n", "value": json.loads("1e9")})[0] == 200
    assert stored_scores()[0]["value"] == 1e9
