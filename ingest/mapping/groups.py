"""The heaps that one pass over a span's attributes sorts them into. Each noun of the mapping reads
a few of them.

An attribute in a heap that was spelt with a prefix is kept there under what follows the prefix.
"""

(
    KNOWN,  # keys that a table names, whole
    OTHER,  # keys that no table names: the attributes of the stored span
    CONTENT,  # keys that may be input or output, whole
    USAGE,
    PARAMETERS,
    PROMPT_PARTS,
    COMPLETION_PARTS,
    INPUT_MESSAGES,
    OUTPUT_MESSAGES,
    METADATA,
    TRACE_METADATA,
    ASSOCIATIONS,
    EXPERIMENT_METADATA,
    EXPERIMENT_ITEM_METADATA,
    TOOL_PARTS,
    FUNCTION_PARTS,
) = range(16)
COUNT = 16

# The longest prefix wins, so the order does not matter.
PREFIXES = {
    "gen_ai.usage.": USAGE,
    "llm.token_count.": USAGE,
    "gen_ai.request.": PARAMETERS,
    "llm.invocation_parameters.": PARAMETERS,
    "gen_ai.prompt.": PROMPT_PARTS,
    "gen_ai.completion.": COMPLETION_PARTS,
    "gen_ai.prompt.variable.": OTHER,
    "llm.input_messages.": INPUT_MESSAGES,
    "llm.output_messages.": OUTPUT_MESSAGES,
    "langfuse.observation.metadata.": METADATA,
    "langfuse.metadata.": METADATA,
    "ai.telemetry.metadata.": METADATA,
    "langsmith.metadata.": METADATA,
    "langfuse.trace.metadata.": TRACE_METADATA,
    "traceloop.association.properties.": ASSOCIATIONS,
    "langfuse.experiment.metadata.": EXPERIMENT_METADATA,
    "langfuse.experiment.item.metadata.": EXPERIMENT_ITEM_METADATA,
    "llm.tools.": TOOL_PARTS,
    "llm.request.functions.": FUNCTION_PARTS,
}

Heaps = list[dict[str, object]]


def empty() -> Heaps:
    # COUNT; quicker spelt out
    return [{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}]


def first(heap: dict[str, object], keys: tuple[str, ...]) -> object:
    """What the first of the keys says that says anything. It is taken out: what stays is kept as an
    attribute.
    """
    for key in keys:
        if value := heap.get(key):
            del heap[key]
            return value
    return None
