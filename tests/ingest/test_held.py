import pytest
from django.template import Context, Template

from ingest import held
from ingest.batch import Batch
from ingest.models import HeldBatch
from tests.ingest.proxy import Fault
from tests.ingest.rows import a_span


@pytest.fixture
def hold_one(project):
    def hold(rows: int = 1, project_id: str = project.id) -> None:
        batch = Batch(spans=[a_span(project_id) for _ in range(rows)])
        held.hold(project_id, batch, version=1)

    return hold


def banner(project) -> str:
    return Template("{% load held %}{% held_banner project %}").render(
        Context({"project": project})
    )


def test_what_waits_is_counted_by_project_and_in_all(project, hold_one):
    hold_one(rows=3)
    hold_one(rows=2, project_id="another")
    mine = held.waiting(project.id)
    assert (mine.batches, mine.rows) == (1, 3)
    assert mine.since is not None
    assert held.waiting().rows == 5


def test_where_nothing_waits_there_is_no_banner(project, hold_one):
    hold_one(project_id="another")
    assert banner(project).strip() == ""
    assert held.waiting(project.id).since is None


def test_the_banner_says_how_much_will_appear(project, hold_one):
    hold_one(rows=1200)
    assert "1 batch (1,200 rows) is held safely" in banner(project)


def test_what_is_held_is_small(hold_one):
    hold_one(rows=100)
    [batch] = HeldBatch.objects.all()
    assert batch.bytes < 100 * 300


def test_holding_does_not_depend_on_the_project_being_there(db):
    """It may have been deleted a moment ago; what was acknowledged is kept all the same."""
    held.hold("gone", Batch(spans=[a_span("gone")]), version=1)
    assert HeldBatch.objects.get().project_id == "gone"


def test_the_list_of_traces_tells_what_is_held(client, member, project, hold_one):
    hold_one(rows=7)
    client.force_login(member)
    page = client.get(f"/projects/{project.id}/traces").content.decode()
    assert "(7 rows) is held safely" in page


@pytest.mark.usefixtures("clickhouse_schema")
def test_while_clickhouse_is_away_the_page_tells_what_is_held(
    client, member, project, hold_one, clickhouse_proxy
):
    hold_one(rows=7)
    clickhouse_proxy.fault = Fault.REFUSE
    client.force_login(member)
    answer = client.get(f"/projects/{project.id}/traces")
    assert answer.status_code == 503
    assert "(7 rows) is held safely" in answer.content.decode()
