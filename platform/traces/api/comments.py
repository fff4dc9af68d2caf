"""/api/public/comments: what people and programs say of traces, observations and sessions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.response import Response

from accounts.authentication import require_scope
from accounts.models import Project, User
from comments import threads
from comments.models import Comment, ObjectType
from traces.api.body import JsonBody, object_in
from traces.api.moments import NANOSECONDS, iso
from traces.api.parameters import page_in
from traces.api.view import LangfuseView
from traces.queries.langfuse.observations import observation
from traces.queries.langfuse.traces import traces_by_id, traces_of_session


class CommentList(LangfuseView):
    """Comments by page, the newest first; POST adds one."""

    parser_classes = (JsonBody,)

    def get_permissions(self) -> list:
        scope = "ingest" if self.request.method == "POST" else "read"
        return [require_scope(scope)()]

    def get(self, request: HttpRequest) -> Response:
        """Newest first."""
        page, asked = page_in(request.GET), request.GET
        found = threads.in_project(request.auth.project_id)
        if asked.get("objectType"):
            found = found.filter(object_type=object_type_in(asked["objectType"]))
        if asked.get("objectId"):
            if not asked.get("objectType"):
                raise ValidationError("objectId needs objectType as well.")
            found = found.filter(object_id=asked["objectId"])
        if asked.get("authorUserId"):
            found = found.filter(author__in=users(asked["authorUserId"]))
        total = found.count()
        shown = found.order_by("-created_at", "-id")[page.offset : page.offset + page.limit]
        return Response({"data": [shape(one) for one in shown], "meta": page.meta(total)})

    def post(self, request: HttpRequest) -> Response:
        body = object_in(request.data)
        project = project_of(request, body)
        object_type = object_type_in(text_in(body, "objectType"))
        object_id, content = text_in(body, "objectId"), text_in(body, "content")
        author = author_in(body, project)
        if not exists(project.id, object_type, object_id):
            raise NotFound(f"{object_type} {object_id} not found within authorized project")
        try:
            comment = threads.add(
                project,
                object_type=object_type,
                object_id=object_id,
                content=content,
                author=author,
                public_key=request.auth.public_key,
            )
        except threads.InvalidComment as error:
            raise ValidationError(str(error)) from error
        return Response({"id": comment.pk})


class CommentDetail(LangfuseView):
    """One comment."""

    permission_classes = (require_scope("read"),)

    def get(self, request: HttpRequest, comment_id: str) -> Response:
        comment = threads.in_project(request.auth.project_id).filter(pk=comment_id).first()
        if comment is None:
            raise NotFound(f"Comment {comment_id} not found within authorized project")
        return Response(shape(comment))


def object_type_in(text: str) -> str:
    if text.upper() not in ObjectType.values:
        raise ValidationError(f"objectType must be one of {', '.join(ObjectType.values)}.")
    return text.upper()


def text_in(body: Mapping[str, Any], name: str) -> str:
    text = body.get(name)
    if not isinstance(text, str) or not text:
        raise ValidationError(f"{name} must be a text.")
    return text


def project_of(request: HttpRequest, body: Mapping[str, Any]) -> Project:
    if text_in(body, "projectId") != request.auth.project_id:
        raise NotFound("There is no such project, or it is not the key's.")
    return Project.objects.get(pk=request.auth.project_id)


def author_in(body: Mapping[str, Any], project: Project) -> User | None:
    if body.get("authorUserId") is None:
        return None
    found = users(text_in(body, "authorUserId"))
    author = found.filter(memberships__organisation=project.organisation_id).first()
    if author is None:
        raise ValidationError("authorUserId must be a member of the project's organisation.")
    return author


def users(user_id: str):
    """The person of that id, or nobody: people are numbered."""
    is_number = user_id.isascii() and user_id.isdigit() and len(user_id) <= 18
    return User.objects.filter(pk=int(user_id)) if is_number else User.objects.none()


def exists(project_id: str, object_type: str, object_id: str) -> bool:
    """Prompts are not looked up: they are no traces, and known further on."""
    if object_type == ObjectType.TRACE:
        return bool(traces_by_id(project_id, [object_id], content=False))
    if object_type == ObjectType.OBSERVATION:
        return observation(project_id, object_id) is not None
    if object_type == ObjectType.SESSION:
        return bool(traces_of_session(project_id, object_id))
    return True


def shape(comment: Comment) -> dict[str, Any]:
    return {
        "id": comment.pk,
        "projectId": comment.project_id,
        "createdAt": moment(comment.created_at),
        "updatedAt": moment(comment.edited_at or comment.created_at),
        "objectType": comment.object_type,
        "objectId": comment.object_id,
        "content": comment.content,
        "authorUserId": None if comment.author_id is None else str(comment.author_id),
    }


def moment(time: datetime) -> str | None:
    return iso(int(time.timestamp() * 1000) * (NANOSECONDS // 1000))
