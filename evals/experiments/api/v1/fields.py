"""What the runs of evaluators over experiments ask and answer, as their schema tells it."""

from typing import Any

from rest_framework import serializers
from rest_framework.serializers import BooleanField, CharField, ChoiceField, IntegerField

from evals.experiments.models import MAX_RUN_ID
from evals.judges.models import MAX_NAME, PastRun, State
from evals.judges.past import progressed

WORKING, DONE, STOPPED, FAILED = "working", "done", "stopped", "failed"


class JudgeRunAsked(serializers.Serializer):
    evaluator = CharField(max_length=MAX_NAME, help_text="Its name. The newest version judges.")
    experiment_id = CharField(max_length=MAX_RUN_ID, help_text="Of a dataset run, its id.")


class JudgeRunFields(serializers.Serializer):
    id = IntegerField()
    evaluator = CharField()
    version = IntegerField()
    experiment_id = CharField()
    experiment_name = CharField()
    state = ChoiceField((WORKING, DONE, STOPPED, FAILED))
    is_paused = BooleanField(help_text="The evaluator is paused: nothing of it runs.")
    looked_at = IntegerField(help_text="Runs of items that were looked at.")
    known = IntegerField(help_text="Of these, judged by this version before.")
    judgements = IntegerField(help_text="What is judged for this run.")
    scored = IntegerField()
    failed = IntegerField()
    cost = CharField(allow_null=True, help_text="Dollars so far; null is unknown.")


def judge_run_shape(run: PastRun) -> dict[str, Any]:
    told, evaluator = progressed(run), run.version.evaluator
    state = DONE if run.is_over and told.over >= told.made else WORKING
    if run.is_cancelled:
        state = STOPPED
    elif run.error:
        state = FAILED
    return {
        "id": run.pk,
        "evaluator": evaluator.name,
        "version": run.version.number,
        "experiment_id": run.experiment,
        "experiment_name": run.experiment_name,
        "state": state,
        "is_paused": evaluator.state == State.PAUSED,
        "looked_at": run.looked_at,
        "known": run.known,
        "judgements": told.made,
        "scored": told.done,
        "failed": told.failed,
        "cost": None if told.cost is None else f"{told.cost:f}",
    }
