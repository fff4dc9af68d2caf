"""No line of any log gives a permission away."""

import io
import logging

import pytest
from gunicorn.config import Config

from config.log import without_tokens
from config.patient_worker import WebLogger
from ingest import seldom

TOKEN = "MTI:1vLxyz:Qm9v-_=.abc~1"


@pytest.mark.parametrize(
    "said",
    [
        "Bad Request: /media/upload/{}",
        "Not Found: /media/download/{}",
        '"GET /invitations/{} HTTP/1.1" 404',
        "/login?next=%2Finvitations%2F{}",
    ],
)
def test_a_token_in_a_line_is_left_out(said):
    assert "MTI" not in without_tokens(said.format(TOKEN.replace("=", "")))


def test_other_addresses_stay_as_they_are():
    line = "Not Found: /projects/p/traces/media-upload"
    assert without_tokens(line) == line


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "/media/upload/", "/media/download/", "/invitations/", "/shared/", "/feedback/",
        "/alerts/links/",
    ],
)  # fmt: skip
def test_what_django_logs_of_a_refused_link_shows_no_token(client, path):
    formatter = next(h for h in logging.getLogger().handlers if h.name == "stderr").formatter
    lines = []
    listener = logging.Handler()
    listener.emit = lambda record: lines.append(formatter.format(record))
    logging.getLogger("django.request").addHandler(listener)
    try:
        assert client.get(f"{path}{TOKEN}").status_code in (404, 405)
    finally:
        logging.getLogger("django.request").removeHandler(listener)
    assert any(path in line for line in lines)
    assert not any("MTI" in line for line in lines)


def test_gunicorn_says_no_token_either(capfd):
    log = WebLogger(Config())
    log.error("Error handling request %s %s", "GET", f"/invitations/{TOKEN}")
    said = capfd.readouterr().err
    assert "/invitations/…" in said
    assert "MTI" not in said


@pytest.fixture
def lines():
    """What is written to the log meanwhile, line by line."""
    handler = next(h for h in logging.getLogger().handlers if h.name == "stderr")
    written = io.StringIO()
    before = handler.setStream(written)
    yield lambda: written.getvalue().splitlines()
    handler.setStream(before)


@pytest.mark.parametrize("path", ["/login", "/v1/traces", "/api/public/health"])
def test_a_foreign_host_is_one_short_line_in_a_while_and_no_traceback(
    client, settings, lines, path, monkeypatch
):
    settings.DEBUG = False
    monkeypatch.setattr(seldom, "_last", {})
    for _ in range(20):
        assert client.get(path, headers={"Host": "x" * 5_000 + ".example"}).status_code == 400
    (line,) = lines()
    assert "DisallowedHost" in line
    assert len(line) < 500
    assert "Traceback" not in line
