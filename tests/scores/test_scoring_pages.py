"""Scoring by hand: what members give, change and take back on traces, spans and sessions."""

import pytest
from django.urls import reverse

from evals.scores import configs
from tests.scores.shown import fields_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(project):
    return reverse("scoring", args=[project.id])


@pytest.fixture
def trace(span):
    span("t", "s", is_root=True, session_id="talk", environment="staging")
    return {"trace": "t", "span": "trace"}


def say(client, page, target, **values):
    return client.post(page, {**target, **values})


def test_a_member_scores_a_trace_and_scoring_again_replaces_it(
    client, member, page, trace, config, stored_scores
):
    stars, right = config("stars", min_value=1, max_value=5), config("right", "BOOLEAN")
    client.force_login(member)
    told = {f"value-{stars.pk}": "4", f"comment-{stars.pk}": "fine"}
    answer = say(client, page, trace, **told)
    assert (answer.status_code, answer["Location"].split("?")[1]) == (302, "span=trace&tab=scores")
    told = {f"value-{stars.pk}": "2", f"comment-{stars.pk}": "no", f"value-{right.pk}": "1"}
    say(client, page, trace, **told)
    first, second = sorted(stored_scores(), key=lambda one: one["name"])
    assert (second["name"], second["value"], second["comment"]) == ("stars", 2, "no")
    assert (first["name"], first["value"], first["string_value"]) == ("right", 1, "True")
    assert second["source"] == "ANNOTATION"
    assert second["config_id"] == stars.pk
    assert second["author_user_id"] == str(member.pk)
    assert second["environment"] == "staging"
    assert (second["trace_id"], second["observation_id"]) == ("t", "")


def test_what_is_emptied_again_is_deleted_and_the_rest_stays(
    client, member, page, trace, config, stored_scores
):
    stars, words = config("stars", min_value=1, max_value=5), config("words", "TEXT")
    client.force_login(member)
    both = {f"value-{stars.pk}": "4", f"value-{words.pk}": "so so"}
    say(client, page, trace, **both)
    say(client, page, trace, **{**both, f"value-{stars.pk}": ""})
    (left,) = stored_scores()
    assert (left["name"], left["string_value"]) == ("words", "so so")


def test_while_the_store_takes_nothing_nothing_is_deleted(
    client, member, page, trace, config, stored_scores, monkeypatch
):
    from evals.scores import annotating
    from ingest.pipeline import Overloaded

    def full(*_args):
        raise Overloaded("Neither store takes it.")

    stars, words = config("stars", min_value=1, max_value=5), config("words", "TEXT")
    client.force_login(member)
    both = {f"value-{stars.pk}": "4", f"value-{words.pk}": "so so"}
    say(client, page, trace, **both)
    monkeypatch.setattr(annotating.pipeline, "accept", full)
    answer = say(client, page, trace, **{**both, f"value-{stars.pk}": ""})
    assert "nothing was saved" in answer.content.decode()
    assert {one["name"] for one in stored_scores()} == {"stars", "words"}


def test_two_people_score_the_same_span_each_by_themselves(
    client, member, owner, page, trace, config, stored_scores
):
    category = config(
        "verdict",
        "CATEGORICAL",
        categories=[{"label": "good", "value": 1}, {"label": "no", "value": 0}],
    )
    for user, word in ((member, "good"), (owner, "no")):
        client.force_login(user)
        say(client, page, {"trace": "t", "span": "s"}, **{f"value-{category.pk}": word})
    assert sorted((one["string_value"], one["value"]) for one in stored_scores()) == [
        ("good", 1),
        ("no", 0),
    ]
    assert {one["observation_id"] for one in stored_scores()} == {"s"}


def test_the_form_shows_what_one_said_oneself(client, member, owner, page, trace, config):
    stars = config("stars", min_value=1, max_value=5)
    client.force_login(owner)
    say(client, page, trace, **{f"value-{stars.pk}": "1"})
    client.force_login(member)
    assert fields_of(client.get(page, trace), f"value-{stars.pk}") == ""
    say(client, page, trace, **{f"value-{stars.pk}": "4"})
    assert fields_of(client.get(page, trace), f"value-{stars.pk}") == "4"


@pytest.mark.parametrize("value", ["6", "lots", "nan", "1e400"])
def test_a_value_that_the_config_refuses_is_told_at_its_field_and_nothing_is_stored(
    client, member, page, trace, config, stored_scores, value
):
    bounded, free = config("bounded", max_value=5), config("free")
    client.force_login(member)
    told = {f"value-{bounded.pk}": value, f"value-{free.pk}": "1"}
    answer = say(client, page, trace, **told)
    assert answer.status_code == 400
    assert answer.context["form"].errors.keys() == {f"value-{bounded.pk}"}
    assert stored_scores() == []


def test_a_session_is_scored_and_shows_its_scores(
    client, member, page, trace, config, stored_scores
):
    right = config("solved", "BOOLEAN")
    client.force_login(member)
    answer = say(client, page, {"session": "talk"}, **{f"value-{right.pk}": "0"})
    assert answer["Location"].endswith("?id=talk#scores")
    (score,) = stored_scores()
    assert (score["session_id"], score["trace_id"], score["value"]) == ("talk", "", 0)
    shown = client.get(page, {"session": "talk"}, headers={"HX-Request": "true"})
    assert "solved" in shown.content.decode()
    assert "<html" not in shown.content.decode()


def test_one_takes_back_ones_own_score_and_nobody_elses(
    client, member, owner, page, trace, config, stored_scores, score, project
):
    words = config("words", "TEXT")
    client.force_login(owner)
    say(client, page, trace, **{f"value-{words.pk}": "mine"})
    (given,) = stored_scores()
    configs.archive(words, True)  # the form does not ask for it any more
    take_back = reverse("score-take-back", args=[project.id])
    client.force_login(member)
    assert client.post(take_back, {**trace, "score": given["id"]}).status_code == 404
    client.force_login(owner)
    score("t", "judged", 1.0, source="EVAL", author_user_id=str(owner.pk))
    assert client.post(take_back, {**trace, "score": "t-judged"}).status_code == 404
    assert client.post(take_back, {**trace, "score": given["id"]}).status_code == 302
    assert [one["name"] for one in stored_scores()] == ["judged"]


def test_a_viewer_reads_scores_and_gives_none(client, viewer, page, trace, config, stored_scores):
    stars = config("stars")
    client.force_login(viewer)
    shown = client.get(page, trace)
    assert shown.status_code == 200
    assert f"value-{stars.pk}" not in shown.content.decode()
    assert say(client, page, trace, **{f"value-{stars.pk}": "1"}).status_code == 404
    assert stored_scores() == []


@pytest.mark.parametrize(
    "target",
    [
        {"trace": "nothing", "span": "trace"},
        {"trace": "t", "span": "nothing"},
        {"session": "nothing"},
        {"trace": "t", "session": "talk"},
        {"span": "s"},
        {"trace": "t\0"},
        {},
    ],
)
def test_what_is_not_there_is_not_scored(
    client, member, page, trace, config, stored_scores, target
):
    stars = config("stars")
    client.force_login(member)
    assert say(client, page, target, **{f"value-{stars.pk}": "1"}).status_code == 404
    assert stored_scores() == []


def test_the_pages_of_a_trace_and_a_session_lead_to_the_form(
    trace_page, trace, page, client, project
):
    assert (
        f"{page}?trace=t&amp;span=s"
        in trace_page("t", {"span": "s", "tab": "scores"}).content.decode()
    )
    session = client.get(reverse("session-page", args=[project.id]), {"id": "talk"})
    assert f"{page}?session=talk" in session.content.decode()


def test_without_configs_the_form_says_what_to_do(client, member, page, trace, project):
    client.force_login(member)
    assert reverse("score-configs", args=[project.id]) in client.get(page, trace).content.decode()
