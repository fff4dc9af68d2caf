"""Files beside traces, where the trace's texts refer to them."""

import base64
import hashlib
import json
from urllib.parse import urlsplit

import pytest
from django.urls import reverse

from traces.render.media import MediaReference, reference, split

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
MEDIA_ID = base64.urlsafe_b64encode(hashlib.sha256(PICTURE).digest()).decode()[:22]
REFERENCE = f"@@@langfuseMedia:type=image/png|id={MEDIA_ID}|source=bytes@@@"
FORMS = {
    "plain text": f"look {REFERENCE} there",
    "message": json.dumps([{"role": "user", "content": f"look {REFERENCE}"}]),
    "text part": json.dumps(
        [{"role": "user", "content": [{"type": "text", "text": f"a {REFERENCE} b"}]}]
    ),
    "image part": json.dumps(
        [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": REFERENCE}}]}]
    ),
    "data part": json.dumps(
        [
            {
                "role": "user",
                "content": [{"type": "image", "source": {"type": "base64", "data": REFERENCE}}],
            }
        ]
    ),
    "tool result": json.dumps([{"role": "tool", "tool_call_id": "1", "content": REFERENCE}]),
    "json": json.dumps({"picture": REFERENCE}),
}


@pytest.fixture
def uploaded(client, api_key, auth, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    body = {
        "traceId": "t",
        "contentType": "image/png",
        "contentLength": len(PICTURE),
        "sha256Hash": base64.b64encode(hashlib.sha256(PICTURE).digest()).decode(),
        "field": "input",
    }
    told = client.post(
        "/api/public/media", json.dumps(body), "application/json", headers=auth(api_key)
    ).json()
    assert told["mediaId"] == MEDIA_ID
    path = urlsplit(told["uploadUrl"]).path
    assert client.put(path, PICTURE, content_type="image/png").status_code == 200


@pytest.fixture
def link(project) -> str:
    return reverse("project-media", args=[project.id, MEDIA_ID])


@pytest.mark.parametrize("type_", ["GENERATION", "TOOL"])
@pytest.mark.parametrize("form", FORMS)
def test_a_reference_is_a_link_wherever_it_stands(client, owner, project, span, link, form, type_):
    span("t", "g", type=type_, input=FORMS[form])
    client.force_login(owner)
    page = client.get(reverse("trace-page", args=[project.id, "t"])).content.decode()
    assert f'href="{link}"' in page and ">image/png</a>" in page
    assert "langfuseMedia" not in page.partition('id="pane"')[2]


def test_the_link_leads_to_the_file_and_its_chip_says_what_it_is(client, owner, uploaded, link):
    client.force_login(owner)
    chip = client.get(link, {"part": "chip"}).content.decode()
    assert f'<img src="{link}"' in chip and "image/png" in chip and "264" in chip
    told = client.get(link)
    assert told.status_code == 302
    shown = client.get(urlsplit(told["Location"]).path)
    assert b"".join(shown.streaming_content) == PICTURE


def test_a_file_that_is_not_here_is_said_to_be_missing(client, owner, link):
    client.force_login(owner)
    assert client.get(link).status_code == 404
    chip = client.get(link, {"part": "chip"})
    assert chip.status_code == 200 and "not been uploaded" in chip.content.decode()


def test_files_are_for_members_of_the_project_only(client, stranger, uploaded, link):
    client.force_login(stranger)
    assert client.get(link).status_code == 404
    assert client.get(link, {"part": "chip"}).status_code == 404


def test_text_is_split_at_its_references_and_nowhere_else():
    found = MediaReference(MEDIA_ID, "image/png")
    assert split(f"a {REFERENCE}{REFERENCE} b") == ["a ", found, found, " b"]
    for text in ("", "plain", "@@@langfuseMedia:", f"{REFERENCE[:-1]}", "@@@langfuseMedia:x@@@"):
        assert "".join(split(text)) == text
        assert reference(text) is None
