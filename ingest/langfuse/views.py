"""Langfuse's write endpoints: the event batch and scores. A 2xx means stored and visible."""

import time
import uuid

import structlog
from django.http import HttpRequest
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.response import Response

from accounts.authentication import require_scope
from accounts.grants import Grant
from ingest import pipeline
from ingest.bodies import read_body
from ingest.decoded import MalformedPayload, TooManyRecords
from ingest.langfuse.body import Body, InvalidEvent
from ingest.langfuse.browsers import FromBrowsers
from ingest.langfuse.decode import MOST_EVENTS, decode_batch, place_adrift
from ingest.langfuse.scores import decode_score
from ingest.langfuse.turned_away import refused_of, turn_away
from ingest.langfuse.view import WriteView
from ingest.langfuse.wire import read_storable_json
from traces import deletion
from traces.api.scores import ScoreDetail, ScoreList
from traces.api.view import ERROR_NAMES, INVALID
from traces.records import Score

log = structlog.get_logger(__name__)
MAX_SCORES_BYTES = 1024 * 1024  # SDK 5 cuts its batches to fit


class IngestionView(FromBrowsers, WriteView):
    """POST /api/public/ingestion: 207 with a verdict for every event of the batch."""

    permission_classes = (require_scope("ingest", publishable=True),)

    def post(self, request: HttpRequest) -> Response:
        project_id, is_public = request.auth.project_id, request.auth.publishable
        body, now_ns = read_body(request), time.time_ns()
        batch = decode_batch(body, project_id=project_id, now_ns=now_ns, scores_only=is_public)
        turn_away(batch, project_id, now_ns, is_public=is_public)
        place_adrift(batch, pipeline.traces_known(project_id, batch.adrift))
        pipeline.accept(project_id, batch.items, adrift=batch.adrift)
        return Response(
            {
                "successes": [{"id": event_id, "status": 201} for event_id in batch.accepted],
                "errors": [
                    {
                        "id": error.id,
                        "status": error.status,
                        "message": error.message,
                        "error": ERROR_NAMES.get(error.status, INVALID),
                    }
                    for error in batch.errors
                ],
            },
            status=207,
        )


class ScoresView(FromBrowsers, WriteView, ScoreList):
    """GET lists the scores of traces; POST takes one score, or a JSON array of them."""

    def get_permissions(self) -> list:
        if self.request.method == "POST":
            return [require_scope("ingest", publishable=True)()]
        return super().get_permissions()

    def post(self, request: HttpRequest) -> Response:
        sent = read_storable_json(read_body(request, limit=MAX_SCORES_BYTES))
        now_ns = time.time_ns()
        if isinstance(sent, list):
            return self.take_many(request.auth, sent, now_ns)
        if not isinstance(sent, dict):
            raise MalformedPayload("The body must be a score or an array of scores.")
        grant = request.auth
        score = score_of(sent, grant.project_id, now_ns)
        refused = refused_of(grant.project_id, [score], now_ns, is_public=grant.publishable)
        for status, why in refused.values():
            raise PermissionDenied(why) if status == 401 else InvalidEvent(why)
        pipeline.accept(grant.project_id, [score])
        return Response({"id": score.id})

    def take_many(self, grant: Grant, sent: list, now_ns: int) -> Response:
        """202 where all are stored. 207 tells of those that cannot be, and stores the others."""
        if len(sent) > MOST_EVENTS:
            raise TooManyRecords(
                f"The body has {len(sent)} scores, and {MOST_EVENTS} is the limit of one request."
            )
        taken, errors = {}, []
        for position, one in enumerate(sent):
            try:
                taken[position] = score_of(one, grant.project_id, now_ns)
            except InvalidEvent as error:
                errors.append({"message": f"Score {position}: {error}"})
        places, read = list(taken), list(taken.values())
        refused = refused_of(grant.project_id, read, now_ns, is_public=grant.publishable)
        for place, (_, why) in refused.items():
            del taken[places[place]]
            errors.append({"message": f"Score {places[place]}: {why}"})
        scores = list(taken.values())
        pipeline.accept(grant.project_id, scores)
        if errors:
            counts = {"accepted": len(scores), "rejected": len(errors)}
            return Response({**counts, "errors": errors}, status=207)
        return Response({"message": "Accepted"}, status=202)


class ScoreView(WriteView, ScoreDetail):
    """GET shows one score; DELETE removes it, however often it is asked to."""

    def get_permissions(self) -> list:
        if self.request.method == "DELETE":
            return [require_scope("ingest")()]
        return super().get_permissions()

    def delete(self, request: HttpRequest, score_id: str) -> Response:
        if not deletion.delete_score(request.auth.project_id, score_id):
            raise NotFound(f"Score {score_id} not found within authorized project")
        log.info(
            "score_deleted",
            project=request.auth.project_id,
            key=request.auth.public_key,
            id=score_id,
        )
        return Response({"message": f"Score {score_id} is deleted."}, status=202)


def score_of(sent: object, project_id: str, now_ns: int) -> Score:
    """A score that was posted by itself; without an id of its own it is a new one."""
    return decode_score(
        Body(sent, now_ns), project_id=project_id, score_id=str(uuid.uuid4()), stated_at=now_ns
    )
