"""/api/public/annotation-queues/{queueId}/items: what is in a queue."""

from typing import Any

from django.http import HttpRequest
from rest_framework import exceptions
from rest_framework.response import Response

from evals.annotation import items
from evals.annotation.api.asking import QueuesView, item_of, moment, queue_of, text_in, word_in
from evals.annotation.models import Item, ObjectType, Origin, Queue, Status
from traces.api.body import object_in
from traces.api.parameters import page_in
from traces.queries.langfuse.observations import observation


class ItemList(QueuesView):
    """Items of a queue by page; POST adds one."""

    def get(self, request: HttpRequest, queue_id: str) -> Response:
        """The newest first; `status` narrows."""
        queue, page = queue_of(request, queue_id), page_in(request.GET)
        found = queue.items.all()
        if status := request.GET.get("status"):
            found = found.filter(status=word_in({"status": status}, "status", Status.values))
        shown = found.order_by("-created_at", "-id")[page.offset : page.offset + page.limit]
        return Response({"data": [shape(one) for one in shown], "meta": page.meta(found.count())})

    def post(self, request: HttpRequest, queue_id: str) -> Response:
        """What is in the queue already is answered with as it is."""
        queue, body = queue_of(request, queue_id), object_in(request.data)
        kind = word_in(body, "objectType", ObjectType.values)
        ref = ref_to(queue, kind, text_in(body, "objectId"))
        status = word_in({"status": str(Status.PENDING)} | dict(body), "status", Status.values)
        made = items.add(queue, [ref], items.How(str(Origin.API), status=status))
        return Response(shape(made[0] if made else queue.items.get(key=ref.key)))


class ItemDetail(QueuesView):
    """One item of a queue; PATCH says how far it is, DELETE takes it out."""

    def get(self, request: HttpRequest, queue_id: str, item_id: str) -> Response:
        return Response(shape(item_of(request, queue_id, item_id)))

    def patch(self, request: HttpRequest, queue_id: str, item_id: str) -> Response:
        item, body = item_of(request, queue_id, item_id), object_in(request.data)
        if body.get("status") is not None:
            status = word_in(body, "status", Status.values)
            items.set_status(item.queue, [item.pk], status)
            item.refresh_from_db()
        return Response(shape(item))

    def delete(self, request: HttpRequest, queue_id: str, item_id: str) -> Response:
        item = item_of(request, queue_id, item_id)
        items.remove(item.queue, [item.pk])
        words = "Annotation queue item deleted successfully"
        return Response({"success": True, "message": words})


def ref_to(queue: Queue, kind: str, object_id: str) -> items.Ref:
    """Of an observation its trace is looked up: it is shown and scored there."""
    ref = items.Ref(kind, object_id, object_id if kind == ObjectType.TRACE else "")
    if not ref.is_sound:
        raise exceptions.ValidationError("objectId has 1 to 800 characters.")
    if kind == ObjectType.OBSERVATION:
        found = observation(str(queue.project_id), object_id)
        if found is None:
            raise exceptions.NotFound(f"Observation {object_id} not found within project")
        ref = items.Ref(kind, object_id, found["trace_id"])
    return ref


def shape(item: Item) -> dict[str, Any]:
    return {
        "id": item.pk,
        "queueId": item.queue_id,
        "objectId": item.object_id,
        "objectType": item.object_type,
        "status": item.status,
        "completedAt": moment(item.completed_at),
        "createdAt": moment(item.created_at),
        "updatedAt": moment(item.updated_at),
    }
