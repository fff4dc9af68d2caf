"""Workers killed with SIGKILL in the middle: whatever was to be told is told, and told once to
whoever goes by the key.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection
from django.utils import timezone

from alerts.channels import delivering
from alerts.channels.models import Delivery
from alerts.incidents import outbox
from alerts.incidents.delivering import deliver
from alerts.incidents.models import Notice
from tests.alerts.channels.conftest import BEGAN, keys_of
from tests.outbound.servers import serving
from tests.running_sonde import Stack

ROOT = Path(__file__).resolve().parents[3]
NOTICES = 20
FIRE = """
from datetime import UTC, datetime
from django.db import transaction
from accounts.models import Project
from alerts.channels.models import Channel
from alerts.incidents.recording import Alert, Change, record
from alerts.incidents.telling import Policy, tell
from alerts.incidents.tiers import Step, Tier
from webhooks.signing import new_secret

project = Project.objects.get()
channel = Channel(project=project, name="hook", kind="webhook", settings={"url": "%(url)s"})
channel.give_secret(new_secret())
channel.save()
now = datetime.now(UTC)
for number in range(%(notices)d):
    alert = Alert(project=project, rule_id="r1", rule_name="Errors", fingerprint=f"f{number}",
                  group_key=f"g{number}", labels={"model": f"m{number}"})
    change = Change(alert=alert, step=Step.FIRED, tier=Tier.WARNING, at=now, began_at=now)
    with transaction.atomic():
        tell(project, "r1", Policy(), changed=record([change]), now=now)
"""
STATES = """
import json
from alerts.channels.models import Delivery
print(json.dumps(list(Delivery.objects.values_list("key", "state"))))
"""


@pytest.fixture
def killed():
    """Runs a program against the test's database, which kills itself or is killed."""

    def run(program: str, begun: list[subprocess.Popen] | None = None) -> None:
        name = connection.settings_dict["NAME"]
        url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}")
        environment = {
            **os.environ,
            "DATABASE_URL": urlunsplit(url),
            "SONDE_OUTBOUND_ALERT_NETWORKS": "127.0.0.1/32",
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}",
        }
        whole = f"import django, os, sys; django.setup(); sys.stdin.readline()\n{program}"
        process = subprocess.Popen(
            [sys.executable, "-c", whole], env=environment, cwd=ROOT, stdin=subprocess.PIPE
        )
        if begun is not None:
            begun.append(process)
        process.communicate(b"\n", timeout=120)
        assert process.returncode == -signal.SIGKILL

    return run


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_before_it_noted_the_answer_leaves_the_message_to_the_next(
    receiver, make_channel, written, killed
):
    worker: list[subprocess.Popen] = []

    def kill_the_worker(asked) -> None:
        os.kill(worker[0].pid, signal.SIGKILL)
        worker[0].wait()

    server = receiver(kill_the_worker, 200)
    [delivery] = written(make_channel("webhook", server.url))
    killed(
        f"from alerts.channels import delivering; delivering.attempt({delivery.pk})", begun=worker
    )
    delivery.refresh_from_db()
    assert delivery.state == "waiting" and delivering.due() == []  # it is held for a minute
    Delivery.objects.update(held_until=timezone.now())
    assert delivering.due() == [delivery.pk]
    delivering.attempt(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.state == "delivered" and keys_of(server) == ["n1", "n1"]
    assert [one.is_open for one in delivery.attempts.order_by("pk")] == [True, False]


@pytest.mark.chaos
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_it_hands_over_leaves_nothing_half_told(
    project, make_channel, killed
):
    make_channel("slack")
    Notice.objects.create(
        project=project,
        rule_id="r1",
        group_key="g1",
        news="firing",
        tier="warning",
        body={
            "project": {"id": project.id, "name": project.name},
            "rule": {"id": "r1", "name": "Errors"},
            "count": 1,
            "incidents": [
                {
                    "id": "i1", "fingerprint": "f1", "labels": {}, "tier": "warning", "facts": {},
                    "began_at": BEGAN.isoformat(), "resolved_at": None,
                }
            ],
        },
    )  # fmt: skip
    killed(
        "import signal\n"
        "from alerts.incidents import outbox\n"
        "from alerts.incidents.delivering import deliver\n"
        "def cut_off(notice):\n"
        "    assert deliver(notice)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "outbox.hand_over(cut_off)\n"
    )
    assert not Delivery.objects.exists()
    assert outbox.hand_over(deliver) == 1 and outbox.hand_over(deliver) == 0
    assert Delivery.objects.count() == 1


def in_product(stack: Stack, program: str) -> str:
    argv = [sys.executable, str(ROOT / "manage.py"), "shell", "--no-imports", "-c", program]
    done = subprocess.run(
        argv, env=stack.environment, cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.chaos
def test_with_worker_and_beat_killed_every_alert_arrives_under_one_key(tmp_path):
    cut_off: list[str] = []

    def answering(asked) -> None:
        count = len(asked.server.asked)
        if count == 1:  # also in the middle of handing over
            os.killpg(running.pids()["worker"], signal.SIGKILL)
        elif count == NOTICES // 2:
            running.kill("beat")
        if count == 1:
            cut_off.append(keys_of(asked.server)[0])
            asked.close_connection = True
        else:
            asked.answer(200)

    with (
        Stack(tmp_path, SONDE_OUTBOUND_ALERT_NETWORKS="127.0.0.1/32") as running,
        serving(answering) as server,
    ):
        in_product(running, FIRE % {"url": server.url, "notices": NOTICES})
        running.wait_for(lambda: len(set(keys_of(server))) == NOTICES, "every alert")
        running.wait_for(lambda: len(server.asked) > NOTICES, "the one that was cut off")

        def are_all_delivered() -> bool:
            told = json.loads(in_product(running, STATES))
            return len(told) == NOTICES and {state for _, state in told} == {"delivered"}

        running.wait_for(are_all_delivered, "all answers to be noted")
        assert sorted(keys_of(server)) == sorted([*set(keys_of(server)), *cut_off])
