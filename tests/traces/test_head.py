"""Pages answer HEAD as they answer GET, for those who only look whether a link works."""

import pytest
from django.urls import reverse
from django.utils import timezone

from comments import mentions, threads
from sharing import links
from sharing.models import Kind

PAGES = {
    "trace-list": "",
    "session-list": "",
    "session-page": "?id=s",
    "user-list": "",
    "user-page": "?id=ann",
    "trace-peek": "?id=t",
    "trace-file": "?as=sonde&trace=t",
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_answers_head(client, project, member, span, name):
    span("t", "s", user_id="ann", session_id="s")
    client.force_login(member)
    response = client.head(reverse(name, args=[project.id]) + PAGES[name])
    assert (response.status_code, response.getvalue()) == (200, b"")


def test_the_page_of_a_trace_and_its_share_link_answer_head(client, project, member, span):
    span("t", "s")
    token = links.create(project, Kind.TRACE, "t", by=member, days=1, now=timezone.now()).token
    assert client.head(reverse("shared-trace", args=[token])).status_code == 200
    client.force_login(member)
    assert client.head(reverse("trace-page", args=[project.id, "t"])).status_code == 200


def test_head_reads_no_mention(client, project, owner, member):
    said = {"content": mentions.written(member), "author": owner}
    threads.add(project, object_type="TRACE", object_id="t", **said)
    client.force_login(member)
    assert client.head(reverse("mention-list")).status_code == 200
    assert "Unread" in client.get(reverse("mention-list")).content.decode()
