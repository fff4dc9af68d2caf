"""/api/v1/incidents and /api/v1/silences."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alerts.incidents import acting
from alerts.incidents.matching import Matcher
from alerts.incidents.models import Incident
from alerts.incidents.tiers import Step, Tier

pytestmark = pytest.mark.django_db
INCIDENTS, SILENCES = "/api/v1/incidents", "/api/v1/silences"
MATCHERS = [{"label": "model", "value": "gpt-5"}]


@pytest.fixture
def key(make_api_key):
    return make_api_key(scopes=("read", "admin"))


@pytest.fixture
def other_key(organisation):
    """Of another project of the organisation."""
    from accounts.models import Project
    from tests.conftest import key_pair

    other = Project.objects.create(organisation=organisation, name="Another")
    return key_pair(other, scopes=("read", "admin"))


@pytest.fixture
def ask(client, key, auth):
    """`ask("get", path, status=200, …)`: the answer's JSON, or None where it has none."""

    def asked(method, path, said=None, *, status=200, of=None, **query):
        address = path + ("?" + "&".join(f"{k}={v}" for k, v in query.items()) if query else "")
        call = getattr(client, method)
        more = {} if said is None else {"data": said, "content_type": "application/json"}
        response = call(address, headers=auth(of or key), **more)
        assert response.status_code == status, response.content
        return response.json() if response.content else None

    return asked


def test_incidents_are_listed_page_by_page_the_newest_first(fires, ask):
    ids = [fires(f"m{n}", second=60 + n // 2).pk for n in range(5)]
    found, cursor = [], ""
    while True:
        page = ask("get", INCIDENTS, limit=2, **({"cursor": cursor} if cursor else {}))
        found += [one["id"] for one in page["data"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(found) == sorted(ids)
    fired = dict(Incident.objects.values_list("pk", "fired_at"))
    assert [fired[one] for one in found] == sorted((fired[one] for one in ids), reverse=True)


def test_a_list_of_incidents_is_narrowed(fires, ask, at, rule):
    fires("a"), fires("b", tier=Tier.CRITICAL), fires("c", second=600)
    fires("a", second=120, step=Step.RESOLVED)

    def models(**query):
        return {one["labels"]["model"] for one in ask("get", INCIDENTS, **query)["data"]}

    assert models(state="over") == {"a"} and models(state="open") == {"b", "c"}
    assert models(tier="critical") == {"b"} and models(label="model=c") == {"c"}
    assert models(rule=rule.pk) == {"a", "b", "c"} and models(rule="other") == set()
    assert models(start=at(300).isoformat().replace("+", "%2B")) == {"c"}
    assert models(end=at(300).isoformat().replace("+", "%2B")) == {"a", "b"}
    assert models(search="err") == {"a", "b", "c"}


def test_an_incident_is_told_with_its_facts_and_its_timeline(fires, ask, rule):
    incident = fires("gpt-5")
    found = ask("get", f"{INCIDENTS}/{incident.pk}")
    assert found["rule_id"] == rule.pk and found["labels"] == {"model": "gpt-5"}
    assert (found["state"], found["tier"], found["facts"]["value"]) == ("open", "warning", 0.12)
    assert {one["kind"] for one in found["events"]} == {"fired", "told"}


def test_a_program_acknowledges_comments_judges_and_resolves(fires, ask, key):
    path = f"{INCIDENTS}/{fires('a').pk}"
    for _ in range(2):
        assert ask("post", f"{path}/acknowledge")["state"] == "acknowledged"
    ask("post", f"{path}/comments", {"text": "Rolled back"}, status=201)
    assert ask("put", f"{path}/verdict", {"was_real": False})["was_real"] is False
    assert ask("put", f"{path}/verdict", {"was_real": None})["was_real"] is None
    assert ask("post", f"{path}/resolve")["state"] == "over"
    events = ask("get", path)["events"]
    by_key = sorted(one["kind"] for one in events if one["by"] == key.public_key)
    assert by_key == ["acknowledged", "closed", "commented", "judged", "judged"]
    assert [one["text"] for one in events if one["kind"] == "commented"] == ["Rolled back"]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("comments", {}),
        ("comments", {"text": ""}),
        ("comments", {"text": "x" * 5001}),
        ("comments", {"text": "x", "more": 1}),
        ("comments", ["x"]),
        ("verdict", {}),
        ("verdict", {"was_real": "perhaps"}),
    ],
)
def test_a_body_that_makes_no_sense_is_refused(fires, ask, path, said):
    method = "put" if path == "verdict" else "post"
    ask(method, f"{INCIDENTS}/{fires('a').pk}/{path}", said, status=400)


@pytest.mark.parametrize(
    "query",
    [{"state": "x"}, {"tier": "x"}, {"label": "x"}, {"limit": 0}, {"cursor": "x"}, {"more": 1},
     {"cursor": "WyJ4IiwgInkiXQ"}, {"start": "yesterday"}],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused(ask, query):
    ask("get", INCIDENTS, status=400, **query)


def test_reading_needs_one_scope_and_changing_another(fires, ask, make_api_key):
    reader = make_api_key(scopes=("read",))
    path = f"{INCIDENTS}/{fires('a').pk}"
    ask("get", path, of=reader)
    ask("post", f"{path}/acknowledge", of=reader, status=403)
    ask("post", SILENCES, {}, of=reader, status=403)
    ask("get", INCIDENTS, of=make_api_key(scopes=("ingest",)), status=403)


def test_another_projects_incidents_and_silences_are_not_found(fires, ask, project, other_key):
    incident, now = fires("a"), timezone.now()
    silence = acting.silence(
        project, [Matcher("a", "b")], begins_at=now, ends_at=now + timedelta(hours=1), author=None
    )
    ask("get", f"{INCIDENTS}/{incident.pk}", of=other_key, status=404)
    ask("post", f"{INCIDENTS}/{incident.pk}/resolve", of=other_key, status=404)
    ask("delete", f"{SILENCES}/{silence.pk}", of=other_key, status=404)
    assert ask("get", INCIDENTS, of=other_key)["data"] == []
    assert ask("get", SILENCES, of=other_key)["data"] == []


def test_a_silence_is_made_listed_and_ended(ask, project):
    ends_at = timezone.now() + timedelta(hours=4)
    made = ask(
        "post",
        SILENCES,
        {"matchers": MATCHERS, "ends_at": ends_at.isoformat(), "comment": "Deploying"},
        status=201,
    )
    assert made["matchers"] == [{"label": "model", "value": "gpt-5", "how": "is"}]
    listed = ask("get", SILENCES, state="active")["data"]
    assert [one["id"] for one in listed] == [made["id"]]
    assert ask("get", f"{SILENCES}/{made['id']}")["comment"] == "Deploying"
    ask("delete", f"{SILENCES}/{made['id']}", status=204)
    assert ask("get", SILENCES, state="active")["data"] == []
    assert len(ask("get", SILENCES, state="over")["data"]) == 1


@pytest.mark.parametrize(
    "said",
    [
        {"matchers": MATCHERS},
        {"matchers": [], "ends_at": "2099-01-01T00:00:00Z"},
        {"matchers": MATCHERS * 11, "ends_at": "2099-01-01T00:00:00Z"},
        {"matchers": MATCHERS, "ends_at": "2099-01-01T00:00:00Z"},
        {"matchers": MATCHERS, "ends_at": "2021-01-01T00:00:00Z"},
        {"matchers": MATCHERS, "ends_at": "9999-01-01T00:00:00Z"},
        {"matchers": [{"label": "", "value": "x"}], "ends_at": "2099-01-01T00:00:00Z"},
        {"matchers": [{"label": "a", "value": "x", "how": "like"}], "ends_at": "2099-01-01"},
        {"matchers": "x", "ends_at": "2099-01-01T00:00:00Z"},
    ],
)
def test_a_silence_that_makes_no_sense_is_refused(ask, said):
    ask("post", SILENCES, said, status=400)
