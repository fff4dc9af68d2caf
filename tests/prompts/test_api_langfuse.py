"""Langfuse's prompt API: made, fetched by version and label, relabelled, listed, deleted."""

import pytest

from tests.prompts.conftest import API

FIELDS = {"id", "createdAt", "updatedAt", "projectId", "createdBy", "name", "version", "type",
          "isActive", "config", "tags", "labels", "commitMessage", "prompt",
          "resolutionGraph"}  # fmt: skip
CHAT = [
    {"role": "system", "content": "You are {{who}}."},
    {"type": "placeholder", "name": "history"},
    {"type": "chatmessage", "role": "user", "content": "{{question}}"},
]


def test_a_prompt_is_made_with_201_and_is_there_at_once(post, get, project, api_key):
    status, made = post(
        labels=["production"], tags=["b", "a"], config={"temperature": 0.5}, commitMessage="First"
    )
    assert (status, set(made)) == (201, FIELDS)
    assert get("greet") == (200, made)
    assert (made["name"], made["version"], made["type"]) == ("greet", 1, "text")
    assert made["labels"] == ["latest", "production"]
    assert made["tags"] == ["a", "b"]
    assert (made["config"], made["commitMessage"]) == ({"temperature": 0.5}, "First")
    assert (made["projectId"], made["createdBy"]) == (project.id, api_key.public_key)


def test_a_chat_prompt_keeps_its_messages_and_placeholders(post, get):
    assert post(name="talk", type="chat", prompt=CHAT, labels=["production"])[0] == 201
    told = get("talk")[1]["prompt"]
    assert told[1] == {"type": "placeholder", "name": "history"}
    assert told[0] == {"type": "chatmessage", "role": "system", "content": "You are {{who}}."}


def test_versions_are_asked_for_by_number_and_by_label(post, get):
    post(labels=["production", "staging"])
    post(prompt="Hello {{name}}")
    post(prompt="Ahoy {{name}}", labels=["staging"])
    assert get("greet")[1]["version"] == 1  # production, as long as nothing is asked for
    assert get("greet", label="staging")[1]["version"] == 3
    assert get("greet", label="latest")[1]["version"] == 3
    assert get("greet", version=2)[1]["prompt"] == "Hello {{name}}"
    assert get("greet", version=1)[1]["labels"] == ["production"]


@pytest.mark.parametrize("path", ["a%2Fb%20c%2F환불", "a/b c/환불"])
def test_names_with_folders_come_escaped_or_plain(post, get, path):
    assert post(name="a/b c/환불", labels=["production"])[0] == 201
    assert get(path)[1]["name"] == "a/b c/환불"


def test_a_name_may_look_like_the_address_of_a_version(post, get, ask):
    assert post(name="a/versions/3", labels=["production"])[0] == 201
    assert get("a/versions/3")[1]["name"] == "a/versions/3"
    assert ask("delete", f"{API}/a%2Fversions%2F3").status_code == 204
    assert get("a/versions/3")[0] == 404


def test_what_is_not_there_is_a_404_that_clients_know(post, get):
    status, told = get("nothing")
    assert (status, told["error"]) == (404, "LangfuseNotFoundError")
    assert told["message"] == "Prompt not found: “nothing” with label “production”."
    post()
    assert get("greet")[0] == 404  # no version is in production
    assert get("greet", version=2)[1]["message"].endswith("with version 2.")
    assert get("greet", label="no")[0] == 404


@pytest.mark.parametrize(
    "query", [{"version": "x"}, {"version": "-1"}, {"version": "1", "label": "a"},
              {"resolve": "maybe"}],
)  # fmt: skip
def test_a_question_that_means_nothing_is_a_400(post, get, query):
    post()
    assert get("greet", **query)[0] == 400


def test_labels_move_by_patch_and_a_version_keeps_those_it_has(post, get, ask):
    post(labels=["production", "a"])
    post(labels=["b"])
    answer = ask("patch", f"{API}/greet/versions/2", {"newLabels": ["production", "c"]})
    assert answer.status_code == 200
    assert answer.json()["labels"] == ["b", "c", "latest", "production"]
    assert get("greet", version=1)[1]["labels"] == ["a"]
    assert get("greet")[1]["version"] == 2


@pytest.mark.parametrize(
    ("body", "status"),
    [({"newLabels": ["latest"]}, 400), ({"newLabels": ["No spaces"]}, 400), ({}, 400),
     ({"newLabels": "a"}, 400), ({"newLabels": [5]}, 400), ([], 400), ({"newLabels": []}, 200)],
)  # fmt: skip
def test_labels_that_cannot_be_leave_all_where_they_were(post, ask, get, body, status):
    post(labels=["a"])
    assert ask("patch", f"{API}/greet/versions/1", body).status_code == status
    assert get("greet", version=1)[1]["labels"] == ["a", "latest"]


def test_of_several_labels_all_move_or_none(post, ask, get):
    post(labels=["production"])
    post()
    assert ask("patch", f"{API}/greet/versions/2", {"newLabels": ["production", "!"]}).status_code
    assert get("greet")[1]["version"] == 1


def test_a_version_that_is_not_there_gets_no_labels(post, ask):
    post()
    patched = ask("patch", f"{API}/greet/versions/9", {"newLabels": ["a"]})
    assert (patched.status_code, patched.json()["error"]) == (404, "LangfuseNotFoundError")
    assert ask("patch", f"{API}/greet/versions/x", {"newLabels": ["a"]}).status_code == 400


def test_deleting_takes_all_versions_or_those_that_are_named(post, get, ask):
    for label in ("a", "b", "c"):
        post(labels=[label])
    assert ask("delete", f"{API}/greet?version=1").status_code == 204
    assert ask("delete", f"{API}/greet?label=b").status_code == 204
    assert ask("delete", f"{API}/greet?label=b").status_code == 404
    assert [get("greet", version=number)[0] for number in (1, 2, 3)] == [404, 404, 200]
    assert ask("delete", f"{API}/greet?label=latest").status_code == 204
    assert ask("delete", f"{API}/greet").status_code == 404


def test_what_others_include_is_not_deleted(post, ask, get):
    post(name="tone", prompt="Be kind.", labels=["production"])
    post(prompt="@@@langfusePrompt:name=tone|label=production@@@ Hi")
    answer = ask("delete", f"{API}/tone")
    assert answer.status_code == 409
    assert answer.json()["error"] == "LangfuseConflictError"
    assert "greet version 1" in answer.json()["message"]
    assert get("tone")[0] == 200


def test_what_is_included_is_resolved_unless_it_shall_not_be(post, get):
    tag = "@@@langfusePrompt:name=tone|label=production@@@"
    post(name="tone", prompt="Be kind.", labels=["production"])
    post(prompt=f"{tag} Hi {{{{name}}}}", labels=["production"])
    told = get("greet")[1]
    assert told["prompt"] == "Be kind. Hi {{name}}"
    [children] = told["resolutionGraph"]["dependencies"].values()
    assert told["resolutionGraph"]["root"]["name"] == "greet"
    assert [(one["name"], one["version"]) for one in children] == [("tone", 1)]
    raw = get("greet", resolve="false")[1]
    assert (raw["prompt"], raw["resolutionGraph"]) == (f"{tag} Hi {{{{name}}}}", None)


def test_a_change_of_what_is_included_counts_at_once(post, get):
    post(name="tone", prompt="Be kind.", labels=["production"])
    post(prompt="@@@langfusePrompt:name=tone|label=production@@@", labels=["production"])
    assert get("greet")[1]["prompt"] == "Be kind."
    post(name="tone", prompt="Be brief.", labels=["production"])
    assert get("greet")[1]["prompt"] == "Be brief."


def test_the_first_api_has_the_name_in_the_query(ask):
    path = "/api/public/prompts"
    made = ask("post", path, {"name": "old", "prompt": "Hi", "isActive": True})
    assert (made.status_code, made.json()["labels"]) == (201, ["latest", "production"])
    assert ask("get", path, {"name": "old"}).json() == made.json()
    ask("post", path, {"name": "old", "prompt": "Ho", "isActive": False})
    assert ask("get", path, {"name": "old"}).json()["version"] == 1
    assert ask("get", path, {"name": "old", "version": 2}).json()["prompt"] == "Ho"
    assert ask("get", path).status_code == 400
    assert ask("get", path, {"name": "new"}).status_code == 404


def test_reading_and_writing_need_the_scope_of_prompts(post, get, ask, make_api_key):
    wrong = make_api_key(scopes=("read", "ingest"))
    assert (post(key=wrong)[0], get("greet", key=wrong)[0]) == (403, 403)
    assert ask("get", API, key=wrong).status_code == 403
    assert post(key=make_api_key(scopes=("prompts",)))[0] == 201


def test_another_projects_prompts_are_not_there(post, get, ask, other_key):
    post(labels=["production"])
    assert get("greet", key=other_key)[0] == 404
    assert ask("get", API, key=other_key).json()["data"] == []
    assert (
        ask("patch", f"{API}/greet/versions/1", {"newLabels": ["a"]}, other_key).status_code == 404
    )
    assert ask("delete", f"{API}/greet", key=other_key).status_code == 404
