"""Senders that never give up: each batch is sent until it is acknowledged or the run is over."""

import base64
import http.client
import json
import random
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from tests.chaos.ledger import Fact, Ledger, digest

TIMEOUT_SECONDS = 20
WORDS = ["order", "refund", "환불", "배송", "정책", "answer", "context", "\u200d🙂", "policy"]


@dataclass(frozen=True)
class Message:
    path: str
    body: bytes
    facts: tuple[Fact, ...]


@dataclass
class Tally:
    """What the senders met. `surprises` are answers that no fault excuses."""

    statuses: Counter = field(default_factory=Counter)
    surprises: Counter = field(default_factory=Counter)
    ack_ms: list[float] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        ordered = sorted(self.ack_ms)
        return round(ordered[int(share * (len(ordered) - 1))], 1) if ordered else 0.0


class Load:
    """`senders` threads with batches of their own, and one that repeats batches of all of them."""

    def __init__(
        self, url: str, keys: tuple[str, str], ledger: Ledger, *, senders: int = 6, seed: int = 0
    ) -> None:
        self._url, self._keys = url, keys
        self._ledger = ledger
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._recent: list[Message] = []
        self.tally = Tally()
        targets: list[Callable[[], None]] = [
            lambda n=n: self._send_own(random.Random(f"{seed} {n}")) for n in range(senders)
        ]
        targets.append(lambda: self._repeat(random.Random(f"{seed} repeat")))
        self._threads = [threading.Thread(target=target) for target in targets]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _send_own(self, rng: random.Random) -> None:
        with closing(Connection(self._url, self._keys)) as connection:
            for message in messages(rng):
                if self._stop.is_set():
                    return
                self._ledger.note_sent(message.facts)
                self._send_until_acked(connection, message, rng)
                with self._lock:
                    self._recent = [*self._recent[-20:], message]

    def _send_until_acked(
        self, connection: "Connection", message: Message, rng: random.Random
    ) -> None:
        began = time.monotonic()
        while not self._stop.is_set():
            status, answer = connection.post(message.path, message.body)
            self._count(status, answer)
            if is_ack(status, answer):
                self._ledger.note_acked(message.facts)
                with self._lock:
                    self.tally.ack_ms.append((time.monotonic() - began) * 1000)
                return
            time.sleep(rng.uniform(0.05, 0.3))

    def _repeat(self, rng: random.Random) -> None:
        """What was acknowledged already is sent again, as clients do that lost the answer."""
        with closing(Connection(self._url, self._keys)) as connection:
            while not self._stop.wait(0.1):
                with self._lock:
                    message = rng.choice(self._recent) if self._recent else None
                if message is not None:
                    self._count(*connection.post(message.path, message.body))

    def _count(self, status: int, answer: bytes) -> None:
        with self._lock:
            self.tally.statuses[status] += 1
            excused = status in (0, 503) or is_ack(status, answer)
            if not excused:
                self.tally.surprises[f"{status} {answer[:200].decode(errors='replace')}"] += 1


class Connection:
    """Keeps its connection as SDKs do. Status 0 is no answer at all."""

    def __init__(self, url: str, keys: tuple[str, str]) -> None:
        self._address = urlsplit(url)
        pair = base64.b64encode(":".join(keys).encode()).decode()
        self._headers = {"Authorization": f"Basic {pair}", "Content-Type": "application/json"}
        self._connection: http.client.HTTPConnection | None = None

    def post(self, path: str, body: bytes) -> tuple[int, bytes]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(
                self._address.hostname, self._address.port, timeout=TIMEOUT_SECONDS
            )
        try:
            self._connection.request("POST", path, body, self._headers)
            response = self._connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            return 0, b""

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def is_ack(status: int, answer: bytes) -> bool:
    """Every record was taken: 2xx, and neither a partial success nor an event's error."""
    if status not in (200, 207):
        return False
    told = json.loads(answer)
    return not told.get("errors") and "partialSuccess" not in told


def messages(rng: random.Random) -> Iterator[Message]:
    """Complete spans, rows in two parts that come in either order, and scores, for ever."""
    while True:
        yield exported([new_ids() for _ in range(rng.randint(1, 12))], rng)
        trace_id, span_id = new_ids()
        parts = [created(trace_id, span_id, rng), updated(trace_id, span_id, rng)]
        rng.shuffle(parts)
        yield from parts


def new_ids() -> tuple[str, str]:
    return secrets.token_hex(16), secrets.token_hex(8)


def a_text(rng: random.Random, most_words: int = 200) -> str:
    return " ".join(rng.choices(WORDS, k=rng.randint(3, most_words))) + f" {rng.random()}"


def exported(ids: list[tuple[str, str]], rng: random.Random) -> Message:
    now, spans, facts = time.time_ns(), [], []
    for trace_id, span_id in ids:
        said = {"input": a_text(rng), "output": a_text(rng)}
        spans.append(
            {
                "traceId": trace_id,
                "spanId": span_id,
                "name": "chat",
                "startTimeUnixNano": str(now),
                "endTimeUnixNano": str(now + 5_000_000),
                "attributes": [
                    {"key": f"{name}.value", "value": {"stringValue": text}}
                    for name, text in said.items()
                ],
            }
        )
        row = f"{trace_id} {span_id}"
        facts += [Fact("spans", row, name, digest(text)) for name, text in said.items()]
    body = {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}
    return Message("/v1/traces", json.dumps(body).encode(), tuple(facts))


def created(trace_id: str, span_id: str, rng: random.Random) -> Message:
    name, text, comment = a_text(rng, 20), a_text(rng), a_text(rng)
    score_id = secrets.token_hex(8)
    bodies = {
        "trace-create": {"id": trace_id, "name": name},
        "generation-create": {
            "id": span_id,
            "traceId": trace_id,
            "startTime": datetime.now(UTC).isoformat(),
            "input": text,
        },
        "score-create": {
            "id": score_id,
            "traceId": trace_id,
            "name": "s",
            "value": 1,
            "comment": comment,
        },
    }
    facts = (
        Fact("spans", f"{trace_id} ", "trace_name", digest(name)),
        Fact("spans", f"{trace_id} {span_id}", "input", digest(text)),
        Fact("scores", score_id, "comment", digest(comment)),
    )
    return Message("/api/public/ingestion", batch_of(bodies), facts)


def updated(trace_id: str, span_id: str, rng: random.Random) -> Message:
    text = a_text(rng)
    body = {"id": span_id, "traceId": trace_id, "output": text}
    fact = Fact("spans", f"{trace_id} {span_id}", "output", digest(text))
    return Message("/api/public/ingestion", batch_of({"generation-update": body}), (fact,))


def batch_of(bodies: dict[str, dict]) -> bytes:
    now = datetime.now(UTC).isoformat()
    events = [
        {"id": secrets.token_hex(8), "type": kind, "timestamp": now, "body": body}
        for kind, body in bodies.items()
    ]
    return json.dumps({"batch": events}).encode()
