"""The pages of datasets and items."""

import json

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from evals.datasets import items, typed
from evals.datasets.models import Dataset, ItemVersion
from evals.datasets.views.asked import address, written


@pytest.fixture
def page(client, owner, dataset):
    """`page("item-page", item="a")`: the text of a page of the dataset, as its owner gets it."""
    client.force_login(owner)

    def got(name="dataset-page", **query) -> str:
        answer = client.get(address(dataset, name, **query))
        assert answer.status_code == 200
        return answer.content.decode()

    return got


@pytest.fixture
def send(client, owner, dataset):
    client.force_login(owner)

    def sent(name, expected=302, item="", **fields):
        answer = client.post(address(dataset, name, item=item), fields)
        assert answer.status_code == expected, answer.content.decode()
        return answer

    return sent


def test_a_project_without_datasets_says_what_to_do_next(look):
    assert "first_dataset.py" in look(name="dataset-list").content.decode()


def test_datasets_stand_in_folders_with_their_counts(look, make_dataset, put):
    dataset = make_dataset("team/refunds", description="Hard ones")
    make_dataset("plain")
    put(of=dataset, input=1)
    put(of=dataset, input=2, status="ARCHIVED")
    text = look(name="dataset-list").content.decode()
    assert "team/</span>" in text and "plain</span>" in text and "refunds" not in text
    text = look({"folder": "team"}, name="dataset-list").content.decode()
    assert "refunds</span>" in text and "(1 archived)" in text and "plain</span>" not in text
    assert "team/refunds</span>" in look({"q": "hard"}, name="dataset-list").content.decode()


def test_a_dataset_is_made_changed_and_deleted_by_its_name(client, owner, project, db):
    client.force_login(owner)
    made = client.post(
        reverse("dataset-create", args=[project.id]),
        {"name": "team/qa", "input_schema": '{"type": "string"}', "metadata": "5"},
    )
    dataset = Dataset.objects.get()
    assert made["Location"] == address(dataset)
    assert (dataset.input_schema, dataset.metadata) == ({"type": "string"}, 5)
    again = client.post(reverse("dataset-create", args=[project.id]), {"name": "team/qa"})
    assert again.status_code == 422 and "of this name already" in again.content.decode()
    edit, delete = address(dataset, "dataset-edit"), address(dataset, "dataset-delete")
    client.post(edit, {"name": "qa", "description": "New"})
    dataset.refresh_from_db()
    assert (dataset.name, dataset.description, dataset.input_schema) == ("qa", "New", None)
    assert client.post(delete, {"name": "q"}).status_code == 422
    assert client.post(delete, {"name": "qa"}).status_code == 302
    assert not Dataset.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "a//b", "needs a name"),
        ("input_schema", "{", "this is no JSON"),
        ("input_schema", "[1]", "must be a JSON object"),
        ("expected_output_schema", '{"type": "many"}', "is not valid under any"),
        ("metadata", '{"a": 1, "a": 2}', "stands twice"),
    ],
)
def test_what_is_wrong_with_a_dataset_is_told_at_its_field(
    client, owner, project, field, value, words
):
    client.force_login(owner)
    fields = {"name": "qa", field: value}
    answer = client.post(reverse("dataset-create", args=[project.id]), fields)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_items_are_searched_narrowed_and_shown_as_they_were(page, put, dataset):
    first = put("a", input={"question": "Where is my 소포?"}, splits=["hard"])
    put("b", input="second", expected_output="answer", status="ARCHIVED")
    put("a", input="changed")
    text = page()
    assert "changed</a>" in text and "second</a>" in text
    assert "second" not in page(q="CHANGED") and "changed</a>" in page(q="CHANGED")
    assert "changed</a>" in page(split="hard") and "second</a>" not in page(split="hard")
    assert "second</a>" in page(status="ARCHIVED")
    assert "second</a>" in page(q="#2") and "changed</a>" not in page(q="#2")
    then = page(at=written(first.valid_from))
    assert "소포" in then and "second" not in then and "Back to now" in then
    assert "No item matches" in page(q="100%")


def test_an_item_is_added_and_changed_and_its_versions_held_side_by_side(page, send, dataset):
    send("item-create", input='{"q": 1}', expected_output="yes", splits="b, a,")
    item = items.items_at(dataset).get()
    assert (item.input, item.expected_output, item.splits) == ({"q": 1}, "yes", ["a", "b"])
    assert "&quot;q&quot;" in page("item-edit", item=item.item_id)
    fields = {"input": "[1]", "expected_output": "yes", "seen": item.pk, "status": "ACTIVE"}
    send("item-edit", item=item.item_id, **fields)
    changed = items.items_at(dataset).get()
    assert (changed.input, changed.splits) == ([1], [])
    assert send("item-edit", 409, item=item.item_id, **fields)
    text = page("item-page", item=item.item_id, version=item.pk, **{"with": changed.pk})
    assert 'class="diff"' in text and "splits: a, b" in text
    assert "An earlier version" in page("item-page", item=item.item_id, version=item.pk)
    send("item-change", item=item.item_id, do="restore", version=item.pk)
    assert items.items_at(dataset).get().input == {"q": 1}


def test_a_deleted_item_is_brought_back_by_undoing(page, send, put, dataset):
    item = put("x/y", input="kept")
    gone = send("item-change", item="x/y", do="delete")
    assert "Item #1 is deleted." in page(deleted="x/y") and "deleted=x%2Fy" in gone["Location"]
    assert "Undo the deletion" in page("item-page", item="x/y")
    send("item-change", item="x/y", do="restore", version=item.pk)
    assert items.items_at(dataset).get().input == "kept"
    send("item-change", item="x/y", do="archive")
    assert items.items_at(dataset).get().status == "ARCHIVED"


def test_what_breaks_the_schema_is_told_at_the_form(client, owner, make_dataset):
    client.force_login(owner)
    dataset = make_dataset("strict", input_schema={"type": "object"})
    answer = client.post(address(dataset, "item-create"), {"input": "text"})
    assert answer.status_code == 422
    assert "is not of type &#x27;object&#x27;" in answer.content.decode()


def test_changes_between_two_moments_name_every_item_once(page, put, by, dataset):
    first = put("a", input="one")
    put("b", input="two")
    put("a", input="uno")
    put("c", input="three")
    last = put("b", input="dos")
    items.delete(dataset, ["b"], by)
    text = page("dataset-changes", **{"from": written(first.valid_from)})
    assert "+ 1 added" in text and "1 changed" in text and "− 0 removed" in text
    text = page("dataset-changes", **{"from": written(last.valid_from)})
    assert "− 1 removed" in text and "dos</a>" in text and "three" not in text
    assert "− 1 removed" in page("dataset-changes")  # what the last change did


def test_a_dataset_is_downloaded_as_it_is_and_as_it_was(client, owner, dataset, put):
    client.force_login(owner)
    first = put("a", input={"q": "환불"}, expected_output="=1+1")
    put("b", input=2)
    url = address(dataset, "dataset-export")
    rows = client.get(f"{url}?as=jsonl").getvalue().decode().splitlines()
    assert [json.loads(one)["input"] for one in rows] == [{"q": "환불"}, 2]
    lines = client.get(f"{url}?as=csv&at={written(first.valid_from)}").getvalue().decode()
    assert lines.startswith("\ufeffid,input,expected_output")
    assert "'=1+1" in lines and lines.count("\r\n") == 2
    assert client.get(f"{url}?as=exe").status_code == 404


def test_a_viewer_sees_and_changes_nothing(client, viewer, dataset, put, project):
    put("a", input=1)
    client.force_login(viewer)
    text = client.get(address(dataset)).content.decode()
    assert "Add an item" not in text
    assert client.get(address(dataset, "item-page", item="a")).status_code == 200
    for name in ("dataset-edit", "dataset-delete", "item-create", "item-edit", "item-change"):
        assert client.post(address(dataset, name, item="a"), {"name": "qa"}).status_code == 404
    assert client.get(reverse("dataset-create", args=[project.id])).status_code == 404
    assert ItemVersion.objects.count() == 1


def test_a_dataset_of_another_project_is_not_found(
    client, owner, make_dataset, other_project, project
):
    client.force_login(owner)
    theirs = make_dataset("x", project=other_project)
    assert client.get(reverse("dataset-page", args=[project.id, theirs.pk])).status_code == 404


def test_hostile_text_is_inert(page, put):
    put("<a>", input="<script>alert(1)</script>", splits=["<b>"], metadata={"<i>": "<u>"})
    for text in (page(), page("item-page", item="<a>"), page("item-edit", item="<a>")):
        assert "<script>alert" not in text and "<b>" not in text and "<u>" not in text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)  # fmt: skip


@given(JSON)
def test_a_value_comes_back_from_its_field_as_it_was(value):
    again = typed.read(typed.typed(value))
    assert items.is_same(again, value)


def test_of_two_who_save_at_once_the_second_is_told(client, owner, dataset, put, monkeypatch):
    item = put("a", input=1)
    add = items.add

    def late(dataset, wanted, by):
        add(dataset, [items.NewItem("a", input="theirs")], by)
        return add(dataset, wanted, by)

    monkeypatch.setattr(items, "add", late)
    client.force_login(owner)
    fields = {"input": "mine", "seen": item.pk, "status": "ACTIVE"}
    answer = client.post(address(dataset, "item-edit", item="a"), fields)
    assert answer.status_code == 409 and "mine" in answer.content.decode()
    now = items.items_at(dataset).get()
    assert now.input == "theirs" and f'name="seen" value="{now.pk}"' in answer.content.decode()
