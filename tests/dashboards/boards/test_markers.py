"""What happened on the time axis: seen in traces, done to prompts, written by people and CIs."""

import html
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from dashboards.boards import markers
from dashboards.boards.models import Marker
from tests.traces.conftest import MINUTE
from traces.errors import Unavailable

MARKERS = "/api/v1/markers"
SECOND = 1_000_000_000


def moment(nanoseconds: int) -> str:
    return datetime.fromtimestamp(nanoseconds // SECOND, UTC).isoformat()


@pytest.fixture
def listed(client, project, now):
    """`listed(owner)`: the words beside a board, as its fragment has them."""

    def get(person, **query):
        client.force_login(person)
        time = {"from": str(now - 90 * MINUTE), "to": str(now + 30 * MINUTE)}
        address = reverse("marker-list", args=[project.id])
        return client.get(address, {**time, **query}, headers={"HX-Request": "true"})

    return get


def charted(response) -> list[dict]:
    [found] = re.findall(r'data-markers="([^"]*)"', response.content.decode())
    return json.loads(html.unescape(found))


def test_a_release_is_new_where_it_is_first_seen(listed, viewer, span):
    span("old", "0", at=-2 * 24 * 3600, release="1.0")
    span("old", "1", at=-600, release="1.0")
    span("new", "2", at=-300, release="2.0")
    span("new", "3", at=-200, release="2.0")
    span("whole", "", at=-100, type="TRACE", release="3.0")  # as SDKs of Langfuse 2 and 3 say it
    page = listed(viewer)
    assert [one["short"] for one in charted(page)] == ["3.0", "2.0"]
    assert "release%3A2.0" in page.content.decode()


def test_charts_show_the_newest_and_the_list_all(listed, viewer, project, span, now, monkeypatch):
    monkeypatch.setattr(markers, "MOST_DRAWN", 2)
    for number in range(3):
        span(f"t{number}", "s", at=-600 + 60 * number, release=f"r{number}")
    at = datetime.fromtimestamp(now // SECOND, UTC)
    Marker.objects.create(project=project, at=at, text="note", kind="note")
    page = listed(viewer)
    assert sorted(one["short"] for one in charted(page)) == ["note", "r1", "r2"]
    assert ">r0<" in page.content.decode()
    assert "the newest 2 of each kind" in page.content.decode()


def test_a_label_that_moved_is_a_release_of_its_prompt(listed, owner, client, api_key, auth):
    body = {"name": "support", "prompt": "hi", "labels": ["production"]}
    sent = client.post(
        "/api/public/v2/prompts",
        json.dumps(body),
        content_type="application/json",
        headers=auth(api_key),
    )
    assert sent.status_code == 201
    moved = datetime.now(UTC) + timedelta(minutes=1)
    page = listed(owner, to=moved.strftime("%Y-%m-%dT%H:%M:%S"))
    assert "support production → v1" in html.unescape(page.content.decode())


def test_a_ci_puts_a_deployment_onto_the_axis_and_takes_it_away(
    client, api_key, auth, listed, viewer, now
):
    sent = {"kind": "deploy", "text": "api <1.4>", "at": moment(now), "url": "https://ci.test/1"}
    answer = client.post(
        MARKERS, json.dumps(sent), content_type="application/json", headers=auth(api_key)
    )
    assert answer.status_code == 201 and answer.json()["text"] == sent["text"]
    assert client.get(MARKERS, headers=auth(api_key)).json() == [answer.json()]
    page = listed(viewer)
    assert charted(page)[0]["words"] == "Deployment: api &lt;1.4&gt;"
    assert 'href="https://ci.test/1"' in page.content.decode()
    assert "trash" not in page.content.decode()  # who only looks takes nothing away
    gone = client.delete(f"{MARKERS}/{answer.json()['id']}", headers=auth(api_key))
    assert gone.status_code == 204 and charted(listed(viewer)) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"text": ""},
        {"text": "x" * 201},
        {"text": "x", "kind": "party"},
        {"text": "x", "at": "9999-12-31T00:00:00Z"},
        {"text": "x", "url": "javascript:alert(1)"},
        {"text": "x", "url": "ftp://files.test"},
        [],
    ],
)
def test_what_is_no_marker_is_refused_with_the_reason(client, api_key, auth, wrong):
    answer = client.post(
        MARKERS, json.dumps(wrong), content_type="application/json", headers=auth(api_key)
    )
    assert answer.status_code == 400 and answer.json()["detail"]
    assert not Marker.objects.exists()


def test_a_key_reaches_only_markers_of_its_project(client, make_api_key, auth, organisation):
    from accounts.models import Project

    other = Project.objects.create(organisation=organisation, name="other")
    at = datetime.now(UTC)
    there = Marker.objects.create(project=other, at=at, kind="note", text="theirs")
    headers = auth(make_api_key(scopes=("read", "ingest")))
    assert client.get(MARKERS, headers=headers).json() == []
    assert client.delete(f"{MARKERS}/{there.pk}", headers=headers).status_code == 404
    reading = auth(make_api_key(scopes=("read",)))
    sent = client.post(MARKERS, "{}", content_type="application/json", headers=reading)
    assert sent.status_code == 403


def test_members_write_notes_and_viewers_read_them(client, project, member, viewer, listed, now):
    address = reverse("marker-list", args=[project.id])
    note = {"kind": "incident", "text": "Korean answers", "at": moment(now)[:19], "url": ""}
    client.force_login(viewer)
    assert client.post(address, note).status_code == 404
    client.force_login(member)
    assert client.post(address, note).status_code == 302
    assert [one["kind"] for one in charted(listed(viewer))] == ["incident"]
    page = client.post(address, {**note, "url": "javascript:alert(1)"})
    assert page.status_code == 404 or "Enter a valid URL" in page.content.decode()
    [made] = Marker.objects.all()
    delete = reverse("marker-delete", args=[project.id, made.pk])
    assert client.post(delete).status_code == 404  # the viewer, who looked last
    client.force_login(member)
    assert client.post(delete).status_code == 302 and not Marker.objects.exists()


def test_the_store_being_away_hides_releases_and_nothing_else(
    listed, member, project, now, monkeypatch
):
    def away(scope):
        raise Unavailable("away")

    monkeypatch.setattr(markers, "releases", away)
    at = datetime.fromtimestamp(now // SECOND, UTC)
    Marker.objects.create(project=project, at=at, kind="note", text="still here")
    page = listed(member).content.decode()
    assert "still here" in page and "new releases are missing" in page


def test_another_part_puts_its_incidents_onto_the_axis(listed, viewer, now, monkeypatch):
    monkeypatch.setattr(markers, "_sources", [])
    markers.add_source(lambda scope: [markers.Event(now, "incident", "p95 too high", "/alerts/1")])
    page = listed(viewer)
    assert [one["words"] for one in charted(page)] == ["Incident: p95 too high"]
    assert 'href="/alerts/1"' in page.content.decode()


def test_a_project_has_so_many_markers_and_no_more(client, api_key, auth, monkeypatch):
    monkeypatch.setattr(markers, "MOST_KEPT", 1)
    answers = [
        client.post(
            MARKERS,
            json.dumps({"text": "x"}),
            content_type="application/json",
            headers=auth(api_key),
        )
        for _ in range(2)
    ]
    assert [one.status_code for one in answers] == [201, 400]
