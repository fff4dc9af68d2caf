"""/api/public/score-configs: made, listed, read, changed and archived."""

import pytest

CONFIGS = "/api/public/score-configs"
pytestmark = pytest.mark.django_db


def test_a_config_is_answered_in_langfuses_shape_and_read_again(ask, project):
    status, made = ask(
        "post",
        CONFIGS,
        {
            "name": "helpful",
            "dataType": "NUMERIC",
            "minValue": 0,
            "maxValue": 5,
            "description": "How much it helps",
        },
    )
    assert status == 200
    assert {**made, "id": 0, "createdAt": 0, "updatedAt": 0} == {
        "id": 0,
        "projectId": project.id,
        "name": "helpful",
        "dataType": "NUMERIC",
        "isArchived": False,
        "minValue": 0,
        "maxValue": 5,
        "categories": None,
        "description": "How much it helps",
        "createdAt": 0,
        "updatedAt": 0,
    }
    assert made["createdAt"].endswith("Z")
    assert ask("get", f"{CONFIGS}/{made['id']}") == (200, made)


def test_configs_are_listed_by_page_with_those_of_other_projects_left_out(ask, config):
    names = [f"n{number}" for number in range(3)]
    for name in names:
        config(name, "BOOLEAN")
    status, page = ask("get", CONFIGS, {"limit": 2, "page": 2})
    assert status == 200
    assert page["meta"] == {"page": 2, "limit": 2, "totalItems": 3, "totalPages": 2}
    assert [one["name"] for one in page["data"]] == ["n0"]


def test_a_boolean_config_has_both_categories_by_itself(ask):
    _, made = ask("post", CONFIGS, {"name": "right", "dataType": "BOOLEAN"})
    assert made["categories"] == [{"label": "True", "value": 1}, {"label": "False", "value": 0}]
    told = {"name": "other", "dataType": "BOOLEAN", "categories": [{"label": "x", "value": 1}]}
    assert ask("post", CONFIGS, told)[0] == 400
    assert ask("patch", f"{CONFIGS}/{made['id']}", made)[0] == 200  # sent back as it was read


@pytest.mark.parametrize(
    "body",
    [
        {"dataType": "NUMERIC"},
        {"name": "  ", "dataType": "NUMERIC"},
        {"name": "n" * 101, "dataType": "NUMERIC"},
        {"name": "n"},
        {"name": "n", "dataType": "CORRECTION"},
        {"name": "n", "dataType": "NUMERIC", "minValue": 2, "maxValue": 1},
        {"name": "n", "dataType": "NUMERIC", "minValue": "low"},
        {"name": "n", "dataType": "TEXT", "maxValue": 1},
        {"name": "n", "dataType": "CATEGORICAL"},
        {"name": "n", "dataType": "CATEGORICAL", "categories": []},
        {"name": "n", "dataType": "CATEGORICAL", "categories": ["good"]},
        {"name": "n", "dataType": "CATEGORICAL", "categories": "good"},
        {"name": "n", "dataType": "CATEGORICAL", "categories": [{"label": "", "value": 1}]},
        {"name": "n", "dataType": "CATEGORICAL", "categories": [{"label": "a", "value": True}]},
        {
            "name": "n",
            "dataType": "CATEGORICAL",
            "categories": [{"label": "a", "value": 1}, {"label": "a", "value": 2}],
        },
        {
            "name": "n",
            "dataType": "CATEGORICAL",
            "categories": [{"label": "a", "value": 1}, {"label": "b", "value": 1}],
        },
        {
            "name": "n",
            "dataType": "CATEGORICAL",
            "categories": [{"label": str(n), "value": n} for n in range(51)],
        },
        {"name": "n", "dataType": "NUMERIC", "description": "d" * 1001},
        ["name"],
    ],
)
def test_what_makes_no_config_is_told_and_nothing_is_made(ask, body):
    status, told = ask("post", CONFIGS, body)
    assert status == 400
    assert told["error"][0]["message"]
    assert ask("get", CONFIGS)[1]["data"] == []


def test_a_change_leaves_what_it_does_not_name_and_a_null_takes_a_bound_away(ask, config):
    made = config(min_value=0, max_value=5, description="d")
    path = f"{CONFIGS}/{made.pk}"
    status, changed = ask("patch", path, {"maxValue": None, "name": "useful"})
    assert status == 200
    assert (changed["name"], changed["minValue"], changed["maxValue"]) == ("useful", 0, None)
    assert changed["description"] == "d"
    assert changed["updatedAt"] >= changed["createdAt"]


def test_a_name_is_taken_until_its_config_is_archived(ask, config):
    first = config("helpful")
    status, told = ask("post", CONFIGS, {"name": "helpful", "dataType": "TEXT"})
    assert (status, told["error"]) == (409, "LangfuseConflictError")
    assert ask("patch", f"{CONFIGS}/{first.pk}", {"isArchived": True})[1]["isArchived"] is True
    assert ask("post", CONFIGS, {"name": "helpful", "dataType": "TEXT"})[0] == 200
    assert ask("patch", f"{CONFIGS}/{first.pk}", {"isArchived": False})[0] == 409


def test_a_config_of_another_project_is_not_there(ask, config, organisation):
    from accounts.keys import create_key
    from accounts.models import Project

    other = create_key(Project.objects.create(organisation=organisation, name="Other"))
    key = type("Key", (), {"public_key": other.key.public_key, "secret_key": other.secret_key})
    made = config()
    assert ask("get", f"{CONFIGS}/{made.pk}", key=key)[0] == 404
    assert ask("patch", f"{CONFIGS}/{made.pk}", {"name": "mine"}, key=key)[0] == 404


def test_a_key_that_only_reads_changes_nothing_and_a_public_key_sees_nothing(
    ask, config, make_api_key, api_key
):
    config()
    reader = make_api_key(scopes=("read",))
    assert ask("get", CONFIGS, key=reader)[0] == 200
    assert ask("post", CONFIGS, {"name": "x", "dataType": "TEXT"}, key=reader)[0] == 403
    assert ask("get", CONFIGS, Authorization=f"Bearer {api_key.public_key}")[0] == 403
