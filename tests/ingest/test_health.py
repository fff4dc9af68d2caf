"""What load balancers and Prometheus are told."""

import subprocess
import sys
import textwrap
from urllib.parse import urlsplit, urlunsplit

import pytest

from ingest import health, metrics
from ingest.pipeline import Overloaded, accept
from tests.ingest.proxy import Fault, Proxy
from tests.ingest.rows import a_span

pytestmark = pytest.mark.usefixtures("circuit", "clickhouse_schema")


@pytest.fixture(autouse=True)
def no_remembered_answers(monkeypatch):
    monkeypatch.setattr(health, "answers", health.Doctor().answers)


def test_while_all_is_well_everything_is_ready(client, db):
    for path in ("/healthz", "/readyz", "/readyz/ingest"):
        answer = client.get(path)
        assert (answer.status_code, answer.content) == (200, b"ok\n")
        assert "no-store" in answer["Cache-Control"]


def test_while_clickhouse_is_away_ingest_stays_ready(client, db, clickhouse_proxy):
    clickhouse_proxy.fault = Fault.REFUSE
    assert client.get("/readyz").status_code == 503
    assert client.get("/readyz/ingest").status_code == 200
    assert client.get("/healthz").status_code == 200
    verbose = client.get("/readyz?verbose=1").json()
    assert verbose["ready"] is False
    assert {name: state["up"] for name, state in verbose["dependencies"].items()} == {
        "clickhouse": False,
        "postgres": True,
        "valkey": True,
    }


def test_while_postgres_is_away_ingest_stays_ready(client, postgres_away):
    with postgres_away():
        answer = client.get("/readyz")
        assert (answer.status_code, answer.content) == (503, b"away: postgres\n")
        assert client.get("/readyz/ingest").status_code == 200
        assert client.get("/healthz").status_code == 200


def test_while_both_are_away_ingest_is_not_ready(client, postgres_away, clickhouse_proxy):
    clickhouse_proxy.fault = Fault.REFUSE
    with postgres_away():
        assert client.get("/readyz/ingest").status_code == 503
        assert client.get("/healthz").status_code == 200


def test_a_clickhouse_that_hangs_does_not_make_the_check_hang(client, db, clickhouse_proxy):
    clickhouse_proxy.fault = Fault.HANG
    verbose = client.get("/readyz?verbose=1").json()
    assert verbose["dependencies"]["clickhouse"]["up"] is False
    assert verbose["dependencies"]["clickhouse"]["ms"] < 9000


def test_a_valkey_that_hangs_does_not_make_the_check_hang(client, db, settings):
    url = urlsplit(settings.VALKEY_URL)
    proxy = Proxy(url.hostname, url.port)
    proxy.fault = Fault.HANG
    login = url.netloc.rpartition("@")[0]
    settings.VALKEY_URL = urlunsplit(url._replace(netloc=f"{login}@127.0.0.1:{proxy.port}"))
    verbose = client.get("/readyz?verbose=1").json()
    proxy.close()
    assert verbose["ready"] is True  # only what runs in the background waits
    assert verbose["dependencies"]["valkey"]["up"] is False
    assert verbose["dependencies"]["valkey"]["ms"] < 9000


def test_however_often_it_is_asked_dependencies_are_asked_once_a_second(
    client, db, clickhouse_proxy
):
    assert client.get("/readyz").status_code == 200
    clickhouse_proxy.fault = Fault.HANG
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/readyz/ingest"])
def test_a_health_check_changes_nothing(client, db, path):
    assert client.post(path).status_code == 405


HERE = {"Host": "localhost:8000"}


def figures(client) -> dict[str, float]:
    lines = client.get("/metrics", headers=HERE).content.decode().splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


def grown(before: dict, after: dict, name: str) -> float:
    return after.get(name, 0) - before.get(name, 0)


def test_what_is_accepted_is_stored_or_held_or_dead_lettered(client, project, circuit):
    before = figures(client)
    accept(project.id, [a_span(project.id) for _ in range(5)])
    accept(project.id, [a_span(project.id), a_span(project.id, input_tokens=-(2**70))])
    circuit.failed()
    accept(project.id, [a_span(project.id) for _ in range(3)])
    after = figures(client)
    assert grown(before, after, "ingest_accepted_total") == 10
    assert grown(before, after, 'ingest_stored_total{by="request"}') == 6
    assert grown(before, after, "ingest_held_total") == 3
    assert grown(before, after, 'ingest_deadletter_total{by="request"}') == 1
    assert after["ingest_held_rows"] == 3
    assert after["ingest_held_batches"] == 1
    assert after["ingest_held_bytes"] > 0
    assert after["ingest_held_oldest_seconds"] >= 0
    assert after["ingest_deadletters"] == 1


def test_what_was_held_is_counted_as_stored_when_it_is_drained(client, project, circuit):
    from ingest.drain import drain

    circuit.failed()
    accept(project.id, [a_span(project.id) for _ in range(3)])
    before = figures(client)
    drain()
    after = figures(client)
    assert grown(before, after, 'ingest_stored_total{by="drain"}') == 3
    assert after["ingest_held_rows"] == 0


def test_what_is_turned_away_is_counted_and_not_as_accepted(
    client, project, clickhouse_proxy, postgres_away
):
    before = figures(client)
    clickhouse_proxy.fault = Fault.REFUSE
    with postgres_away(), pytest.raises(Overloaded):
        accept(project.id, [a_span(project.id)])
    after = figures(client)
    assert grown(before, after, 'ingest_rejected_total{reason="overloaded"}') == 1
    assert grown(before, after, "ingest_accepted_total") == 0


def test_metrics_are_told_while_postgres_is_away(client, postgres_away):
    with postgres_away():
        told = figures(client)
    assert told['sonde_dependency_up{name="postgres"}'] == 0
    assert told['sonde_dependency_up{name="clickhouse"}'] == 1


def test_only_this_machine_reads_metrics_without_a_key(client, db):
    def status(address: str, host: str = "localhost:8000") -> int:
        return client.get("/metrics", headers={"Host": host}, REMOTE_ADDR=address).status_code

    assert {status("127.0.0.1"), status("::1"), status("::1", "[::1]:8000")} == {200}
    assert {status("127.0.0.1", "127.0.0.1")} == {200}
    assert {status("10.1.2.3"), status("")} == {401}


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_a_proxy_on_this_machine_does_not_open_metrics_to_the_world(client, db, header):
    headers = {**HERE, header: "203.0.113.9"}
    assert client.get("/metrics", headers=headers).status_code == 401


def test_nor_does_a_proxy_that_says_nothing_of_whom_it_speaks_for(client, db, settings):
    settings.ALLOWED_HOSTS = ["*"]
    assert client.get("/metrics", headers={"Host": "sonde.example.org"}).status_code == 401
    for name, value in {
        "HOST": "0.0.0.0",
        "BASE_URL": "https://sonde.example.org",
        "TRUST_PROXY": True,
    }.items():
        before = getattr(settings, name)
        assert client.get("/metrics", headers=HERE).status_code == 200
        setattr(settings, name, value)
        assert client.get("/metrics", headers=HERE).status_code == 401
        setattr(settings, name, before)


def test_the_metrics_token_opens_metrics_from_elsewhere(client, db, settings):
    settings.METRICS_TOKEN = "a-token-of-the-operator"
    elsewhere = {"REMOTE_ADDR": "10.1.2.3"}
    token = {"Authorization": "Bearer a-token-of-the-operator"}
    assert client.get("/metrics", headers=token, **elsewhere).status_code == 200
    wrong = {"Authorization": "Bearer another"}
    assert client.get("/metrics", headers=wrong, **elsewhere).status_code == 401
    settings.METRICS_TOKEN = ""
    empty = {"Authorization": "Bearer "}
    assert client.get("/metrics", headers=empty, **elsewhere).status_code == 401


def test_an_admin_key_opens_metrics_and_an_ingest_key_does_not(client, make_api_key, auth):
    elsewhere = {"REMOTE_ADDR": "10.1.2.3"}
    admin, ingest = make_api_key(scopes=("admin",)), make_api_key(scopes=("ingest",))
    assert client.get("/metrics", headers=auth(admin), **elsewhere).status_code == 200
    assert client.get("/metrics", headers=auth(ingest), **elsewhere).status_code == 403


def test_counters_of_earlier_runs_are_forgotten_at_start(tmp_path, monkeypatch):
    (tmp_path / "counter_1.db").write_bytes(b"")
    (tmp_path / "kept.txt").write_bytes(b"")
    monkeypatch.setattr(metrics, "FOLDER", tmp_path)
    metrics.forget_earlier_runs()
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]


def test_whatever_is_imported_first_all_processes_count_into_the_same_files():
    program = """
        import django; django.setup()
        import ingest.views
        from prometheus_client.values import ValueClass
        print(ValueClass.__name__)
    """
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "MmapedValue"
