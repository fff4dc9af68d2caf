"""Which model was asked, of whom, with which settings and which prompt, and when its first token
came.
"""

from datetime import UTC, datetime

from ingest.mapping import text
from ingest.mapping.groups import CONTENT, KNOWN, PARAMETERS, Heaps, first
from ingest.mapping.origin import Origin
from ingest.mapping.raw import RawEvent
from traces.records import Span

NAME = (
    "langfuse.observation.model.name",
    "gen_ai.response.model",
    "ai.model.id",
    "gen_ai.request.model",
    "llm.response.model",
    "llm.model_name",
    "model",
    "embedding.model_name",
    "reranker.model_name",
    "mlflow.llm.model",
)
REPEATED = ("gen_ai.request.model", "llm.model_name", "ai.model.id")  # often said twice
PROVIDER = (
    "gen_ai.provider.name",
    "gen_ai.system",
    "llm.provider",
    "llm.system",
    "ai.model.provider",
    "mlflow.llm.provider",
)
# JSON objects of settings; the first that is there is the base, single settings fill what it lacks.
PARAMETERS_WHOLE = (
    "langfuse.observation.model.parameters",
    "llm.invocation_parameters",
    "model_config",
    "mlflow.chat.modelParameters",
)
PROMPT_NAME = ("langfuse.observation.prompt.name", "langfuse.prompt.name", "gen_ai.prompt.name")
PROMPT_VERSION = (
    "langfuse.observation.prompt.version",
    "langfuse.prompt.version",
    "gen_ai.prompt.version",
)
VERCEL_PROMPT = "ai.telemetry.metadata.langfusePrompt"
FIRST_TOKEN = "langfuse.observation.completion_start_time"
# From the start of the span to the first token: the attribute and its unit in nanoseconds.
FIRST_TOKEN_AFTER = (
    ("ai.response.msToFirstChunk", 1_000_000),
    ("ai.stream.msToFirstChunk", 1_000_000),
    ("gen_ai.response.time_to_first_chunk", 1_000_000_000),
    ("gen_ai.server.time_to_first_token", 1_000_000_000),
    ("lk.response.ttft", 1_000_000_000),
    ("ttft_ms", 1_000_000),
)
# Events that mark it; their own time counts.
FIRST_TOKEN_EVENTS = frozenset(
    {
        "First Token Stream Event",  # OpenInference
        "gen_ai.content.completion.chunk",  # OpenLLMetry
        "llm.content.completion.chunk",
    }
)
# The AI SDK's settings under the names that Langfuse shows them by.
VERCEL_PARAMETERS = (
    ("maxSteps", ("ai.settings.maxSteps",)),
    ("toolChoice", ("ai.prompt.toolChoice",)),
    ("finishReason", ("gen_ai.response.finish_reasons", "gen_ai.finishReason")),
    ("maxRetries", ("ai.settings.maxRetries",)),
    ("mode", ("ai.settings.mode",)),
)
VERCEL_REQUEST_PARAMETERS = {"max_tokens": "maxTokens"}
PROVIDER_METADATA = "ai.response.providerMetadata"

PARAMETER_KEYS = {
    *PARAMETERS_WHOLE, *(key for _, keys in VERCEL_PARAMETERS for key in keys), "speed",
}  # fmt: skip
PROMPT_KEYS = {*PROMPT_NAME, *PROMPT_VERSION, VERCEL_PROMPT}
FIRST_TOKEN_KEYS = {FIRST_TOKEN, *(key for key, _ in FIRST_TOKEN_AFTER)}
KEYS = {
    *NAME, *PROVIDER, *PARAMETER_KEYS, *PROMPT_KEYS,
    *FIRST_TOKEN_KEYS, PROVIDER_METADATA, "genkit:input", "genkit:output",
}  # fmt: skip
HEAPS = (PARAMETERS,)


def name_model(span: Span, heaps: Heaps, marks: set[str]) -> None:
    known = heaps[KNOWN]
    value = first(known, NAME)
    if not value and known.get("genkit:metadata:subtype") == "model":
        value = known.get("genkit:name")
    if not value:
        return
    span.model = text.label(value, marks)
    for key in REPEATED:
        if known.get(key) == value:
            del known[key]


def apply(span: Span, heaps: Heaps, origin: Origin, marks: set[str]) -> None:
    known = heaps[KNOWN]
    if not known.keys().isdisjoint(PROVIDER) and (value := first(known, PROVIDER)):
        span.provider = text.label(value, marks).lower()
    _parameters(span, heaps, origin, marks)
    if span.type == "GENERATION" and not known.keys().isdisjoint(PROMPT_KEYS):
        _prompt(span, known, marks)
    if not known.keys().isdisjoint(FIRST_TOKEN_KEYS):
        _first_token(span, known)


def first_token_event(events: list[RawEvent], span: Span) -> int | None:
    """When the first token came, where an event of the span's duration says so."""
    end = span.end_time or span.start_time
    for event in events:
        if event.name in FIRST_TOKEN_EVENTS and span.start_time <= event.time <= end:
            return event.time
    return None


def _parameters(span: Span, heaps: Heaps, origin: Origin, marks: set[str]) -> None:
    known = heaps[KNOWN]
    settings: dict[str, object] = {}
    for key in PARAMETERS_WHOLE:
        if (value := known.get(key)) and isinstance(found := text.parsed(value), dict):
            del known[key]
            settings = found
            break
    if origin.scope_name == "ai":
        settings = {**_of_vercel(known, heaps[PARAMETERS]), **settings}
    elif origin.scope_name == "genkit-tracer":
        settings = settings or _of_genkit(heaps[CONTENT])
    elif origin.scope_name == "com.anthropic.claude_code.tracing" and known.get("speed"):
        settings = {"speed": known.pop("speed"), **settings}  # names its price
    if not span.model and span.type == "GENERATION" and isinstance(settings.get("model"), str):
        span.model = text.label(settings["model"], marks)  # all that a failed call may say of it
    if single := heaps[PARAMETERS]:
        settings = {**single, **settings}
    if settings:
        span.model_parameters = {
            text.label(key, marks): text.stored(value, marks)
            for key, value in settings.items()
            if value is not None and value != ""
        }


def _of_vercel(known: dict, single: dict) -> dict[str, object]:
    settings = {name: first(known, keys) for name, keys in VERCEL_PARAMETERS}
    for key, name in VERCEL_REQUEST_PARAMETERS.items():
        settings[name] = single.pop(key, None)
    details = text.parsed(known.get(PROVIDER_METADATA))
    openai = details.get("openai") if isinstance(details, dict) else None
    if isinstance(openai, dict) and isinstance(openai.get("serviceTier"), str):
        settings["service_tier"] = openai["serviceTier"]  # the one that was billed
        single.pop("service_tier", None)
    return settings


def _of_genkit(content: dict) -> dict[str, object]:
    asked = text.parsed(content.get("genkit:input"))
    if isinstance(asked, dict) and isinstance(asked.get("config"), dict):
        return asked["config"]
    answered = text.parsed(content.get("genkit:output"))
    request = answered.get("request") if isinstance(answered, dict) else None
    config = request.get("config") if isinstance(request, dict) else None
    return config if isinstance(config, dict) else {}


def _prompt(span: Span, known: dict, marks: set[str]) -> None:
    vercel = text.parsed(known.pop(VERCEL_PROMPT, None))
    vercel = vercel if isinstance(vercel, dict) else {}
    if name := first(known, PROMPT_NAME) or vercel.get("name"):
        span.prompt_name = text.label(name, marks)
        span.prompt_version = version_of(first(known, PROMPT_VERSION) or vercel.get("version"))


def version_of(value: object) -> int | None:
    """A whole number that may come as text. Anything else is no version."""
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        value = int(value[:12])
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value < 2**31 else None


def _first_token(span: Span, known: dict) -> None:
    if found := instant_of(known.get(FIRST_TOKEN)):
        span.completion_start_time = found
        del known[FIRST_TOKEN]
        return
    for key, unit in FIRST_TOKEN_AFTER:
        value = known.get(key)
        if not value:
            continue
        try:
            after = float(value) * unit
        except (TypeError, ValueError, OverflowError):
            continue
        if 0 <= after < 86_400e9:
            span.completion_start_time = span.start_time + int(after)
            return


def instant_of(value: object) -> int | None:
    """Nanoseconds of an ISO time, which older SDKs quoted twice."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.strip().strip('"'))
        seconds = (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
    if not 0 < seconds < 2**33:
        return None
    return int(seconds) * 1_000_000_000 + found.microsecond * 1000
