"""The pages of silences."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from alerts.incidents import acting
from alerts.incidents.matching import Matcher
from alerts.incidents.models import Silence

pytestmark = pytest.mark.django_db
ROWS = {"label": ["model", "", ""], "how": ["is", "is", "is"], "value": ["a", "", ""]}


@pytest.fixture
def browser(client, member):
    client.force_login(member)
    return client


@pytest.fixture
def new(project) -> str:
    return reverse("alerts-silence-new", args=[project.id])


def make(project, *, begins=0, ends=1, **said) -> Silence:
    """From so many hours from now until so many."""
    now = timezone.now()
    return acting.silence(
        project,
        [Matcher("model", "a")],
        begins_at=now + timedelta(hours=begins),
        ends_at=now + timedelta(hours=ends),
        author=None,
        **said,
    )


def test_a_silence_is_made_with_its_rows_and_its_author(browser, new, project, rule, member):
    said = {"rule": rule.pk, "hours": "4", "comment": "We know", **ROWS}
    assert browser.post(new, said).status_code == 302
    silence = project.silences.get()
    assert silence.author == member and silence.comment == "We know"
    assert silence.ends_at - silence.begins_at == timedelta(hours=4)
    assert silence.holds({"rule": rule.pk, "model": "a"}, silence.begins_at)
    assert not silence.holds({"rule": rule.pk, "model": "b"}, silence.begins_at)
    page = browser.get(reverse("alerts-silences", args=[project.id])).content.decode()
    assert "We know" in page and "Minsu" in page


def test_a_form_tells_what_a_silence_would_hold_now(browser, new, fires):
    fires("a"), fires("b")
    for said, words in (
        (ROWS, "It would hold 1 open incident now."),
        ({"label": "model", "how": "is_not", "value": "x"}, "It would hold 2 open incidents now."),
        ({"label": "model", "how": "is", "value": "x"}, "Nothing that is open now would be held."),
        ({}, "without either it holds for nothing"),
    ):
        part = browser.post(new, said, headers={"HX-Request": "true"}).content.decode()
        assert words in part and "<html" not in part
    assert not Silence.objects.exists()


def test_without_javascript_a_button_looks_and_another_adds_a_row(browser, new, fires):
    fires("a")
    page = browser.post(new, {**ROWS, "look": "1", "hours": "1"}).content.decode()
    assert "It would hold 1 open incident now." in page
    full = {
        "label": list("abc"),
        "how": ["is"] * 3,
        "value": list("abc"),
        "more": "1",
        "hours": "1",
    }
    assert browser.post(new, full).content.decode().count('class="matcher-row"') == 4
    assert not Silence.objects.exists()


def test_an_incident_fills_the_form_in(browser, new, fires, rule):
    incident = fires("gpt-5")
    page = browser.get(new, {"incident": incident.pk}).content.decode()
    assert f'value="{rule.pk}" selected' in page and 'value="gpt-5"' in page
    assert "It would hold 1 open incident now." in page


@pytest.mark.parametrize(
    "said",
    [
        {"hours": "4"},
        {"hours": "5", **ROWS},
        {"hours": "4", "begins": "never", **ROWS},
        {"hours": "4", "begins": "0001-01-01T00:00", **ROWS},
        {"hours": "4", "comment": "x" * 501, **ROWS},
        {"hours": "4", "label": "model", "how": "is", "value": "x" * 600},
    ],
)
def test_what_makes_no_sense_is_refused_with_what_was_written(browser, new, said):
    response = browser.post(new, said)
    assert response.status_code == 400 and not Silence.objects.exists()


def test_an_unknown_way_to_compare_and_nul_break_nothing(browser, new):
    said = {"hours": "1", "label": "m\0odel", "how": "x", "value": "a\0", "rule": "\0"}
    assert browser.post(new, said).status_code == 302
    assert Silence.objects.get().matchers == [{"label": "model", "value": "a", "how": "is"}]


def test_silences_are_listed_by_whether_they_hold(browser, project):
    make(project, comment="now")
    make(project, begins=2, ends=3, comment="later")
    acting.end_silence(make(project, comment="was"))
    for state, words in (("active", "now"), ("coming", "later"), ("over", "was")):
        page = browser.get(reverse("alerts-silences", args=[project.id]), {"state": state})
        assert [one.comment for one in page.context["page"]] == [words]


def test_a_silence_is_extended_and_ended(browser, project):
    silence = make(project)
    address = reverse("alerts-silence-change", args=[project.id, silence.pk])
    before = silence.ends_at
    browser.post(address, {"do": "extend", "hours": "24"})
    silence.refresh_from_db()
    assert silence.ends_at - before == timedelta(hours=24)
    browser.post(address, {"do": "end"})
    silence.refresh_from_db()
    assert silence.ends_at <= timezone.now()
    page = browser.post(address, {"do": "extend", "hours": "24"}, follow=True).content.decode()
    assert "This silence is over: make a new one." in page


def test_a_silence_is_not_extended_beyond_ninety_days(browser, project):
    silence = make(project, ends=80 * 24)
    address = reverse("alerts-silence-change", args=[project.id, silence.pk])
    page = browser.post(address, {"do": "extend", "hours": "720"}, follow=True).content.decode()
    assert "within 90 days" in page


def test_a_silence_of_another_project_is_not_found(browser, project, organisation):
    from accounts.models import Project

    other = Project.objects.create(organisation=organisation, name="Another")
    address = reverse("alerts-silence-change", args=[other.id, make(project).pk])
    assert browser.post(address, {"do": "end"}).status_code == 404
