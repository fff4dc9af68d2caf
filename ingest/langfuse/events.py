"""Every type of event that a Langfuse batch may hold, and the kind of row it speaks of."""

from ingest.langfuse.patches import CREATE, UPDATE

# type of event → (kind of observation where the body does not say it, create or update)
OBSERVATIONS = {
    "span-create": ("SPAN", CREATE),
    "span-update": ("SPAN", UPDATE),
    "generation-create": ("GENERATION", CREATE),
    "generation-update": ("GENERATION", UPDATE),
    "event-create": ("EVENT", CREATE),
    "agent-create": ("AGENT", CREATE),
    "tool-create": ("TOOL", CREATE),
    "chain-create": ("CHAIN", CREATE),
    "retriever-create": ("RETRIEVER", CREATE),
    "evaluator-create": ("EVALUATOR", CREATE),
    "embedding-create": ("EMBEDDING", CREATE),
    "guardrail-create": ("GUARDRAIL", CREATE),
    "observation-create": ("SPAN", CREATE),
    "observation-update": ("SPAN", UPDATE),
}
TRACE_CREATE = "trace-create"
SCORE_CREATE = "score-create"
# Accepted and not kept: a client's own diagnostics, and an internal event of Langfuse's.
IGNORED = ("sdk-log", "dataset-run-item-create")

TYPES = (TRACE_CREATE, SCORE_CREATE, *OBSERVATIONS, *IGNORED)
