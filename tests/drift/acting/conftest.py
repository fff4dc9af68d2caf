"""Verdicts to act on, with traces of both their sides in the store."""

import secrets
from datetime import UTC, datetime, timedelta

import pytest

from tests.annotation.conftest import queue  # noqa: F401
from tests.judges.conftest import draft, evaluator  # noqa: F401
from tests.llm.connected import make_connection, on_loopback, provider  # noqa: F401
from tests.prompts.conftest import by, make  # noqa: F401
from tests.traces.conftest import now, score, span  # noqa: F401
from tests.webhooks.conftest import make_endpoint  # noqa: F401

NS = 1_000_000_000
MOVED = [
    {"dimension": "model", "segment": "gpt-5", "within": 0.3, "mix": 0.1, "share": 0.8,
     "n_reference": 10, "n_current": 4},
    {"dimension": "model", "segment": "gpt-4", "within": 0.1, "mix": 0.0, "share": 0.2,
     "n_reference": 10, "n_current": 2},
]  # fmt: skip


@pytest.fixture
def monitor(project, owner):
    from evals.drift.models import DriftMonitor

    return DriftMonitor.objects.create(
        project=project, name="Answers", watched="output_length", kind="numeric", author=owner
    )


@pytest.fixture
def verdict(monitor, now):  # noqa: F811
    """`verdict()` of the day that ends with the hour of `now`; `verdict("none", at=-1)` of the one
    that ended a day earlier.
    """
    from evals.drift.models import DriftVerdict

    def made(state="drift", *, at=0, of=monitor, **fields):
        end = datetime.fromtimestamp(now // NS, UTC) + timedelta(days=at, minutes=1)
        fields = {"moved": MOVED, "effect": 0.4, "least_effect": 0.1, "p": 0.001, **fields}
        return DriftVerdict.objects.create(
            monitor=of,
            at=end,
            current_start=end - timedelta(days=1),
            state=state,
            n_reference=200,
            n_current=6,
            samples={"current": [{"trace_id": "d1", "value": "a text"}, {"trace_id": "d4"}]},
            **fields,
        )

    return made


@pytest.fixture
def drifted(span):  # noqa: F811
    """Six traces of the current window: d0 to d3 by gpt-5, d4 and d5 by gpt-4."""
    for number in range(6):
        model = "gpt-5" if number < 4 else "gpt-4"
        span(
            f"d{number}", f"d{number}-root", at=-60 * number, type="GENERATION", is_root=True,
            model=model, input=f"question {number}", output="a", trace_name="talk",
        )  # fmt: skip
    span("old", "old-root", at=-3 * 86_400, type="GENERATION", is_root=True, model="gpt-5")


@pytest.fixture
def acted(owner):
    """`acted(verdict, "queue", queue=…)`: the run, once it was worked on."""
    from evals.drift.acting import working
    from evals.drift.acting.models import ActionRun

    def done(verdict, kind, role="owner", **options):
        run = ActionRun.objects.create(
            verdict=verdict, kind=kind, options=options, asked_by=owner, role=role
        )
        working.work(run.pk)
        run.refresh_from_db()
        return run

    return done


@pytest.fixture
def told(project, make_endpoint):  # noqa: F811
    """`told()`: the bodies of what webhooks were told, oldest first."""
    import json

    from webhooks.models import Message

    make_endpoint(f"https://hooks.example.org/{secrets.token_hex(4)}")

    def bodies(event=""):
        found = Message.objects.filter(project=project).order_by("at", "pk")
        return [json.loads(one.body) for one in found if event in ("", one.event)]

    return bodies
