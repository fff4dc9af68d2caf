"""What a column starts from: a version of a prompt, or a real generation."""

from typing import Any

from accounts.models import Project
from llm.models import LlmConnection
from prompts.body import Body, variables_in
from prompts.composition import InvalidComposition, resolved
from prompts.models import Prompt, PromptType, PromptVersion
from prompts.playground.config import settings_of, shown
from traces.queries.trace import locate, span_detail, span_rows
from traces.render.request import body_of

MOST_VERSIONS = 200
MOST_NAMES = 1_000
EMPTY: dict[str, Any] = {
    "name": "", "version": None, "versions": [], "type": "chat", "text": "", "config": {},
    "messages": [{"role": "system", "content": ""}, {"role": "user", "content": ""}],
    "model": "", "temperature": "", "top_p": "", "max_tokens": "", "tools": "", "schema": "",
    "extra": "", "included": [],
}  # fmt: skip
SETTINGS = ("temperature", "top_p")
LIMITS = ("max_tokens", "max_completion_tokens")


def names_of(project: Project) -> list[str]:
    return list(Prompt.objects.filter(project=project).values_list("name", flat=True)[:MOST_NAMES])


def version_of(project: Project, name: str, number: int | None) -> PromptVersion | None:
    """The version of that number; without one the newest."""
    if "\0" in name:
        return None
    found = PromptVersion.objects.filter(prompt__project=project, prompt__name=name)
    if number is not None:
        found = found.filter(number=number)
    return found.select_related("prompt").first()


def column_of_version(version: PromptVersion) -> dict[str, Any]:
    is_text = version.prompt.type == PromptType.TEXT
    numbers = version.prompt.versions.values_list("number", flat=True)[:MOST_VERSIONS]
    return {
        **EMPTY,
        "name": version.prompt.name,
        "version": version.number,
        "versions": sorted({*numbers, version.number}, reverse=True),
        "type": version.prompt.type,
        "text": version.body if is_text else "",
        "messages": EMPTY["messages"] if is_text else version.body,
        "included": included_variables(version),
        "config": version.config,
        **settings_of(version.config),
    }


def included_variables(version: PromptVersion) -> list[str]:
    """Those that only stand in what the version includes."""
    try:
        whole = resolved(version.prompt.project_id, version).body
    except InvalidComposition:  # running it says so
        return []
    own = set(variables_in(version.body))
    return [name for name in variables_in(whole) if name not in own]


def generation(project: Project, trace_id: str, span_id: str) -> dict[str, Any] | None:
    """The span's row; of a trace alone its first generation. Raises traces.clickhouse's errors."""
    if "\0" in trace_id + span_id or not trace_id:
        return None
    extent = locate(project.id, trace_id)
    if extent is None:
        return None
    if not span_id:
        rows = span_rows(project.id, trace_id, extent)
        span_id = next((row.span_id for row in rows if row.type == "GENERATION"), "")
    return span_detail(project.id, trace_id, span_id, extent) if span_id else None


def column_of_span(row: dict[str, Any]) -> dict[str, Any] | None:
    """The call of a generation, to be made again; None where its input is no conversation."""
    body = body_of(row)
    if body is None:
        return None
    limit = next((body[name] for name in LIMITS if name in body), "")
    wrapped = body.get("response_format")
    schema = settings_of({"response_format": wrapped})["schema"] if wrapped else ""
    known = {"model", "messages", "tools", "response_format", *SETTINGS, *LIMITS}
    extra = {name: value for name, value in body.items() if name not in known}
    return {
        **EMPTY,
        "messages": body["messages"],
        "model": row["model"],
        **{name: str(body.get(name, "")) for name in SETTINGS},
        "max_tokens": str(limit),
        "tools": shown(body["tools"]) if "tools" in body else "",
        "schema": schema,
        "extra": shown(extra) if extra else "",
    }


def with_connection(column: dict[str, Any], connections: list[LlmConnection]) -> dict[str, Any]:
    """Through the first connection that names the column's model; without a model the first one's
    first.
    """
    model = column["model"]
    naming = next((one for one in connections if model and model in one.model_names), None)
    chosen = naming or (connections[0] if connections else None)
    if chosen is None:
        return {**column, "connection": ""}
    first = chosen.model_names[0] if chosen.model_names else ""
    return {**column, "connection": chosen.pk, "model": model or first}


def body_with_included(project: Project, name: str, kind: str, body: Body) -> Body:
    """With what it includes in place. Raises InvalidComposition."""
    draft = PromptVersion(prompt=Prompt(project=project, name=name, type=kind), body=body, number=0)
    return resolved(project.id, draft).body
