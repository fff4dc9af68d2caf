"""Tells the story with Langfuse's SDKs 3, 4 and 5 for Python, and reads it back with their API."""

import json
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from langfuse import Langfuse, propagate_attributes

MAJOR = int(version("langfuse").split(".")[0])
story = json.loads(Path(__file__).with_name("story.json").read_text())
draft, polish = story["draft"], story["polish"]
chat = [{"role": "user", "content": story["question"]}]

langfuse = Langfuse(environment=story["environment"], release=story["release"])
assert langfuse.auth_check()


def tell() -> str:
    """Returns the trace's id."""
    with langfuse.start_as_current_observation(
        name=story["name"], as_type="agent", input={"question": story["question"]}
    ) as root:
        with propagate_attributes(
            user_id=story["user"],
            session_id=story["session"],
            tags=story["tags"],
            metadata={"tier": "gold", "plan": {"seats": 3} if MAJOR >= 5 else '{"seats": 3}'},
            version=story["version"],
            trace_name=story["name"],
        ):
            search()
            call_models()
            refund()
        root.update(output={"answer": story["answer"]})
        root.score_trace(name="helpful", value=0.9, comment="고맙습니다")
    return root.trace_id


def search() -> None:
    with langfuse.start_as_current_observation(
        name="search-handbook", as_type="retriever", input=story["question"]
    ) as found:
        found.start_observation(
            name="embed-query",
            as_type="embedding",
            model=story["embedding"]["model"],
            input=story["question"],
            usage_details=story["embedding"]["usage"],
        ).end()
        found.update(output=story["documents"])


def call_models() -> None:
    with langfuse.start_as_current_observation(
        name="draft",
        as_type="generation",
        model=draft["model"],
        model_parameters=draft["parameters"],
        input=chat,
    ) as drafting:
        drafting.update(completion_start_time=datetime.now(UTC))
        drafting.update(
            output={"role": "assistant", "content": draft["text"]}, usage_details=draft["usage"]
        )
    langfuse.start_observation(
        name="polish",
        as_type="generation",
        model=polish["model"],
        input=[*chat, {"role": "assistant", "content": draft["text"]}],
        output={"role": "assistant", "content": story["answer"]},
        usage_details=polish["usage"],
    ).end()


def refund() -> None:
    with langfuse.start_as_current_observation(
        name="issue-refund", as_type="tool", input=story["refund"]
    ) as refunding:
        refunding.update(level="ERROR", status_message=story["refusal"])
    langfuse.create_event(name="cache-miss", level="WARNING", metadata={"key": "handbook"})


def tell_of_the_unpriced() -> str:
    with langfuse.start_as_current_observation(
        name="house-model",
        as_type="generation",
        model=story["unpriced"]["model"],
        input="hi",
        output="hello",
        usage_details=story["unpriced"]["usage"],
    ) as call:
        return call.trace_id


def read_as_3_and_4(trace_id: str, unpriced_id: str) -> dict:
    trace = langfuse.api.trace.get(trace_id)
    listed = langfuse.api.trace.list(session_id=story["session"], user_id=story["user"]).data
    return {
        "names": sorted(one.name for one in trace.observations),
        "total_cost": trace.total_cost,
        "scores": {one.name: one.value for one in trace.scores},
        "is_listed": trace_id in [one.id for one in listed],
        "unpriced_cost": langfuse.api.trace.get(unpriced_id).total_cost,
    }


def read_as_5(trace_id: str, unpriced_id: str) -> dict:
    def observations(one: str) -> list:
        groups = "core,basic,io,usage,trace_context"
        return langfuse.api.observations.get_many(trace_id=one, fields=groups).data

    scores = langfuse.api.scores.get_many(trace_id=trace_id).data
    rows = observations(trace_id)
    listed = langfuse.api.observations.get_many(user_id=story["user"], type="AGENT").data
    return {
        "names": sorted(one.name for one in rows),
        "total_cost": sum(one.total_cost or 0 for one in rows),
        "scores": {one.name: one.value for one in scores},
        "is_listed": trace_id in [one.trace_id for one in listed],
        "unpriced_cost": observations(unpriced_id)[0].total_cost,
    }


trace_id, unpriced_id = tell(), tell_of_the_unpriced()
langfuse.flush()
read = (read_as_5 if MAJOR >= 5 else read_as_3_and_4)(trace_id, unpriced_id)
url = langfuse.get_trace_url(trace_id=trace_id)
print(json.dumps({"trace_id": trace_id, "unpriced_id": unpriced_id, "url": url, **read}))
