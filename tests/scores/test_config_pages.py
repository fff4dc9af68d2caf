"""The page of a project's score configurations: made, changed, archived, restored."""

import pytest
from django.urls import reverse

from evals.scores.models import ScoreConfig

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(project):
    return reverse("score-configs", args=[project.id])


@pytest.fixture
def edit(project):
    return lambda config: reverse("score-config-edit", args=[project.id, config.pk])


def test_a_member_makes_a_config_of_categories(client, member, page, project):
    client.force_login(member)
    told = {"name": "tone", "data_type": "CATEGORICAL", "categories": "kind = 1\n\nrude = -1\nodd"}
    assert client.post(page, told).status_code == 302
    config = ScoreConfig.objects.get(project=project)
    assert config.categories == [
        {"label": "kind", "value": 1},
        {"label": "rude", "value": -1},
        {"label": "odd", "value": 2},
    ]
    assert "tone" in client.get(page).content.decode()


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"name": "", "data_type": "TEXT"}, "name"),
        ({"name": "helpful", "data_type": "TEXT"}, "name"),
        ({"name": "n", "data_type": "NUMBER"}, "data_type"),
        ({"name": "n", "data_type": "NUMERIC", "min_value": "5", "max_value": "1"}, None),
        ({"name": "n", "data_type": "TEXT", "min_value": "5"}, None),
        ({"name": "n", "data_type": "CATEGORICAL"}, None),
        ({"name": "n", "data_type": "CATEGORICAL", "categories": "a = one"}, "categories"),
        ({"name": "n", "data_type": "CATEGORICAL", "categories": "a = 1\nb = 1"}, None),
    ],
)
def test_what_makes_no_config_is_told_at_its_field(client, member, page, config, told, field):
    config("helpful")
    client.force_login(member)
    answer = client.post(page, told)
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [field or "__all__"]
    assert ScoreConfig.objects.count() == 1


def test_which_way_a_score_is_better_is_said_shown_and_kept_by_changes_through_the_api(
    client, member, page, edit, project, api_key, auth
):
    client.force_login(member)
    client.post(page, {"name": "errors", "data_type": "NUMERIC", "better": "lower"})
    config = ScoreConfig.objects.get(project=project)
    assert config.better == "lower" and "Less is better" in client.get(page).content.decode()
    url = f"/api/public/score-configs/{config.pk}"
    body = {"description": "of the parser"}
    client.patch(url, body, content_type="application/json", headers=auth(api_key))
    config.refresh_from_db()
    assert (config.better, config.description) == ("lower", "of the parser")
    client.post(edit(config), {"name": "errors", "better": "neither"})
    config.refresh_from_db()
    assert config.better == "neither"
    told = client.post(edit(config), {"name": "errors", "better": "sideways"})
    assert told.status_code == 400


@pytest.mark.parametrize("preset", ["thumbs", "rating", "correctness"])
def test_a_ready_made_config_is_made_once(client, member, page, preset):
    client.force_login(member)
    client.post(page, {"preset": preset})
    again = client.post(page, {"preset": preset}, follow=True)
    assert ScoreConfig.objects.count() == 1
    assert "toast error" in again.content.decode()


def test_a_config_is_changed_archived_and_restored(client, member, page, edit, config):
    made = config("helpful", max_value=5)
    client.force_login(member)
    told = {"name": "useful", "min_value": "0", "max_value": "10", "description": "d"}
    assert client.post(edit(made), told).status_code == 302
    made.refresh_from_db()
    assert (made.name, made.min_value, made.max_value) == ("useful", 0, 10)
    client.post(edit(made), {"archive": "yes"})
    made.refresh_from_db()
    assert made.is_archived
    client.post(edit(made), {"archive": "no"})
    made.refresh_from_db()
    assert not made.is_archived
    assert client.get(edit(made)).status_code == 200


def test_a_viewer_sees_configs_and_changes_none(client, viewer, page, edit, config):
    made = config("helpful")
    client.force_login(viewer)
    assert "helpful" in client.get(page).content.decode()
    assert client.post(page, {"preset": "thumbs"}).status_code == 404
    assert client.post(edit(made), {"archive": "yes"}).status_code == 404
    assert ScoreConfig.objects.filter(is_archived=False).count() == 1


def test_an_empty_page_and_every_kind_of_config_can_be_looked_at(client, member, page, config):
    client.force_login(member)
    assert client.get(page).status_code == 200
    config("a", "BOOLEAN")
    config("b", "TEXT", description="What is said")
    config("c", min_value=1)
    config("d", max_value=1)
    config("e", is_archived=True)
    config("f", "CATEGORICAL", categories=[{"label": str(n), "value": n} for n in range(9)])
    assert "+3" in client.get(page).content.decode()
