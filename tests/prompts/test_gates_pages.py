"""The pages of gates, as owners, members, viewers and strangers get them."""

import pytest
from django.urls import reverse

from prompts import labels
from prompts.gates import checks, fields
from prompts.gates.models import Gate, GateRun
from prompts.gates.results import Result
from prompts.gates.state import gate_state
from prompts.gates.verdicts import Verdict


@pytest.fixture
def version(make):
    return make("support/greet", "Hi {{name}}", labels=["production"])


@pytest.fixture
def visit(client, project, owner):
    """`visit("prompt-gate", {"name": …})`: the page; with `post=` what is sent to it."""

    def visited(name, query=None, *, post=None, user=None):
        client.force_login(user or owner)
        url = reverse(name, args=[project.id])
        return client.get(url, query or {}) if post is None else client.post(url, post)

    return visited


def settings_of(**changes):
    return {"label": "production", "days": "7", "score": "", **changes}


def test_an_admin_sets_up_a_gate_of_all_prompts_and_sees_it(visit, project, version, owner):
    answer = visit("prompt-gate-edit")
    assert answer.status_code == 200 and "<h1>New gate</h1>" in answer.content.decode()
    sent = settings_of(
        max_tokens="50",
        braces="on",
        forbidden="TODO\n (?i)damn \nTODO",
        max_error_rate="0",
        keep_variables="all",
    )
    assert visit("prompt-gate-edit", post=sent).status_code == 302
    gate = Gate.objects.get()
    assert (gate.project, gate.prompt, gate.label, gate.changed_by) == (
        project,
        None,
        "production",
        owner,
    )
    assert gate.checks == {
        "keep_variables": "all",
        "braces": True,
        "forbidden": ["TODO", "(?i)damn"],
        "max_tokens": 50,
        "max_error_rate": 0.0,
        "days": 7,
    }
    page = visit("prompt-gate", {"name": "support/greet"}).content.decode()
    assert "Must not stand in it: <span" in page
    assert "(?i)damn" in page
    form = visit("prompt-gate-edit", {"label": "production"}).content.decode()
    assert "<h1>Edit the gate</h1>" in form
    assert "TODO\n(?i)damn" in form
    assert 'value="50"' in form
    assert 'value="0.0"' in form


def test_a_gate_of_one_prompt_is_told_apart_from_that_of_all(visit, version, project):
    visit("prompt-gate-edit", post=settings_of(max_tokens="50"))
    visit("prompt-gate-edit", post=settings_of(max_tokens="80", name="support/greet"))
    assert dict(Gate.objects.values_list("prompt__name", "checks__max_tokens")) == {
        None: 50,
        "support/greet": 80,
    }
    page = visit("prompt-gate", {"name": "support/greet"}).content.decode()
    assert "not for this prompt" in page
    visit("prompt-gate-edit", post=settings_of(max_tokens="81", name="support/greet"))
    assert Gate.objects.get(prompt=version.prompt).checks["max_tokens"] == 81


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({}, "Choose one check or more."),
        ({"max_tokens": "0"}, "greater than or equal to 1"),
        ({"max_tokens": "many"}, "whole number"),
        ({"forbidden": "(unclosed"}, "is not a regular expression that RE2 can read"),
        ({"required": r"(?=ahead)"}, "is not a regular expression that RE2 can read"),
        ({"variables": "\n".join(map(str, range(51)))}, "At most 50 lines."),
        ({"variables": "x" * 201}, "at most 200 characters"),
        ({"min_score": "0.5"}, "Say which score is meant."),
        ({"max_tokens": "5", "days": "91"}, "less than or equal to 90"),
        ({"max_tokens": "5", "label": "Latest"}, "lower-case letters"),
        ({"max_tokens": "5", "label": "latest"}, "kept automatically"),
        ({"max_tokens": "5", "keep_variables": "some"}, "Select a valid choice"),
    ],
)
def test_settings_that_cannot_be_are_told_at_their_field_and_nothing_is_kept(
    visit, sent, message, settings
):
    answer = visit("prompt-gate-edit", post=settings_of(**sent))
    assert answer.status_code == 400
    assert message in answer.content.decode()
    assert not Gate.objects.exists()


def test_a_gate_is_deleted_after_a_question(visit, project):
    Gate.objects.create(project=project, label="production", checks={"max_tokens": 5})
    query = {"label": "production"}
    assert "Delete the gate of “production”?" in visit("prompt-gate-delete", query).content.decode()
    assert visit("prompt-gate-delete", post=query).status_code == 302
    assert not Gate.objects.exists()
    assert visit("prompt-gate-delete", query).status_code == 404


def test_a_run_moves_nothing_and_its_results_are_shown(visit, project, version, make):
    make("support/greet", "Hello {{who}}, how are you?")
    Gate.objects.create(
        project=project, label="production", checks={"keep_variables": "all", "max_tokens": 99}
    )
    sent = {"name": "support/greet", "label": "production", "version": "2"}
    answer = visit("prompt-gate-run", post=sent)
    assert answer["Location"].endswith(f"#run-{GateRun.objects.get().pk}")
    assert labels.number_of(version.prompt, "production") == 1
    page = visit("prompt-gate", {"name": "support/greet"}).content.decode()
    assert "Variables of version 1 that are missing: name." in page
    assert "About 7 tokens; 99 are allowed." in page
    assert "against v1" in page


def test_a_run_of_a_label_without_a_gate_says_so(visit, version, client):
    answer = visit(
        "prompt-gate-run", post={"name": "support/greet", "label": "staging", "version": "1"}
    )
    page = client.get(answer["Location"]).content.decode()
    assert "“staging” has no gate for “support/greet”" in page
    assert not GateRun.objects.exists()


def test_members_see_and_run_gates_and_admins_change_them(
    visit, project, version, viewer, member, admin, stranger
):
    Gate.objects.create(project=project, label="production", checks={"max_tokens": 5})
    run = {"name": "support/greet", "label": "production", "version": "1"}
    allowed = {
        name: [
            visit("prompt-gate", {"name": "support/greet"}, user=user).status_code,
            visit("prompt-gate-run", post=run, user=user).status_code,
            visit("prompt-gate-edit", user=user).status_code,
            visit("prompt-gate-edit", post=settings_of(max_tokens="6"), user=user).status_code,
            visit("prompt-gate-delete", {"label": "production"}, user=user).status_code,
        ]
        for name, user in {
            "viewer": viewer,
            "member": member,
            "admin": admin,
            "stranger": stranger,
        }.items()
    }
    assert allowed == {
        "viewer": [200, 404, 404, 404, 404],
        "member": [200, 302, 404, 404, 404],
        "admin": [200, 302, 200, 302, 200],
        "stranger": [404] * 5,
    }
    page = visit("prompt-gate", {"name": "support/greet"}, user=member).content.decode()
    assert reverse("prompt-gate-edit", args=[project.id]) not in page
    assert reverse("prompt-gate-run", args=[project.id]) in page


def test_the_state_of_a_gate_is_told_and_who_may_override_it(project, version, make, rf):
    from django.template.loader import render_to_string

    from accounts.roles import permissions

    new = make("support/greet", "Hello {{who}}")
    assert gate_state(version.prompt, "production", new) is None
    Gate.objects.create(project=project, label="production", checks={"keep_variables": "all"})
    state = gate_state(version.prompt, "production", new)
    assert not state.is_open
    assert gate_state(version.prompt, "production", version) is None  # it is there already
    assert not GateRun.objects.exists()
    shown = {
        role: render_to_string(
            "prompts/_gate_state.html",
            {"gate": state, "project": {"may": permissions(role)}},
        )
        for role in ("admin", "member")
    }
    assert 'name="override"' in shown["admin"]
    assert 'name="override"' not in shown["member"]
    assert "ask an admin" in shown["member"]


def test_hostile_words_stay_words(visit, project, make):
    make("<img src=x>/a&b", "{{<script>}}", labels=["production"])
    Gate.objects.create(
        project=project, label="production", checks={"braces": True, "required": ["<b>%(x)s"]}
    )
    sent = {"name": "<img src=x>/a&b", "label": "production", "version": "1"}
    visit("prompt-gate-run", post=sent)
    page = visit("prompt-gate", {"name": "<img src=x>/a&b"}).content.decode()
    assert "<img" not in page
    assert "<script>}}" not in page
    assert "&lt;b&gt;%(x)s" in page


def test_another_package_adds_a_check_to_the_form_and_to_the_runs(visit, project, version, make):
    def polite(case, setting):
        is_good = "please" in case.text
        verdict = Verdict.PASSED if is_good else Verdict.FAILED
        return Result("polite", verdict, "Asked %(times)d times.", {"times": setting}, n=setting)

    field = fields.number("Politeness", 1, 9, whole=True)
    checks.register(checks.Check("polite", "Politeness", polite, field, group="score"))
    try:
        assert "Politeness" in visit("prompt-gate-edit").content.decode()
        visit("prompt-gate-edit", post=settings_of(polite="3"))
        assert Gate.objects.get().checks == {"polite": 3, "days": 7}
        new = make("support/greet", "Hello {{name}}")
        report = gate_state(version.prompt, "production", new).report
        assert [(one.key, one.plain) for one in report.closed] == [("polite", "Asked 3 times.")]
    finally:
        del checks.CHECKS["polite"]
    report = gate_state(version.prompt, "production", new).report
    assert report.verdict == Verdict.UNKNOWN  # a check that nobody knows lets nothing through


def test_settings_are_told_with_their_units(visit, version):
    sent = settings_of(max_tokens="1200", max_error_rate="2.5", min_score="0.75", score="kind")
    visit("prompt-gate-edit", post=sent)
    page = visit("prompt-gate").content.decode()
    assert "1,200 tokens at most" in page and "2.5 percent at most" in page
    assert "0.75 at least" in page and ">kind</span>" in page


def test_whoever_changes_a_gate_is_named_with_what_was_changed(visit, version, owner):
    visit("prompt-gate-edit", post=settings_of(max_tokens="50", braces="on"))
    visit("prompt-gate-edit", post=settings_of(max_tokens="80"))
    visit("prompt-gate-edit", post=settings_of(max_tokens="7", name="support/greet"))
    visit("prompt-gate-delete", post={"label": "production"})
    page = visit("prompt-gate", {"name": "support/greet"}).content.decode()
    changes = page[page.index('id="changes"') :]
    assert "50 tokens at most</span></del> → <span>80 tokens at most" in changes
    assert "Double braces: <del>on</del>" in changes
    assert changes.count(owner.get_full_name()) == 4
    assert 'bad">deleted' in changes and changes.count('good">set up') == 2


def test_changes_of_other_prompts_gates_stay_off_the_page_of_a_prompt(visit, version, make):
    make("other")
    visit("prompt-gate-edit", post=settings_of(max_tokens="66", name="other"))
    assert "66 tokens" in visit("prompt-gate").content.decode()
    assert "66 tokens" not in visit("prompt-gate", {"name": "support/greet"}).content.decode()


def test_what_closes_a_gate_stands_before_what_does_not(visit, version, make):
    visit("prompt-gate-edit", post=settings_of(max_tokens="1", braces="on"))
    make("support/greet", "Hi {{name}}, hello")
    page = visit("prompt-promote", {"name": "support/greet"}).content.decode()
    assert page.index(">Length<") < page.index(">Includes<") < page.index(">Double braces<")
