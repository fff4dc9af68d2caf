"""Rules out of files and into them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from alerts.incidents.models import Incident
from alerts.incidents.tiers import Tier
from alerts.rules.conditions import Threshold
from alerts.rules.definition import Definition, Measured
from alerts.rules.evaluating import evaluate
from alerts.rules.importing import Comes, planned
from alerts.rules.models import Rule
from alerts.rules.points import Limit
from alerts.rules.prometheus import MAX_BYTES, Named, exported, imported
from alerts.rules.ready_made import READY_MADE

BAD = Threshold(limits=(Limit(Tier.WARNING, 0.05),))
FILE = """groups:
  - name: team
    rules:
      - alert: Slow
        expr: 'sonde{measure="latency", aggregation="p95"} > 5'
        for: 5m
        annotations: {runbook_url: "https://wiki.example/slow"}
      - alert: Other store
        expr: rate(http_requests_total[5m]) > 1
      - record: job:something
        expr: sum(up)
      - alert: Gone
        expr: 'sonde{measure="gone"} > 5'
"""


@pytest.fixture
def sent(client, project, page):
    page("alerts-rules-import")

    def send(text="", **more):
        address = reverse("alerts-rules-import", args=[project.id])
        return client.post(address, {"text": text, **more})

    return send


def test_a_file_shows_what_would_come_of_it_with_lines_and_reasons(sent, project):
    found = [(one.name, one.line, one.comes) for one in planned(project, FILE)]
    assert found == [
        ("Slow", 4, Comes.MADE),
        ("Other store", 8, Comes.REFUSED),
        ("Gone", 12, Comes.REFUSED),
    ]
    answer = sent(FILE, do="look")
    shown = answer.content.decode()
    assert answer.status_code == 200 and "Import 1 rule" in shown
    assert "The expression is not of the form" in shown and "There is no measure “gone”" in shown
    assert not Rule.objects.filter(project=project).exists()


def test_what_is_not_refused_is_imported(sent, project):
    answer = sent(FILE, do="import")
    assert answer.url == reverse("alerts-rules", args=[project.id])
    rule = Rule.objects.get(project=project)
    assert (rule.name, rule.runbook_url) == ("Slow", "https://wiki.example/slow")
    assert rule.wanted.lasting.for_seconds == 300


def test_the_same_file_twice_changes_nothing(sent, project):
    sent(FILE, do="import")
    rule = Rule.objects.get(project=project)
    assert planned(project, FILE)[0].comes == Comes.SAME
    sent(FILE, do="import")
    assert Rule.objects.get(project=project).version == rule.version


def test_a_rule_that_changes_is_said_with_the_alerts_that_it_closes(
    sent, project, make_rule, traffic, at
):
    rule = make_rule(BAD, name="Errors", measure="error_rate")
    traffic(60, 20, errors=10)
    assert evaluate(rule.pk, at(125))
    text = exported([Named("Errors", Definition(measured=(Measured(),), condition=BAD))])
    shown = sent(text, do="look").content.decode()
    assert "Changed" in shown and "1 open alert is closed" in shown
    assert Incident.objects.get(rule_id=rule.pk).is_open
    sent(text, do="import")
    assert not Incident.objects.get(rule_id=rule.pk).is_open
    assert Rule.objects.get(pk=rule.pk).wanted.measured == (Measured(),)


def test_a_file_that_is_chosen_is_read(sent):
    file = SimpleUploadedFile("rules.yml", FILE.encode())
    shown = sent(file=file, do="look").content.decode()
    assert "Slow" in shown and "sonde{measure=&quot;latency&quot;" in shown  # to be sent again


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Paste rules, or choose a file."),
        ("groups: [", "This is no YAML"),
        ("a: &a [1]\ngroups: *a", "This is no YAML"),
        ("groups: []", "A file holds 1 to 200 rules."),
        ("groups: [{rules: [" + "{alert: x}, " * 201 + "]}]", "A file holds 1 to 200 rules."),
        ("x" * (MAX_BYTES + 1), "larger than 500 kB"),
        ("[" * 3000, "This is no YAML"),
    ],
)
def test_a_file_that_is_none_says_why(sent, text, words):
    answer = sent(text, do="import")
    assert answer.status_code == 400 and words in answer.content.decode()


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ('{alert: "a\\u202eb", expr: "sonde{} > 1"}', "Visible characters only."),
        ('{alert: "a\\0b", expr: "sonde{} > 1"}', "Visible characters only."),
        (
            '{alert: a, expr: "sonde{} > 1", annotations: {runbook_url: "javascript:alert(1)"}}',
            "no http or https",
        ),
        ('{alert: a, expr: "sonde{} > 1", for: soon}', "A duration is written like"),
        ("{expr: x}", "has a name under"),
        ("{alert: a, annotations: {sonde_definition: nonsense}}", "Expecting value"),
    ],
)
def test_a_rule_that_is_none_is_refused_by_itself(project, rule, words):
    text = f'groups: [{{rules: [{rule}, {{alert: fine, expr: "sonde{{}} > 1"}}]}}]'
    bad, fine = planned(project, text)
    assert bad.comes == Comes.REFUSED and words in bad.problem
    assert fine.comes == Comes.MADE


def test_a_name_that_a_file_has_twice_is_made_once(project):
    one = '{alert: twin, expr: "sonde{} > 1"}'
    found = planned(project, f"groups: [{{rules: [{one}, {one}]}}]")
    assert [plan.comes for plan in found] == [Comes.MADE, Comes.REFUSED]


def test_rules_are_exported_and_read_back(client, page, project, make_rule):
    for one in READY_MADE:
        if one.definition.measured:
            options = {
                name: getattr(one.definition, name)
                for name in Definition.__slots__
                if name != "condition"
            }
            make_rule(one.definition.condition, name=one.key, **options)
    text = page("alerts-rules-export")
    found = {named.name: named.definition for named in imported(text)}
    assert found == {rule.name: rule.wanted for rule in Rule.objects.filter(project=project)}
    slow = Rule.objects.get(project=project, name="slow")
    [only] = imported(page("alerts-rules-export", query={"rule": slow.pk}))
    assert only.name == "slow"
    address = reverse("alerts-rules-export", args=[project.id])
    assert "attachment" in client.get(address)["Content-Disposition"]


def test_too_many_rules_make_none_of_them(sent, project, monkeypatch):
    monkeypatch.setattr("alerts.rules.changing.MOST_RULES", 1)
    rules = ", ".join(f'{{alert: r{number}, expr: "sonde{{}} > 1"}}' for number in range(2))
    answer = sent(f"groups: [{{rules: [{rules}]}}]", do="import")
    assert answer.status_code == 400 and "at most 1 rules" in answer.content.decode()
    assert not Rule.objects.filter(project=project).exists()
