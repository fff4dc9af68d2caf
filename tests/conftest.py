"""Real engines for every test run, and the people, projects and keys that tests are about.

The engines are those of `make up`. They start once per run, before Django reads its settings, in
the process that the user started; the workers of pytest-xdist inherit their addresses.
`TEST_DATABASE_URL`, `TEST_CLICKHOUSE_URL` and `TEST_VALKEY_URL` name servers to use instead.
"""

import atexit
import base64
import os
import secrets
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import clickhouse_connect
import django
import pytest
from django.utils import timezone, translation
from hypothesis import HealthCheck, settings
from structlog.contextvars import clear_contextvars

from embedded.engines import ENGINE_OF, Passwords, choose_ports, services, urls
from embedded.supervisor import StartError, Supervisor
from tests.running_sonde import Stack

# How long an example takes says how busy the machine is, and nothing of the code.
# `make test` tries the same examples everywhere, so that a red run speaks of the change it ran on;
# `make fuzz` looks for new ones.
settings.register_profile(
    "sonde", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "fuzz", settings.get_profile("sonde"), derandomize=False, max_examples=1000
)
settings.load_profile("sonde")

RUN = "SONDE_TEST_RUN"  # set by the process that started the engines, seen by the workers


def start_engines() -> None:
    """Start what TEST_… does not name, and leave all addresses in the environment."""
    folder = Path(tempfile.mkdtemp(prefix="sonde-tests-"))
    (folder / "static").mkdir()  # whitenoise warns where there is none
    run = secrets.token_hex(6)
    given = {
        name: os.environ[f"TEST_{name}"] for name in ENGINE_OF if os.environ.get(f"TEST_{name}")
    }
    own = [name for name in ENGINE_OF if name not in given]
    ports, passwords = choose_ports({}), Passwords(*(secrets.token_urlsafe(12) for _ in range(4)))
    supervisor = Supervisor(folder, os.environ, print)

    def stop() -> None:
        if url := given.get("CLICKHOUSE_URL"):
            with clickhouse_connect.get_client(dsn=in_database(url, "default")) as client:
                names = client.query("SHOW DATABASES LIKE {name:String}", {"name": f"test_{run}%"})
                for (name,) in names.result_rows:
                    client.command(f"DROP DATABASE {name}")
        supervisor.stop()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    # A SIGTERM, as `timeout` sends it, ends the run like Ctrl-C: with the engines stopped.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        supervisor.start(*services(own, folder, ports, passwords, durable=False))
    except StartError as error:
        pytest.exit(f"The engines for the tests do not start: {error}", returncode=3)
    addresses = {**urls(own, ports, passwords), **given}
    os.environ.update(addresses)
    os.environ.update(
        {
            RUN: run,
            "CLICKHOUSE_URL": in_database(addresses["CLICKHOUSE_URL"], f"test_{run}"),
            "SONDE_DATA_DIR": str(folder),
            "SONDE_SECRET_KEY": secrets.token_urlsafe(50),
            "SONDE_ENCRYPTION_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "SONDE_DEBUG": "true",  # static files straight from their folder
        }
    )


def in_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


if RUN not in os.environ:
    start_engines()
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
# The product's own hash takes half a second, and nearly every test makes a person.
django.conf.settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(specs: list) -> None:
    """Each worker has databases of its own: some tests stop the merges of a table, or wait for
    them; and counters, which all processes of one Sonde share. Said here, since in a worker
    pytest-django sets Django up before this file is read.
    """
    valkey, clickhouse = os.environ["VALKEY_URL"], os.environ["CLICKHOUSE_URL"]
    for number, spec in enumerate(specs):
        # From eight on they are brokers: tests/judges/test_worker.py.
        spec.env["VALKEY_URL"] = in_database(valkey, str(number % 8))
        spec.env["CLICKHOUSE_URL"] = in_database(clickhouse, f"test_{os.environ[RUN]}_{number}")
        counters = Path(os.environ["SONDE_DATA_DIR"]) / f"metrics-{number}"
        counters.mkdir(exist_ok=True)
        spec.env["PROMETHEUS_MULTIPROC_DIR"] = str(counters)


@pytest.fixture(autouse=True)
def as_a_new_thread() -> Iterator[None]:
    """No test speaks the language or keeps the time zone of the request that the last one made."""
    yield
    translation.deactivate()
    timezone.deactivate()
    clear_contextvars()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """Whoever uses Postgres has ClickHouse migrated as well."""
    from traces import clickhouse

    with django_db_blocker.unblock():
        clickhouse.migrate()
    yield


@pytest.fixture(scope="session")
def clickhouse_schema(django_db_setup: None) -> None:
    """For tests of the store that touch no model."""


@pytest.fixture(scope="session")
def stack(tmp_path_factory) -> Iterator[Stack]:
    """The whole product, running: once per run, for tests that leave it working. Its operator has
    opened this machine to LLM connections and to channels of alerts.
    """
    folder = tmp_path_factory.mktemp("stack")
    opened = {f"SONDE_OUTBOUND_{one}_NETWORKS": "127.0.0.1/32" for one in ("LLM", "ALERT")}
    with Stack(folder, **opened) as stack:
        yield stack


@pytest.fixture
def organisation(db):
    from accounts.models import Organisation

    return Organisation.objects.create(name="Acme")


@pytest.fixture
def project(organisation):
    """Its never-reused id keeps this test's ClickHouse rows apart: nothing to clear away."""
    from accounts.models import Project

    return Project.objects.create(organisation=organisation, name="Support bot")


@dataclass(frozen=True)
class KeyPair:
    """A key as the person who made it holds it, with the secret that is stored nowhere."""

    public_key: str
    secret_key: str
    row: Any


@pytest.fixture
def api_key(project) -> KeyPair:
    """May ingest, read, and use prompts."""
    return key_pair(project)


@pytest.fixture
def make_api_key(project) -> Callable[..., KeyPair]:
    """For keys that differ: `make_api_key(scopes=("read",), expires_at=…)`."""
    return lambda **options: key_pair(project, **options)


def key_pair(project, **options) -> KeyPair:
    from accounts.keys import create_key

    made = create_key(project, **options)
    return KeyPair(made.key.public_key, made.secret_key, made.key)


def person(name: str):
    from accounts.models import User

    return User.objects.create_user(
        email=f"{name}-{secrets.token_hex(4)}@example.org", password="correct horse", name=name
    )


@pytest.fixture
def owner(organisation):
    """Owns the organisation. The password of everybody is `correct horse`."""
    return join(person("Olga"), organisation, "OWNER")


@pytest.fixture
def admin(organisation):
    return join(person("Ada"), organisation, "ADMIN")


@pytest.fixture
def viewer(organisation):
    return join(person("Vera"), organisation, "VIEWER")


@pytest.fixture
def member(organisation):
    return join(person("Minsu"), organisation, "MEMBER")


@pytest.fixture
def stranger(db):
    """Has an account, and nothing to do with the organisation."""
    return person("Mallory")


def join(user, organisation, role: str):
    from accounts.models import Membership, Role

    Membership.objects.create(user=user, organisation=organisation, role=Role[role])
    return user


@pytest.fixture
def auth() -> Callable[..., dict[str, str]]:
    """`client.post(…, headers=auth(api_key))`: HTTP Basic with the public and the secret key."""

    def header(key) -> dict[str, str]:
        pair = f"{key.public_key}:{key.secret_key}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}

    return header
