"""Sonde's own API of prompts: checked, paged, and careful about who moved what meanwhile."""

import pytest

from prompts.models import ProtectedLabel

V1 = "/api/v1/prompts"


@pytest.fixture
def v1(ask):
    """`v1("put", "greet/labels/production", {…})`: the status and the JSON."""

    def asked(method: str, path: str = "", body=None, key=None):
        answer = ask(method, f"{V1}/{path}".rstrip("/"), body, key)
        return answer.status_code, answer.json()

    return asked


def test_a_version_is_made_and_read(v1, api_key):
    sent = {"name": "a/b", "prompt": "Hi", "labels": ["production"], "tags": ["x"],
            "config": {"t": 1}, "message": "First"}  # fmt: skip
    status, made = v1("post", "", sent)
    assert status == 201
    assert (made["version"], made["labels"]) == (1, ["latest", "production"])
    assert v1("get", "a/b/versions/1") == (200, made)
    assert v1("get", "a%2Fb/labels/production") == v1("get", "a/b/labels/latest") == (200, made)
    status, prompt = v1("get", "a/b")
    assert (prompt["latest"], prompt["labels"], prompt["tags"]) == (1, {"production": 1}, ["x"])
    assert made["created_by"] == api_key.public_key


def test_versions_and_prompts_come_in_pages(make, v1):
    for number in range(3):
        make("a", f"text {number}")
        make(f"p{number}", "x")
    first = v1("get", "a/versions", {"limit": 2})[1]
    assert [one["version"] for one in first["data"]] == [3, 2]
    rest = v1("get", "a/versions", {"cursor": first["next_cursor"]})[1]
    assert ([one["version"] for one in rest["data"]], rest["next_cursor"]) == ([1], None)
    first = v1("get", "", {"limit": 3})[1]
    rest = v1("get", "", {"cursor": first["next_cursor"]})[1]
    assert [one["name"] for one in first["data"] + rest["data"]] == ["a", "p0", "p1", "p2"]
    assert v1("get", "", {"cursor": "none"})[0] == 400


def test_a_page_of_long_versions_ends_early_and_the_cursor_goes_on(make, v1, monkeypatch):
    monkeypatch.setattr("prompts.api.v1.views.MOST_PAGE_BYTES", 5_000)
    for text in ("a", "é" * 1_000, "b" * 2_000, "c" * 2_000, "d" * 9_000):
        make("a", text)
    pages, cursor = [], {}
    while cursor is not None:
        answer = v1("get", "a/versions", cursor)[1]
        pages.append([one["version"] for one in answer["data"]])
        cursor = answer["next_cursor"] and {"cursor": answer["next_cursor"]}
    assert pages == [[5], [4, 3], [2, 1]]


def test_prompts_are_found_by_name_folder_label_and_tag(make, v1):
    make("a/one", labels=["production"], tags=["x"])
    make("a/b/two", tags=["y"])
    make("ab", labels=["staging"])

    def names(**query) -> list[str]:
        return [one["name"] for one in v1("get", "", query)[1]["data"]]

    assert names(folder="a") == names(folder="/a/") == ["a/b/two", "a/one"]
    assert names(search="TWO") == names(tag="y") == ["a/b/two"]
    assert names(label="production") == ["a/one"]
    assert len(names(label="latest")) == 3
    assert v1("get", "", {"folders": "a"})[0] == 400


def test_a_label_moves_when_it_is_where_it_was_seen(make, v1):
    make(labels=["production"])
    make()
    path = "greet/labels/production"
    assert v1("put", path, {"version": 2, "seen": 1, "note": "Better"}) == (
        200,
        {"label": "production", "version": 2},
    )
    status, told = v1("put", path, {"version": 1, "seen": 1})
    assert (status, told["title"]) == (409, "Conflict")
    assert "it points at version 2 now" in told["detail"]
    assert v1("put", path, {"version": 1, "seen": None})[0] == 409
    assert v1("put", "greet/labels/new", {"version": 1, "seen": None})[0] == 200
    assert v1("delete", f"{path}?seen=1")[0] == 409
    assert v1("delete", f"{path}?seen=2&note=Oops")[0] == 200
    assert v1("get", path)[0] == 404


def test_the_history_tells_every_move(make, v1, api_key):
    make(labels=["production"])
    make()
    v1("put", "greet/labels/production", {"version": 2, "note": "Better"})
    told = v1("get", "greet/history", {"limit": 1})[1]
    [move] = told["data"]
    assert (move["label"], move["before"], move["after"]) == ("production", 1, 2)
    assert (move["by"], move["way"], move["note"]) == (api_key.public_key, "api", "Better")
    [first] = v1("get", "greet/history", {"cursor": told["next_cursor"]})[1]["data"]
    assert (first["before"], first["after"]) == (None, 1)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("get", "none", None, 404),
        ("get", "none/versions", None, 404),
        ("get", "greet/versions/9", None, 404),
        ("get", "greet/versions/x", None, 404),
        ("get", "greet/labels/none", None, 404),
        ("get", "none/history", None, 404),
        ("put", "greet/labels/a", {"version": 9}, 404),
        ("put", "greet/labels/a", {}, 400),
        ("put", "greet/labels/a", {"version": "x"}, 400),
        ("put", "greet/labels/a", {"version": 1, "sen": 1}, 400),
        ("put", "greet/labels/latest", {"version": 1}, 400),
        ("put", "greet/labels/No%20label", {"version": 1}, 400),
        ("put", "greet/labels/a", [], 400),
        ("put", "greet/labels/a", b'{"version": 1, "version": 1}', 400),
        ("post", "", {"name": "x"}, 400),
        ("post", "", {"name": "a|b", "prompt": "x"}, 400),
        ("post", "", {"name": "x", "prompt": "y", "labels": [{}]}, 400),
        ("post", "", b"x" * 1_100_000, 400),
    ],
)
def test_what_cannot_be_is_a_problem_document(make, ask, method, path, body, status):
    make()
    answer = ask(method, f"{V1}/{path}".rstrip("/"), body)
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_a_problem_names_the_field(make, v1):
    make()
    told = v1("put", "greet/labels/a", {"version": 0})[1]
    assert told["errors"][0]["parameter"] == "version"


def test_keys_need_the_scope_and_protected_labels_an_admins(make, v1, make_api_key, project):
    make()
    ProtectedLabel.objects.create(project=project, name="production")
    path, body = "greet/labels/production", {"version": 1}
    assert v1("get", "", key=make_api_key(scopes=("read",)))[0] == 403
    assert v1("put", path, body)[0] == 403
    assert v1("put", path, body, make_api_key(scopes=("prompts", "admin")))[0] == 200
    assert v1("delete", path)[0] == 403


def test_another_projects_prompts_are_not_there(make, v1, other_key):
    make(labels=["a"])
    for path in ("greet", "greet/versions", "greet/versions/1", "greet/labels/a", "greet/history"):
        assert v1("get", path, key=other_key)[0] == 404
    assert v1("put", "greet/labels/a", {"version": 1}, key=other_key)[0] == 404
    assert v1("get", "", key=other_key)[1]["data"] == []


def test_what_others_include_keeps_its_label(make, v1):
    make("tone", "Be kind.", labels=["production"])
    make("parent", "@@@langfusePrompt:name=tone|label=production@@@")
    status, told = v1("delete", "tone/labels/production")
    assert status == 409 and "parent version 1" in told["detail"]


def test_a_label_that_is_not_there_cannot_be_taken_away(make, ask):
    make(labels=["staging"])
    assert ask("delete", f"{V1}/greet/labels/stagign").status_code == 404
    assert ask("delete", f"{V1}/greet/labels/staging").status_code == 200
