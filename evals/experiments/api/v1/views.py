"""/api/v1/judge-runs: an evaluator put to what an experiment, or a dataset run, came to."""

from django.http import HttpRequest
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, status
from rest_framework.response import Response

from accounts.authentication import require_scope
from evals.experiments.api.v1.fields import JudgeRunAsked, JudgeRunFields, judge_run_shape
from evals.experiments.reading import experiment_of
from evals.judges import evaluators, past, tasks
from evals.judges.models import Evaluator, PastRun
from traces.api.body import JsonBody
from traces.api.v1.fields import PROBLEMS
from traces.api.v1.problems import V1View

TAGS = ["Experiments"]
MAX_DIGITS = 18


class JudgeRunsView(V1View):
    permission_classes = (require_scope("ingest"),)
    parser_classes = (JsonBody,)

    @extend_schema(
        operation_id="judge_experiment",
        tags=TAGS,
        summary="Have an evaluator judge what an experiment came to, item by item",
        description="Each trace or observation gets one score of a version, however often it is "
        "asked for. The evaluator's daily budget holds.",
        request=JudgeRunAsked,
        responses={201: JudgeRunFields, **PROBLEMS},
    )
    def post(self, request: HttpRequest) -> Response:
        form = JudgeRunAsked(data=request.data)
        form.is_valid(raise_exception=True)
        said, project_id = form.validated_data, request.auth.project_id
        evaluator = Evaluator.objects.filter(project=project_id, name=said["evaluator"]).first()
        version = evaluators.current(evaluator) if evaluator else None
        if version is None:
            raise exceptions.NotFound("There is no evaluator of this name.")
        experiment = experiment_of(project_id, said["experiment_id"])
        if experiment is None:
            raise exceptions.NotFound("There is no experiment of this id.")
        try:
            run = past.begin_experiment(version, experiment.id, experiment.name, None)
        except past.TooMany as error:
            words = f"{past.MOST_WAITING} runs of evaluators are at work already."
            raise exceptions.Throttled(detail=words) from error
        tasks.hand_over()
        return Response(judge_run_shape(run), status=status.HTTP_201_CREATED)


class JudgeRunView(V1View):
    def get_permissions(self) -> list:
        return [require_scope("read" if self.request.method == "GET" else "ingest")()]

    @extend_schema(
        operation_id="get_judge_run",
        tags=TAGS,
        summary="How far a run of an evaluator over an experiment came",
        description="Counts of what is judged, what failed, and what is left.",
        responses={200: JudgeRunFields, **PROBLEMS},
    )
    def get(self, request: HttpRequest, run_id: str) -> Response:
        return Response(judge_run_shape(run_named(request, run_id)))

    @extend_schema(
        operation_id="stop_judge_run",
        tags=TAGS,
        summary="Stop it: what nobody was asked for is not judged, the scores that are there stay",
        description="Stopping what has ended already changes nothing.",
        responses={200: JudgeRunFields, **PROBLEMS},
    )
    def delete(self, request: HttpRequest, run_id: str) -> Response:
        past.cancel(run_named(request, run_id))
        return Response(judge_run_shape(run_named(request, run_id)))


def run_named(request: HttpRequest, run_id: str) -> PastRun:
    runs = PastRun.objects.filter(project=request.auth.project_id).exclude(experiment="")
    found = None
    if run_id.isascii() and run_id.isdigit() and len(run_id) <= MAX_DIGITS:
        found = runs.select_related("version__evaluator").filter(pk=int(run_id)).first()
    if found is None:
        raise exceptions.NotFound("There is no such run.")
    return found
