"""The addresses that Langfuse's SDKs print lead to the pages that show the same."""

import pytest
from django.urls import reverse


@pytest.mark.parametrize(
    ("rest", "leads_to"),
    [
        ("/traces/t1", "/traces/t1"),
        ("/traces/t1?observation=s%261", "/traces/t1?span=s%261"),
        ("/sessions/a%2Fb%20c", "/sessions/one?id=a%2Fb%20c"),
        ("/users/ada%40example.org", "/users/one?id=ada%40example.org"),
        ("/traces", "/traces"),
        ("/anything", "/traces"),
    ],
)
def test_an_address_of_a_project_leads_to_its_page(client, project, owner, rest, leads_to):
    client.force_login(owner)
    answer = client.get(f"/project/{project.id}{rest}")
    assert answer.status_code == 302
    assert answer.url == f"/projects/{project.id}{leads_to}"


def test_the_address_of_a_trace_alone_finds_its_project(client, project, owner, span):
    span("t1", "s1")
    client.force_login(owner)
    answer = client.get("/trace/t1")
    assert answer.url == reverse("trace-page", args=[project.id, "t1"])


def test_the_address_of_a_trace_alone_tells_a_stranger_nothing(client, project, stranger, span):
    span("t1", "s1")
    client.force_login(stranger)
    assert client.get("/trace/t1").status_code == 404
    assert client.get("/trace/never-sent").status_code == 404


@pytest.mark.parametrize("path", ["/trace/t1", "/project/{}/traces/t1"])
def test_who_is_not_logged_in_is_asked_to(client, project, path):
    answer = client.get(path.format(project.id))
    assert answer.status_code == 302
    assert answer.url.startswith("/login?next=")
