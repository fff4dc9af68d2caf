"""The tables that a project's own SQL may ask, and what each is made of.

Every one is a subquery over this project's newest rows. The names that people write stand for these
subqueries; no name of a real table is ever taken from what they wrote.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from traces.queries.clauses import LATENCY_NS, TRACE_ENVIRONMENT, TRACE_NAME

# What people's names of tables are called in the statement that runs. No real table begins so.
OWN = "own_"


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    sql: str
    means: str | Promise


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    about: str | Promise
    source: str  # the real table
    where: str
    columns: tuple[Column, ...]
    group_by: str = ""

    def subquery(self, database: str) -> str:
        chosen = ", ".join(f"{column.sql} AS {column.name}" for column in self.columns)
        grouped = f" GROUP BY {self.group_by}" if self.group_by else ""
        return (
            f"SELECT {chosen} FROM {database}.{self.source} AS s FINAL"
            f" WHERE s.project_id = {{project_id:String}} AND {self.where}{grouped}"
        )


SPANS = Table(
    "spans",
    _("One row is one observation: a call of a model, a tool, a step."),
    "spans",
    "s.span_id != ''",
    (
        Column("id", "s.span_id", _("the observation")),
        Column("trace_id", "s.trace_id", _("its trace")),
        Column("parent_id", "s.parent_span_id", _("the observation above it, or ''")),
        Column("type", "s.type", "GENERATION, TOOL, SPAN, …"),
        Column("name", "s.name", ""),
        Column("level", "s.level", _("DEBUG, DEFAULT, WARNING or ERROR")),
        Column("status_message", "s.status_message", _("what was said of an error")),
        Column("started_at", "s.start_time", _("UTC, to the nanosecond")),
        Column("ended_at", "s.end_time", _("NULL while it runs")),
        Column("first_token_at", "s.completion_start_time", _("NULL if it was not streamed")),
        Column(
            "latency",
            "(toUnixTimestamp64Nano(s.end_time) - toUnixTimestamp64Nano(s.start_time)) / 1e9",
            _("seconds; NULL while it runs"),
        ),
        Column("trace_name", "s.trace_name", _("as said on this observation")),
        Column("user_id", "s.user_id", ""),
        Column("session_id", "s.session_id", ""),
        Column("environment", "if(s.environment = '', 'default', s.environment)", ""),
        Column("release", "s.release", ""),
        Column("version", "s.version_label", _("of the application")),
        Column("tags", "s.tags", _("a list")),
        Column("input", "s.input", _("text, or JSON as text")),
        Column("output", "s.output", _("text, or JSON as text")),
        Column("metadata", "s.metadata", "metadata['team']"),
        Column("model", "s.model", ""),
        Column("provider", "s.provider", ""),
        Column("model_parameters", "s.model_parameters", "model_parameters['temperature']"),
        Column("input_tokens", "s.input_tokens", ""),
        Column("output_tokens", "s.output_tokens", ""),
        Column("total_tokens", "s.total_tokens", _("a client may state it alone")),
        Column("usage", "s.usage", _("units by their kind: usage['input_cached']")),
        Column("cost", "s.total_cost", _("dollars; NULL is unknown or nothing to pay")),
        Column("costs", "s.cost", _("dollars by the kind of unit")),
        Column("cost_source", "s.cost_source", _("sent, computed, unknown, or ''")),
        Column("prompt_name", "s.prompt_name", ""),
        Column("prompt_version", "s.prompt_version", _("NULL without a prompt")),
        Column("tool_names", "s.tool_call_names", _("tools that the model called")),
        Column("experiment_id", "s.experiment_id", ""),
        Column("service_name", "s.service_name", ""),
        Column("attributes", "s.attributes", _("what no other column took")),
        Column("resource_attributes", "s.resource_attributes", ""),
        Column("source", "s.source", _("the protocol that it came by")),
        Column("received_at", "s.received_at", ""),
    ),
)
TRACES = Table(
    "traces",
    _("One row is one trace, made of its observations as the list of traces makes it."),
    "spans",
    "1",
    (
        Column("id", "s.trace_id", _("the trace")),
        Column("name", TRACE_NAME, ""),
        Column("started_at", "min(s.start_time)", _("UTC, to the nanosecond")),
        Column("latency", f"({LATENCY_NS}) / 1e9", _("seconds, first start to last end")),
        Column("span_count", "countIf(s.span_id != '')", ""),
        Column("error_count", "countIf(s.level = 'ERROR')", ""),
        Column("input_tokens", "sum(s.input_tokens)", ""),
        Column("output_tokens", "sum(s.output_tokens)", ""),
        Column("total_tokens", "sum(s.total_tokens)", ""),
        Column("cost", "sum(s.total_cost)", _("dollars; NULL if nothing of it is known")),
        Column(
            "unpriced_count", "countIf(s.cost_source = 'unknown')", _("calls that cost leaves out")
        ),
        Column("user_id", "argMinIf(s.user_id, (s.start_time, s.span_id), s.user_id != '')", ""),
        Column(
            "session_id",
            "argMinIf(s.session_id, (s.start_time, s.span_id), s.session_id != '')",
            "",
        ),
        Column("environment", TRACE_ENVIRONMENT, ""),
        Column("release", "argMinIf(s.release, (s.start_time, s.span_id), s.release != '')", ""),
        Column(
            "version",
            "argMinIf(s.version_label, (s.start_time, s.span_id), s.version_label != '')",
            _("of the application"),
        ),
        Column("tags", "groupUniqArrayArray(s.tags)", _("a list")),
        Column("models", "groupUniqArrayIf(s.model, s.model != '')", _("a list")),
    ),
    group_by="s.trace_id",
)
SCORES = Table(
    "scores",
    _("One row is one judgement of a trace, an observation, a session or a dataset run."),
    "scores",
    "1",
    (
        Column("id", "s.id", ""),
        Column("name", "s.name", ""),
        Column("at", "s.timestamp", _("UTC, to the nanosecond")),
        Column("data_type", "s.data_type", "NUMERIC, BOOLEAN, CATEGORICAL, TEXT, …"),
        Column("value", "s.value", _("NULL where only text was said")),
        Column("string_value", "s.string_value", ""),
        Column("trace_id", "s.trace_id", _("'' if it is not on a trace")),
        Column("observation_id", "s.observation_id", _("'' if it is not on an observation")),
        Column("session_id", "s.session_id", _("'' if it is not on a session")),
        Column("dataset_run_id", "s.dataset_run_id", ""),
        Column("comment", "s.comment", ""),
        Column("source", "s.source", _("API, EVAL or ANNOTATION")),
        Column("environment", "if(s.environment = '', 'default', s.environment)", ""),
        Column("metadata", "s.metadata", "metadata['rater']"),
        Column("received_at", "s.received_at", ""),
    ),
)
TABLES = (TRACES, SPANS, SCORES)
TABLE_NAMES = frozenset(table.name for table in TABLES)
COLUMN_NAMES = frozenset(column.name for table in TABLES for column in table.columns)


def preamble(database: str) -> str:
    """The WITH clause by which the names of TABLES mean this project's rows."""
    return ", ".join(f"{OWN}{table.name} AS ({table.subquery(database)})" for table in TABLES)
