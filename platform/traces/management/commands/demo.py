"""`manage.py demo`: sample data into the Sonde that runs, over HTTP as any SDK would send it."""

import base64
import json
import random
import time
import urllib.error
import urllib.request
import zlib
from datetime import timedelta

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.keys import create_key
from accounts.models import Project
from traces.samples.playing import Trace
from traces.samples.sent import when_sent
from traces.samples.stories import STORIES, research_agent
from traces.samples.wire import export_request, summary_batch

HOUR = 3_600_000_000_000
BATCH = 40
TEAMS = ("support", "support", "sales", "data", "growth")
FEATURES = {
    "rag_answer": "help centre",
    "support_agent": "self-service",
    "sql_gen": "analytics",
    "classify_intent": "routing",
}


class Command(BaseCommand):
    help = "Send sample traces and scores to the Sonde that runs, as environment demo."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--project", default="", help="project id; the first one if left out")
        parser.add_argument("--traces", type=int, default=400)
        parser.add_argument("--hours", type=int, default=24, help="how far back they are spread")
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument("--url", default=settings.BASE_URL)

    def handle(self, **options) -> None:
        projects = Project.objects.order_by("created_at")
        if options["project"]:
            projects = projects.filter(id=options["project"])
        project = projects.first()
        if project is None:
            raise CommandError("There is no such project: see --project.")
        expires = timezone.now() + timedelta(hours=1)
        new = create_key(project, note="make demo", scopes=("ingest",), expires_at=expires)
        sender = Sender(options["url"].rstrip("/"), new.key.public_key, new.secret_key)
        try:
            sent = send(
                sender, options["traces"], options["hours"] * HOUR, options["seed"], time.time_ns()
            )
        finally:
            new.key.delete()
        for seed in when_sent:
            seed(project)
        self.stdout.write(
            f"Sent {sent} traces: {sender.url}/projects/{project.id}/traces?environment=demo"
        )


class Sender:
    """Posts JSON with a key pair."""

    def __init__(self, url: str, public_key: str, secret_key: str):
        self.url = url
        pair = base64.b64encode(f"{public_key}:{secret_key}".encode()).decode()
        self.headers = {"Authorization": f"Basic {pair}", "Content-Type": "application/json"}

    def post(self, path: str, body: object) -> None:
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), self.headers)
        try:
            with urllib.request.urlopen(request, timeout=60):
                return
        except urllib.error.HTTPError as error:
            raise CommandError(
                f"{path} answered {error.code}: {error.read(500).decode(errors='replace')}"
            ) from error
        except OSError as error:
            raise CommandError(
                f"No Sonde answers at {self.url}: {error}. Start one with `make up`."
            ) from error


def send(sender: Sender, count: int, span: int, seed: int, now: int) -> int:
    """The same traces for the same seed, the last of them just before `now`."""
    rng = random.Random(seed)
    traces = [*played(rng, count, span, now), long_one(rng, now)]
    for at in range(0, len(traces), BATCH):
        part = traces[at : at + BATCH]
        sender.post("/v1/traces", export_request(part))
        if scores := [score for trace in part for score in trace.scores]:
            sender.post(
                "/api/public/scores", [{**score, "environment": "demo"} for score in scores]
            )
    summaries = max(1, count // 12)
    for _number in range(summaries):
        start = now - rng.randrange(span)
        sender.post("/api/public/ingestion", {"batch": summary_batch(rng, start, "ops-bot")})
    return len(traces) + summaries


def played(rng: random.Random, count: int, span: int, now: int) -> list[Trace]:
    """Traces over the time, busier at midday; about half of them are turns of a session."""
    traces: list[Trace] = []
    while len(traces) < count:
        start = now - int(span * min(rng.random(), rng.random() ** 0.7))
        user = f"user-{rng.randint(1, max(8, count // 12)):04d}"
        turns = rng.choice([1, 1, 2, 3, 5])
        session = f"sess-{rng.getrandbits(24):06x}" if turns > 1 else ""
        clock = start - HOUR // 60 * (turns + 1)
        for _turn in range(turns):
            [story] = rng.choices([one for one, _ in STORIES], [weight for _, weight in STORIES])
            trace = Trace(rng, clock, user, session, is_after_release=clock > now - span // 4)
            trace.attributes |= asked_by(user, story.__name__)
            story(trace)
            traces.append(trace)
            clock = trace.clock + rng.randint(4, 40) * 1_000_000_000
    return traces[:count]


def asked_by(user: str, story: str) -> dict[str, str]:
    """Which team a user is of, and which feature of the product the trace is of."""
    team = TEAMS[zlib.crc32(user.encode()) % len(TEAMS)]
    return {
        "langfuse.trace.metadata.team": team,
        "langfuse.trace.metadata.feature": FEATURES[story],
    }


def long_one(rng: random.Random, now: int) -> Trace:
    trace = Trace(rng, now - HOUR // 4, "analyst-7", "")
    research_agent(trace)
    return trace
