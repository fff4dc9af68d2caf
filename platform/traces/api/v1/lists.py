"""GET /api/v1/observations, /sessions, /users and /scores, each newest first and by cursor."""

from collections.abc import Callable

from django.http import HttpRequest
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts.authentication import require_scope
from traces.api.parameters import encoded_cursor
from traces.api.v1.asked import (
    GroupsAsked,
    ObservationsAsked,
    ScoresAsked,
    asked,
    cursor_of,
    time_of,
)
from traces.api.v1.fields import (
    PROBLEMS,
    ObservationPageFields,
    ScorePageFields,
    SessionPageFields,
    UserPageFields,
)
from traces.api.v1.problems import V1View
from traces.api.v1.shapes import (
    listed_score,
    moment_text,
    observation_shape,
    session_shape,
    user_shape,
)
from traces.api.v1.trace import next_of, place_in, within
from traces.queries.groups import GroupPage, GroupRow, list_groups
from traces.queries.langfuse import observations, scores


class ObservationListView(V1View):
    permission_classes = (require_scope("read"),)

    @extend_schema(
        operation_id="list_observations",
        tags=["Observations"],
        summary="Observations of all traces, newest first",
        description="Without attributes, events and links, which the observation's trace tells.",
        parameters=[ObservationsAsked],
        responses={200: ObservationPageFields, **PROBLEMS},
    )
    def get(self, request: HttpRequest) -> Response:
        found = asked(ObservationsAsked, request)
        query = observations.ObservationQuery(
            time=time_of(found),
            trace_id=found["trace"],
            name=found["name"],
            type=found.get("type", ""),
            level=found.get("level", ""),
            user_id=found["user"],
            session_id=found["session"],
            version=found["version"],
            is_root=found["is_root"],
            environments=found["environment"],
        )
        cursor = cursor_of(found, int, str, str)
        rows = observations.observations_after(
            request.auth.project_id,
            query,
            limit=found["limit"] + 1,
            after=observations.After(*cursor) if cursor else None,
        )
        page = rows[: found["limit"]]
        last = page[-1] if len(rows) > len(page) else None
        return Response(
            {
                "data": [observation_shape(row) for row in page],
                "next_cursor": last
                and encoded_cursor(last["start_ns"], last["trace_id"], last["span_id"]),
            }
        )


class SessionListView(V1View):
    permission_classes = (require_scope("read"),)

    @extend_schema(
        operation_id="list_sessions",
        tags=["Sessions"],
        summary="Sessions by their last activity, newest first",
        description="Summed over their traces that start in the range.",
        parameters=[GroupsAsked],
        responses={200: SessionPageFields, **PROBLEMS},
    )
    def get(self, request: HttpRequest) -> Response:
        return groups(request, "session", session_shape)


class UserListView(V1View):
    permission_classes = (require_scope("read"),)

    @extend_schema(
        operation_id="list_users",
        tags=["Users"],
        summary="Users of the traced application by their last activity, newest first",
        description="Summed over their traces that start in the range.",
        parameters=[GroupsAsked],
        responses={200: UserPageFields, **PROBLEMS},
    )
    def get(self, request: HttpRequest) -> Response:
        return groups(request, "user", user_shape)


def groups(request: HttpRequest, kind: str, shape: Callable[[GroupRow], dict]) -> Response:
    found = asked(GroupsAsked, request)
    after, wanted = place_in(found), within(request.auth.project_id, found)
    page = GroupPage([])
    if wanted is not None:
        page = list_groups(
            request.auth.project_id,
            kind,
            wanted,
            search=found["search"],
            after=after,
            limit=found["limit"],
        )
    return Response(
        {
            "data": [shape(row) for row in page.groups],
            "next_cursor": next_of(page.after),
            "searched_to": moment_text(page.searched_to),
        }
    )


class ScoreListView(V1View):
    permission_classes = (require_scope("read"),)

    @extend_schema(
        operation_id="list_scores",
        tags=["Scores"],
        summary="Scores of everything, newest first",
        description="A score is on a trace, an observation of one, a session or a dataset run.",
        parameters=[ScoresAsked],
        responses={200: ScorePageFields, **PROBLEMS},
    )
    def get(self, request: HttpRequest) -> Response:
        found = asked(ScoresAsked, request)
        query = scores.ScoreQuery(
            time=time_of(found),
            names=found["name"],
            sources=found["source"],
            data_types=found["data_type"],
            environments=found["environment"],
            trace_ids=found["trace"],
            session_ids=found["session"],
            observation_ids=found["observation"],
            user_id=found["user"],
        )
        cursor = cursor_of(found, int, str)
        rows = scores.scores_after(
            request.auth.project_id,
            query,
            limit=found["limit"] + 1,
            after=scores.After(*cursor) if cursor else None,
        )
        page = rows[: found["limit"]]
        last = page[-1] if len(rows) > len(page) else None
        return Response(
            {
                "data": [listed_score(row) for row in page],
                "next_cursor": last and encoded_cursor(last["timestamp_ns"], last["id"]),
            }
        )
