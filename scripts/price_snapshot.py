#!/usr/bin/env python3
"""Make the bundled price snapshot from LiteLLM's price file (MIT), which its wheel carries, and
from genai-prices (MIT) for the retired models that LiteLLM has dropped.

    pip download --no-deps litellm && pip install --target prices genai-prices
    PYTHONPATH=prices scripts/price_snapshot.py litellm-*.whl 2026-11-20

Keeps what is charged by the token, in Sonde's names, and drops the rest: a model without a token
price stays unknown to us,
for a made-up 0 would be worse. The date is the day the snapshot was taken.
"""

import gzip
import json
import re
import sys
import zipfile
from decimal import Decimal
from importlib.metadata import version as version_of
from pathlib import Path

from genai_prices.data import providers

TARGET = Path(__file__).parent.parent / "platform" / "pricing" / "data" / "catalogue.json.gz"
PRICE_FILE = "litellm/model_prices_and_context_window_backup.json"
UNITS = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "cache_read_input_token_cost": "input_cached_tokens",
    "input_cost_per_token_cache_hit": "input_cached_tokens",
    "cache_creation_input_token_cost": "input_cache_creation",
    "cache_creation_input_token_cost_above_1hr": "input_cache_creation_1h",
    "output_cost_per_reasoning_token": "output_reasoning_tokens",
    "input_cost_per_audio_token": "input_audio_tokens",
    "output_cost_per_audio_token": "output_audio_tokens",
    "cache_read_input_audio_token_cost": "input_cached_audio_tokens",
    "input_cost_per_image_token": "input_image_tokens",
    "output_cost_per_image_token": "output_image_tokens",
    "cache_read_input_image_token_cost": "input_cached_image_tokens",
    "input_cost_per_video_token": "input_video_tokens",
    "output_cost_per_video_token": "output_video_tokens",
}
FIELD = re.compile(
    rf"^({'|'.join(sorted(UNITS, key=len, reverse=True))})"
    r"(?:_above_(\d+)k_tokens)?(?:_(batches|flex|priority))?$"
)


def entry(row: dict) -> dict | None:
    """{"provider", "rates": [{"unit", "price", "above"?, "service"?}]}, or None when no token of it
    has a price.
    """
    rates = {}
    for name, price in row.items():
        matched = FIELD.match(name)
        if (
            not matched
            or not isinstance(price, int | float)
            or isinstance(price, bool)
            or price < 0
        ):
            continue
        field, above, service = matched.groups()
        service = {"batches": "batch"}.get(service, service) or ""
        key = (UNITS[field], int(above or 0) * 1000, service)
        if field == "input_cost_per_token_cache_hit" and key in rates:
            continue
        rates[key] = format(price, ".15g")
    if not any(
        unit in ("input", "output") and not above and not service for unit, above, service in rates
    ):
        return None
    return {
        "provider": row.get("litellm_provider", ""),
        "rates": [
            [unit, price, above, service] for (unit, above, service), price in sorted(rates.items())
        ],
    }


# Providers whose own API is called by the bare name, and what LiteLLM calls them.
SUPPLEMENT = {
    "anthropic": "anthropic",
    "cohere": "cohere",
    "deepseek": "deepseek",
    "google": "gemini",
    "groq": "groq",
    "mistral": "mistral",
    "moonshotai": "moonshot",
    "openai": "openai",
    "perplexity": "perplexity",
    "x-ai": "xai",
}
MTOK_UNITS = {
    "input_mtok": "input",
    "output_mtok": "output",
    "cache_read_mtok": "input_cached_tokens",
    "cache_write_mtok": "input_cache_creation",
    "cache_write_1h_mtok": "input_cache_creation_1h",
    "input_audio_mtok": "input_audio_tokens",
    "output_audio_mtok": "output_audio_tokens",
    "cache_audio_read_mtok": "input_cached_audio_tokens",
}


def supplement() -> dict[str, dict]:
    """Models with one flat price, by every name that genai-prices knows exactly or by its start."""
    models = {}
    for provider in providers:
        if provider.id not in SUPPLEMENT:
            continue
        for model in provider.models:
            if rates := flat_rates(model.prices):
                row = {"provider": SUPPLEMENT[provider.id], "rates": rates}
                for name in names_of(model):
                    models.setdefault(name, row)  # Anthropic's own before Google's resale
    return models


def flat_rates(prices) -> list | None:
    if isinstance(prices, list):
        prices = prices[-1].prices  # the last one holds now
    known = {MTOK_UNITS[name]: price for name, price in vars(prices).items() if name in MTOK_UNITS}
    if "input" not in known or not all(isinstance(price, Decimal) for price in known.values()):
        return None
    return [[unit, str(price / 1_000_000), 0, ""] for unit, price in sorted(known.items())]


def names_of(model) -> set[str]:
    clauses = getattr(model.match, "or_", [model.match])
    names = {getattr(c, "equals", None) or getattr(c, "starts_with", None) for c in clauses}
    return {name.lower() for name in {*names, model.id} if name}


def main(wheel: str, date: str) -> None:
    with zipfile.ZipFile(wheel) as archive:
        rows = json.loads(archive.read(PRICE_FILE))
    rows.pop("sample_spec", None)
    models = {name.lower(): made for name, row in sorted(rows.items()) if (made := entry(row))}
    added = {name: row for name, row in supplement().items() if name not in models}
    models |= added
    version = Path(wheel).name.split("-")[1]
    snapshot = {
        "date": date,
        "source": f"LiteLLM {version}, genai-prices {version_of('genai-prices')}",
        "models": models,
    }
    data = json.dumps(snapshot, separators=(",", ":"), sort_keys=True).encode()
    TARGET.write_bytes(gzip.compress(data, 9, mtime=0))
    print(
        f"{len(models)} models, {len(added)} of them from genai-prices, "
        f"{TARGET.stat().st_size:,} bytes compressed"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
