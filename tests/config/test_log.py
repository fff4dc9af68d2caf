"""No line of any log gives a permission away."""

import logging

import pytest
from gunicorn.config import Config

from config.log import without_tokens
from config.patient_worker import WebLogger

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
@pytest.mark.parametrize("path", ["/media/upload/", "/media/download/", "/invitations/"])
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
