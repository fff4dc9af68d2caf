"""The page of prompts as files: what would change is shown, and happens on a word."""

import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from prompts.files.archive import packed, unpacked
from prompts.files.forms import MAX_BYTES
from prompts.models import ProtectedLabel


@pytest.fixture
def upload(client, project, member):
    """Uploads these files as a member: the page that comes back."""
    client.force_login(member)

    def send(files, **form):
        content = files if isinstance(files, bytes) else packed(files.items())
        form["zip"] = SimpleUploadedFile("p.zip", content)
        return client.post(reverse("prompt-files", args=[project.id]), form)

    return send


def test_the_zip_holds_all_prompts(make, client, viewer, project):
    make("a/b", "Hi", labels=["production"])
    client.force_login(viewer)
    page = client.get(reverse("prompt-files", args=[project.id])).content.decode()
    zip_url = reverse("prompt-files-zip", args=[project.id])
    assert f'href="{zip_url}"' in page
    assert 'type="file"' not in page  # viewers upload nothing
    answer = client.get(zip_url)
    assert answer["Content-Disposition"] == 'attachment; filename="support-bot-prompts.zip"'
    assert list(unpacked(answer.content)) == ["a/b.md"]


def test_what_would_change_is_shown_and_then_done(make, upload, client, project, member):
    make("greet", "Hi", labels=["production"])
    page = upload(
        {
            "greet.md": "---\nname: greet\nversion: 1\nlabels: [production]\n---\nHello",
            "new.md": "---\ntags: [x]\n---\nHo",
        },
        message="From git",
    )
    html = page.content.decode()
    assert page.status_code == 200
    assert "production</span> 1 → 2" in html and "new: 2" in html
    assert not project.prompts.filter(name="new").exists()
    fields = dict(re.findall(r'type="hidden" name="(packed|message)" value="([^"]*)"', html))
    done = client.post(reverse("prompt-files-apply", args=[project.id]), fields, follow=True)
    assert "2 files changed something." in done.content.decode()
    version = project.prompts.get(name="greet").versions.get(number=2)
    assert (version.body, version.message, version.author) == ("Hello", "From git", member)


def test_files_that_say_what_is_there_change_nothing(make, upload, project):
    make("greet", "Hi")
    html = upload({"greet.md": "Hi"}).content.decode()
    assert "Nothing would change." in html and "Make these changes" not in html


def test_files_that_cannot_be_are_told_one_by_one(upload, project):
    ProtectedLabel.objects.create(project=project, name="production")
    page = upload({"a.md": "---\nlabels: [production]\n---\nx", "b.md": "x\0"})
    html = page.content.decode()
    assert page.status_code == 400
    assert "2 files cannot become prompts" in html
    assert "“production” is protected" in html and "b.md" in html


@pytest.mark.parametrize("content", [b"no zip", b"x" * (MAX_BYTES + 1), b""])
def test_what_is_no_zip_is_told_at_the_field(upload, content):
    page = upload(content)
    assert page.status_code == 400
    assert 'id="id_zip_error"' in page.content.decode()


def test_viewers_upload_nothing(client, viewer, project):
    client.force_login(viewer)
    for name in ("prompt-files", "prompt-files-apply"):
        answer = client.post(reverse(name, args=[project.id]), {"zip": BytesIO(b"x")})
        assert answer.status_code == 404


def test_a_page_that_was_tampered_with_changes_nothing(client, member, project):
    client.force_login(member)
    url = reverse("prompt-files-apply", args=[project.id])
    answer = client.post(url, {"packed": "!!"}, follow=True)
    assert answer.redirect_chain[0][0] == reverse("prompt-files", args=[project.id])
    assert not project.prompts.exists()
