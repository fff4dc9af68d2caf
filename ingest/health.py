"""Whether this process and what it depends on are well, as load balancers and Prometheus ask."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import Error, connection
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from ingest import held
from ingest.models import DeadLetter
from traces import clickhouse

ANSWERS_ARE_GOOD_FOR_SECONDS = 1.0  # anybody may ask, as often as they like


@dataclass(frozen=True)
class Answer:
    """How a dependency did when it was last asked."""

    is_up: bool
    milliseconds: float


def ask_clickhouse() -> None:
    clickhouse.ping()


def ask_postgres() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def ask_valkey() -> None:
    """With little patience, and not through the cache, which tries for up to 20 seconds."""
    if settings.VALKEY_URL:
        impatient = {"socket_timeout": 1, "socket_connect_timeout": 1}
        with Redis.from_url(
            settings.VALKEY_URL, retry=Retry(NoBackoff(), 0), **impatient
        ) as valkey:
            valkey.ping()


QUESTIONS: dict[str, Callable[[], None]] = {
    "clickhouse": ask_clickhouse,
    "postgres": ask_postgres,
    "valkey": ask_valkey,
}
AWAY = (clickhouse.Unavailable, clickhouse.Refused, Error, RedisError, OSError)


class Doctor:
    """Asks every dependency, at most once a second."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: dict[str, Answer] = {}
        self._asked_at = float("-inf")

    def answers(self) -> dict[str, Answer]:
        with self._lock:
            if time.monotonic() - self._asked_at > ANSWERS_ARE_GOOD_FOR_SECONDS:
                self._answers = {name: answer(ask) for name, ask in QUESTIONS.items()}
                self._asked_at = time.monotonic()
            return self._answers


def answer(ask: Callable[[], None]) -> Answer:
    started = time.perf_counter()
    try:
        ask()
        is_up = True
    except AWAY:
        is_up = False
    return Answer(is_up, round((time.perf_counter() - started) * 1000, 1))


answers = Doctor().answers


def is_ready(found: dict[str, Answer]) -> bool:
    """Pages and ingest work. Without Valkey they do too: only what runs in the background waits."""
    return found["clickhouse"].is_up and found["postgres"].is_up


def can_ingest(found: dict[str, Answer]) -> bool:
    """A batch can be stored: one of the stores is enough."""
    return found["clickhouse"].is_up or found["postgres"].is_up


class Gauges(Collector):
    """What is not counted but looked up at the moment of asking."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        found = answers()
        up = GaugeMetricFamily(
            "sonde_dependency_up", "1 if it answered when last asked.", labels=["name"]
        )
        for name, state in found.items():
            up.add_metric([name], float(state.is_up))
        yield up
        if found["postgres"].is_up:
            yield from stored_gauges()


def stored_gauges() -> Iterator[GaugeMetricFamily]:
    waiting = held.waiting()
    age = (timezone.now() - waiting.since).total_seconds() if waiting.since else 0
    yield gauge("ingest_held_batches", "Batches that wait in Postgres.", waiting.batches)
    yield gauge("ingest_held_rows", "Records that wait in Postgres.", waiting.rows + waiting.adrift)
    yield gauge("ingest_held_bytes", "Their size, compressed.", waiting.bytes)
    yield gauge("ingest_held_oldest_seconds", "For how long the oldest has waited.", age)
    yield gauge(
        "ingest_deadletters", "Dead letters that nobody has dealt with.", DeadLetter.objects.count()
    )


def gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=float(value))
