"""Items made of traces: one by one, and of all that a query finds."""

import pytest
from django.urls import reverse

from evals.datasets import items, keeping
from evals.datasets.models import Dataset
from exports.models import BulkRun
from tests.exports.conftest import worked_off

pytestmark = pytest.mark.usefixtures("db", "clickhouse_schema")


@pytest.fixture
def talk(span):
    """A trace whose root asks in JSON, with a call below it."""
    span("t", "root", input='{"q": "환불?"}', output="Yes", metadata={"plan": '{"a": 1}'})
    span("t", "call", at=0.1, parent_span_id="root", type="GENERATION", input="in", output="[1]")


@pytest.fixture
def form(client, owner, project):
    client.force_login(owner)
    url = reverse("item-from", args=[project.id])

    def sent(query, fields=None):
        address = f"{url}?{query}"
        return client.get(address) if fields is None else client.post(address, fields)

    return sent


def test_a_trace_is_looked_over_and_becomes_an_item_of_a_new_dataset(form, talk, project):
    text = form("trace=t").content.decode()
    assert "환불?" in text and ">Yes<" in text.replace("\n", "") and "New dataset" in text
    fields = {"new_dataset": "team/found", "input": '{"q": "edited"}', "expected_output": "No"}
    answer = form("trace=t", fields)
    item = items.items_at(Dataset.objects.get(name="team/found")).get()
    assert answer["Location"].endswith(f"?item={item.item_id}")
    assert (item.input, item.expected_output) == ({"q": "edited"}, "No")
    assert (item.source_trace_id, item.source_observation_id) == ("t", "")
    again = form("trace=t", fields | {"input": "2", "new_dataset": "team/found"})
    assert again.status_code == 302
    assert [one.input for one in items.items_at(item.dataset)] == [2]
    assert "team/found #1" in form("trace=t").content.decode()


def test_an_observation_becomes_an_item_of_a_dataset_that_is_there(form, talk, dataset):
    assert ">in<" in form("trace=t&span=call").content.decode().replace("\n", "")
    assert form("trace=t&span=call", {"dataset": dataset.pk, "input": "in"}).status_code == 302
    item = items.items_at(dataset).get()
    assert (item.source_trace_id, item.source_observation_id) == ("t", "call")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Choose a dataset, or name a new one."),
        ({"new_dataset": "a//b"}, "needs a name"),
        ({"dataset": "no-such"}, "valid choice"),
        ({"new_dataset": "x", "input": "{"}, "this is no JSON"),
        ({"new_dataset": "one too many", "input": "1"}, "at most 1 datasets"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_made(form, talk, dataset, fields, words, monkeypatch):
    monkeypatch.setattr(keeping, "MOST_DATASETS", 1)
    answer = form("trace=t", fields)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not items.items_at(dataset).exists()


@pytest.mark.parametrize("query", ["", "trace=nobody", "trace=t&span=nobody", "trace=%00"])
def test_what_is_not_there_is_not_found(form, talk, query):
    assert form(query).status_code == 404


def test_the_page_of_a_trace_offers_it_to_those_who_may(client, talk, project, owner, viewer):
    url = reverse("trace-page", args=[project.id, "t"])
    client.force_login(owner)
    assert "datasets/add?trace=t&amp;span=call" in client.get(f"{url}?span=call").content.decode()
    client.force_login(viewer)
    assert "datasets/add" not in client.get(f"{url}?span=call").content.decode()
    assert client.get(f"{reverse('item-from', args=[project.id])}?trace=t").status_code == 404


@pytest.fixture
def three(span):
    span("a", "s", input="1", output="one", level="ERROR")
    span("b", "s", at=-1, input='{"n": 2}', level="ERROR")
    span("c", "s", at=-2, input="3")


def test_all_that_match_become_items_once_and_go_again_by_undoing(
    three, changed, dataset, inputs, put, owner
):
    from exports import bulk

    with_output = {"dataset": dataset.pk, "with_output": True}
    put(items.id_from(dataset, "b"), input="mine")
    run = changed("dataset", "level:ERROR", options=with_output, target="qa")
    assert (run.looked_at, run.changed, run.refused) == (2, 1, 0)
    assert inputs(dataset) == ["1", "mine"]
    everything = changed("dataset", options=with_output)
    assert inputs(dataset) == ["3", "1", "mine"]
    assert items.items_at(dataset).get(source_trace_id="a").expected_output == "one"
    assert changed("dataset", options=with_output).changed == 0
    assert run.can_be_undone and run.link
    worked_off(bulk.undo(run, asked_by=owner))
    assert inputs(dataset) == ["3", "mine"]
    worked_off(bulk.undo(everything, asked_by=owner))
    assert inputs(dataset) == ["mine"]


def test_undoing_leaves_what_a_person_added_or_corrected_since(
    three, changed, make_dataset, put, owner, inputs
):
    from exports import bulk

    strict = make_dataset("strict", input_schema={"type": ["integer", "string"]})
    run = changed("dataset", options={"dataset": strict.pk, "with_output": False})
    assert (run.changed, run.refused) == (2, 1)
    put(items.id_from(strict, "b"), strict, input="by hand")
    put(items.id_from(strict, "a"), strict, input="corrected")
    worked_off(bulk.undo(run, asked_by=owner))
    assert inputs(strict) == ["by hand", "corrected"]


def test_a_run_that_was_killed_before_it_was_noted_adds_nothing_twice(
    three, changed, dataset, inputs, owner
):
    from evals.datasets.models import ItemVersion
    from exports import bulk

    run = changed("dataset", options={"dataset": dataset.pk, "with_output": False})
    fields = {"finished_at": None, "position": "", "looked_at": 0, "changed": 0}
    BulkRun.objects.filter(pk=run.pk).update(**fields)
    again = worked_off(run)
    assert (again.changed, ItemVersion.objects.count()) == (3, 3)
    worked_off(bulk.undo(again, asked_by=owner))
    assert inputs(dataset) == []


def test_traces_that_break_the_schema_are_told_and_the_others_are_added(
    three, changed, make_dataset, inputs, client, owner, project
):
    dataset = make_dataset("strict", input_schema={"type": "string"})
    run = changed("dataset", options={"dataset": dataset.pk, "with_output": False}, target="strict")
    assert (run.changed, run.refused) == (2, 1)
    assert run.problems[0][0] == "b"
    client.force_login(owner)
    text = client.get(reverse("exports", args=[project.id])).content.decode()
    assert "1 trace was refused" in text and "is not of type" in text and "Add to dataset" in text


def test_a_run_whose_dataset_was_deleted_gives_up_and_says_so(three, changed, dataset, by):
    gone = {"dataset": dataset.pk}
    keeping.remove(dataset, by)
    assert changed("dataset", options=gone).error == "target_gone"


def test_the_list_asks_which_dataset_and_then_begins(
    three, client, owner, project, now, dataset, caplog
):
    client.force_login(owner)
    assert (
        'value="dataset"' in client.get(reverse("trace-list", args=[project.id])).content.decode()
    )
    url = reverse("bulk-start", args=[project.id])
    times = {"since": now - 10**13, "until": now + 10**13, "q": "level:ERROR", "all": "1"}
    asked = client.post(url, times | {"action": "dataset"})
    assert asked.status_code == 200 and "About 2 traces" in asked.content.decode()
    assert not BulkRun.objects.exists()
    fields = {"confirmed": "1", "dataset": "", "new_dataset": "new/one", "expected": "nothing"}
    assert client.post(url, times | {"action": "dataset"} | fields).status_code == 302
    assert not Dataset.objects.filter(name="new/one").exists()
    again = client.post(url, times | {"action": "dataset"} | fields | {"new_dataset": "new/two"})
    assert again.status_code == 302  # one run at a time
    with caplog.at_level("INFO", logger="evals.datasets.keeping"):
        run = worked_off(BulkRun.objects.get())
    said = [line.msg for line in caplog.records if line.name == "evals.datasets.keeping"]
    [event] = [one for one in said if one["event"] == "dataset_created"]
    assert (event["name"], event["user"]) == ("new/one", owner.pk)
    assert (run.target, run.changed) == ("new/one", 2)
    assert not Dataset.objects.filter(name="new/two").exists()
    made = Dataset.objects.get(name="new/one")
    assert {one.expected_output for one in items.items_at(made)} == {None}
