"""Feedback links: made by programs and members, answered by people without an account."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.urls import reverse

from evals.scores import configs, feedback, pace

LINKS = "/api/v1/feedback-links"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _trace(span):
    span("t", "s", is_root=True, environment="staging")


@pytest.fixture
def link(ask):
    """`link(scores=[…])`: the path of a link's page, as the API makes it."""

    def made(**body) -> str:
        body = {"traceId": "t", "scores": [{"name": "liked", "kind": "thumbs"}], **body}
        status, told = ask("post", LINKS, body)
        assert status == 201, told
        return urlsplit(told["url"]).path

    return made


def test_a_click_is_a_score_and_another_click_replaces_it(client, link, stored_scores):
    path = link(question="Did it help?")
    page = client.get(path)
    assert (page.status_code, stored_scores()) == (200, [])
    assert "Did it help?" in page.content.decode()
    assert client.post(path, {"score-0": "1", "comment": "Nice"}).status_code == 200
    assert client.post(path, {"score-0": "0", "comment": "No"}).status_code == 200
    (score,) = stored_scores()
    assert (score["name"], score["data_type"], score["value"]) == ("liked", "BOOLEAN", 0)
    assert (score["comment"], score["source"], score["environment"]) == ("No", "API", "staging")
    assert (score["trace_id"], score["observation_id"]) == ("t", "")


def test_two_links_to_one_trace_are_two_opinions(client, link, stored_scores):
    for path in (link(), link()):
        client.post(path, {"score-0": "1"})
    assert len(stored_scores()) == 2


def test_stars_configs_and_a_correction_in_one_link(client, link, config, stored_scores):
    made = config("tone", "CATEGORICAL", categories=[{"label": "kind", "value": 1}])
    scores = [{"name": "stars", "kind": "rating"}, {"configId": made.pk}]
    path = link(scores=scores, observationId="s", correction=True)
    answer = client.post(path, {"score-0": "5", "score-1": "kind", "correction": "Seoul"})
    assert answer.status_code == 200
    stored = {one["name"]: one for one in stored_scores()}
    assert stored["stars"]["value"] == 5
    assert (stored["tone"]["string_value"], stored["tone"]["config_id"]) == ("kind", made.pk)
    corrected = stored["output"]
    assert (corrected["data_type"], corrected["string_value"]) == ("CORRECTION", "Seoul")
    assert {one["observation_id"] for one in stored.values()} == {"s"}


def test_an_app_posts_json_to_the_link_from_any_page(client, link, stored_scores):
    path = link(scores=[{"name": "stars", "kind": "rating"}])
    asked = client.options(path)
    assert asked["Access-Control-Allow-Origin"] == "*"
    sent = {"scores": {"stars": 4}, "comment": "ok"}
    answer = client.post(path, sent, content_type="application/json")
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert [one["id"] for one in stored_scores()] == answer.json()["ids"]


@pytest.mark.parametrize(
    "body",
    ["[]", "{", '{"scores": 1}', '{"scores": {"stars": 6}}', '{"scores": {"stars": [4]}}', "{}",
     '{"scores": {"stars": 4}, "comment": "\\ud800"}', '{"comment": "only words"}'],
)  # fmt: skip
def test_json_that_is_no_answer_is_told_and_nothing_is_stored(client, link, stored_scores, body):
    path = link(scores=[{"name": "stars", "kind": "rating"}])
    answer = client.post(path, body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["message"]
    assert stored_scores() == []


def test_true_is_a_thumb_and_never_a_star(client, link, config, stored_scores):
    helped = config("helped", "BOOLEAN")
    asked = [{"name": "liked"}, {"configId": helped.pk}, {"name": "stars", "kind": "rating"}]
    path = link(scores=asked)
    sent = {"scores": {"liked": True, "helped": False, "stars": True}}
    assert client.post(path, sent, content_type="application/json").status_code == 400
    assert stored_scores() == []
    del sent["scores"]["stars"]
    assert client.post(path, sent, content_type="application/json").status_code == 200
    assert {one["name"]: one["value"] for one in stored_scores()} == {"liked": 1, "helped": 0}


def test_a_form_without_a_choice_is_told(client, link, stored_scores):
    for sent in ({}, {"score-0": ""}, {"score-0": "7"}, {"comment": "only words"}):
        assert client.post(link(), sent).status_code == 400
    assert stored_scores() == []


def test_a_link_that_is_forged_expired_closed_or_revoked_does_not_open(
    client, link, project, stored_scores
):
    path = link()
    assert client.get(f"{path}x").status_code == 404
    assert client.get("/feedback/nothing").status_code == 404
    token = path.rpartition("/")[2]
    later = datetime.now(UTC) + timedelta(days=8)
    assert feedback.signed(token, later) is None
    feedback.open_links(project, False)
    assert client.post(path, {"score-0": "1"}).status_code == 404
    feedback.open_links(project, True)
    assert client.get(path).status_code == 200
    feedback.revoke_all(project)
    assert client.post(path, {"score-0": "1"}).status_code == 404
    assert client.get(link()).status_code == 200  # a new one
    assert stored_scores() == []


def test_a_link_ends_with_its_trace_and_with_its_project(client, link, project):
    from traces.deletion import delete_traces

    path = link()
    delete_traces(project.id, ["t"])
    assert client.get(path).status_code == 404
    token = path.rpartition("/")[2]
    project.delete()
    assert not feedback.is_in_force(feedback.signed(token, datetime.now(UTC)))


def test_a_config_that_is_archived_is_not_asked_for_any_more(client, link, config):
    made = config("tone")
    path = link(scores=[{"configId": made.pk}])
    configs.archive(made, True)
    page = client.get(path)
    assert page.status_code == 200
    assert 'name="score-0"' not in page.content.decode()


def test_clicking_without_end_is_slowed_down(client, link, monkeypatch):
    monkeypatch.setattr(pace, "MOST_OF_A_LINK", 2)
    path = link()
    codes = [client.post(path, {"score-0": "1"}).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    assert client.post(link(), {"score-0": "1"}).status_code == 200


@pytest.mark.parametrize("kind", ["text/html", "application/json"])
def test_looking_without_end_is_slowed_down_before_anything_is_asked_of_a_database(
    client, link, monkeypatch, django_assert_num_queries, kind
):
    from evals.scores.views import feedback as page

    monkeypatch.setattr(pace, "MOST_OF_A_LINK", 1)
    path = link()
    codes = [client.get(path).status_code for _ in range(pace.LOOKS)]
    assert set(codes) == {200}
    monkeypatch.setattr(page, "environment_of", None)
    with django_assert_num_queries(0):
        answer = client.get(path, content_type=kind)
    assert (answer.status_code, answer["Retry-After"]) == (429, str(pace.WINDOW_SECONDS))
    assert "That was often." in answer.content.decode()
    monkeypatch.undo()
    assert client.post(path, {"score-0": "1"}).status_code == 200


def test_what_was_said_stands_in_the_form_when_the_link_is_opened_again(client, link):
    path = link()
    client.post(path, {"score-0": "1", "comment": "Nice"})
    form = client.get(path).context["form"]
    assert (form["score-0"].value(), form["comment"].value()) == ("1", "Nice")


@pytest.mark.parametrize(
    "body",
    [
        {"scores": []},
        {"scores": [{"name": "a"}] * 2},
        {"scores": [{"name": f"n{n}"} for n in range(6)]},
        {"scores": [{"kind": "thumbs"}]},
        {"scores": [{"configId": "nothing"}]},
        {"scores": [{"name": "a", "kind": "slider"}]},
        {"expiresIn": 59},
        {"expiresIn": 90 * 24 * 3600 + 1},
        {"question": "q" * 201},
    ],
)
def test_what_makes_no_link_is_told(ask, body):
    sent = {"traceId": "t", "scores": [{"name": "liked"}], **body}
    assert ask("post", LINKS, sent)[0] == 400


def test_there_is_no_link_to_what_is_not_there_and_none_for_a_reading_key(ask, make_api_key):
    scores = [{"name": "liked"}]
    assert ask("post", LINKS, {"traceId": "nothing", "scores": scores})[0] == 404
    sent = {"traceId": "t", "observationId": "nothing", "scores": scores}
    assert ask("post", LINKS, sent)[0] == 404
    reader = make_api_key(scopes=("read",))
    assert ask("post", LINKS, {"traceId": "t", "scores": scores}, key=reader)[0] == 403


def test_a_member_makes_a_link_on_the_traces_page(client, member, project, stored_scores, config):
    made = config("tone", "TEXT")
    page = reverse("feedback-link", args=[project.id])
    client.force_login(member)
    assert client.get(page, {"trace": "t"}).status_code == 200
    told = {"trace": "t", "span": "s", "ask": f"config:{made.pk}", "days": "1", "comment": "on"}
    address = client.post(page, told).context["address"]
    client.logout()
    assert client.post(urlsplit(address).path, {"score-0": "lovely"}).status_code == 200
    (score,) = stored_scores()
    assert (score["string_value"], score["observation_id"]) == ("lovely", "s")


def test_only_admins_close_and_revoke(client, member, admin, project, link):
    path, page = link(), reverse("feedback-settings", args=[project.id])
    client.force_login(member)
    assert client.post(page, {"do": "close"}).status_code == 404
    client.force_login(admin)
    client.post(page, {"do": "close"})
    assert client.get(path).status_code == 404
    client.post(page, {"do": "open"})
    assert client.get(path).status_code == 200
    client.post(page, {"do": "revoke"})
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/api/public/scores", "/api/public/ingestion"])
def test_a_browser_may_send_scores_with_a_public_key_from_any_page(client, api_key, path):
    asked = client.options(path)
    assert (asked.status_code, asked["Access-Control-Allow-Origin"]) == (204, "*")
    assert "Authorization" in asked["Access-Control-Allow-Headers"]
    refused = client.post(path, "{}", content_type="application/json")
    assert (refused.status_code, refused["Access-Control-Allow-Origin"]) == (401, "*")
