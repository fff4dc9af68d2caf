"""A monitor is made and changed: fields that go together, errors at their place, the preview."""

from datetime import UTC, datetime
from html import unescape

import pytest
from django.urls import reverse

from evals.datasets.models import Dataset
from evals.drift.models import DriftMonitor
from tests.drift.found import monitor_of

pytestmark = pytest.mark.django_db

FILLED = {
    "name": "Length",
    "watched": "output_length",
    "query": "",
    "baseline": "rolling",
    "current_hours": "24",
    "reference_hours": "336",
    "method": "",
    "least_effect": "",
    "alpha": "0.05",
    "least_samples": "200",
    "is_corrected": "on",
    "by": ["model", "language"],
    "every_hours": "24",
    "note": "",
}


@pytest.fixture
def at(client, project, member):
    client.force_login(member)
    return lambda name, *ids: reverse(name, args=[project.id, *ids])


@pytest.fixture
def sent(client, at):
    """`sent(method="psi")`: the answer to a filled form."""
    return lambda **said: client.post(at("drift-monitor-new"), {**FILLED, **said})


def errors_of(response) -> dict[str, list[str]]:
    assert response.status_code == 400
    return {name: list(told) for name, told in response.context["form"].errors.items()}


def test_a_monitor_is_made_and_belongs_to_who_made_it(sent, project, member):
    assert sent(method="psi", least_effect="0.2", query="env:production").status_code == 302
    made = DriftMonitor.objects.get(project=project)
    assert (made.kind, made.method, made.least_effect) == ("numeric", "psi", 0.2)
    assert (made.query, made.by, made.author) == ("env:production", ["model", "language"], member)
    assert made.chosen.reference_hours == 336 and made.is_on


BASELINES = [
    ({"baseline": "same_hours", "weeks": "3", "zone": "Asia/Seoul"}, {"weeks": 3}),
    (
        {"baseline": "fixed", "start": "2026-11-01T00:00", "end": "2026-11-08T00:00"},
        {"start": datetime(2026, 11, 1, tzinfo=UTC)},
    ),
    ({"baseline": "since", "since": "release", "release": "v2"}, {"release": "v2"}),
    (
        {"baseline": "since", "since": "prompt", "prompt": "chat", "prompt_version": "4"},
        {"prompt": "chat", "prompt_version": 4},
    ),
    ({"baseline": "since", "since": "moment", "start": "2026-11-01T00:00"}, {"release": ""}),
]


@pytest.mark.parametrize(("said", "kept"), BASELINES)
def test_each_baseline_is_kept_with_what_it_takes_and_shown_again(
    client, at, sent, project, said, kept
):
    assert sent(**said).status_code == 302
    made = DriftMonitor.objects.get(project=project)
    chosen = made.chosen
    assert str(chosen.kind) == said["baseline"]
    assert {name: getattr(chosen, name) for name in kept} == kept
    form = client.get(at("drift-monitor-edit", made.pk)).context["form"]
    assert {name: form[name].value() for name in said}.keys() <= form.fields.keys()
    again = {name: form[name].value() for name in form.fields}
    again = {name: "" if value is None else value for name, value in again.items()}
    moments = {name: f"{again[name]:%Y-%m-%dT%H:%M}" for name in ("start", "end") if name in again}
    response = client.post(at("drift-monitor-edit", made.pk), {**again, **moments})
    assert response.status_code == 302, response.context["form"].errors
    made.refresh_from_db()
    assert made.chosen == chosen


def test_a_dataset_is_a_baseline(sent, project):
    dataset = Dataset.objects.create(project=project, name="golden")
    assert sent(baseline="dataset", dataset=str(dataset.pk)).status_code == 302
    assert DriftMonitor.objects.get(project=project).chosen.dataset == str(dataset.pk)


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({"query": "nonsense:1"}, "query", "nonsense"),
        ({"name": " "}, "name", "required"),
        ({"watched": "score", "kind": "numeric", "key": " "}, "key", "name is needed"),
        ({"least_effect": "-1"}, "least_effect", "above 0"),
        ({"least_effect": "nan"}, "least_effect", ""),
        ({"alpha": "2"}, "alpha", "0.5"),
        ({"least_samples": "1"}, "least_samples", "20"),
        ({"baseline": "same_hours", "weeks": "3", "zone": "Mars/Base"}, "zone", "Mars/Base"),
        ({"baseline": "since", "since": "release"}, "release", "required"),
        ({"baseline": "fixed", "start": "2026-11-08T00:00", "end": "2026-11-01T00:00"},
         "start", "later end"),
        ({"watched": "model", "method": "ks"}, "method", "Select a valid choice"),
        ({"by": ["shoe"]}, "by", "shoe"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_kept(sent, project, said, field, words):
    assert words in " ".join(errors_of(sent(**said))[field])
    assert not DriftMonitor.objects.filter(project=project).exists()


def test_a_name_is_given_once(sent, project):
    monitor_of(project, name="Length")
    assert "already" in " ".join(errors_of(sent())["__all__"])


def test_fields_follow_what_is_watched_without_a_word_of_what_is_still_missing(client, at):
    address = at("drift-monitor-fields")
    score = client.post(address, {**FILLED, "watched": "score", "name": ""})
    form = score.context["form"]
    assert {"key", "kind"} <= form.fields.keys() and "figure" not in form.fields
    page = unescape(score.content.decode())
    assert 'class="errors"' not in page and "<html" not in page
    methods = dict(form.fields["method"].choices)
    assert "ks" in methods and "chi_square" not in methods
    text = client.post(address, {**FILLED, "watched": "input_text"}).context["form"]
    assert "method" not in text.fields and "kind" not in text.fields
    relation = client.post(address, {**FILLED, "watched": "relation"}).context["form"]
    assert {"figure", "key"} <= relation.fields.keys()


def test_without_a_script_a_button_shows_the_fields_that_go_together(client, at):
    page = client.post(at("drift-monitor-new"), {**FILLED, "baseline": "fixed", "again": "yes"})
    assert page.status_code == 200
    assert {"start", "end"} <= page.context["form"].fields.keys()
    assert not DriftMonitor.objects.exists()


def test_the_preview_counts_both_sides_and_says_where_that_is_too_few(client, at, calls):
    calls([{"output": "ok"}] * 30, since=-20, until=-2)
    calls([{"output": "ok"}] * 50, since=-90, until=-40)
    address = at("drift-monitor-preview")
    page = client.post(address, FILLED)
    assert (page.context["reference"], page.context["current"]) == (50, 30)
    assert "Each side needs 200 values" in unescape(page.content.decode())
    assert client.post(address, {**FILLED, "least_samples": "20"}).context["is_enough"]
    unready = client.post(address, {**FILLED, "query": "nonsense:1"})
    assert "reference" not in unready.context
    assert client.post(address, {**FILLED, "name": ""}).context["reference"] == 50


def test_a_changed_monitor_keeps_its_verdicts_and_is_due_at_once(client, at, project):
    from tests.drift.found import verdict_of

    monitor = monitor_of(project, is_on=False)
    verdict_of(monitor)
    client.post(at("drift-monitor-edit", monitor.pk), {**FILLED, "every_hours": "6"})
    version = monitor.version
    monitor.refresh_from_db()
    assert (monitor.name, monitor.every_hours, monitor.is_on) == ("Length", 6, False)
    assert monitor.version == version + 1 and monitor.verdicts.count() == 1
