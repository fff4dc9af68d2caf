"""What monitors find in traffic that changed, and how they explain it."""

import random
from datetime import timedelta

import pytest

from evals.drift import running
from evals.drift.keeping import storable
from evals.drift.models import DriftMonitor

pytestmark = pytest.mark.django_db

GERMAN = "Wie kann ich mein Passwort ändern, wenn ich die Einstellungen nicht finde?"
ENGLISH = "How can I change my password when I cannot find the settings?"


def answers(count: int, bad: float, *, seed: int = 3) -> list[dict]:
    """Every other one in German, of which so many are bad, evenly; of the others 2 in 100."""
    rng, found = random.Random(seed), []
    for number in range(count):
        is_german = number % 2 == 0
        share = bad if is_german else 0.02
        verdict = "made up" if rng.random() < share else "sound"
        asked = GERMAN if is_german else ENGLISH
        found.append({"input": asked, "model": "gpt-5", "score": {"truth": verdict}})
    return found


def test_a_jump_in_one_language_is_found_dated_and_attributed(calls, monitor, project, end, now):
    calls(answers(2000, 0.02), since=-96, until=-24)
    calls([*answers(400, 0.02, seed=4), *answers(800, 0.15, seed=5)], since=-24, until=0)
    made = monitor("score", kind="categorical", key="truth", method="z")
    assert running.run(project.pk, now) == 1
    found = made.verdicts.get()
    assert (found.state, found.at) == ("drift", end)
    assert found.n_reference == 2000 and found.n_current == 1200
    jump = end - timedelta(hours=16)  # a third of the way through the day
    assert found.began_earliest <= jump <= found.began_latest
    first = next(one for one in found.moved if one["dimension"] == "language")
    assert first["segment"] == "de" and first["share"] > 0.7
    assert {one["value"] for one in found.samples["current"]} == {"made up"}
    assert found.shapes["labels"] == ["sound", "made up"]
    assert 0.02 < found.shapes["current"][1] < 0.12


def test_the_same_traffic_is_no_drift(calls, monitor, project, now):
    calls(answers(1200, 0.02), since=-96, until=0)
    made = monitor("score", kind="categorical", key="truth", method="z")
    running.run(project.pk, now)
    assert made.verdicts.get().state == "none"


def test_longer_outputs_are_drawn_over_the_shorter_ones(calls, monitor, project, now):
    calls([{"output": "x" * (10 + number % 9)} for number in range(300)], since=-96, until=-24)
    calls([{"output": "x" * (30 + number % 9)} for number in range(300)], since=-24, until=0)
    made = monitor("output_length")
    running.run(project.pk, now)
    found = made.verdicts.get()
    assert found.is_drift
    assert (found.shapes["reference_middle"], found.shapes["current_middle"]) == (14, 34)
    assert len(found.shapes["edges"]) == len(found.shapes["current"]) + 1
    assert abs(sum(found.shapes["reference"]) - 1) < 1e-9
    assert len({one["trace_id"] for one in found.samples["current"]}) == 10
    assert all(float(one["value"]) >= 30 for one in found.samples["current"])


def test_other_topics_are_told_by_their_words_and_typical_texts(calls, monitor, project, now):
    calls([{"input": f"refund of my order {n}"} for n in range(60)], since=-96, until=-24)
    calls([{"input": f"password reset mail {n}"} for n in range(60)], since=-24, until=0)
    made = monitor("input_text", least_samples=20)
    running.run(project.pk, now)
    found = made.verdicts.get()
    assert found.is_drift
    assert {one["word"] for one in found.words["current"]} & {"password", "reset", "mail"}
    assert [one["value"] for one in found.samples["current"]] == [""] * 5  # no text is kept


def test_texts_that_postgres_cannot_hold_are_kept_without_what_it_cannot(
    calls, monitor, project, now
):
    """Half a character and NUL, as JSON may spell them."""
    sent = '[{"role": "user", "content": "\\ud800 %s \\u0000 number %d"}]'
    calls([{"input": sent % ("refund order", n)} for n in range(60)], since=-96, until=-24)
    calls([{"input": sent % ("password reset", n)} for n in range(60)], since=-24, until=0)
    made = monitor("input_text", least_samples=20)
    running.run(project.pk, now)
    found = made.verdicts.get()
    assert found.is_drift
    assert storable({"texts": ["\ud800 reset \0"]}) == {"texts": ["? reset "]}


def test_a_relation_that_changed_is_found_where_its_inputs_did_not(calls, monitor, project, now):
    def scored(good: float, bad: float) -> list[dict]:
        return [
            {"output_tokens": 10 + n % 40, "score": {"quality": good if n % 40 < 20 else bad}}
            for n in range(400)
        ]

    calls(scored(0.9, 0.2), since=-96, until=-24)
    calls(scored(0.2, 0.9), since=-24, until=0)
    made = monitor("relation", key="quality", figure="output_tokens")
    running.run(project.pk, now)
    found = made.verdicts.get()
    assert found.is_drift and found.scored


def test_what_else_changed_is_told_with_a_drift(calls, monitor, project, end, now):
    calls([{"output": "x" * 5, "model": "a", "release": "1"}] * 300, since=-96, until=-24)
    calls([{"output": "x" * 50, "model": "b", "release": "2"}] * 300, since=-24, until=0)
    made = monitor("output_length")
    running.run(project.pk, now)
    told_of = {(one["what"], one["name"]): one for one in made.verdicts.get().changed}
    assert told_of["release", "2"]["at"] == (end - timedelta(hours=24)).isoformat()
    assert told_of["model", "b"]["current"] == 1.0
    assert ("release", "1") not in told_of


def test_since_a_release_is_looked_up_and_kept(calls, monitor, project, end, now):
    calls([{"output": "x", "release": "1"}] * 40, since=-30, until=-10)
    calls([{"output": "xx", "release": "2"}] * 40, since=-10, until=0)
    made = monitor("output_length", baseline={"kind": "since", "release": "2"}, least_samples=20)
    running.run(project.pk, now)
    found = made.verdicts.get()
    begun = end - timedelta(hours=10)
    assert (found.current_start, found.reference_end) == (begun, begun)
    assert (found.n_reference, found.n_current, found.state) == (40, 40, "drift")
    made = DriftMonitor.objects.get(pk=made.pk)
    assert made.chosen.start == begun
