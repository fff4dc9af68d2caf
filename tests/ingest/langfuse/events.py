"""Events as clients send them, and what one batch of them is decoded to."""

import json

from ingest.langfuse.decode import decode_batch
from ingest.langfuse.moments import nanoseconds

NOW = nanoseconds("2026-11-20T12:00:00Z")


def event(kind: str, body: dict, *, id: str = "e1", timestamp="2026-11-20T11:00:00Z") -> dict:
    return {"id": id, "type": kind, "timestamp": timestamp, "body": body}


def decode(*events, **options):
    payload = json.dumps({"batch": list(events), "metadata": {"batch_size": len(events)}})
    return decode_batch(payload.encode(), project_id="p", now_ns=NOW, **options)


def only(*events) -> dict:
    """The fields of the only patch that the events come to."""
    batch = decode(*events)
    assert not batch.errors
    (item,) = batch.items
    return item.fields
