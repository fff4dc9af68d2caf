"""Programs are let in by their key, in whatever header their SDK puts it, and by nothing else."""

import base64
import logging
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from accounts import authentication
from accounts.authentication import require_scope
from accounts.grants import FRESH_SECONDS, STALE_SECONDS, Grant, GrantCache
from accounts.keys import revoke


class Echo(APIView):
    permission_classes = (require_scope("ingest"),)

    def get(self, request):
        return Response(
            {"project": request.auth.project_id, "publishable": request.auth.publishable}
        )


class EchoScores(Echo):
    permission_classes = (require_scope("ingest", publishable=True),)


class Undeclared(APIView):
    def get(self, request):
        return Response({})


class Clock:
    """Monotonic seconds that a test moves."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Each test has its own empty cache, and time stands still until the test moves it."""
    clock = Clock()
    monkeypatch.setattr(authentication, "grants", GrantCache(clock))
    return clock


@pytest.fixture
def postgres_away(monkeypatch):
    def refuse(*args, **kwargs):
        raise OperationalError("connection refused")

    def go_away():
        monkeypatch.setattr(authentication, "checked", refuse)

    return go_away


def get(view=Echo, **headers):
    response = view.as_view()(APIRequestFactory().get("/", headers=headers))
    response.render()
    return response


def basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


@pytest.mark.parametrize(
    "headers",
    [
        lambda key: {"Authorization": basic(key.public_key, key.secret_key)},
        lambda key: {"Authorization": f"Bearer {key.secret_key}"},
        lambda key: {"Authorization": f"bearer  {key.secret_key} "},
        lambda key: {"Authorization": basic(key.secret_key, "")},
        lambda key: {"Authorization": basic("", key.secret_key)},
        lambda key: {"Authorization": basic("api", key.secret_key)},
        lambda key: {"x-api-key": key.secret_key},
        lambda key: {"X-Auth-Token": key.secret_key},
        lambda key: {"Galileo-API-Key": key.secret_key},
        lambda key: {"Helicone-Auth": f"Bearer {key.secret_key}"},
        lambda key: {"api_key": key.secret_key},
    ],
)
def test_a_key_is_found_in_every_header_that_sdks_use(api_key, project, headers):
    response = get(**headers(api_key))
    assert response.status_code == 200
    assert response.data == {"project": project.id, "publishable": False}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer sk-sonde-nobody"},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Basic " + base64.b64encode(b"\xff\xfe").decode()},
        {"Authorization": basic("", "")},
        {"Authorization": basic("a\0b", "c\0d")},
        {"Authorization": "Digest x"},
        {"x-api-key": "x" * 10_000},
    ],
)
def test_what_is_no_key_gets_401_in_words(db, headers):
    response = get(**headers)
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert response.data["detail"]


def test_a_public_key_with_another_keys_secret_is_refused(api_key, make_api_key):
    other = make_api_key()
    assert get(Authorization=basic(api_key.public_key, other.secret_key)).status_code == 401


def test_a_public_key_alone_passes_only_where_the_view_says_so(api_key):
    alone = {"Authorization": f"Bearer {api_key.public_key}"}
    assert get(Echo, **alone).status_code == 403
    response = get(EchoScores, **alone)
    assert response.status_code == 200
    assert response.data["publishable"] is True


def test_a_public_key_without_its_secret_is_no_pair(api_key):
    assert get(EchoScores, Authorization=basic(api_key.public_key, "")).status_code == 401


def test_a_key_without_the_scope_gets_403_that_names_the_scope(make_api_key):
    key = make_api_key(scopes=("read",))
    response = get(Authorization=f"Bearer {key.secret_key}")
    assert response.status_code == 403
    assert "ingest" in response.data["detail"]


def test_a_view_that_declares_nothing_refuses_everybody(api_key):
    assert get(Undeclared).status_code == 401
    assert get(Undeclared, Authorization=f"Bearer {api_key.secret_key}").status_code == 403


def test_an_expired_key_is_refused(make_api_key):
    key = make_api_key(expires_at=timezone.now() - timedelta(seconds=1))
    assert get(Authorization=f"Bearer {key.secret_key}").status_code == 401


def test_a_key_that_expires_while_it_is_remembered_is_refused_at_once(clock):
    now = timezone.now()
    cache = GrantCache(clock)
    cache.put("f", grant(), now + timedelta(seconds=5), clock())
    assert cache.fresh("f", now)
    assert cache.fresh("f", now + timedelta(seconds=5)) is None
    assert cache.stale("f", now + timedelta(seconds=5)) is None


def test_a_revoked_key_is_dead_within_a_minute(api_key, clock):
    header = {"Authorization": f"Bearer {api_key.secret_key}"}
    assert get(**header).status_code == 200
    revoke(api_key.row)
    clock.now += FRESH_SECONDS - 1
    assert get(**header).status_code == 200
    clock.now += 2
    assert FRESH_SECONDS <= 60
    assert get(**header).status_code == 401


def test_a_minute_of_requests_asks_postgres_once(api_key):
    header = {"Authorization": f"Bearer {api_key.secret_key}"}
    get(**header)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        for _ in range(5):
            assert get(**header).status_code == 200
    assert len(queries) == 0


def test_the_last_use_is_noted_at_most_once_a_minute(api_key, clock):
    header = {"Authorization": f"Bearer {api_key.secret_key}"}
    get(**header)
    api_key.row.refresh_from_db()
    first = api_key.row.last_used_at
    assert first is not None
    clock.now += FRESH_SECONDS + 1
    get(**header)
    api_key.row.refresh_from_db()
    assert api_key.row.last_used_at == first
    type(api_key.row).objects.update(last_used_at=first - timedelta(minutes=2))
    clock.now += FRESH_SECONDS + 1
    get(**header)
    api_key.row.refresh_from_db()
    assert api_key.row.last_used_at >= first


def test_a_key_that_worked_goes_on_working_while_postgres_is_away(api_key, clock, postgres_away):
    header = {"Authorization": f"Bearer {api_key.secret_key}"}
    assert get(**header).status_code == 200
    clock.now += 3600
    postgres_away()
    assert get(**header).status_code == 200


def test_a_key_never_seen_gets_503_and_when_to_come_back_while_postgres_is_away(
    api_key, postgres_away
):
    postgres_away()
    response = get(Authorization=f"Bearer {api_key.secret_key}")
    assert response.status_code == 503
    assert 1 <= int(response["Retry-After"]) <= 5


def test_postgres_is_not_asked_by_every_request_while_it_is_away(api_key, clock, monkeypatch):
    asked = []

    def refuse(*args):
        asked.append(args)
        raise OperationalError("connection refused")

    monkeypatch.setattr(authentication, "checked", refuse)
    for _ in range(10):
        assert get(Authorization=f"Bearer {api_key.secret_key}").status_code == 503
    assert len(asked) == 1
    clock.now += 5
    get(Authorization=f"Bearer {api_key.secret_key}")
    assert len(asked) == 2


def test_while_postgres_is_away_a_key_lives_for_an_hour_after_its_last_check(clock):
    cache = GrantCache(clock)
    now = timezone.now()
    cache.put("f", grant(), None, clock())
    clock.now += STALE_SECONDS - 1
    assert cache.stale("f", now)
    clock.now += 2
    assert cache.stale("f", now) is None


def test_the_memory_of_keys_is_bounded(clock):
    cache = GrantCache(clock, most=3)
    now = timezone.now()
    for name in "abc":
        cache.put(name, grant(), None, clock())
    cache.fresh("a", now)
    cache.put("d", grant(), None, clock())
    assert cache.fresh("a", now) and cache.fresh("c", now) and cache.fresh("d", now)
    assert cache.stale("b", now) is None


def test_no_key_is_in_a_log_a_representation_or_an_answer(api_key, caplog):
    caplog.set_level(logging.DEBUG)
    pair = basic(api_key.public_key, api_key.secret_key)
    credential = authentication.credential_in(
        APIRequestFactory().get("/", headers={"Authorization": pair})
    )
    wrong = get(Authorization=f"Bearer {api_key.secret_key}x")
    said = repr(credential) + caplog.text + wrong.content.decode()
    assert wrong.status_code == 401
    assert api_key.secret_key not in said


def test_only_a_digest_and_a_hint_of_the_secret_are_stored(api_key):
    row = type(api_key.row).objects.filter(pk=api_key.row.pk).values().get()
    assert api_key.secret_key not in str(row)
    assert row["secret_hint"].endswith(api_key.secret_key[-4:])
    assert len(row["secret_hint"]) < 20


def grant() -> Grant:
    return Grant("p", "P", "o", "O", 1, "pk", frozenset({"ingest"}), False)
