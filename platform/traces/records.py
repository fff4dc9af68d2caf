"""The typed rows that front doors make and the store keeps.

A decoder fills these and nothing else crosses from `ingest/` to `traces/`. Times are whole
nanoseconds since 1970 (UTC);
money is Decimal US dollars; None is unknown and 0 is a known zero; text is valid Unicode without
NUL.
"""

from dataclasses import dataclass, field, fields
from decimal import Decimal

# The kinds of observation, in the field's own words. TRACE is the row that carries what a client
# said of the trace as a whole
# (a Langfuse `trace-create`): its span_id is empty, it has no duration and it is counted as no
# observation.
TRACE = "TRACE"
OBSERVATION_TYPES = (
    "SPAN",
    "GENERATION",
    "EVENT",
    "EMBEDDING",
    "AGENT",
    "TOOL",
    "CHAIN",
    "RETRIEVER",
    "GUARDRAIL",
    "EVALUATOR",
)
LEVELS = ("DEBUG", "DEFAULT", "WARNING", "ERROR")


@dataclass(slots=True)
class Span:
    """One observation as it is stored, with the trace's attributes on it. Every field is a column
    of `spans` of that name.
    """

    project_id: str
    trace_id: str
    span_id: str
    start_time: int
    parent_span_id: str = ""
    end_time: int | None = None  # None: not ended yet
    completion_start_time: int | None = None  # when the first token came
    type: str = "SPAN"
    name: str = ""
    level: str = "DEFAULT"
    status_message: str = ""
    kind: str = ""  # OpenTelemetry's span kind: CLIENT, SERVER, …
    is_root: bool = False
    is_app_root: bool = False

    # the trace
    trace_name: str = ""
    user_id: str = ""
    session_id: str = ""
    environment: str = "default"
    release: str = ""
    version_label: str = ""  # the application's `version`, as its developers call it
    tags: list[str] = field(default_factory=list)
    public: bool = False
    trace_input: str = ""  # only what was said of the trace itself; the root's own is in input
    trace_output: str = ""
    trace_metadata: dict[str, str] = field(default_factory=dict)

    # what it did: text as sent, or JSON where structured
    input: str = ""
    output: str = ""
    metadata: dict[str, str] = field(
        default_factory=dict
    )  # values are text, or JSON where structured

    # the model
    model: str = ""
    provider: str = ""
    model_parameters: dict[str, str] = field(default_factory=dict)
    usage: dict[str, int] = field(default_factory=dict)
    cost: dict[str, Decimal] = field(
        default_factory=dict
    )  # dollars by the usage's key, and "total"
    input_tokens: int = 0  # everything on the input side, cached included
    output_tokens: int = 0  # everything on the output side, reasoning included
    total_tokens: int = 0
    total_cost: Decimal | None = None
    cost_source: str = ""  # sent, computed or unknown; "" where nothing is to be paid for
    price_id: str = ""  # the price it was computed with
    prompt_name: str = ""
    prompt_version: int | None = None
    tool_definitions: str = ""  # JSON array
    tool_calls: str = ""  # JSON array
    tool_call_names: list[str] = field(default_factory=list)

    # experiments
    experiment_id: str = ""
    experiment: dict[str, str] = field(default_factory=dict)  # name, dataset.id, item.id, …

    # where it came from
    attributes: dict[str, str] = field(default_factory=dict)  # what no other column took
    resource_attributes: dict[str, str] = field(default_factory=dict)
    scope_attributes: dict[str, str] = field(default_factory=dict)
    scope_name: str = ""
    scope_version: str = ""
    service_name: str = ""
    sdk_name: str = ""
    sdk_version: str = ""
    source: str = ""  # the protocol: otlp, langfuse, …
    events: str = ""  # JSON array of {time, name, attributes}, time in nanoseconds
    links: str = ""  # JSON array of {trace_id, span_id, attributes}
    dropped_attributes: int = 0  # by the client and by our caps together
    dropped_events: int = 0
    dropped_links: int = 0
    marks: list[str] = field(default_factory=list)  # what was amiss: clock_suspect, truncated, …

    # the store's own
    clocks: dict[str, int] = field(
        default_factory=dict
    )  # when each field was last said, of partial rows only
    received_at: int = 0
    version: int = 0  # the higher one is the row
    is_deleted: bool = False


@dataclass(slots=True)
class Patch:
    """What one message said of a span or a trace: some fields of it, at a time of the sender's.

    `fields` holds names of Span; a dict value (metadata) is merged into what is there, `tags` and
    `events` are united with it.
    `stated_at` orders patches of the same field whatever order they arrive in; `rank` breaks ties
    (a create before an update).
    Patches of one row give the same row in any order and however often they are sent.
    """

    project_id: str
    trace_id: str
    span_id: str  # empty for the trace's own row
    stated_at: int
    fields: dict
    rank: int = 0


@dataclass(slots=True)
class Score:
    """One judgement of a trace, observation, session or dataset run. The id names it: sent again,
    it replaces the earlier.
    """

    project_id: str
    id: str
    name: str
    timestamp: int
    data_type: str = "NUMERIC"  # NUMERIC, BOOLEAN, CATEGORICAL, TEXT, CORRECTION
    value: float | None = (
        # of NUMERIC and BOOLEAN (0 or 1), and of CATEGORICAL where the configuration gives one
        None
    )
    string_value: str = ""
    trace_id: str = ""
    observation_id: str = ""
    session_id: str = ""
    dataset_run_id: str = ""
    comment: str = ""
    source: str = "API"  # API, EVAL, ANNOTATION
    environment: str = "default"
    author_user_id: str = ""
    config_id: str = ""
    queue_id: str = ""
    execution_trace_id: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    received_at: int = 0
    version: int = 0
    is_deleted: bool = False


SPAN_COLUMNS = tuple(column.name for column in fields(Span))
SCORE_COLUMNS = tuple(column.name for column in fields(Score))

Item = Span | Patch | Score
