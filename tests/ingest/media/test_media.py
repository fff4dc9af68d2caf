"""Files beside traces: announced, uploaded to a signed address, given back, and never mixed up."""

import base64
import errno
import hashlib
import json
import shutil
from urllib.parse import urlsplit

import pytest
from django.core import signing

from ingest.media import files, links
from ingest.media.models import MediaUse

pytestmark = pytest.mark.django_db
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40


@pytest.fixture(autouse=True)
def media_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def announcement(content: bytes = PICTURE, **changes) -> dict:
    digest = hashlib.sha256(content).digest()
    return {
        "traceId": "t1",
        "contentType": "image/png",
        "contentLength": len(content),
        "sha256Hash": base64.b64encode(digest).decode(),
        "field": "input",
        **changes,
    }


@pytest.fixture
def announce(client, api_key, auth):
    def send(body: dict, key=None):
        return client.post(
            "/api/public/media",
            json.dumps(body),
            content_type="application/json",
            headers=auth(key or api_key),
        )

    return send


@pytest.fixture
def upload(client):
    def put(url: str, content: bytes, **headers):
        address = urlsplit(url)
        return client.put(address.path, content, content_type="image/png", headers=headers)

    return put


@pytest.fixture
def fetch(client, api_key, auth):
    """The description of a file, and the answer to its link."""

    def get(media_id: str, key=None):
        shown = client.get(f"/api/public/media/{media_id}", headers=auth(key or api_key))
        if shown.status_code != 200:
            return shown.json(), None
        return shown.json(), client.get(urlsplit(shown.json()["url"]).path)

    return get


def test_a_file_comes_back_as_it_was_sent(announce, upload, fetch, client, api_key, auth):
    told = announce(announcement())
    assert told.status_code == 201
    media_id = told.json()["mediaId"]
    digest = hashlib.sha256(PICTURE).digest()
    assert media_id == base64.urlsafe_b64encode(digest).decode()[:22]
    assert upload(told.json()["uploadUrl"], PICTURE).status_code == 200
    account = {"uploadedAt": "2026-11-20T07:00:00Z", "uploadHttpStatus": 200, "uploadTimeMs": 5}
    patched = client.patch(
        f"/api/public/media/{media_id}",
        json.dumps(account),
        content_type="application/json",
        headers=auth(api_key),
    )
    assert patched.status_code == 200
    shown, answer = fetch(media_id)
    assert (shown["contentType"], shown["contentLength"]) == ("image/png", len(PICTURE))
    assert shown["urlExpiry"] > shown["uploadedAt"]
    assert b"".join(answer.streaming_content) == PICTURE


def test_a_file_that_is_here_needs_no_second_upload(announce, upload):
    upload(announce(announcement()).json()["uploadUrl"], PICTURE)
    again = announce(announcement(traceId="t2", field="output"))
    assert (again.status_code, again.json()["uploadUrl"]) == (201, None)


def test_the_same_bytes_in_another_project_are_another_file(announce, upload, fetch, organisation):
    """Or the answer would tell what others have."""
    from accounts.models import Project

    other = Project.objects.create(organisation=organisation, name="Other")
    other_key = made_key(other)
    told = announce(announcement()).json()
    upload(told["uploadUrl"], PICTURE)
    assert fetch(told["mediaId"], key=other_key)[0]["error"] == "LangfuseNotFoundError"
    theirs = announce(announcement(), key=other_key).json()
    assert theirs["uploadUrl"]
    assert theirs["mediaId"] == told["mediaId"]


def made_key(project):
    from types import SimpleNamespace

    from accounts.keys import create_key

    made = create_key(project)
    return SimpleNamespace(public_key=made.key.public_key, secret_key=made.secret_key)


@pytest.mark.parametrize(
    "content", [PICTURE[:-1], PICTURE + b"x", PICTURE[:-1] + b"x", b""], ids=len
)
def test_bytes_that_are_not_the_announced_are_not_kept(
    announce, upload, fetch, media_folder, content
):
    told = announce(announcement()).json()
    answer = upload(told["uploadUrl"], content)
    assert answer.status_code == 400
    assert answer.json()["message"]
    assert fetch(told["mediaId"])[0]["error"] == "LangfuseNotFoundError"
    assert [path for path in media_folder.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_said_and_leaves_nothing_behind(
    announce, upload, media_folder, monkeypatch, number
):
    def full(descriptor):
        raise OSError(number, "No space left on device")

    url = announce(announcement()).json()["uploadUrl"]
    with monkeypatch.context() as patched:
        patched.setattr(files.os, "fsync", full)
        answer = upload(url, PICTURE)
    assert answer.status_code == 507
    assert "disk is full" in answer.json()["message"]
    assert [path for path in media_folder.rglob("*") if path.is_file()] == []
    assert upload(url, PICTURE).status_code == 200


def test_a_file_takes_nothing_of_the_disk_s_reserve(announce, upload, media_folder, monkeypatch):
    url = announce(announcement()).json()["uploadUrl"]
    with monkeypatch.context() as patched:
        free = shutil.disk_usage(media_folder).free
        patched.setattr(files, "MIN_FREE_BYTES", free + 2**40)
        answer = upload(url, PICTURE)
    assert answer.status_code == 507
    assert "disk is full" in answer.json()["message"]
    assert [path for path in media_folder.rglob("*") if path.is_file()] == []
    assert upload(url, PICTURE).status_code == 200


@pytest.mark.parametrize("half", [b"\\ud800", b"\\u0000", b"\xed\xa0\x80"])
@pytest.mark.parametrize(
    "field", ["traceId", "observationId", "field", "contentType", "sha256Hash"]
)
def test_text_that_no_store_takes_is_replaced_or_refused(client, api_key, auth, field, half):
    body = json.dumps(announcement(**{field: "HERE"})).encode().replace(b"HERE", half)
    answer = client.post(
        "/api/public/media", body, content_type="application/json", headers=auth(api_key)
    )
    assert answer.status_code == (201 if field in ("traceId", "observationId") else 400)
    if answer.status_code == 201:
        (use,) = MediaUse.objects.filter(media__project_id=api_key.row.project_id)
        assert (use.trace_id if field == "traceId" else use.observation_id).strip("\ufffd") == ""


def test_a_failed_upload_can_be_tried_again(announce, upload, fetch):
    url = announce(announcement()).json()["uploadUrl"]
    assert upload(url, b"broken").status_code == 400
    assert upload(url, PICTURE).status_code == 200
    assert upload(url, PICTURE).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"contentType": "text/x-shellscript"},
        {"contentType": "../../etc"},
        {"contentType": None},
        {"contentLength": 0},
        {"contentLength": -1},
        {"contentLength": 10**12},
        {"contentLength": "many"},
        {"sha256Hash": "short"},
        {"sha256Hash": "../../../etc/passwd"},
        {"sha256Hash": None},
        {"field": "name"},
        {"traceId": {"a": 1}},
    ],
)
def test_an_announcement_that_makes_no_sense_is_refused(announce, changes):
    answer = announce(announcement(**changes))
    assert answer.status_code == 400
    assert answer.json()["error"][0]["message"]


@pytest.mark.parametrize("body", [[], "x", 1, None])
def test_an_announcement_that_is_no_object_is_refused(announce, body):
    assert announce(body).status_code == 400


def test_long_ids_are_taken(announce):
    body = announcement(traceId="t" * 800, observationId="한" * 800, datasetItemId="d" * 800)
    for _ in range(2):
        assert announce(body).status_code == 201


def test_a_link_works_for_one_purpose_and_not_for_ever(announce, client, upload, monkeypatch):
    told = announce(announcement()).json()
    token = urlsplit(told["uploadUrl"]).path.rpartition("/")[2]
    assert client.get(f"/media/download/{token}").status_code == 404
    assert client.put(f"/media/upload/{token}x", PICTURE).status_code == 404
    assert client.put("/media/upload/1", PICTURE).status_code == 404
    an_hour_on = signing.time.time() + links.LIFETIME.total_seconds() + 1
    monkeypatch.setattr(signing.time, "time", lambda: an_hour_on)
    assert upload(told["uploadUrl"], PICTURE).status_code == 404


@pytest.mark.parametrize(
    ("content_type", "shown_as"),
    [
        ("image/png", "inline"),
        ("image/svg+xml", "attachment"),
        ("text/html", "attachment"),
        ("application/pdf", "attachment"),
    ],
)
def test_only_images_are_shown_in_place_and_nothing_can_run(
    announce, upload, fetch, content_type, shown_as
):
    told = announce(announcement(contentType=content_type)).json()
    upload(told["uploadUrl"], PICTURE)
    _, answer = fetch(told["mediaId"])
    assert answer["Content-Disposition"].startswith(shown_as)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    answer.close()


def test_files_of_the_wrong_key_are_not_there(announce, client, api_key):
    headers = {"Authorization": f"Bearer {api_key.public_key}"}
    assert client.get("/api/public/media/abc", headers=headers).status_code == 403
    assert (
        client.post("/api/public/media", "{}", content_type="application/json").status_code == 401
    )


def test_a_path_holds_nothing_that_a_client_chose(project):
    digest = hashlib.sha256(PICTURE).hexdigest()
    path = files.path_of(project.id, digest)
    assert path.parts[-3:] == (project.id, digest[:2], digest)
