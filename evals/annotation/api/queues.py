"""/api/public/annotation-queues: the queues, and who is to work on them."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from rest_framework import exceptions
from rest_framework.response import Response

from accounts.models import Project, User
from evals.annotation import queues
from evals.annotation.api.asking import QueuesView, moment, queue_of, text_in
from evals.annotation.models import Queue
from traces.api.body import object_in
from traces.api.comments import users
from traces.api.parameters import page_in


class QueueList(QueuesView):
    """Annotation queues by page; POST makes one."""

    def get(self, request: HttpRequest) -> Response:
        """The newest first."""
        page = page_in(request.GET)
        found = queues.of_project(request.auth.project_id)
        shown = found.order_by("-created_at", "-id")[page.offset : page.offset + page.limit]
        return Response({"data": [shape(one) for one in shown], "meta": page.meta(found.count())})

    def post(self, request: HttpRequest) -> Response:
        wish = wish_in(object_in(request.data))
        project = get_object_or_404(Project, pk=request.auth.project_id)
        return Response(shape(queues.create(project, wish, key=request.auth.public_key)))


class QueueDetail(QueuesView):
    """One annotation queue."""

    def get(self, request: HttpRequest, queue_id: str) -> Response:
        return Response(shape(queue_of(request, queue_id)))


class Assignments(QueuesView):
    """Members of the queue; a DELETE names its user in the body."""

    def post(self, request: HttpRequest, queue_id: str) -> Response:
        queue = queue_of(request, queue_id)
        user = person_in(object_in(request.data), queue)
        if user is None:
            raise exceptions.NotFound("User not found or not authorized for this project")
        queues.join(queue, user)
        told = {"userId": str(user.pk), "queueId": queue.pk, "projectId": queue.project_id}
        return Response(told)

    def delete(self, request: HttpRequest, queue_id: str) -> Response:
        """Also of somebody who has left the project; twice is as once."""
        queue = queue_of(request, queue_id)
        user = users(text_in(object_in(request.data), "userId")).first()
        if user is not None:
            queues.leave(queue, user)
        return Response({"success": True})


def person_in(body: Mapping[str, Any], queue: Queue) -> User | None:
    wanted = users(text_in(body, "userId")).first()
    return wanted if wanted and wanted in queues.people_of(queue.project) else None


def wish_in(body: Mapping[str, Any]) -> queues.Wish:
    ids, description = body.get("scoreConfigIds"), body.get("description")
    if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
        raise exceptions.ValidationError("scoreConfigIds must be a list of texts.")
    if description is not None and not isinstance(description, str):
        raise exceptions.ValidationError("description must be a text.")
    name = text_in(body, "name")
    return queues.Wish(name=name, description=description or "", config_ids=ids)


def shape(queue: Queue) -> dict[str, Any]:
    return {
        "id": queue.pk,
        "name": queue.name,
        "description": queue.description or None,
        "scoreConfigIds": queue.config_ids,
        "createdAt": moment(queue.created_at),
        "updatedAt": moment(queue.updated_at),
    }
