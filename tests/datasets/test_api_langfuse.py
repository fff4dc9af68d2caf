"""Langfuse's API of datasets and items."""

import json

import pytest

from evals.datasets.models import Dataset

SETS, ITEMS = "/api/public/v2/datasets", "/api/public/dataset-items"
DATASET = {"id", "name", "description", "metadata", "inputSchema", "expectedOutputSchema",
           "projectId", "createdAt", "updatedAt"}  # fmt: skip
ITEM = {"id", "status", "input", "expectedOutput", "metadata", "sourceTraceId",
        "sourceObservationId", "datasetId", "datasetName", "createdAt", "updatedAt",
        "mediaReferences"}  # fmt: skip


@pytest.fixture
def made(ask):
    """An item by the API: the status and the JSON."""

    def post(dataset="qa", **fields):
        return ask("post", ITEMS, {"datasetName": dataset, **fields})

    return post


def test_a_dataset_is_made_and_changed_by_its_name(ask, project):
    status, first = ask("post", SETS, {"name": "team/qa", "metadata": {"a": 1}})
    assert (status, set(first)) == (200, DATASET)
    assert (first["description"], first["projectId"]) == (None, project.id)
    status, again = ask("post", SETS, {"name": "team/qa", "description": "Q", "metadata": None})
    assert (again["id"], again["description"], again["metadata"]) == (first["id"], "Q", {"a": 1})
    assert ask("get", SETS)[1] == {
        "data": [again],
        "meta": {"page": 1, "limit": 50, "totalItems": 1, "totalPages": 1},
    }


@pytest.mark.parametrize("path", ["team%2Fa%20b%2F환불", "team/a b/환불", "team%252Fa%20b%2F환불"])
def test_names_with_folders_come_escaped_plain_or_escaped_twice(ask, path):
    ask("post", SETS, {"name": "team/a b/환불"})
    assert ask("get", f"{SETS}/{path}")[1]["name"] == "team/a b/환불"


def test_an_item_is_made_and_changed_by_its_id(made, ask, dataset):
    status, first = made(id="i", input={"q": [1]}, metadata="m", sourceTraceId="t")
    assert (status, set(first)) == (200, ITEM)
    assert (first["datasetId"], first["datasetName"], first["status"]) == (
        dataset.pk, "qa", "ACTIVE",
    )  # fmt: skip
    assert (first["sourceTraceId"], first["sourceObservationId"]) == ("t", None)
    second = made(id="i", expectedOutput=[None], input=None, status="ARCHIVED")[1]
    assert (second["input"], second["expectedOutput"]) == ({"q": [1]}, [None])
    assert second["createdAt"] == first["createdAt"] < second["updatedAt"]
    assert ask("get", f"{ITEMS}/i") == (200, second)
    assert ask("get", ITEMS, {"datasetName": "qa"})[1]["data"] == []
    assert ask("get", ITEMS, {"datasetName": "qa", "status": "ARCHIVED"})[1]["data"] == [second]


def test_items_are_listed_by_page_newest_first_and_by_their_source(made, ask, dataset):
    for number in range(5):
        made(id=str(number), input=number, sourceTraceId=f"t{number % 2}")
    made(id="s", sourceTraceId="t0", sourceObservationId="o")
    page = ask("get", ITEMS, {"datasetName": "qa", "page": 2, "limit": 4})[1]
    assert [one["id"] for one in page["data"]] == ["1", "0"]
    assert page["meta"] == {"page": 2, "limit": 4, "totalItems": 6, "totalPages": 2}
    of_trace = ask("get", ITEMS, {"sourceTraceId": "t0"})[1]["data"]
    assert [one["id"] for one in of_trace] == ["s", "4", "2", "0"]
    assert len(ask("get", ITEMS, {"sourceObservationId": "o"})[1]["data"]) == 1


def test_a_page_is_written_a_few_items_at_a_time(made, client, api_key, auth, dataset, monkeypatch):
    from evals.datasets.api import langfuse

    for number in range(5):
        made(id=str(number), input="가나")
    monkeypatch.setattr(langfuse, "AT_ONCE", 2)
    most, shapes = [], langfuse.item_shapes

    def noted(request, items):
        most.append(len(items))
        return shapes(request, items)

    monkeypatch.setattr(langfuse, "item_shapes", noted)
    parts = client.get(ITEMS, headers=auth(api_key)).streaming_content
    first = next(parts) + next(parts)
    assert first.startswith(b'{"data": [{"id": "4"') and most == [2]
    told = json.loads(first + b"".join(parts))
    assert [one["id"] for one in told["data"]] == ["4", "3", "2", "1", "0"]
    assert most == [2, 2, 1] and told["meta"]["totalItems"] == 5


def test_a_version_is_asked_for_by_the_time_that_an_item_said(made, ask, dataset):
    first = made(id="a", input=1)[1]
    made(id="a", input=2)
    then = ask("get", ITEMS, {"datasetName": "qa", "version": first["updatedAt"]})[1]
    assert then["data"] == [first]
    assert ask("get", ITEMS, {"version": first["updatedAt"]})[0] == 400
    assert ask("get", ITEMS, {"datasetName": "qa", "version": "yesterday"})[0] == 400


def test_a_deleted_item_is_gone_and_stands_in_the_past(made, ask, dataset):
    first = made(id="a/b", input=1)[1]
    status, told = ask("delete", f"{ITEMS}/a%2Fb")
    assert (status, told) == (200, {"message": "Dataset item successfully deleted"})
    assert ask("get", f"{ITEMS}/a%2Fb")[0] == 404
    assert ask("delete", f"{ITEMS}/a%2Fb")[0] == 404
    then = ask("get", ITEMS, {"datasetName": "qa", "version": first["updatedAt"]})[1]
    assert [one["id"] for one in then["data"]] == ["a/b"]


def test_what_another_project_has_is_not_found(made, ask, dataset, other_key):
    made(id="a", input=1)
    assert ask("get", f"{SETS}/qa", key=other_key)[0] == 404
    assert ask("get", f"{ITEMS}/a", key=other_key) == (
        404, {"message": "Dataset item not found", "error": "LangfuseNotFoundError"},
    )  # fmt: skip
    assert ask("delete", f"{ITEMS}/a", {}, key=other_key)[0] == 404
    assert ask("get", ITEMS, key=other_key)[1]["data"] == []
    assert ask("post", ITEMS, {"datasetName": "qa", "id": "a"}, key=other_key)[0] == 404
    ask("post", SETS, {"name": "qa"}, key=other_key)
    theirs = ask("post", ITEMS, {"datasetName": "qa", "id": "a", "input": 2}, key=other_key)
    assert (theirs[0], theirs[1]["input"]) == (200, 2)
    assert ask("get", f"{ITEMS}/a")[1]["input"] == 1


def test_an_id_of_another_dataset_is_refused(made, ask, dataset):
    made(id="a", input=1)
    ask("post", SETS, {"name": "other"})
    status, told = made("other", id="a", input=2)
    assert (status, told["error"]) == (404, "LangfuseNotFoundError")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": 5},
        {"name": ""},
        {"name": "x" * 201},
        {"name": "/a"},
        {"name": "qa", "description": 5},
        {"name": "qa", "inputSchema": []},
        {"name": "qa", "inputSchema": {"type": "nothing"}},
        b"[]",
        b"{",
        b'{"name": "a\\u0000"}',
    ],
)
def test_a_wrong_dataset_is_told(ask, body, db):
    status, told = ask("post", SETS, body)
    assert (status, told["message"]) == (400, "Invalid request data")
    assert not Dataset.objects.exists()


@pytest.mark.parametrize("fields", [{"status": "GONE"}, {"id": 5}, {"id": "x" * 300}])
def test_a_wrong_item_is_told(made, dataset, fields):
    assert made(**fields)[0] == 400


def test_an_item_that_breaks_the_schema_is_refused_and_so_is_a_schema_that_items_break(ask, made):
    ask("post", SETS, {"name": "qa", "inputSchema": {"type": "string"}})
    status, told = made(input=5)
    assert status == 400 and "not of type 'string'" in told["error"][0]["message"]
    assert made(input="five")[0] == 200
    status, told = ask("post", SETS, {"name": "qa", "inputSchema": {"type": "number"}})
    assert status == 400 and "#1" in told["error"][0]["message"]


def test_files_that_an_item_refers_to_are_told_with_their_places(made, ask, project, dataset):
    from django.utils import timezone

    from ingest.media.models import Media

    media_id = "A" * 22
    fields = {"project_id": project.id, "media_id": media_id, "sha256": "0" * 64}
    Media.objects.create(
        content_type="image/png", content_length=9, uploaded_at=timezone.now(), **fields
    )
    text = f"@@@langfuseMedia:type=image/png|id={media_id}|source=bytes@@@"
    item = made(id="m", input={"image": [text, "other"]}, metadata={"x": text.replace("A", "B")})[1]
    [one] = item["mediaReferences"]
    assert (one["field"], one["jsonPath"]) == ("input", "$['image'][0]")
    assert one["referenceString"] == text
    assert set(one["media"]) == {"mediaId", "contentType", "contentLength", "url", "urlExpiry"}


@pytest.mark.parametrize(
    ("scopes", "reads", "writes"), [(("read",), 200, 403), (("ingest",), 403, 200)]
)
def test_reading_and_writing_take_their_scopes(ask, make_api_key, dataset, scopes, reads, writes):
    key = make_api_key(scopes=scopes)
    assert ask("get", SETS, key=key)[0] == reads
    assert ask("post", ITEMS, {"datasetName": "qa", "input": 1}, key=key)[0] == writes
