"""Comments over Langfuse's API."""

import json

import pytest

pytestmark = pytest.mark.usefixtures("conversation")
REQUIRED = {"id", "projectId", "createdAt", "updatedAt", "objectType", "objectId", "content",
            "authorUserId"}  # fmt: skip


@pytest.fixture
def say(client, api_key, auth, project):
    """POSTs a comment on t1, with changes: the status and the JSON."""

    def send(key=None, **changes):
        body = {
            "projectId": project.id,
            "objectType": "TRACE",
            "objectId": "t1",
            "content": "Why so slow?",
            **changes,
        }
        answer = client.post(
            "/api/public/comments",
            json.dumps(body),
            content_type="application/json",
            headers=auth(key or api_key),
        )
        return answer.status_code, answer.json()

    return send


def test_a_comment_is_there_as_soon_as_its_id_is_told(say, get, project):
    status, told = say()
    assert (status, list(told)) == (200, ["id"])
    status, comment = get(f"comments/{told['id']}")
    assert status == 200
    assert set(comment) == REQUIRED
    assert (comment["objectType"], comment["objectId"]) == ("TRACE", "t1")
    assert (comment["content"], comment["authorUserId"]) == ("Why so slow?", None)
    assert comment["projectId"] == project.id


def test_comments_are_listed_by_what_and_whom_they_are_of(say, listed, member):
    say(content="one")
    say(content="two", authorUserId=str(member.pk))
    say(objectType="observation", objectId="o2", content="three")
    say(objectType="SESSION", objectId="s1", content="four")
    say(objectType="PROMPT", objectId="greet", content="five")

    def said(**query) -> list[str]:
        return [one["content"] for one in listed("comments", **query)]

    assert said() == ["five", "four", "three", "two", "one"]
    assert said(objectType="trace") == ["two", "one"]
    assert said(objectType="TRACE", objectId="t1", limit=1, page=2) == ["one"]
    assert said(objectType="OBSERVATION", objectId="t1") == []
    assert said(authorUserId=member.pk) == ["two"]
    assert said(authorUserId="nobody") == said(authorUserId="9" * 30) == []


def test_a_list_tells_how_many_there_are(say, get):
    say()
    assert get("comments")[1]["meta"] == {"page": 1, "limit": 50, "totalItems": 1, "totalPages": 1}


@pytest.mark.parametrize("about", [("TRACE", "nowhere"), ("OBSERVATION", "t1"), ("SESSION", "t1")])
def test_there_is_nothing_to_say_of_what_is_not_there(say, about):
    status, told = say(objectType=about[0], objectId=about[1])
    assert (status, told["error"]) == (404, "LangfuseNotFoundError")


@pytest.mark.parametrize(
    "changes",
    [{"content": ""}, {"content": " "}, {"content": "x" * 5001}, {"content": 5}, {"content": "\0"},
     {"objectType": "DOG"}, {"objectType": []}, {"objectId": None}, {"projectId": 5},
     {"authorUserId": "nobody"}, {"authorUserId": []}],
)  # fmt: skip
def test_a_comment_that_cannot_be_kept_is_a_400(say, changes):
    status, told = say(**changes)
    assert (status, told["message"]) == (400, "Invalid request data")


def test_a_list_of_one_thing_needs_its_type(get):
    assert get("comments", objectId="t1")[0] == 400
    assert get("comments", objectType="dog")[0] == 400


def test_nobody_writes_in_a_strangers_name(say, stranger):
    assert say(authorUserId=str(stranger.pk))[0] == 400


def test_another_projects_comments_are_not_there(say, get, other_key, project):
    _, told = say()
    assert get(f"comments/{told['id']}", key=other_key)[0] == 404
    assert get("comments", key=other_key)[1]["data"] == []
    assert say(key=other_key)[0] == 404
    from accounts.models import ApiKey

    theirs = ApiKey.objects.get(public_key=other_key.public_key).project_id
    assert say(key=other_key, projectId=theirs)[0] == 404  # t1 is not theirs


def test_reading_and_writing_need_their_scopes(say, get, make_api_key):
    assert say(key=make_api_key(scopes=("read",)))[0] == 403
    assert get("comments", key=make_api_key(scopes=("ingest",)))[0] == 403


def test_what_was_said_of_a_trace_is_deleted_with_it(say, listed, client, api_key, auth):
    for about in (("TRACE", "t1"), ("OBSERVATION", "o2"), ("SESSION", "s1")):
        say(objectType=about[0], objectId=about[1])
    client.delete("/api/public/traces/t1", headers=auth(api_key))
    assert [one["objectType"] for one in listed("comments")] == ["SESSION"]
