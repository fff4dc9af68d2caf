"""What kind of observation a span is. The first rule that knows it decides; a span that none knows
is a SPAN.
"""

from ingest.mapping.groups import CONTENT, KNOWN, Heaps
from ingest.mapping.origin import Origin

LANGFUSE = "langfuse.observation.type"
OPENINFERENCE = "openinference.span.kind"
OPERATION = "gen_ai.operation.name"

# An attribute, and what its values mean. In order.
VALUES = (
    (
        LANGFUSE,
        {
            name.lower(): name
            for name in (
                "SPAN", "GENERATION", "EVENT", "EMBEDDING", "AGENT",
                "TOOL", "CHAIN", "RETRIEVER", "GUARDRAIL", "EVALUATOR",
            )
        },
    ),
    (
        OPENINFERENCE,
        {
            "LLM": "GENERATION",
            "CHAIN": "CHAIN",
            "RETRIEVER": "RETRIEVER",
            "RERANKER": "RETRIEVER",
            "EMBEDDING": "EMBEDDING",
            "AGENT": "AGENT",
            "TOOL": "TOOL",
            "GUARDRAIL": "GUARDRAIL",
            "EVALUATOR": "EVALUATOR",
        },
    ),
    (
        OPERATION,
        {
            "chat": "GENERATION",
            "completion": "GENERATION",
            "text_completion": "GENERATION",
            "generate_content": "GENERATION",
            "generate": "GENERATION",
            "llm_request": "GENERATION",
            "fetch_response": "GENERATION",
            "embeddings": "EMBEDDING",
            "invoke_agent": "AGENT",
            "create_agent": "AGENT",
            "execute_tool": "TOOL",
            "invoke_workflow": "CHAIN",
            "retrieval": "RETRIEVER",
            "vector_db_retrieve": "RETRIEVER",
            "search_memory": "RETRIEVER",
        },
    ),
    (
        "genkit:metadata:subtype",
        {
            "model": "GENERATION",
            "background-model": "GENERATION",
            "embedder": "EMBEDDING",
            "tool": "TOOL",
            "tool.v2": "TOOL",
            "retriever": "RETRIEVER",
            "reranker": "RETRIEVER",
            "evaluator": "EVALUATOR",
            "agent": "AGENT",
            "flow": "CHAIN",
        },
    ),
)  # fmt: skip
# Vercel's AI SDK: `operation.name` begins with one of these, or `ai.operationId` is one.
VERCEL_MODEL_OPERATIONS = (
    ("ai.generateText.doGenerate", "GENERATION"),
    ("ai.streamText.doStream", "GENERATION"),
    ("ai.generateObject.doGenerate", "GENERATION"),
    ("ai.streamObject.doStream", "GENERATION"),
    ("ai.embedMany.doEmbed", "EMBEDDING"),
    ("ai.embed.doEmbed", "EMBEDDING"),
)
VERCEL_OPERATIONS = (("ai.toolCall", "TOOL"),)
VERCEL_MODEL = (
    "langfuse.observation.model.name",
    "ai.model.id",
    "gen_ai.request.model",
    "gen_ai.response.model",
)
TOOL = ("gen_ai.tool.name", "gen_ai.tool.call.id")
FLUE = (  # the content that only one kind of Flue's spans has
    ("flue.turn.input", "GENERATION"),
    ("flue.turn.output", "GENERATION"),
    ("flue.tool.arguments", "TOOL"),
    ("flue.tool.result", "TOOL"),
    ("flue.task.prompt", "AGENT"),
    ("flue.task.result", "AGENT"),
    ("flue.workflow.payload", "CHAIN"),
    ("flue.workflow.result", "CHAIN"),
)
LIVEKIT = {
    "agent_turn": "AGENT",
    "start_agent_activity": "AGENT",
    "function_tool": "TOOL",
}
LATE_VALUES = (
    ("traceloop.span.kind", {"workflow": "CHAIN", "agent": "AGENT", "tool": "TOOL"}),
    (
        "llm.request.type",
        {
            "chat": "GENERATION",
            "completion": "GENERATION",
            "embedding": "EMBEDDING",
            "rerank": "RETRIEVER",
        },
    ),
    (
        "mlflow.spanType",
        {
            "LLM": "GENERATION",
            "CHAT_MODEL": "GENERATION",
            "EMBEDDING": "EMBEDDING",
            "AGENT": "AGENT",
            "TOOL": "TOOL",
            "CHAIN": "CHAIN",
            "RETRIEVER": "RETRIEVER",
            "RERANKER": "RETRIEVER",
            "GUARDRAIL": "GUARDRAIL",
            "EVALUATOR": "EVALUATOR",
        },
    ),
    (
        "langsmith.span.kind",
        {
            "llm": "GENERATION",
            "embedding": "EMBEDDING",
            "tool": "TOOL",
            "chain": "CHAIN",
            "retriever": "RETRIEVER",
        },
    ),
    (
        "langwatch.span.type",
        {
            "llm": "GENERATION",
            "agent": "AGENT",
            "tool": "TOOL",
            "chain": "CHAIN",
            "rag": "RETRIEVER",
            "guardrail": "GUARDRAIL",
            "evaluation": "EVALUATOR",
        },
    ),
)
MODEL = (
    "langfuse.observation.model.name",
    "gen_ai.request.model",
    "gen_ai.response.model",
    "llm.model_name",
    "model",
)
# What makes a "span" of Langfuse's SDK for Python up to 3.3.0 the generation that it was meant to
# be.
GENERATION_SIGNS = (
    "langfuse.observation.model.name",
    "langfuse.observation.model.parameters",
    "langfuse.observation.usage_details",
    "langfuse.observation.cost_details",
    "langfuse.observation.completion_start_time",
    "langfuse.observation.prompt.name",
    "langfuse.observation.prompt.version",
)

KEYS = {
    *(key for key, _ in (*VALUES, *LATE_VALUES)),
    *("operation.name", "ai.operationId"),
    *VERCEL_MODEL, *TOOL, *MODEL, *GENERATION_SIGNS,
}  # fmt: skip
SPENT = (LANGFUSE, OPENINFERENCE)  # said in full by the type; the others say more


def type_of(heaps: Heaps, origin: Origin, name: str) -> str:
    known = heaps[KNOWN]
    if (
        origin.mistypes_generations
        and known.get(LANGFUSE) == "span"
        and any(key in known for key in GENERATION_SIGNS)
    ):
        return "GENERATION"
    return (
        _by_value(known, VALUES)
        or _of_vercel(known)
        or ("TOOL" if any(known.get(key) for key in TOOL) else "")
        or _of_scope(heaps, origin, name)
        or _by_value(known, LATE_VALUES)
        or ("GENERATION" if any(known.get(key) for key in MODEL) else "SPAN")
    )


def _by_value(known: dict, table: tuple) -> str:
    for key, meanings in table:
        value = known.get(key)
        if not isinstance(value, str):
            continue
        if found := meanings.get(value) or meanings.get(value.strip('"')):  # MLflow quotes it
            if key in SPENT:
                del known[key]
            return found
    return ""


def _of_vercel(known: dict) -> str:
    operation = known.get("operation.name") or ""
    identifier = known.get("ai.operationId") or ""
    if not (operation or identifier):
        return ""
    table: tuple[tuple[str, str], ...] = VERCEL_OPERATIONS
    if any(known.get(key) for key in VERCEL_MODEL):
        table = VERCEL_MODEL_OPERATIONS + VERCEL_OPERATIONS
    for begins, found in table:
        if identifier == begins or (isinstance(operation, str) and operation.startswith(begins)):
            return found
    return ""


def _of_scope(heaps: Heaps, origin: Origin, name: str) -> str:
    if origin.scope_name == "livekit-agents":
        return LIVEKIT.get(name, "")
    if origin.scope_name == "@flue/opentelemetry":
        content = heaps[CONTENT]
        return next((found for key, found in FLUE if key in content), "")
    return ""
