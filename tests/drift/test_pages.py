"""The list of monitors, a monitor's own page, and what is done there."""

import json
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Project
from evals.drift.models import DriftMonitor
from tests.drift.found import AT, DAY, monitor_of, unmeasured, verdict_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(client, project, owner):
    """`at("drift-monitor", id)`: the page's address; the owner is logged in."""
    client.force_login(owner)
    return lambda name, *ids: reverse(name, args=[project.id, *ids])


def text_of(response) -> str:
    assert response.status_code == 200, response.status_code
    return unescape(response.content.decode())


def test_an_empty_list_offers_the_ready_made_monitors(client, at):
    page = text_of(client.get(at("drift-monitors")))
    assert "Nothing is watched yet" in page and "Ready-made monitors" in page


def test_a_ready_made_monitor_is_switched_on_with_one_click(client, at, project):
    address = at("drift-monitor-ready")
    page = text_of(client.post(address, {"key": "models"}, follow=True))
    assert "“Model mix” is on." in page
    client.post(address, {"key": "models"})
    [made] = DriftMonitor.objects.filter(project=project)
    assert (made.watched, made.is_on) == ("model", True)
    assert client.post(address, {"key": "nothing"}).status_code == 404


def test_a_ready_made_monitor_of_a_score_takes_its_name(client, at, project):
    page = text_of(client.post(at("drift-monitor-ready"), {"key": "score"}, follow=True))
    assert not DriftMonitor.objects.filter(project=project).exists()
    assert "Say which score" in page
    client.post(at("drift-monitor-ready"), {"key": "score", "score": "truth"})
    assert DriftMonitor.objects.get(project=project).key == "truth"


def test_the_list_tells_the_newest_verdict_its_effect_and_what_stands_in_the_way(
    client, at, project
):
    monitor = monitor_of(project, last_error="The score is gone.", failing_since=AT)
    verdict_of(monitor, AT - DAY, state="none", effect=0.02)
    newest = verdict_of(monitor)
    page = text_of(client.get(at("drift-monitors")))
    assert "Output length: the last 24 hours against the 14 days before" in page
    assert at("drift-verdict", monitor.pk, newest.pk) in page
    assert "Effect 0.9, threshold 0.1" in page
    assert "The effects of 2 verdicts, 1 of them drifts" in page
    assert "The score is gone." in page


@pytest.mark.parametrize(
    ("state", "names"),
    [
        ("drift", {"Drifting"}),
        ("too_few", {"Sparse"}),
        ("off", {"Off"}),
        ("waiting", {"New", "Off"}),
        ("failing", {"New"}),
        ("nonsense", {"Drifting", "Sparse", "Off", "New"}),
    ],
)
def test_the_list_is_narrowed_by_state(client, at, project, state, names):
    verdict_of(monitor_of(project, name="Drifting"))
    unmeasured(monitor_of(project, name="Sparse"))
    monitor_of(project, name="Off", is_on=False)
    monitor_of(project, name="New", last_error="away")
    page = client.get(at("drift-monitors"), {"state": state})
    assert {line.monitor.name for line in page.context["lines"]} == names


def test_the_list_is_searched_and_says_where_nothing_is_like_that(client, at, project):
    monitor_of(project, name="Length", query="env:production")
    monitor_of(project, name="Other")
    page = client.get(at("drift-monitors"), {"q": "PRODUCTION"})
    assert [line.monitor.name for line in page.context["lines"]] == ["Length"]
    assert "No monitor is like that" in text_of(client.get(at("drift-monitors"), {"q": "xyz"}))


def test_a_monitor_is_switched_off_and_on_and_htmx_gets_its_line(client, at, project):
    monitor = monitor_of(project)
    address = at("drift-monitor-switch", monitor.pk)
    line = text_of(client.post(address, {"on": "no"}, headers={"hx-request": "true"}))
    assert "Undo" in line and "<html" not in line
    monitor.refresh_from_db()
    assert not monitor.is_on
    client.post(address, {"on": "yes"})
    monitor.refresh_from_db()
    assert monitor.is_on


def test_a_copy_is_off_and_has_another_name_and_no_verdicts(client, at, project):
    monitor = monitor_of(project, least_effect=0.3, baseline={"kind": "rolling", "weeks": 2})
    verdict_of(monitor)
    client.post(at("drift-monitor-duplicate", monitor.pk))
    copy = DriftMonitor.objects.exclude(pk=monitor.pk).get(project=project)
    assert (copy.name, copy.is_on, copy.least_effect) == ("Output length 2", False, 0.3)
    assert copy.baseline == monitor.baseline and not copy.verdicts.exists()


def test_deleting_asks_first(client, at, project):
    monitor = monitor_of(project)
    address = at("drift-monitor-delete", monitor.pk)
    assert "Delete this monitor?" in text_of(client.get(address))
    client.post(address)
    assert not DriftMonitor.objects.filter(pk=monitor.pk).exists()


def test_a_run_is_shown_until_it_is_done(client, at, project):
    monitor = monitor_of(project)
    client.post(at("drift-monitor-run", monitor.pk))
    monitor.refresh_from_db()
    assert monitor.asked_at
    address = at("drift-monitor", monitor.pk)
    part = client.get(address, headers={"hx-request": "true"})
    assert "It is being judged" in text_of(part) and "HX-Refresh" not in part
    DriftMonitor.objects.update(asked_at=None)
    assert client.get(address, headers={"hx-request": "true"})["HX-Refresh"] == "true"


def test_a_monitors_page_draws_effects_that_lead_to_their_verdicts(client, at, project):
    monitor = monitor_of(project)
    older = verdict_of(monitor, AT - DAY, state="none", effect=0.02)
    gap = unmeasured(monitor, AT - DAY / 2)
    newest = verdict_of(monitor)
    response = client.get(at("drift-monitor", monitor.pk))
    assert "Output length: higher than in the 14 days before" in text_of(response)
    threshold, effect, drift, missing = response.context["figure"]["data"]
    assert threshold["y"] == [0.1, None, 0.1]
    assert effect["y"] == [0.02, None, 0.9] and drift["y"] == [None, None, 0.9]
    assert missing["y"] == [None, 0, None]
    wanted = [at("drift-verdict", monitor.pk, one.pk) for one in (older, gap, newest)]
    assert effect["customdata"] == wanted
    json.dumps(response.context["figure"], allow_nan=False)


def test_releases_of_prompts_are_marked_on_the_chart(client, at, project, owner):
    from prompts.models import LabelMove, Prompt

    monitor = monitor_of(project)
    verdict_of(monitor, AT - DAY), verdict_of(monitor)
    prompt = Prompt.objects.create(project=project, name="chat")
    move = LabelMove.objects.create(prompt=prompt, label="production", after=3)
    LabelMove.objects.filter(pk=move.pk).update(at=AT - timedelta(hours=5))
    [told] = client.get(at("drift-monitor", monitor.pk)).context["charted"]
    assert told["kind"] == "prompt" and told["short"] == "chat production → v3"


def test_verdicts_are_paged(client, at, project):
    monitor = monitor_of(project)
    for hours in range(35):
        verdict_of(monitor, AT - timedelta(hours=hours))
    first = client.get(at("drift-monitor", monitor.pk))
    assert len(first.context["page"]) == 30
    second = client.get(at("drift-monitor", monitor.pk), {"page": "2"})
    assert len(second.context["page"]) == 5


def test_a_monitor_whose_baseline_cannot_be_read_still_has_a_page(client, at, project):
    monitor = monitor_of(project, baseline={"kind": "nonsense"})
    assert "That is no baseline." in text_of(client.get(at("drift-monitor", monitor.pk)))
    assert client.get(at("drift-monitors")).status_code == 200
    assert client.get(at("drift-monitor-edit", monitor.pk)).status_code == 200


def test_what_moved_the_threshold_is_told_and_undone(client, at, project, owner):
    monitor = monitor_of(project, least_effect=0.1)
    for number in range(3):
        verdict = verdict_of(monitor, AT + number * DAY, effect=0.12)
        client.post(at("drift-verdict-mark", monitor.pk, verdict.pk), {"mark": "expected"})
    monitor.refresh_from_db()
    assert monitor.tuned_effect > 0.12
    page = text_of(client.get(at("drift-monitor", monitor.pk)))
    assert f"0.1 → {monitor.tuned_effect:.3g}" in page
    client.post(at("drift-monitor-forget", monitor.pk))
    monitor.refresh_from_db()
    assert monitor.tuned_effect is None and monitor.tuned_since <= timezone.now()


def test_a_viewer_reads_and_changes_nothing(client, at, project, viewer):
    monitor = monitor_of(project)
    verdict = verdict_of(monitor)
    client.force_login(viewer)
    whole = (monitor.pk, verdict.pk)
    for name, ids in (
        ("drift-monitors", ()),
        ("drift-monitor", whole[:1]),
        ("drift-verdict", whole),
    ):
        assert "Switch off" not in text_of(client.get(at(name, *ids)))
    for name in ("drift-monitor-run", "drift-monitor-switch", "drift-monitor-delete"):
        assert client.post(at(name, monitor.pk)).status_code in (403, 404)
    assert client.post(at("drift-verdict-mark", monitor.pk, verdict.pk)).status_code in (403, 404)
    assert client.get(at("drift-monitor-new")).status_code in (403, 404)


def test_monitors_of_another_project_are_not_found(client, at, organisation):
    monitor = monitor_of(Project.objects.create(organisation=organisation, name="Other"))
    verdict = verdict_of(monitor)
    assert client.get(at("drift-monitor", monitor.pk)).status_code == 404
    assert client.get(at("drift-verdict", monitor.pk, verdict.pk)).status_code == 404
    assert client.get(at("drift-monitor", "x" * 70)).status_code == 404
