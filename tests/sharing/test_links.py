"""One mechanism of share links, whatever they open."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.core.signing import Signer
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from accounts.models import digest_of
from sharing import links
from sharing.models import Kind, ShareLink

BEFORE = [("boards", "0001_markers_and_links"), ("sharing", "0001_initial")]
AFTER = [("boards", "0003_delete_boardlink"), ("sharing", "0002_links_to_boards_too")]


@pytest.mark.parametrize("days", [0, -1, 2, 91, 365])
def test_a_link_lasts_one_of_the_lengths_there_are(project, member, days):
    with pytest.raises(links.NotShared):
        links.create(project, Kind.BOARD, "cost", by=member, days=days, now=timezone.now())
    assert [links.days_of(said) for said in ("7", "07", "8", "x", "", "٧")] == [7, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("object_id", ["", "\0", "x" * 801])
def test_what_cannot_be_an_id_is_not_shared(project, member, object_id):
    with pytest.raises(links.NotShared):
        links.create(project, Kind.TRACE, object_id, by=member, days=1, now=timezone.now())


@pytest.mark.parametrize("query", ["\0", "q=" + "x" * 8000])
def test_a_state_that_cannot_be_kept_is_not_shared(project, member, query):
    now = timezone.now()
    with pytest.raises(links.NotShared):
        links.create(project, Kind.BOARD, "cost", query=query, by=member, days=1, now=now)


def test_a_link_opens_what_it_was_made_for_and_nothing_of_another_kind(project, member):
    now = timezone.now()
    new = links.create(project, Kind.TRACE, "cost", by=member, days=1, now=now)
    assert links.opened(Kind.TRACE, new.token, now) == new.link
    assert links.opened(Kind.BOARD, new.token, now) is None
    assert links.revoke(project.id, Kind.BOARD, new.link.pk, by=member, now=now) is None
    assert links.live(project.id, Kind.BOARD, "cost", now) == []
    links.end(project.id, Kind.BOARD, ["cost"])
    assert links.live(project.id, Kind.TRACE, "cost", now) == [new.link]


def test_a_link_opens_until_it_expires_and_not_after(project, member):
    now = timezone.now()
    new = links.create(project, Kind.BOARD, "cost", by=member, days=7, now=now)
    assert links.opened(Kind.BOARD, new.token, now + timedelta(days=6, hours=23))
    assert links.opened(Kind.BOARD, new.token, now + timedelta(days=7)) is None
    assert links.opened(Kind.BOARD, f"{new.token}x", now) is None


@pytest.mark.parametrize("kind", Kind)
def test_who_share_at_once_make_no_more_links_than_there_may_be(
    transactional_db, project, member, monkeypatch, kind
):
    monkeypatch.setattr(links, "MOST_LIVE", 2)
    ready = Barrier(6)

    def make(_number):
        ready.wait()
        try:
            links.create(project, kind, "one", by=member, days=1, now=timezone.now())
        except links.NotShared:
            return 0
        finally:
            connection.close()
        return 1

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(make, range(6))) == 2
    assert ShareLink.objects.count() == 2


def test_links_of_before_open_what_they_opened(transactional_db, project, member):
    now = timezone.now()
    lasting = {"created_by_id": member.pk, "created_at": now, "project_id": project.pk}
    ends = {"expires_at": now + timedelta(days=1)}
    executor = MigrationExecutor(connection)
    try:
        old = executor.migrate(BEFORE).apps
        old.get_model("sharing", "ShareLink").objects.create(
            trace_id="t", token_digest=digest_of("one"), **lasting, **ends
        )
        board_links = old.get_model("boards", "BoardLink").objects
        board_links.create(
            board="cost", query="q=a", token_digest=digest_of("two"), **lasting, **ends
        )
        board_links.create(
            board="cost", token_digest=digest_of("three"), revoked_at=now, **lasting, **ends
        )
    finally:
        MigrationExecutor(connection).migrate(AFTER)
    trace = links.opened(Kind.TRACE, Signer(sep=".", salt="sharing.links").sign("one"), now)
    signed = Signer(sep=".", salt="dashboards.boards.sharing").sign
    board = links.opened(Kind.BOARD, signed("two"), now)
    assert (trace.object_id, trace.query, trace.created_by) == ("t", "", member)
    assert (board.object_id, board.query, board.created_at) == ("cost", "q=a", now)
    assert links.opened(Kind.BOARD, signed("three"), now) is None
