"""/api/v1/alert-rules."""

import pytest

from accounts.models import Project
from alerts.incidents.models import Incident
from alerts.incidents.tiers import Tier
from alerts.rules.changing import made
from alerts.rules.conditions import Threshold
from alerts.rules.definition import Definition, Measured
from alerts.rules.evaluating import evaluate
from alerts.rules.models import Rule
from alerts.rules.points import Limit
from alerts.rules.ready_made import READY_MADE
from alerts.rules.stored import read, written

AT = "/api/v1/alert-rules"
BAD = Threshold(limits=(Limit(Tier.WARNING, 0.05),))
ERRORS = {
    "measured": [{"measure": "error_rate", "query": "env:production"}],
    "condition": {"kind": "threshold", "limits": [{"tier": "warning", "value": 0.05}]},
    "bucket": "minute",
    "lag_seconds": 0,
}


@pytest.fixture
def asked(client, auth, make_api_key):
    """`asked("post", {…})`: the answer to a key that may do everything."""
    key = make_api_key(scopes=("read", "admin"))

    def send(method, body=None, at=AT, key=key):
        options = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(client, method)(at, headers=auth(key), **options)

    return send


def test_a_rule_is_made_read_changed_switched_and_deleted(asked):
    answer = asked("post", {"name": "Errors", "definition": ERRORS, "note": "Call Kim."})
    assert answer.status_code == 201, answer.content
    rule = answer.json()
    assert rule["in_words"] == "Error rate of env:production above 5 %"
    assert (rule["tiers"], rule["state"], rule["is_on"]) == (["warning"], "calm", True)
    at = f"{AT}/{rule['id']}"
    assert read(asked("get", at=at).json()["definition"]) == read(ERRORS)
    changed = asked("patch", {"name": "Failures"}, at).json()
    assert (changed["name"], changed["note"], changed["version"]) == ("Failures", "Call Kim.", 1)
    assert asked("patch", {"definition": {**ERRORS, "bucket": "5m"}}, at).json()["version"] == 2
    assert asked("patch", {"is_on": False}, at).json()["state"] == "off"
    assert asked("delete", at=at).status_code == 204
    assert asked("get", at=at).status_code == 404


def test_how_a_rule_stands_is_told(asked, make_rule, traffic, at):
    rule = make_rule(BAD, measure="error_rate", by=("model",))
    traffic(60, 20, errors=10, model="gpt-5")
    traffic(60, 20, model="small")
    assert evaluate(rule.pk, at(125))
    [found] = asked("get", at=f"{AT}?state=firing").json()["data"]
    assert found["segments"] == {"firing": 1, "pending": 0, "calm": 1}
    assert (found["state"], found["error"]) == ("firing", None)
    asked("patch", {"is_on": True}, f"{AT}/{rule.pk}")
    assert Incident.objects.get(rule_id=rule.pk).is_open  # it was on
    asked("patch", {"definition": ERRORS}, f"{AT}/{rule.pk}")
    assert not Incident.objects.get(rule_id=rule.pk).is_open


@pytest.mark.parametrize("one", READY_MADE, ids=lambda one: one.key)
def test_what_is_told_can_be_sent_back(asked, one):
    sent = {"name": one.key, "definition": written(one.definition)}
    assert asked("post", sent).json()["definition"] == written(one.definition)


def test_a_long_list_has_pages(asked, project):
    wanted = Definition(measured=(Measured(),), condition=BAD)
    for name in ("a", "b", "c", "d", "e"):
        made(project, name, wanted)
    names, cursor = [], ""
    for _page in range(3):
        found = asked("get", at=f"{AT}?limit=2&cursor={cursor}").json()
        names += [one["name"] for one in found["data"]]
        cursor = found["next_cursor"]
    assert (names, cursor) == (["a", "b", "c", "d", "e"], None)
    assert [one["name"] for one in asked("get", at=f"{AT}?search=d").json()["data"]] == ["d"]


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "required"),
        ({"name": "x", "definition": []}, "object is wanted"),
        ({"name": "x", "definition": {**ERRORS, "more": 1}}, "there is no field “more”"),
        ({"name": "x", "definition": {**ERRORS, "by": ["nothing"]}}, "no dimension “nothing”"),
        ({"name": "x", "definition": {**ERRORS, "measured": [{"measure": "x"}]}}, "no measure “x”"),
        ({"name": "a\u202eb", "definition": ERRORS}, "Visible characters"),
        ({"name": "x" * 201, "definition": ERRORS}, "200"),
        ({"name": "x", "definition": ERRORS, "runbook_url": "javascript:alert(1)"}, "URL"),
        ({"name": "x", "definition": ERRORS, "runbook_url": "ftp://a.example/x"}, "http"),
        ({"name": "x", "definition": ERRORS, "colour": "red"}, "no such field"),
        ([], "object"),
    ],
)
def test_what_makes_no_rule_is_refused_with_why(asked, project, sent, words):
    answer = asked("post", sent)
    assert answer.status_code == 400 and words in answer.content.decode(), answer.content.decode()
    assert not Rule.objects.filter(project=project).exists()


def test_a_name_is_there_once(asked):
    asked("post", {"name": "x", "definition": ERRORS})
    assert asked("post", {"name": "x", "definition": ERRORS}).status_code == 400
    other = asked("post", {"name": "y", "definition": ERRORS}).json()
    answer = asked("patch", {"name": "x", "is_on": False}, f"{AT}/{other['id']}")
    assert answer.status_code == 400
    assert Rule.objects.get(pk=other["id"]).is_on  # nothing of it was done


def test_keys_see_their_project_and_change_with_admin_alone(
    asked, make_api_key, make_rule, organisation
):
    make_rule(BAD)
    reader = make_api_key(scopes=("read",))
    assert asked("get", key=reader).status_code == 200
    assert asked("post", {"name": "x", "definition": ERRORS}, key=reader).status_code == 403
    elsewhere = Project.objects.create(organisation=organisation, name="Elsewhere")
    foreign = made(elsewhere, "Theirs", Definition(measured=(Measured(),), condition=BAD))
    for method, body in (("get", None), ("patch", {"is_on": False}), ("delete", None)):
        assert asked(method, body, f"{AT}/{foreign.pk}").status_code == 404
    assert Rule.objects.get(pk=foreign.pk).is_on
