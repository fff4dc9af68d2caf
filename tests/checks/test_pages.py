"""The pages of checks."""

import html
import re

import pytest
from django.urls import reverse

from evals.checks.models import CheckChange, ProjectCheck
from evals.checks.registry import CHECKS
from evals.checks.usual import USUAL


@pytest.fixture
def sent(client, project, member):
    """`sent("refusal", **changes)`: the form of a new check."""
    client.force_login(member)

    def send(key, headers=None, **changes):
        form = {"name": key, "percent": "100", "is_on": "on", "types": ["GENERATION"]} | changes
        address = reverse("check-create", args=[project.id])
        return client.post(f"{address}?check={key}", form, headers=headers)

    return send


def test_a_project_without_checks_is_offered_the_usual_set_and_every_check(
    client, look_at, submit, member, project
):
    client.force_login(member)
    page = look_at("check-list")
    assert "recommended set" in page
    assert all(str(check.title) in page for check in CHECKS.values())
    submit("check-usual", {})
    submit("check-usual", {})
    rows = ProjectCheck.objects.filter(project=project)
    assert sorted(rows.values_list("check_key", flat=True)) == sorted(one.key for one in USUAL)
    assert "On this project" in look_at("check-list")


def test_a_viewer_sees_checks_and_changes_none(client, look_at, viewer, project, switch_on):
    row = switch_on("refusal")
    client.force_login(viewer)
    assert "Switch off" not in look_at("check-list")
    page = look_at("check-page", row.pk)
    assert "A member of the project can change this." in page
    for name, args in {"check-usual": [], "check-switch": [row.pk], "check-delete": [row.pk],
                       "check-run": [row.pk], "check-page": [row.pk]}.items():  # fmt: skip
        answer = client.post(reverse(name, args=[project.id, *args]))
        assert answer.status_code == 404, name


@pytest.mark.parametrize("key", CHECKS)
def test_every_check_has_a_page_whose_defaults_can_be_saved(client, project, member, sent, key):
    address = f"{reverse('check-create', args=[project.id])}?check={key}"
    page = client.get(address).content.decode()
    assert str(CHECKS[key].title) in page
    options = CHECKS[key].form()
    said = {options[name].html_name: options[name].value() for name in options.fields}
    said = {name: value for name, value in said.items() if value not in (None, False)}
    answer = sent(key, **said)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    row = ProjectCheck.objects.get(project=project)
    assert row.options == CHECKS[key].options_of()


def test_who_changed_a_check_is_known_afterwards(client, project, member, sent, look_at, submit):
    sent("refusal")
    row = ProjectCheck.objects.get(project=project)
    form = {"name": "declined", "percent": "50", "types": ["GENERATION", "AGENT"]}
    client.post(reverse("check-page", args=[project.id, row.pk]), form)
    row.refresh_from_db()
    assert (row.name, row.sampling, row.is_on, row.revision) == ("declined", 0.5, False, 2)
    changes = CheckChange.objects.filter(project=project).order_by("pk")
    assert [(one.user, one.before and one.before["name"]) for one in changes] == [
        (member, None),
        (member, "refusal"),
    ]
    assert "switched it off" in look_at("check-page", row.pk)


def test_switching_off_and_on_changes_no_outcome_and_begins_anew(
    client, project, member, switch_on, submit
):
    row = switch_on("refusal")
    client.force_login(member)
    address = reverse("check-switch", args=[project.id, row.pk])
    client.post(address, {"on": "0"})
    row.refresh_from_db()
    assert (row.is_on, row.revision) == (False, 1)
    began = row.on_since
    client.post(address, {"on": "1"})
    row.refresh_from_db()
    assert row.is_on and row.on_since > began


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": ""}, "required"),
        ({"name": "x" * 101}, "100"),
        ({"name": "a\x07b"}, "visible characters"),
        ({"percent": "101"}, "100"),
        ({"percent": "nan"}, "Enter a number"),
        ({"types": ["NOTHING"]}, "NOTHING"),
        ({"names": "\n".join(map(str, range(21)))}, "At most 20 lines"),
        ({"o-patterns": "(", "key": "regex"}, "is not a regular expression"),
        ({"o-patterns": "", "key": "regex"}, "one pattern at least"),
        ({"o-schema": "{", "key": "json_schema"}, "This is no JSON"),
        ({"o-schema": '{"type": 1}', "key": "json_schema"}, "is not valid"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_saved(project, sent, changes, told):
    key = changes.pop("key", "refusal")
    answer = sent(key, **{"o-of": "output", "o-wanted": "all", **changes})
    assert answer.status_code == 400
    assert told in answer.content.decode()
    assert not ProjectCheck.objects.filter(project=project).exists()


def test_two_checks_of_one_score_are_refused(sent, switch_on):
    switch_on("refusal")
    answer = sent("secrets", name="refusal", **{"o-of": "output"})
    assert "Another check of the project writes scores of this name." in answer.content.decode()


def test_a_check_is_tried_on_a_text_before_it_is_saved(project, sent):
    options = {"do": "text", "t-output": "Call +82 10-1234-5678", "o-of": "output"}
    answer = sent("personal_data", {"HX-Request": "true"}, **options, **{"o-kinds": ["phone"]})
    page = answer.content.decode()
    assert "phone number (1)" in page and "fails" in page
    assert "1234-5678" not in page
    assert not ProjectCheck.objects.filter(project=project).exists()


def test_a_check_is_tried_on_the_latest_calls(sent, span):
    span("t1", "s1", at=-5, type="GENERATION", output="I cannot help with that.", name="first")
    span("t2", "s2", at=-4, type="TOOL", output="I cannot help with that.", name="a tool")
    page = sent("refusal", {"HX-Request": "true"}, do="latest").content.decode()
    assert "first" in page and "fails" in page
    assert "a tool" not in page


def test_a_trial_needs_no_javascript_and_keeps_what_was_typed(sent):
    answer = sent("refusal", do="text", name="mine", **{"t-output": "I can't help with that."})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "fails" in page and 'value="mine"' in page and "I can&#x27;t help with that." in page


def test_a_trial_with_settings_that_are_wrong_says_which(sent):
    page = sent("regex", {"HX-Request": "true"}, do="text", **{"o-patterns": "("})
    assert "Mend what is marked first." in page.content.decode()
    assert "Patterns" in page.content.decode()


def test_what_checks_found_today_is_counted_and_leads_to_the_observations(
    client, look_at, viewer, switch_on, arrived, scored
):
    row = switch_on("refusal")
    for number in range(3):
        arrived(f"t{number}", output="I can't help with that." if number else "Gladly.")
    scored()
    client.force_login(viewer)
    page = " ".join(look_at("check-list", part="figures").split())
    assert f'id="ran-{row.pk}" hx-swap-oob="true">3<' in page
    assert ">2</a>" in page and "67%" in page
    assert "q=scores.refusal%3A%3E0.5" in page


def test_a_check_leads_to_how_its_score_goes(client, look_at, viewer, switch_on, arrived, scored):
    row = switch_on("refusal")
    arrived()
    scored()
    client.force_login(viewer)
    [address] = re.findall(r'href="([^"]*scores/one[^"]*)"', look_at("check-page", row.pk))
    answer = client.get(html.unescape(address))
    assert answer.status_code == 200
    assert "refusal" in answer.content.decode()


def test_deleting_a_check_keeps_its_scores(
    client, project, member, switch_on, arrived, scored, look_at
):
    row = switch_on("refusal")
    arrived()
    client.force_login(member)
    assert "Its scores stay" not in look_at("check-delete", row.pk)
    client.post(reverse("check-delete", args=[project.id, row.pk]))
    assert not ProjectCheck.objects.filter(project=project).exists()
    assert scored()["refusal"]


def test_a_check_of_another_project_is_not_found(client, organisation, owner, switch_on):
    from accounts.models import Project

    row = switch_on("refusal")
    other = Project.objects.create(organisation=organisation, name="Other")
    client.force_login(owner)
    for name in ("check-page", "check-delete", "check-runs"):
        assert client.get(reverse(name, args=[other.id, row.pk])).status_code == 404
