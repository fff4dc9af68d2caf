"""/api/v1/drift/monitors."""

import pytest

from evals.drift.models import DriftMonitor
from tests.drift.found import AT, DAY, monitor_of, unmeasured, verdict_of

pytestmark = pytest.mark.django_db

V1 = "/api/v1/drift/monitors"
WANTED = {"name": "Length", "watched": "output_length"}


@pytest.fixture
def asked(client, auth, make_api_key):
    """`asked("post", {…}, at)`: the answer to a key that may do everything."""
    key = make_api_key(scopes=("read", "admin"))

    def send(method, body=None, at=V1, key=key):
        options = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(client, method)(at, headers=auth(key), **options)

    return send


def test_a_monitor_is_made_read_changed_and_deleted(asked, project):
    baseline = {"kind": "since", "release": "v2", "current_hours": 12}
    made = asked("post", {**WANTED, "baseline": baseline, "is_on": False})
    assert made.status_code == 201, made.content
    told = made.json()
    assert told["baseline"] == {**baseline, "reference_hours": 336}
    assert (told["kind"], told["is_on"], told["tuned_effect"]) == ("numeric", False, None)
    at = f"{V1}/{told['id']}"
    changed = asked("patch", {"is_on": True, "method": "psi", "by": ["model"]}, at).json()
    assert (changed["is_on"], changed["method"], changed["by"]) == (True, "psi", ["model"])
    assert changed["baseline"]["release"] == "v2"
    assert [one["id"] for one in asked("get").json()["data"]] == [told["id"]]
    assert asked("delete", at=at).status_code == 204
    assert asked("get", at=at).status_code == 404


def test_another_kind_of_figure_takes_the_kind_that_goes_with_it(asked):
    at = f"{V1}/{asked('post', WANTED).json()['id']}"
    assert asked("patch", {"watched": "model"}, at).json()["kind"] == "categorical"


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({"watched": "output_length"}, "name"),
        ({**WANTED, "watched": "shoes"}, "watched"),
        ({**WANTED, "shoes": 1}, "shoes"),
        ({**WANTED, "alpha": "x"}, "alpha"),
        ({**WANTED, "alpha": 7}, ""),
        ({**WANTED, "least_samples": 1}, "least_samples"),
        ({**WANTED, "method": "chi_square"}, ""),
        ({**WANTED, "query": "nonsense:1"}, ""),
        ({**WANTED, "watched": "score"}, ""),
        ({**WANTED, "baseline": {"kind": "fixed"}}, "baseline"),
        ({**WANTED, "baseline": {"kind": "since"}}, "baseline"),
        ({**WANTED, "baseline": {"kind": "rolling", "current_hours": -1}}, "baseline"),
        ({**WANTED, "by": ["shoe"]}, "by"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(asked, body, parameter):
    refused = asked("post", body)
    assert refused.status_code == 400, refused.content
    assert parameter in {one["parameter"] for one in refused.json()["errors"]}
    assert not DriftMonitor.objects.exists()


def test_a_run_is_asked_for(asked, project):
    monitor = monitor_of(project)
    answer = asked("post", at=f"{V1}/{monitor.pk}/run")
    assert answer.status_code == 202 and answer.json()["asked_at"]


def test_verdicts_come_in_pages_newest_first_and_by_state(asked, project):
    monitor = monitor_of(project)
    found = [verdict_of(monitor, AT - n * DAY) for n in range(3)]
    few = unmeasured(monitor, AT - 9 * DAY, why="too few")
    at = f"{V1}/{monitor.pk}/verdicts"
    first = asked("get", at=f"{at}?limit=3").json()
    assert [one["id"] for one in first["data"]] == [one.pk for one in found]
    rest = asked("get", at=f"{at}?limit=3&cursor={first['next_cursor']}").json()
    assert [one["id"] for one in rest["data"]] == [few.pk] and rest["next_cursor"] is None
    assert (rest["data"][0]["effect"], rest["data"][0]["why"]) == (None, "too few")
    [only] = asked("get", at=f"{at}?state=too_few").json()["data"]
    assert only["id"] == few.pk
    for wrong in ("limit=0", "limit=x", "limit=500", "cursor=x", "state=x"):
        assert asked("get", at=f"{at}?{wrong}").status_code == 400, wrong


def test_a_verdict_is_told_whole_marked_and_unmarked(asked, project):
    monitor = monitor_of(project)
    at = f"{V1}/{monitor.pk}/verdicts/{verdict_of(monitor).pk}"
    whole = asked("get", at=at).json()
    assert whole["headline"][0].startswith("Output length: higher")
    assert whole["moved"][0]["segment"] == "gpt-5" and whole["shapes"]["unit"] == "characters"
    marked = asked("put", {"mark": "harmful", "note": "prompt"}, f"{at}/mark").json()
    assert (marked["mark"], marked["note"]) == ("harmful", "prompt")
    assert asked("put", {"mark": None}, f"{at}/mark").json()["mark"] is None
    assert asked("put", {"mark": "lovely"}, f"{at}/mark").status_code == 400
    assert asked("put", {}, f"{at}/mark").status_code == 400
    few = f"{V1}/{monitor.pk}/verdicts/{unmeasured(monitor, AT - DAY).pk}/mark"
    assert asked("put", {"mark": "expected"}, few).status_code == 400


def test_a_key_that_reads_changes_nothing_and_sees_no_other_project(
    asked, project, organisation, make_api_key
):
    from accounts.models import Project

    reader = make_api_key(scopes=("read",))
    monitor = monitor_of(project)
    assert asked("get", key=reader).status_code == 200
    assert asked("post", WANTED, key=reader).status_code == 403
    assert asked("post", at=f"{V1}/{monitor.pk}/run", key=reader).status_code == 403
    other = monitor_of(Project.objects.create(organisation=organisation, name="Other"))
    assert asked("get", at=f"{V1}/{other.pk}").status_code == 404
    assert asked("get", at=f"{V1}/{other.pk}/verdicts").status_code == 404
    assert asked("delete", at=f"{V1}/{other.pk}").status_code == 404
