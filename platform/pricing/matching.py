"""Which catalogue names a provider's model may go by, the likeliest first.

The order is LiteLLM's (provider/model, model, without region, without provider prefix, without
date), since the bundled
catalogue's names are LiteLLM's.
"""

import re
from collections.abc import Iterator

# OpenTelemetry's and the SDKs' names → LiteLLM's, by the start of its provider's name.
PROVIDERS = {
    "openai": ("openai", "text-completion-openai"),
    "azure.ai.openai": ("azure", "azure_ai"),
    "az.ai.openai": ("azure", "azure_ai"),
    "azure.ai.inference": ("azure_ai", "azure"),
    "az.ai.inference": ("azure_ai", "azure"),
    "azure": ("azure", "azure_ai"),
    "azure_openai": ("azure", "azure_ai"),
    "anthropic": ("anthropic",),
    "aws.bedrock": ("bedrock", "bedrock_converse", "bedrock_mantle"),
    "aws_bedrock": ("bedrock", "bedrock_converse", "bedrock_mantle"),
    "bedrock": ("bedrock", "bedrock_converse", "bedrock_mantle"),
    "gcp.gemini": ("gemini", "vertex_ai"),
    "gcp.gen_ai": ("gemini", "vertex_ai"),
    "gemini": ("gemini", "vertex_ai"),
    "google": ("gemini", "vertex_ai"),
    "gcp.vertex_ai": ("vertex_ai", "gemini"),
    "vertex_ai": ("vertex_ai", "gemini"),
    "vertexai": ("vertex_ai", "gemini"),
    "cohere": ("cohere", "cohere_chat"),
    "mistral_ai": ("mistral", "codestral"),
    "mistralai": ("mistral", "codestral"),
    "mistral": ("mistral", "codestral"),
    "groq": ("groq",),
    "deepseek": ("deepseek",),
    "perplexity": ("perplexity",),
    "x_ai": ("xai",),
    "xai": ("xai",),
    "ibm.watsonx.ai": ("watsonx",),
    "watsonx": ("watsonx",),
    "moonshot_ai": ("moonshot",),
    "together_ai": ("together_ai",),
    "together": ("together_ai",),
    "fireworks": ("fireworks_ai",),
    "fireworks_ai": ("fireworks_ai",),
    "openrouter": ("openrouter",),
    "ollama": ("ollama",),
}
BEDROCK_REGION = re.compile(r"^(?:[a-z]{2}(?:-gov)?-[a-z]+-\d/)")
BEDROCK_PROFILE = re.compile(r"^(?:us-gov|us|eu|apac|jp|au|ca|global)\.")
DATED = re.compile(r"(?:[-@](?:20\d{2}-?\d{2}-?\d{2}|\d{3,4})|-latest|@default|:free|-v\d+:\d+)$")


def same_provider(said: str, priced: str) -> bool:
    """Whether a price's provider (LiteLLM's name) can be the one said; a name that nobody knows
    rules nothing out.
    """
    families = PROVIDERS.get(said)
    if families is None or not priced:
        return True
    return any(priced == family or priced.startswith(family + "-") for family in families)


def candidates(provider: str, model: str) -> Iterator[str]:
    """Catalogue names for a lower-case provider and model, without repeats."""
    prefixes = PROVIDERS.get(provider, (provider,) if provider else ())
    seen = set()
    for name in spellings(model):
        own, others = prefixes[:1], prefixes[1:]
        for candidate in (*(f"{p}/{name}" for p in own), name, *(f"{p}/{name}" for p in others)):
            if candidate not in seen:
                seen.add(candidate)
                yield candidate
    if (
        "/" in model and provider != "openrouter"
    ):  # an OpenRouter name behind an OpenAI-compatible client
        yield f"openrouter/{model}"


def spellings(model: str) -> Iterator[str]:
    """The name as given, then with what providers add to it taken off, step by step."""
    if model.startswith("ft:"):
        yield model
        yield ":".join(model.split(":")[:2])
        return
    if model.startswith("arn:"):
        model = model.rpartition("/")[2]
    model = model.removeprefix("models/").removeprefix("publishers/google/models/")
    yield model
    bare = BEDROCK_REGION.sub("", model.removeprefix("bedrock/").removeprefix("converse/"))
    yield bare
    yield BEDROCK_PROFILE.sub("", bare)
    last = bare.rpartition("/")[2]
    yield last
    for name in (bare, last, BEDROCK_PROFILE.sub("", last)):
        stripped = DATED.sub("", name)
        while stripped != name:
            yield stripped
            name, stripped = stripped, DATED.sub("", stripped)
