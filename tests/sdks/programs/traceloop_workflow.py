"""A workflow of Traceloop's SDK, with an agent, a task, a tool and calls of `openai`."""

import json
import os

from openai_calls import QUESTION, make_calls
from opentelemetry import trace
from traceloop.sdk import Traceloop
from traceloop.sdk.decorators import agent, task, tool, workflow

Traceloop.init(
    app_name="shop",
    api_endpoint=os.environ["SONDE_URL"],
    api_key=os.environ["SONDE_SECRET_KEY"],
    resource_attributes={"deployment.environment": "staging"},
    telemetry_enabled=False,
)


@tool(name="look-up")
def look_up(city: str) -> dict:
    return {"city": city, "sky": "맑음"}


@task(name="prepare")
def prepare(question: str) -> dict:
    return look_up("서울")


@agent(name="answerer")
def answer(question: str) -> str:
    make_calls()
    return "서울입니다."


@workflow(name="ask")
def ask(question: str) -> str:
    Traceloop.set_association_properties(
        {"user_id": "ada", "session_id": "weather-1", "tier": "gold"}
    )
    prepare(question)
    trace_ids.append(trace.get_current_span().get_span_context().trace_id)
    return answer(question)


trace_ids: list[int] = []
ask(QUESTION)
assert trace.get_tracer_provider().force_flush()
print(json.dumps({"trace_id": f"{trace_ids[0]:032x}"}))
