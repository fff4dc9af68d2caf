"""Several workers at one rule, and one that is killed."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection

from alerts.incidents.models import Incident, Notice
from alerts.incidents.tiers import Tier
from alerts.rules.conditions import Threshold
from alerts.rules.evaluating import evaluate
from alerts.rules.points import Limit

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[3]
HIGH = Threshold(limits=(Limit(Tier.WARNING, 0.05),))
# Evaluates, and is killed in the middle of the transaction, before or behind its notice.
KILLED = """
import os, signal, sys
from datetime import datetime
sys.path[:0] = [".", "platform"]
import django
django.setup()
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
from alerts.incidents import telling
from alerts.rules.evaluating import evaluate
tell = telling.tell
def killed(*told, **options):
    if sys.argv[4] == "behind":
        tell(*told, **options)
    os.kill(os.getpid(), signal.SIGKILL)
telling.tell = killed
evaluate(sys.argv[2], datetime.fromisoformat(sys.argv[3]))
"""


@pytest.fixture
def burning(traffic, make_rule, at):
    """A rule that fires with the first minute."""
    rule = make_rule(HIGH, measure="error_rate", by=("model",))
    evaluate(rule.pk, at(0))
    for model in "abc":
        traffic(0, 10, errors=2, model=model)
    return rule


def test_workers_at_the_same_rule_do_it_once(burning, at):
    def one(_number: int) -> bool:
        try:
            return evaluate(burning.pk, at(60))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(one, range(4)))
    assert done.count(True) == 1
    assert (Incident.objects.count(), Notice.objects.count()) == (3, 1)


@pytest.mark.parametrize("when", [pytest.param("before", marks=pytest.mark.chaos), "behind"])
def test_a_worker_that_is_killed_loses_and_doubles_nothing(burning, at, when):
    name = connection.settings_dict["NAME"]
    told = [sys.executable, "-c", KILLED, name, burning.pk, at(60).isoformat(), when]
    ended = subprocess.run(told, cwd=ROOT, env=os.environ.copy(), timeout=120, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert (Incident.objects.count(), Notice.objects.count()) == (0, 0)
    evaluate(burning.pk, at(60))
    assert (Incident.objects.count(), Notice.objects.count()) == (3, 1)
