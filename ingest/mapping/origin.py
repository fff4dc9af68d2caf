"""What the spans of one instrumentation scope of one resource have in common, worked out once for
all of them.
"""

from dataclasses import dataclass, field

from ingest.mapping import identity, limits, metadata, text

# Instrumentations that send GenAI log events even of spans that carry their messages themselves.
EVENT_EMITTERS = (
    "opentelemetry.instrumentation.openai_v2",
    "opentelemetry.instrumentation.google_genai",
    "opentelemetry.instrumentation.vertexai",
    "opentelemetry.instrumentation.botocore",
    "opentelemetry.util.genai",
    "opentelemetry.instrumentation.genai",
)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent the request, as far as its headers say."""

    project_id: str
    received_at: int  # nanoseconds since 1970
    sdk_name: str = ""  # x-langfuse-sdk-name
    sdk_version: str = ""
    project_hint: str = (
        ""  # the project that a header names; a key belongs to one, so it is only kept
    )


@dataclass(frozen=True, slots=True)
class Resource:
    attributes: dict[str, str]
    environment: str
    environment_rank: int
    release: str
    version: str
    metadata: dict[str, str]
    service_name: str
    sdk_name: str
    sdk_version: str
    language: str


@dataclass(frozen=True, slots=True)
class Origin:
    sender: Sender
    resource: Resource
    scope_name: str = ""
    scope_version: str = ""
    scope_attributes: dict[str, str] = field(default_factory=dict)
    decodes_metadata: bool = False  # SDK 5 for Python and 6 for JS encode every metadata value
    mistypes_generations: bool = False  # SDKs for Python up to 3.3.0 called generations spans
    emits_events: bool = False  # sends log events beside its spans, mostly before them
    is_openlit: bool = False


def resource_of(attributes: list[tuple[str, object]], sender: Sender, marks: set[str]) -> Resource:
    values = dict(attributes[: limits.ATTRIBUTES_KEPT])
    kept = {key: text.stored(value, marks) for key, value in values.items()}
    if sender.project_hint:
        kept["sonde.project.hint"] = text.label(sender.project_hint, marks)
    environment, rank = identity.environment_in(values)
    return Resource(
        attributes=kept,
        environment=environment,
        environment_rank=rank,
        release=text.label(values.get("langfuse.release") or "", marks),
        version=text.label(values.get("service.version") or "", marks),
        metadata=metadata.of_resource(values, marks),
        service_name=text.label(values.get("service.name") or "", marks),
        sdk_name=text.label(values.get("telemetry.sdk.name") or "", marks),
        sdk_version=text.label(values.get("telemetry.sdk.version") or "", marks),
        language=text.label(values.get("telemetry.sdk.language") or "", marks),
    )


def origin_of(
    sender: Sender,
    resource: Resource,
    name: str,
    version: str,
    attributes: list[tuple[str, object]],
    marks: set[str],
) -> Origin:
    return Origin(
        sender=sender,
        resource=resource,
        scope_name=text.label(name, marks),
        scope_version=text.label(version, marks),
        scope_attributes={
            key: text.stored(value, marks) for key, value in attributes[: limits.ATTRIBUTES_KEPT]
        },
        decodes_metadata=_encodes_metadata(sender, name, version, resource.language),
        is_openlit=resource.sdk_name == "openlit",
        emits_events=resource.sdk_name == "openlit" or name.startswith(EVENT_EMITTERS),
        mistypes_generations=(
            name == "langfuse-sdk"
            and resource.language == "python"
            and numbers_of(version) <= (3, 3, 0)
        ),
    )


def _encodes_metadata(sender: Sender, scope: str, version: str, language: str) -> bool:
    """The headers say which SDK it is; without them its spans do."""
    name, number = sender.sdk_name, sender.sdk_version
    if not number:
        if not scope.startswith("langfuse-sdk"):
            return False
        name, number = language, version
    major = numbers_of(number)[0]
    return (name == "python" and major >= 5) or (
        name in ("javascript", "nodejs", "webjs") and major >= 6
    )


def numbers_of(version: str) -> tuple[int, ...]:
    """3.15.0rc1 → (3, 15, 0)"""
    numbers = []
    for part in version.split(".")[:3]:
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        numbers.append(int(digits[:6]) if digits else 0)
    return tuple(numbers)
