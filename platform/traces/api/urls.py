"""The reads of the Langfuse-compatible API. /scores itself is also written to: see ingest."""

from django.urls import path

from traces.api.comments import CommentDetail, CommentList
from traces.api.daily import DailyMetrics
from traces.api.observations import ObservationDetail, ObservationList, ObservationListV2
from traces.api.scores import ScoreDetailV2, ScoreListV2
from traces.api.scores_v3 import ScoreListV3
from traces.api.sessions import SessionDetail, SessionList
from traces.api.traces import TraceDetail, TraceList

urlpatterns = [
    path("api/public/traces", TraceList.as_view()),
    path("api/public/traces/<path:trace_id>", TraceDetail.as_view()),
    path("api/public/observations", ObservationList.as_view()),
    path("api/public/observations/<path:observation_id>", ObservationDetail.as_view()),
    path("api/public/v2/observations", ObservationListV2.as_view()),
    path("api/public/sessions", SessionList.as_view()),
    path("api/public/sessions/<path:session_id>", SessionDetail.as_view()),
    path("api/public/comments", CommentList.as_view()),
    path("api/public/comments/<path:comment_id>", CommentDetail.as_view()),
    path("api/public/metrics/daily", DailyMetrics.as_view()),
    path("api/public/v2/scores", ScoreListV2.as_view()),
    path("api/public/v2/scores/<path:score_id>", ScoreDetailV2.as_view()),
    path("api/public/v3/scores", ScoreListV3.as_view()),
]
