"""Fills an annotation queue with Langfuse's SDK 2, 3, 4 or 5 for Python, works on it, and empties
it. SDK 2 is given a queue: it cannot make one.
"""

import json
import os
import uuid
from importlib.metadata import version

from langfuse import Langfuse

MAJOR = int(version("langfuse").split(".")[0])
RUN = uuid.uuid4().hex[:12]

client = Langfuse()
queues = (client.client if MAJOR == 2 else client.api).annotation_queues
facts: dict = {}

if MAJOR >= 4:
    from langfuse.api import AnnotationQueueObjectType as ObjectType
    from langfuse.api import AnnotationQueueStatus as Status
    from langfuse.api.core import ApiError
else:
    from langfuse.api.core import ApiError
    from langfuse.api.resources import annotation_queues as bodies
    from langfuse.api.resources.annotation_queues import AnnotationQueueObjectType as ObjectType
    from langfuse.api.resources.annotation_queues import AnnotationQueueStatus as Status


def asked(method, body: str, *ids: str, **fields):
    """Older SDKs take a body of its own class, newer ones its fields."""
    if MAJOR >= 4:
        return method(*ids, **fields)
    return method(*ids, request=getattr(bodies, body)(**fields))


def make() -> str:
    if MAJOR == 2:
        return os.environ["QUEUE"]
    wanted = {"name": f"sdk-{RUN}", "description": "by an SDK", "score_config_ids": []}
    made = asked(queues.create_queue, "CreateAnnotationQueueRequest", **wanted)
    facts["same"] = queues.get_queue(made.id) == made
    facts["described"] = [made.name == f"sdk-{RUN}", made.description, made.score_config_ids]
    return made.id


def assign(queue: str) -> None:
    user, body = os.environ["USER_ID"], "AnnotationQueueAssignmentRequest"
    made = asked(queues.create_queue_assignment, body, queue, user_id=user)
    gone = asked(queues.delete_queue_assignment, body, queue, user_id=user)
    facts["assigned"] = [made.user_id == user, made.queue_id == queue, gone.success]


def fill(queue: str) -> None:
    traces = [f"{RUN}-{number}" for number in range(3)]
    body = "CreateAnnotationQueueItemRequest"
    items = [
        asked(queues.create_queue_item, body, queue, object_id=one, object_type=ObjectType.TRACE)
        for one in traces
    ]
    facts["pending"] = [one.status == Status.PENDING for one in items]
    body = "UpdateAnnotationQueueItemRequest"
    done = asked(queues.update_queue_item, body, queue, items[0].id, status=Status.COMPLETED)
    facts["completed"] = [done.status == Status.COMPLETED, done.completed_at is not None]
    facts["read"] = queues.get_queue_item(queue, items[0].id) == done
    left = queues.list_queue_items(queue, status=Status.PENDING, limit=100)
    facts["left"] = {one.id for one in items[1:]} <= {one.id for one in left.data}
    facts["is_left_out"] = items[0].id not in {one.id for one in left.data}
    for one in items:
        gone = queues.delete_queue_item(queue, one.id)
    facts["gone"] = [gone.success, gone.message]
    try:
        queues.get_queue_item(queue, items[0].id)
    except ApiError as error:
        facts["status"] = error.status_code


queue = make()
facts["listed"] = queue in {one.id for one in queues.list_queues(limit=100).data}
fill(queue)
if MAJOR >= 3:
    assign(queue)
print(json.dumps({"major": MAJOR, "queue": queue, **facts}))
