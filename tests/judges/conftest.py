"""Evaluators through a provider on loopback, and traces that have come to rest."""

import json
import time
from collections.abc import Callable

import pytest
from django.urls import reverse

from tests.llm.connected import make_connection, on_loopback, provider  # noqa: F401
from tests.traces.conftest import listed, now, score, span  # noqa: F401

NS = 1_000_000_000


def said(score_: object, reasoning: str = "Because.") -> str:
    """What a judge answers that does as it is told."""
    return json.dumps({"reasoning": reasoning, "score": score_})


def statuses(one) -> dict[str, int]:
    found = list(one.executions.values_list("status", flat=True))
    return {status: found.count(status) for status in set(found)}


@pytest.fixture
def draft(make_connection):  # noqa: F811
    """`draft(output={"kind": "boolean"})`: a version of “is the answer right?”."""
    from evals.judges.evaluators import Draft

    connection = None

    def made(**options) -> Draft:
        nonlocal connection
        connection = connection or make_connection(model_names=["gpt-4o-mini"])
        fields = {
            "messages": [
                {"role": "system", "content": "You judge answers."},
                {"role": "user", "content": "Question: {{question}}\nAnswer: {{answer}}"},
            ],
            "mapping": {"question": {"source": "input"}, "answer": {"source": "output"}},
            "output": {"kind": "numeric", "min": 0, "max": 1},
            "connection": connection,
            "model": "gpt-4o-mini",
        }
        return Draft(**{**fields, **options})

    return made


@pytest.fixture
def evaluator(project, draft) -> Callable:
    """`evaluator(rule={"query": "env:prod"})`: one that is on, at a pace that no test waits for."""
    from evals.judges import evaluators
    from evals.judges.models import Pace, Rule

    def made(name="correct", *, rule=None, **options):
        one = evaluators.create(project, name, draft(**options))
        evaluators.change_rule(one, evaluators.Wish(**{"delay_seconds": 60, **(rule or {})}))
        evaluators.turn_on(one)
        Rule.objects.filter(evaluator=one).update(watermark=time.time_ns() - 7200 * NS)
        connection = evaluators.current(one).connection
        Pace.objects.get_or_create(connection=connection, defaults={"per_minute": 60_000})
        one.refresh_from_db()
        return one

    return made


@pytest.fixture
def answered(span) -> Callable:  # noqa: F811
    """`answered("t1", "2 + 2?", "4")`: a trace of one span, which has come to rest."""

    def stored(trace_id: str, question="2 + 2?", answer="4", **fields):
        return span(
            trace_id, f"{trace_id}-root", is_root=True, input=question, output=answer, **fields
        )

    return stored


@pytest.fixture
def look(now) -> Callable:  # noqa: F811
    """Look for what has come to rest by now."""
    from evals.judges import finding

    return lambda one: finding.look(one.pk, time.time_ns())


@pytest.fixture
def work() -> Callable:
    """Work off all that is due."""
    from evals.judges import working

    def worked() -> None:
        while working.work():
            pass

    return worked


@pytest.fixture
def scores_of(project) -> Callable:
    """`scores_of("t1")`: the trace's scores, as they are stored."""
    from traces.clickhouse import rows

    def found(trace_id: str) -> list[dict]:
        return rows(
            """
            SELECT id, name, value, string_value, comment, source, execution_trace_id, environment
            FROM scores FINAL
            WHERE project_id = {project_id:String} AND trace_id = {trace_id:String}
            """,
            project_id=project.id,
            trace_id=trace_id,
        )

    return found


@pytest.fixture
def clock() -> Callable:
    """`clock(minutes=5)`: so much later, as far as what waits is concerned."""
    from datetime import timedelta

    from django.db.models import F

    from evals.judges.models import Evaluator, Execution, Pace, Seat

    def passed(**of_time) -> None:
        by = timedelta(**of_time)
        times = {"due_at": F("due_at") - by, "held_until": F("held_until") - by}
        Execution.objects.update(**times)
        times = {"slowed_until": F("slowed_until") - by, "held_until": F("held_until") - by}
        Pace.objects.update(**times, next_at=F("next_at") - by)
        for model in (Evaluator, Seat):
            model.objects.update(held_until=F("held_until") - by)

    return passed


@pytest.fixture
def page(client, project, member):
    """`page("evaluator-page", one.pk)`: the text that a member gets."""
    client.force_login(member)

    def got(name, *args, code=200, headers=None, **query):
        url = reverse(name, args=[project.id, *args])
        response = client.get(url, query, headers=headers or {})
        assert response.status_code == code, response.content.decode()[-1500:]
        return response.content.decode()

    return got


@pytest.fixture
def post(client, project, member):
    client.force_login(member)

    def sent(name, *args, data=None, **options):
        return client.post(reverse(name, args=[project.id, *args]), data or {}, **options)

    return sent


@pytest.fixture
def filled(project, make_connection):  # noqa: F811
    """What the editor sends, with changes."""

    def fields(**changes) -> dict:
        known = project.llm_connections.first()
        connection = known or make_connection(model_names=["gpt-4o-mini"])
        return {
            "name": "correct", "system": "You judge.", "user": "Q {{question}} A {{answer}}",
            "variable": ["question", "answer"], "source": ["input", "output"], "path": ["", ""],
            "kind": "numeric", "least": "0", "most": "1", "connection": connection.pk,
            "model": "gpt-4o-mini", "temperature": "0", "timeout_seconds": "60",
            "most_attempts": "3", **changes,
        }  # fmt: skip

    return fields
