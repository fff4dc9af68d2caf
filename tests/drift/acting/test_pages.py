"""The pages of acting on drift: forms, logs, what is done by itself, triggers."""

import pytest
from django.urls import reverse

from evals.drift.acting import working
from evals.drift.acting.models import ActionRun, DriftAction, Episode, Trigger

pytestmark = pytest.mark.usefixtures("db", "clickhouse_schema")
BOUNDS = {"occasion": "drift", "after": "2", "pause_hours": "12", "most_a_day": "3"}


@pytest.fixture
def at(client, owner, project):
    """`at("drift-triggers", …ids, do="queue")`: the page; with `sent`, what is posted to it."""
    client.force_login(owner)

    def asked(name, *ids, sent=None, **query):
        address = reverse(name, args=[project.id, *ids], query=query)
        return client.get(address) if sent is None else client.post(address, sent)

    return asked


def text_of(answer):
    assert answer.status_code == 200, answer.status_code
    return " ".join(answer.content.decode().split())


def test_a_person_puts_what_drifted_into_a_queue(at, verdict, drifted, queue, monitor):
    found, one = verdict(), queue("Look")
    ids = (monitor.pk, found.pk)
    page = text_of(at("drift-act", *ids, do="queue"))
    assert "Model: gpt-5" in page and "Look" in page
    sent = {"queue": one.pk, "choose": "segment", "segment": "model\x1fgpt-4", "most": "5"}
    answer = at("drift-act", *ids, sent=sent, do="queue")
    assert answer["Location"] == reverse("drift-verdict", args=[monitor.project_id, *ids])
    log = text_of(at("drift-verdict-action-runs", *ids))
    assert "Waiting" in log and "hx-trigger" in log
    working.work(ActionRun.objects.get().pk)
    log = text_of(at("drift-verdict-action-runs", *ids))
    assert "2 traces put into “Look”" in log and "hx-trigger" not in log
    assert reverse("queue-page", args=[monitor.project_id, one.pk]) in log


@pytest.mark.parametrize("kind", ["dataset", "queue", "evaluation", "experiment", "rollback"])
def test_each_form_says_what_it_lacks(at, verdict, monitor, kind):
    found = verdict()
    assert text_of(at("drift-act", monitor.pk, found.pk, do=kind))
    assert at("drift-act", monitor.pk, found.pk, sent={}, do=kind).status_code == 400
    assert at("drift-act", monitor.pk, found.pk, do="explode").status_code == 404
    assert not ActionRun.objects.exists()


def test_another_projects_queue_is_no_choice(at, verdict, monitor, organisation):
    from accounts.models import Project
    from evals.annotation import queues

    other = Project.objects.create(organisation=organisation, name="Other")
    theirs = queues.create(other, queues.Wish(name="Theirs"))
    sent = {"queue": theirs.pk, "choose": "random", "most": "5"}
    answer = at("drift-act", monitor.pk, verdict().pk, sent=sent, do="queue")
    assert answer.status_code == 400 and not ActionRun.objects.exists()


def test_what_failed_can_be_tried_again(at, verdict, drifted, monitor, acted, queue):
    run = acted(verdict(), "queue", queue="gone")
    ids = (monitor.pk, run.verdict_id)
    assert "Try again" in text_of(at("drift-verdict-action-runs", *ids))
    one = queue("Look")
    ActionRun.objects.filter(pk=run.pk).update(options={"queue": one.pk})
    assert at("drift-verdict-action-runs", *ids, sent={"run": run.pk}).status_code == 302
    working.work(run.pk)
    run.refresh_from_db()
    assert run.status == "done" and one.items.count() == 6
    assert at("drift-verdict-action-runs", *ids, sent={"run": "x"}).status_code == 404


def test_who_tries_again_may_do_no_more_than_they_might(
    client, project, member, verdict, monitor, acted
):
    run = acted(verdict(), "rollback", prompt="gone", label="production")
    assert (run.status, run.role) == ("failed", "owner")
    client.force_login(member)
    page = reverse("drift-action-runs", args=[project.id, monitor.pk])
    assert client.post(page, {"run": run.pk}).status_code == 302
    run.refresh_from_db()
    assert (run.status, run.role, run.asked_by) == ("waiting", "member", member)


def test_an_action_is_set_switched_off_and_deleted(at, monitor, queue, owner):
    one = queue("Look")
    assert "Nothing is done by itself yet" in text_of(at("drift-actions", monitor.pk))
    assert "Drifts in a row" in text_of(at("drift-actions", monitor.pk, do="queue"))
    sent = {"queue": one.pk, "choose": "random", "most": "50", **BOUNDS}
    assert at("drift-actions", monitor.pk, sent=sent, do="queue").status_code == 302
    action = DriftAction.objects.get()
    assert (action.after, action.pause_hours, action.most_a_day) == (2, 12, 3)
    assert (action.author, action.role) == (owner, "owner")
    assert action.options == {"choose": "random", "most": 50, "queue": one.pk}
    page = text_of(at("drift-actions", monitor.pk))
    assert "Look" in page and "after 2 drifts in a row" in page
    ids = (monitor.pk, action.pk)
    at("drift-action-switch", *ids, sent={"on": "0"})
    action.refresh_from_db()
    assert not action.is_on
    at("drift-action-delete", *ids, sent={})
    assert not DriftAction.objects.exists()


def test_what_cannot_be_set_is_refused(at, monitor, queue):
    sent = {"queue": queue("Look").pk, "choose": "random", "most": "501", **BOUNDS}
    answer = at("drift-actions", monitor.pk, sent=sent, do="queue")
    assert answer.status_code == 400 and "500" in answer.content.decode()
    sent |= {"most": "5", "occasion": "harmful"}
    assert at("drift-actions", monitor.pk, sent=sent, do="queue").status_code == 400
    assert not DriftAction.objects.exists()


def test_a_viewer_sees_and_sets_nothing(client, viewer, project, monitor, verdict, queue):
    client.force_login(viewer)
    found = verdict()
    page = client.get(reverse("drift-actions", args=[project.id, monitor.pk]))
    assert page.status_code == 200 and "?do=" not in page.content.decode()
    assert client.get(reverse("drift-triggers", args=[project.id])).status_code == 200
    for name, *ids in (("drift-act", monitor.pk, found.pk), ("drift-actions", monitor.pk)):
        address = reverse(name, args=[project.id, *ids], query={"do": "queue"})
        assert client.post(address, {}).status_code == 404


def test_triggers_are_made_changed_and_deleted(at, monitor):
    assert "No triggers of retraining yet" in text_of(at("drift-triggers"))
    sent = {"name": "Nightly", "monitor": monitor.pk, "after": "3"}
    assert at("drift-trigger-new", sent=sent, when="verdict").status_code == 302
    trigger = Trigger.objects.get()
    assert (trigger.monitor, trigger.options) == (monitor, {"after": 3})
    assert "“Answers” finds drift 3 times in a row" in text_of(at("drift-triggers"))
    assert 'value="3"' in text_of(at("drift-trigger-edit", trigger.pk))
    at("drift-trigger-edit", trigger.pk, sent=sent | {"after": "1"})
    trigger.refresh_from_db()
    assert trigger.options == {"after": 1} and trigger.version == 2
    at("drift-trigger-switch", trigger.pk, sent={"on": "0"})
    assert "off" in text_of(at("drift-triggers"))
    again = at("drift-trigger-new", sent=sent, when="verdict")
    assert again.status_code == 400 and "called so" in again.content.decode()
    at("drift-trigger-delete", trigger.pk, sent={})
    assert not Trigger.objects.exists()


@pytest.mark.parametrize(
    ("when", "sent"),
    [
        ("score", {"score": "thumbs", "beyond": "below", "limit": "nan", "hours": "1"}),
        ("score", {"score": "t", "beyond": "below", "limit": "1", "hours": "1", "query": "a:"}),
        ("marks", {"count": "0", "days": "3"}),
        ("schedule", {"days": "367"}),
        ("verdict", {"after": "1", "monitor": "none"}),
    ],
)
def test_a_trigger_that_makes_no_sense_is_refused(at, when, sent):
    sent = {"name": "Odd", "least": "1", **sent}
    assert at("drift-trigger-new", sent=sent, when=when).status_code == 400
    assert not Trigger.objects.exists()


@pytest.mark.parametrize(
    ("reasons", "words"),
    [
        ({"monitor": "A", "drifts_in_a_row": 2, "address": "/v"}, "“A” found drift 2 times in"),
        ({"score": "thumbs", "mean": 0.61, "scores": 1200, "limit": 0.8},
         "The mean of 1,200 scores “thumbs” was 0.61, the limit is 0.8"),
        ({"harmful": 3, "addresses": ["/v"]}, "3 drifts were marked as harmful"),
        ({"every_days": 30, "last": ""}, "Every 30 days"),
    ],
)  # fmt: skip
def test_an_episode_says_why_whatever_the_trigger_says_now(at, project, reasons, words):
    trigger = Trigger.objects.create(
        project=project, name="Retrain", when="schedule", options={"days": 1}
    )
    Episode.objects.create(trigger=trigger, reasons=reasons)
    page = text_of(at("drift-triggers"))
    assert words in page and "wants retraining" in page
    assert ('href="/v"' in page) == ("address" in reasons or "addresses" in reasons)
