"""Sends traces with Langfuse's SDK 2, 3, 4 or 5 for Python, and reads, comments, prices and
deletes with the calls that its version has, at once and asking once.
"""

import base64
import hashlib
import json
import os
import time
import uuid
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

import httpx
from langfuse import Langfuse
from langfuse import api as types

try:
    from langfuse.api import NotFoundError
except ImportError:
    from langfuse.api.resources.commons.errors import NotFoundError

MAJOR = int(version("langfuse").split(".")[0])
RUN = uuid.uuid4().hex[:12]
USER, SESSION, FILE = f"user-{RUN}", f"session-{RUN}", f"file of {RUN}".encode()

client = Langfuse()
api = client.client if MAJOR == 2 else client.api
admin = Langfuse(
    public_key=os.environ["ADMIN_PUBLIC_KEY"], secret_key=os.environ["ADMIN_SECRET_KEY"]
)
admin_api = admin.client if MAJOR == 2 else admin.api
facts: dict = {}


def said(name: str, **fields) -> dict:
    """What a call takes: an object of the type in 2 and 3, the fields themselves in 4 and 5."""
    return {"request": getattr(types, name)(**fields)} if MAJOR <= 3 else fields


def is_gone(call, *arguments, **named) -> bool:
    try:
        call(*arguments, **named)
    except NotFoundError:
        return True
    return False


def send(name: str) -> str:
    """Returns the trace's id."""
    call = {"model": "gpt-4o", "usage_details": {"input": 1000, "output": 200}}
    if MAJOR == 2:
        trace = client.trace(name=name, user_id=USER, session_id=SESSION, tags=[RUN, "b"])
        root = trace.span(name="root", input="hi", metadata={"run": RUN})
        root.generation(name="call", **call).end()
        root.end(output="hello")
        client.score(id=f"score-{name}", trace_id=trace.id, name="good", value=0.9)
        return trace.id
    from langfuse import propagate_attributes

    with (
        propagate_attributes(user_id=USER, session_id=SESSION, tags=[RUN, "b"], trace_name=name),
        client.start_as_current_observation(name="root", input="hi", metadata={"run": RUN}) as root,
    ):
        client.start_observation(name="call", as_type="generation", **call).end()
        root.update(output="hello")
    client.create_score(score_id=f"score-{name}", trace_id=root.trace_id, name="good", value=0.9)
    return root.trace_id


def read_traces(trace_id: str, name: str) -> None:
    trace = api.trace.get(trace_id)
    facts["trace"] = [trace.name, trace.user_id, trace.total_cost]
    facts["its_observations"] = sorted(one.name for one in trace.observations)
    facts["listed"] = [one.id for one in api.trace.list(user_id=USER, name=name).data]
    facts["by_tag"] = len(api.trace.list(tags=[RUN, "b"], order_by="timestamp.asc").data)
    facts["no_such_trace"] = is_gone(api.trace.get, f"no-{RUN}")
    sessions = api.sessions.list(limit=100).data
    facts["session_is_listed"] = SESSION in [one.id for one in sessions]
    facts["traces_of_session"] = len(api.sessions.get(SESSION).traces)
    if MAJOR >= 3:
        condition = {"type": "string", "column": "name", "operator": "=", "value": name}
        found = api.trace.list(filter=json.dumps([condition]), fields="core,metrics").data
        facts["by_filter"] = [one.id for one in found]


def read_observations_by_page(trace_id: str) -> None:
    observations = api.legacy.observations_v1 if MAJOR == 4 else api.observations
    found = observations.get_many(trace_id=trace_id)
    facts["by_page"] = sorted(one.name for one in found.data)
    facts["total"] = found.meta.total_items
    [call] = observations.get_many(trace_id=trace_id, type="GENERATION").data
    one = observations.get(call.id)
    facts["observation"] = [one.name, one.model, one.calculated_total_cost, one.usage.input]


def name_of(observation) -> str:
    """SDK 3 has no type for them."""
    return observation["name"] if MAJOR == 3 else observation.name


def read_observations_by_cursor(trace_id: str) -> None:
    observations = api.observations_v_2 if MAJOR == 3 else api.observations
    names, cursor = [], None
    while True:
        page = observations.get_many(
            trace_id=trace_id, limit=1, cursor=cursor, fields="core,basic,io,usage,metadata"
        )
        names += [name_of(one) for one in page.data]
        cursor = page.meta.cursor
        if not cursor:
            break
    facts["by_cursor"] = sorted(names)
    condition = {"type": "stringObject", "column": "metadata", "key": "run", "operator": "="}
    found = observations.get_many(filter=json.dumps([{**condition, "value": RUN}]))
    facts["by_metadata"] = sorted({name_of(one) for one in found.data})


def read_as_sdk_2(trace_id: str, name: str) -> None:
    facts["fetched"] = [
        client.fetch_trace(trace_id).data.name,
        [one.id for one in client.fetch_traces(name=name, user_id=USER).data],
        sorted(one.name for one in client.fetch_observations(trace_id=trace_id).data),
        SESSION in [one.id for one in client.fetch_sessions().data],
        [one.name for one in client.get_generations(trace_id=trace_id).data],
    ]
    today = api.metrics.daily(user_id=USER).data[0]
    usage = {one.model: one.total_usage for one in today.usage}
    facts["daily"] = [today.count_traces, today.count_observations, usage["gpt-4o"]]


def read_scores(trace_id: str, name: str) -> None:
    """And delete one."""
    if MAJOR == 2:
        found = [api.score.get_by_id(f"score-{name}")]
    elif MAJOR == 3:
        found = [api.score_v_2.get_by_id(f"score-{name}")]
    else:
        found = api.scores.get_many(trace_id=trace_id).data
    if MAJOR == 4:
        found += api.scores_v3.get_many_v3(trace_id=trace_id).data
    facts["scores"] = sorted({(one.name, one.value) for one in found})
    scores = {4: lambda: api.legacy.score_v1, 5: lambda: api.scores}.get(MAJOR, lambda: api.score)
    scores().delete(f"score-{name}")
    if MAJOR == 2:
        facts["score_is_gone"] = is_gone(api.score.get_by_id, f"score-{name}")
    elif MAJOR == 3:
        facts["score_is_gone"] = is_gone(api.score_v_2.get_by_id, f"score-{name}")
    else:
        facts["score_is_gone"] = api.scores.get_many(trace_id=trace_id).data == []


def comment(trace_id: str) -> None:
    project = api.projects.get().data[0]
    made = api.comments.create(
        **said(
            "CreateCommentRequest",
            project_id=project.id,
            object_type="TRACE",
            object_id=trace_id,
            content="Why so slow?",
        )
    )
    one = api.comments.get_by_id(made.id)
    listed = api.comments.get(object_type="TRACE", object_id=trace_id).data
    facts["comment"] = [
        one.content,
        str(one.object_type.value),
        [other.id for other in listed] == [made.id],
    ]


def define_models() -> None:
    price = {"name": "Standard", "priority": 0, "conditions": [], "prices": {"input": 0.000002}}
    fields = {"model_name": f"model-{RUN}", "match_pattern": f"^model-{RUN}$", "unit": "TOKENS"}
    if MAJOR == 2:
        fields |= {"input_price": 0.000002}
    else:
        fields["pricing_tiers"] = [types.PricingTierInput(**price, is_default=True)]
    made = admin_api.models.create(**said("CreateModelRequest", **fields))
    shown = admin_api.models.get(made.id)
    listed = admin_api.models.list(limit=100).data
    facts["model"] = [
        shown.model_name == f"model-{RUN}",
        shown.input_price,
        made.id == listed[0].id,
    ]
    if MAJOR >= 4:
        replaced = admin_api.models.upsert(made.id, **{**fields, "start_date": datetime.now(UTC)})
        facts["replaced"] = replaced.id == made.id
    admin_api.models.delete(made.id)
    facts["model_is_gone"] = is_gone(admin_api.models.get, made.id)


def read_metrics() -> None:
    """By the first version of the query where the SDK has it, and by the second."""
    today = datetime.now(UTC).date()
    query = {
        "view": "observations",
        "metrics": [
            {"measure": "count", "aggregation": "count"},
            {"measure": "totalTokens", "aggregation": "sum"},
        ],
        "dimensions": [{"field": "providedModelName"}],
        "filters": [
            {"type": "arrayOptions", "column": "tags", "operator": "any of", "value": [RUN]},
            {"type": "string", "column": "type", "operator": "=", "value": "GENERATION"},
        ],
        "fromTimestamp": f"{today - timedelta(days=1)}T00:00:00Z",
        "toTimestamp": f"{today + timedelta(days=2)}T00:00:00Z",
    }
    first = {3: lambda: api.metrics, 4: lambda: api.legacy.metrics_v1}.get(MAJOR)
    second = api.metrics_v_2 if MAJOR == 3 else api.metrics
    facts["metrics"] = second.metrics(query=json.dumps(query)).data
    if first:
        facts["metrics_by_page"] = first().metrics(query=json.dumps(query)).data


def upload(trace_id: str) -> None:
    digest = base64.b64encode(hashlib.sha256(FILE).digest()).decode()
    hashed = "sha256hash" if MAJOR >= 4 else "sha_256_hash"
    announced = api.media.get_upload_url(
        **said(
            "GetMediaUploadUrlRequest",
            trace_id=trace_id,
            content_type="text/plain",
            content_length=len(FILE),
            field="input",
            **{hashed: digest},
        )
    )
    began = time.monotonic()
    put = httpx.put(announced.upload_url, content=FILE, headers={"Content-Type": "text/plain"})
    api.media.patch(
        announced.media_id,
        **said(
            "PatchMediaBody",
            uploaded_at=datetime.now(UTC),
            upload_http_status=put.status_code,
            upload_time_ms=int((time.monotonic() - began) * 1000),
        ),
    )
    shown = api.media.get(announced.media_id)
    facts["file"] = [shown.content_length == len(FILE), httpx.get(shown.url).content == FILE]


def delete(first: str, second: str) -> None:
    def count(trace_id: str) -> int:
        if MAJOR == 5:
            return len(api.observations.get_many(trace_id=trace_id).data)
        return 0 if is_gone(api.trace.get, trace_id) else 1

    api.trace.delete(first)
    facts["after_one"] = [count(first), min(count(second), 1)]
    api.trace.delete_multiple(trace_ids=[first, second])
    facts["after_both"] = [count(first), count(second)]
    facts["no_such_deletion"] = is_gone(api.trace.delete, f"no-{RUN}")


first, second = f"first-{RUN}", f"second-{RUN}"
trace_id, other_id = send(first), send(second)
client.flush()
if MAJOR <= 4:
    read_traces(trace_id, first)
    read_observations_by_page(trace_id)
if MAJOR >= 3:
    read_observations_by_cursor(trace_id)
    read_metrics()
if MAJOR == 2:
    read_as_sdk_2(trace_id, first)
read_scores(trace_id, first)
comment(trace_id)
define_models()
upload(trace_id)
facts["health"] = api.health.health().status
delete(trace_id, other_id)
print(json.dumps({"trace_id": trace_id, "names": [first, second], "user": USER, **facts}))
