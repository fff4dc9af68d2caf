"""The writer on a bad line: the answer to an insert gets lost, or nobody answers."""

import socket
import threading
import time
import uuid
from urllib.parse import urlsplit, urlunsplit

import pytest

from traces import clickhouse, writer
from traces.errors import Unavailable
from traces.records import Span

pytestmark = pytest.mark.usefixtures("clickhouse_schema")


class Line:
    """A TCP line to the engine. `fault` is none, cut (the request arrives, the answer is lost), or
    hang (the request arrives and the answer never comes)."""

    def __init__(self, host: str, port: int):
        self.target = (host, port)
        self.fault = "none"
        self.requests_lost = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.sockets: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            far = socket.create_connection(self.target)
            self.sockets += [near, far]
            threading.Thread(target=self._copy, args=(near, far, False), daemon=True).start()
            threading.Thread(target=self._copy, args=(far, near, True), daemon=True).start()

    def _copy(self, source: socket.socket, sink: socket.socket, is_answer: bool) -> None:
        try:
            while data := source.recv(1 << 16):
                if is_answer and self.fault != "none":
                    self.requests_lost += 1
                    if self.fault == "cut":
                        sink.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                        sink.shutdown(socket.SHUT_RDWR)
                        sink.close()
                    return
                sink.sendall(data)
        except OSError:
            pass

    def close(self) -> None:
        self.listener.close()
        for one in self.sockets:
            one.close()


@pytest.fixture
def line(settings):
    url = urlsplit(settings.CLICKHOUSE_URL)
    line = Line(url.hostname, url.port)
    settings.CLICKHOUSE_URL = urlunsplit(
        url._replace(netloc=f"{url.username}:{url.password}@127.0.0.1:{line.port}")
    )
    clickhouse.forget_clients()
    clickhouse.client("write")
    yield line
    line.close()
    clickhouse.forget_clients()


@pytest.fixture
def project_id() -> str:
    return uuid.uuid4().hex


def spans(project_id: str, count: int = 10) -> list[Span]:
    return [Span(project_id, "t", f"s{n}", 1_772_334_000_000_000_000 + n) for n in range(count)]


def counted(project_id: str) -> int:
    [row] = clickhouse.rows(
        "SELECT count() AS n FROM spans FINAL WHERE project_id = {project_id:String}",
        project_id=project_id,
    )
    return row["n"]


def test_an_insert_whose_answer_was_lost_is_stored_once_when_sent_again(line, project_id):
    line.fault = "cut"
    with pytest.raises(Unavailable):
        writer.insert_spans(spans(project_id))
    line.fault = "none"
    assert line.requests_lost >= 1
    assert counted(project_id) == 10, "the engine had it, though nobody was told"
    writer.insert_spans(spans(project_id))
    assert counted(project_id) == 10


def test_an_engine_that_hangs_is_given_up_by_all_who_wait_at_once(line, project_id, monkeypatch):
    monkeypatch.setitem(clickhouse.TIMEOUT_SECONDS, "write", 2)
    clickhouse.forget_clients()
    clickhouse.client("write")
    line.fault = "hang"
    outcomes = []

    def send() -> None:
        try:
            writer.insert_spans(spans(project_id))
        except Unavailable as error:
            outcomes.append(error)

    threads = [threading.Thread(target=send) for _ in range(12)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 12
    assert time.monotonic() - began < 3 * 2, "each waited for its own time-out"
    line.fault = "none"
    writer.insert_spans(spans(project_id))
    assert counted(project_id) == 10


def test_an_engine_that_is_gone_and_comes_back_needs_no_restart(line, project_id, settings):
    through_line = settings.CLICKHOUSE_URL
    writer.insert_spans(spans(project_id))
    line.close()
    with pytest.raises(Unavailable):
        writer.insert_spans(spans(project_id, 20))
    url = urlsplit(through_line)
    back = Line(*line.target)
    settings.CLICKHOUSE_URL = through_line.replace(f":{url.port}/", f":{back.port}/")
    clickhouse.forget_clients()
    writer.insert_spans(spans(project_id, 20))
    assert counted(project_id) == 20
    back.close()
