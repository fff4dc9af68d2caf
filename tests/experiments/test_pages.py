"""The pages of experiments: the list, one, several side by side, the file."""

import csv
import io
import json
import re

import pytest
from django.urls import reverse

from evals.experiments.models import Baseline


@pytest.fixture
def page(client, project, owner):
    """`page("experiment-page", id=…)`: the page's text without its markup."""
    client.force_login(owner)

    def look(name, /, *, status=200, **query):
        answer = client.get(reverse(name, args=[project.id]), query)
        assert answer.status_code == status, answer.content.decode()[-3000:]
        body = answer.content.decode().partition("<main")[2]
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))

    return look


@pytest.fixture
def two(dataset, told, score):
    """Two experiments on the five items: the second breaks i1 and mends i2."""

    def made(name, right, at):
        for n in range(5):
            trace = f"{name}{n}"
            failed = {"level": "ERROR", "status_message": "no"} if n == 4 else {}
            told_of = {"at": at + n, "output": f"{name} says {n}", **failed}
            run = told(name, dataset, f"i{n}", trace, **told_of)
            passed = float(n in right)
            score(trace, "exact", passed, data_type="BOOLEAN", observation_id=f"{trace}-root")
        return run

    return made("old", {0, 1}, -100), made("new", {0, 2}, 0)


def test_a_project_without_experiments_says_how_to_run_one(page):
    assert "No experiments yet" in page("experiment-list")


def test_the_list_tells_what_each_came_to(page, two, dataset):
    found = page("experiment-list")
    assert found.index("new") < found.index("old")
    assert "geo/capitals" in found and "40.0 %" in found
    assert "No experiments" not in page("experiment-list", dataset=dataset.pk)


def test_an_experiment_shows_its_items_the_failed_ones_first(page, two):
    found = page("experiment-page", id=two[0])
    assert found.index("i4") < found.index("i0")
    assert "Seoul" in found and "old says 0" in found
    failed = page("experiment-page", id=two[0], show="failed")
    assert "i4" in failed and "old says 0" not in failed


def test_what_regressed_comes_first(page, two):
    found = page("experiment-compare", id=list(two))
    assert found.index("new says 1") < found.index("new says 0") < found.index("new says 2")
    assert "Regressed 1" in found and "Improved 1" in found and "Unchanged 3" in found
    only = page("experiment-compare", id=list(two), show="regressed")
    assert "new says 1" in only and "new says 2" not in only


def test_what_is_cut_is_told_with_how_much_there_is(page, two, monkeypatch):
    from evals.experiments import reading
    from evals.experiments.views import lists

    monkeypatch.setattr(lists, "MOST_MEASURED", 2)
    found = page("experiment-list")
    assert "5 *" in found and "newest 2 runs" in found
    read = reading.item_runs
    cut = lambda *given, most, **more: read(*given, most=3, **more)  # noqa: E731
    monkeypatch.setattr("evals.experiments.measuring.item_runs", cut)
    told_of = "There is more than can be shown at once"
    assert "3 of 5" in page("experiment-page", id=two[0])
    found = page("experiment-compare", id=list(two))
    assert found.count("3 of 5") == 2 and told_of in found and "Not in both 0" in found


def test_another_one_can_be_the_baseline_of_the_page(page, two):
    found = page("experiment-compare", id=list(two), base=two[1])
    assert "Regressed 1" in found
    other = page("experiment-compare", id=list(two), low="exact")
    assert other.index("new says 2") < other.index("new says 1")
    neutral = page("experiment-compare", id=list(two), neither="exact")
    assert "Regressed 0" in neutral and "Improved 0" in neutral


def test_those_that_were_ticked_are_compared_with_the_oldest_or_the_baseline(
    client, project, page, two
):
    assert "Regressed 1" in page("experiment-compare", id=[two[1], two[0]], order="time")
    client.post(reverse("experiment-baseline", args=[project.id]), {"id": two[1]})
    found = page("experiment-compare", id=[two[1], two[0]], order="time")
    assert found.index("new Baseline here") < found.index(" old ")


def test_one_alone_or_gone_is_not_compared(client, page, two, project):
    answer = client.get(reverse("experiment-compare", args=[project.id]), {"id": [two[0], "gone"]})
    assert answer.status_code == 302
    page("experiment-compare", status=404)
    page("experiment-page", id="gone", status=404)
    page("experiment-page", id="a\0", status=404)


def test_a_click_sets_the_baseline_that_others_are_compared_with(client, project, page, two):
    url = reverse("experiment-baseline", args=[project.id])
    assert client.post(url, {"id": two[0]}).status_code == 302
    assert Baseline.objects.get().public_id == two[0]
    assert "Compare with the baseline" in page("experiment-page", id=two[1])
    assert "Baseline" in page("experiment-list")
    client.post(url, {"id": two[0], "clear": "1"})
    assert not Baseline.objects.exists()


def test_who_may_only_look_changes_nothing(client, project, viewer, two):
    client.force_login(viewer)
    for name in ("experiment-baseline", "experiment-delete"):
        assert client.post(reverse(name, args=[project.id]), {"id": two[0]}).status_code == 404
    assert (
        client.get(reverse("experiment-page", args=[project.id]), {"id": two[0]}).status_code == 200
    )


def test_a_deleted_experiment_is_gone_and_its_traces_stay(
    client, project, page, two, told, dataset
):
    assert "Delete this experiment?" in page("experiment-delete", id=two[0])
    client.post(reverse("experiment-baseline", args=[project.id]), {"id": two[0]})
    client.post(reverse("experiment-delete", args=[project.id]), {"id": two[0]})
    page("experiment-page", id=two[0], status=404)
    assert not Baseline.objects.exists()
    answer = client.get(reverse("trace-page", args=[project.id, "old0"]))
    assert answer.status_code == 200


def test_the_file_has_a_line_for_each_item_and_experiment(client, project, page, two):
    url = reverse("experiment-file", args=[project.id])
    body = b"".join(client.get(url, {"id": list(two), "format": "csv"}).streaming_content)
    table = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    assert len(table) == 10
    of_new = {line["item_id"]: line for line in table if line["experiment"] == "new"}
    assert of_new["i2"]["score: exact"] == "true"
    assert json.loads(of_new["i0"]["expected_output"]) == "Seoul"
    body = b"".join(client.get(url, {"id": two[0], "format": "json"}).streaming_content)
    lines = [json.loads(line) for line in body.splitlines()]
    assert sorted(line["failed"] for line in lines) == [0, 0, 0, 0, 1]


def test_the_addresses_that_sdks_print_lead_to_the_page(client, project, page, two, dataset):
    own = f"{reverse('experiment-page', args=[project.id])}?id={two[0]}"
    base = f"/project/{project.id}"
    for printed in (
        f"{base}/datasets/{dataset.pk}/runs/{two[0]}",
        f"{base}/experiments/results?baseline={two[0]}",
    ):
        assert client.get(printed).headers["Location"] == own
    there = client.get(f"{base}/datasets/{dataset.pk}").headers["Location"]
    assert there == reverse("dataset-page", args=[project.id, dataset.pk])


def test_a_store_that_is_away_is_told(client, project, owner, monkeypatch, settings):
    from traces import clickhouse

    client.force_login(owner)
    monkeypatch.setattr(settings, "CLICKHOUSE_URL", "http://127.0.0.1:9/none")
    clickhouse.forget_clients()
    try:
        assert client.get(reverse("experiment-list", args=[project.id])).status_code == 503
    finally:
        monkeypatch.undo()
        clickhouse.forget_clients()
