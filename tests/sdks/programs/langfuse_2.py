"""Tells the story with Langfuse's SDK 2 for Python, and reads it back with its own methods."""

import json
from datetime import UTC, datetime
from pathlib import Path

from langfuse import Langfuse

story = json.loads(Path(__file__).with_name("story.json").read_text())
draft, polish = story["draft"], story["polish"]
chat = [{"role": "user", "content": story["question"]}]

langfuse = Langfuse(environment=story["environment"], release=story["release"])
assert langfuse.auth_check()
trace = langfuse.trace(
    name=story["name"],
    user_id=story["user"],
    session_id=story["session"],
    tags=story["tags"],
    metadata=story["metadata"],
    version=story["version"],
    input={"question": story["question"]},
)
root = trace.span(name=story["name"], input={"question": story["question"]})
search = root.span(name="search-handbook", input=story["question"])
search.generation(
    name="embed-query",
    model=story["embedding"]["model"],
    input=story["question"],
    usage_details=story["embedding"]["usage"],
).end()
search.end(output=story["documents"])
drafting = root.generation(
    name="draft", model=draft["model"], model_parameters=draft["parameters"], input=chat
)
drafting.update(completion_start_time=datetime.now(UTC))
drafting.end(output={"role": "assistant", "content": draft["text"]}, usage_details=draft["usage"])
root.generation(
    name="polish",
    model=polish["model"],
    input=[*chat, {"role": "assistant", "content": draft["text"]}],
    output={"role": "assistant", "content": story["answer"]},
    usage_details=polish["usage"],
).end()
root.span(name="issue-refund", input=story["refund"]).end(
    level="ERROR", status_message=story["refusal"]
)
root.event(name="cache-miss", level="WARNING", metadata={"key": "handbook"})
root.end(output={"answer": story["answer"]})
trace.update(output={"answer": story["answer"]})
trace.score(name="helpful", value=0.9, comment="고맙습니다")
unpriced = langfuse.trace(name="house-model")
unpriced.generation(
    name="house-model",
    model=story["unpriced"]["model"],
    input="hi",
    output="hello",
    usage_details=story["unpriced"]["usage"],
).end()
langfuse.flush()

read = langfuse.fetch_trace(trace.id).data
listed = langfuse.fetch_traces(session_id=story["session"], user_id=story["user"]).data
calls = langfuse.fetch_observations(trace_id=trace.id, type="GENERATION").data
found = {
    "trace_id": trace.id,
    "unpriced_id": unpriced.id,
    "names": sorted(one.name for one in read.observations),
    "total_cost": read.total_cost,
    "scores": {one.name: one.value for one in read.scores},
    "is_listed": trace.id in [one.id for one in listed],
    "calls": sorted(one.name for one in calls),
    "session": trace.id
    in [one.id for one in langfuse.client.sessions.get(story["session"]).traces],
    "unpriced_cost": langfuse.fetch_trace(unpriced.id).data.total_cost,
    "url": trace.get_trace_url(),
}
print(json.dumps(found))
