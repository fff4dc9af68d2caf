"""The pages: who may do what, what they say, and how a file comes down."""

import pytest
from django.urls import reverse

from exports import exporting, tasks
from exports.models import Export

pytestmark = pytest.mark.usefixtures("db", "clickhouse_schema")


@pytest.fixture
def asked(client, project, now):
    """`asked(format="csv")`: the form above the list, sent."""

    def send(**fields):
        fields = {"q": "level:ERROR", "kind": "traces", "format": "csv"} | fields
        times = {"since": now - 10**13, "until": now + 10**13}
        return client.post(reverse("export-start", args=[project.id]), times | fields)

    return send


def page(client, project, query="", **headers):
    response = client.get(reverse("exports", args=[project.id]) + query, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def download(client, export):
    return client.get(reverse("export-download", args=[export.project_id, export.pk]))


def test_a_viewer_asks_for_a_file_watches_it_and_gets_it(
    client, viewer, project, span, asked, monkeypatch, django_capture_on_commit_callbacks, caplog
):
    span("t", "s", level="ERROR", input="비밀 질문")
    client.force_login(viewer)
    handed = []
    monkeypatch.setattr(tasks.work_on_export, "delay", handed.append)
    with django_capture_on_commit_callbacks(execute=True):
        assert asked(format="jsonl")["Location"] == reverse("exports", args=[project.id])
    export = Export.objects.get()
    assert handed == [export.pk]
    assert (export.query, export.asked_by, export.format) == ("level:ERROR", viewer, "jsonl")
    text = page(client, project, "?part=runs", **{"HX-Request": "true"})
    assert 'hx-trigger="every 2s"' in text and "Waiting for a worker" in text
    assert download(client, export).status_code == 404
    while exporting.work(export.pk):
        pass
    text = page(client, project, "?part=runs", **{"HX-Request": "true"})
    assert "hx-trigger" not in text and "1 trace" in text and "Vera" in text
    answer = download(client, export)
    content = b"".join(answer.streaming_content).decode()
    answer.close()
    assert answer["Content-Type"] == "application/x-ndjson"
    assert answer["Content-Disposition"].startswith('attachment; filename="support-bot-traces-')
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    assert "비밀 질문" in content
    said = [record.getMessage() for record in caplog.records]
    assert any("export_asked_for" in line and "level:ERROR" in line for line in said)
    assert any("export_downloaded" in line for line in said)
    assert not any("비밀" in line for line in said)


def test_a_stranger_and_another_project_get_nothing(
    client, stranger, owner, project, organisation, export
):
    from accounts.models import Project

    one = export()
    while exporting.work(one.pk):
        pass
    client.force_login(stranger)
    assert download(client, one).status_code == 404
    for name in ("export-cancel", "export-delete"):
        assert client.post(reverse(name, args=[project.id, one.pk])).status_code == 404
    other = Project.objects.create(organisation=organisation, name="Other")
    client.force_login(owner)
    url = reverse("export-download", args=[other.id, one.pk])
    assert client.get(url).status_code == 404
    assert client.post(reverse("export-delete", args=[other.id, one.pk])).status_code == 404
    answer = download(client, one)
    answer.close()
    assert answer.status_code == 200


def test_whoever_asked_and_members_stop_and_delete_and_other_viewers_do_not(
    client, viewer, member, project, export
):
    export()
    mine = export(asked_by=viewer)
    foreign = Export.objects.exclude(pk=mine.pk).get()
    client.force_login(viewer)
    text = page(client, project)
    assert reverse("export-cancel", args=[project.id, mine.pk]) in text
    assert reverse("export-cancel", args=[project.id, foreign.pk]) not in text
    url = reverse("export-cancel", args=[project.id, foreign.pk])
    assert client.post(url).status_code == 404
    client.post(reverse("export-cancel", args=[project.id, mine.pk]))
    client.force_login(member)
    client.post(url)
    assert Export.objects.filter(is_cancelled=True).count() == 2
    assert "Stopped" in page(client, project)
    client.post(reverse("export-delete", args=[project.id, mine.pk]))
    assert list(Export.objects.all()) == [foreign]


@pytest.mark.parametrize(
    "fields",
    [
        {"q": "colour:red"},
        {"format": "exe"},
        {"kind": "scores"},
        {"since": "x"},
        {"until": "-1"},
        {"until": str(2**70)},
        {"since": "5", "until": "5"},
    ],
)
def test_what_cannot_be_read_starts_nothing(client, viewer, project, asked, fields):
    client.force_login(viewer)
    answer = asked(**fields)
    assert answer["Location"].startswith(reverse("trace-list", args=[project.id]))
    assert ("q=level%3AERROR" in answer["Location"]) == ("q" not in fields)
    assert not Export.objects.exists()


def test_an_empty_page_says_how_to_begin(client, viewer, project):
    client.force_login(viewer)
    text = page(client, project)
    assert "No exports yet" in text and "hx-trigger" not in text


@pytest.mark.parametrize("error", ["too_much", "disk_full", "unreadable", "gave_up", "KeyError"])
def test_a_failure_is_told_in_words(client, viewer, project, export, error):
    from django.utils import timezone

    one = export()
    Export.objects.filter(pk=one.pk).update(finished_at=timezone.now(), error=error)
    client.force_login(viewer)
    text = page(client, project)
    assert "Failed" in text and ("KeyError" in text) == (error == "KeyError")
    assert download(client, one).status_code == 404


def test_an_address_is_shown_to_those_only_who_may_see_members(
    client, viewer, member, owner, project, export
):
    export()
    owner.name = ""
    owner.save()
    client.force_login(viewer)
    assert owner.email not in page(client, project)
    client.force_login(member)
    assert owner.email in page(client, project)


def test_the_query_that_is_shown_does_no_harm(client, viewer, project, export):
    export(query='"<script>alert(1)</script>"')
    client.force_login(viewer)
    text = page(client, project)
    assert "<script>alert" not in text and "&lt;script&gt;alert" in text


def test_the_menu_asks_for_what_the_list_shows(client, viewer, project, span):
    span("t", "s", level="ERROR")
    client.force_login(viewer)
    url = reverse("trace-list", args=[project.id])
    text = client.get(url, {"q": "level:ERROR", "range": "30d"}).content.decode()
    assert '<input type="hidden" name="q" value="level:ERROR">' in text
    assert 'name="kind" value="traces"' in text and 'name="kind" value="spans"' in text
    text = client.get(url, {"kind": "observations"}).content.decode()
    assert 'name="kind" value="observations"' in text
