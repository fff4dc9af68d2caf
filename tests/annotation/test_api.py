"""/api/public/annotation-queues, as Langfuse's clients call it."""

import pytest

from tests.conftest import join, person

pytestmark = pytest.mark.usefixtures("db", "clickhouse_schema")
MISSING = {"message", "error"}


def test_a_queue_is_made_listed_and_read_in_langfuses_shape(ask, config):
    helpful = config()
    body = {"name": "Review", "description": "Weekly", "scoreConfigIds": [helpful.pk]}
    made = ask("post", "", body)
    assert made.status_code == 200
    queue = made.json()
    assert queue == body | {
        "id": queue["id"],
        "createdAt": queue["createdAt"],
        "updatedAt": queue["updatedAt"],
    }
    assert queue["createdAt"].endswith("Z")
    second = ask("post", "", {"name": "Other", "scoreConfigIds": []}).json()
    assert second["description"] is None
    listed = ask("get", "", {"limit": 1}).json()
    assert [one["name"] for one in listed["data"]] == ["Other"]
    assert listed["meta"] == {"page": 1, "limit": 1, "totalItems": 2, "totalPages": 2}
    assert ask("get", f"/{queue['id']}").json() == queue


def test_an_item_goes_in_is_completed_and_goes_out(ask, queue):
    path = f"/{queue().pk}/items"
    item = ask("post", path, {"objectId": "t1", "objectType": "TRACE"}).json()
    assert item == {
        "id": item["id"],
        "queueId": queue("Second").project.annotation_queues.get(name="Review").pk,
        "objectId": "t1",
        "objectType": "TRACE",
        "status": "PENDING",
        "completedAt": None,
        "createdAt": item["createdAt"],
        "updatedAt": item["updatedAt"],
    }
    one = f"{path}/{item['id']}"
    done = ask("patch", one, {"status": "COMPLETED"}).json()
    assert done["status"] == "COMPLETED" and done["completedAt"]
    assert ask("get", one).json() == done
    again = ask("patch", one, {"status": "PENDING"}).json()
    assert (again["status"], again["completedAt"]) == ("PENDING", None)
    gone = ask("delete", one)
    assert gone.json() == {
        "success": True,
        "message": "Annotation queue item deleted successfully",
    }
    assert ask("get", one).status_code == 404
    assert ask("delete", one).json()["error"] == "LangfuseNotFoundError"


def test_items_are_listed_by_status_newest_first_and_each_object_once(ask, queue):
    path = f"/{queue().pk}/items"
    first = ask("post", path, {"objectId": "t1", "objectType": "TRACE"}).json()
    done = {"objectId": "s1", "objectType": "SESSION", "status": "COMPLETED"}
    second = ask("post", path, done).json()
    assert second["completedAt"]
    assert ask("post", path, {"objectId": "t1", "objectType": "TRACE"}).json() == first
    assert [one["id"] for one in ask("get", path).json()["data"]] == [second["id"], first["id"]]
    pending = ask("get", path, {"status": "PENDING"}).json()
    assert [one["id"] for one in pending["data"]] == [first["id"]]
    assert pending["meta"]["totalItems"] == 1
    assert ask("get", path, {"status": "LOST"}).status_code == 400


def test_an_observation_is_found_in_its_trace(ask, queue, span):
    span("t1", "s1")
    review = queue()
    path = f"/{review.pk}/items"
    assert ask("post", path, {"objectId": "s1", "objectType": "OBSERVATION"}).status_code == 200
    assert review.items.get().trace_id == "t1"
    lost = ask("post", path, {"objectId": "nope", "objectType": "OBSERVATION"})
    assert lost.status_code == 404 and set(lost.json()) == MISSING


def test_people_are_assigned_and_taken_off_again(ask, queue, member, viewer, project):
    review = queue()
    path = f"/{review.pk}/assignments"
    made = ask("post", path, {"userId": str(member.pk)})
    assert made.json() == {
        "userId": str(member.pk),
        "queueId": review.pk,
        "projectId": project.id,
    }
    assert ask("post", path, {"userId": str(member.pk)}).status_code == 200
    assert list(review.members.all()) == [member]
    for nobody in (viewer.pk, person("Eve").pk, "x", 10**30):  # a viewer may not score
        assert ask("post", path, {"userId": str(nobody)}).status_code == 404
    for _twice in range(2):
        assert ask("delete", path, {"userId": str(member.pk)}).json() == {"success": True}
    assert not review.members.exists()


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"name": "", "scoreConfigIds": []},
        {"name": "x" * 201, "scoreConfigIds": []},
        {"name": "x", "scoreConfigIds": "all"},
        {"name": "x", "scoreConfigIds": ["no-such-config"]},
        {"name": "x", "scoreConfigIds": [1]},
        {"name": "x", "description": 5, "scoreConfigIds": []},
    ],
)
def test_what_makes_no_queue_is_refused_with_a_sentence(ask, body, project):
    answer = ask("post", "", body)
    assert answer.status_code == 400
    assert answer.json()["message"] == "Invalid request data"
    assert not project.annotation_queues.exists()


def test_a_name_is_taken_once_and_items_need_a_kind_and_an_id(ask, queue):
    path = f"/{queue('Review').pk}/items"
    assert ask("post", "", {"name": "Review", "scoreConfigIds": []}).status_code == 409
    for body in (
        {"objectId": "t1", "objectType": "PROMPT"},
        {"objectType": "TRACE"},
        {"objectId": "x" * 801, "objectType": "TRACE"},
        {"objectId": "t1", "objectType": "TRACE", "status": "LOST"},
    ):
        assert ask("post", path, body).status_code == 400


def test_a_key_sees_its_own_project_only_and_does_what_its_scopes_say(
    ask, queue, put_in, make_api_key, organisation
):
    from accounts.keys import create_key
    from accounts.models import Project
    from tests.conftest import KeyPair

    review = queue()
    [item] = put_in(review, "t1")
    made = create_key(Project.objects.create(organisation=organisation, name="Other"))
    other = KeyPair(made.key.public_key, made.secret_key, made.key)
    for path in (f"/{review.pk}", f"/{review.pk}/items", f"/{review.pk}/items/{item.pk}"):
        assert ask("get", path, key=other).status_code == 404
    assert ask("get", "", key=other).json()["data"] == []
    reader = make_api_key(scopes=("read",))
    assert ask("get", f"/{review.pk}", key=reader).status_code == 200
    assert ask("delete", f"/{review.pk}/items/{item.pk}", key=reader).status_code == 403


def test_who_joins_another_organisation_is_not_assigned_here(ask, queue):
    from accounts.models import Organisation

    stranger = join(person("Mallory"), Organisation.objects.create(name="Else"), "MEMBER")
    path = f"/{queue().pk}/assignments"
    assert ask("post", path, {"userId": str(stranger.pk)}).status_code == 404
