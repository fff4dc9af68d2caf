"""A price row as Langfuse's `Model`."""

import re
from datetime import datetime
from typing import Any

from pricing.catalogue import InvalidPrice
from pricing.models import ModelPrice
from pricing.tiers import STANDARD, Tier, tiers_of
from traces.api.moments import NANOSECONDS, iso

FLAT = {"inputPrice": "input", "outputPrice": "output", "totalPrice": "total"}


def model(price: ModelPrice, *, with_attributes: bool = True) -> dict[str, Any]:
    """Prices are dollars per unit. `with_attributes` False leaves out tiers whose conditions the
    client's types do not know."""
    said = price.definition or {}
    if said.get("rates") != price.rates:  # the rates were changed since it was said
        said = {**said, "tiers": derived(price)}
    tiers = [
        tier_shape(price, tier)
        for tier in said["tiers"]
        if with_attributes or not any("source" in one for one in tier["conditions"])
    ]
    prices = next(tier["prices"] for tier in tiers if tier["isDefault"])
    return {
        "id": price.pk,
        "modelName": price.model_name,
        "matchPattern": price.match_pattern or f"(?i)^({re.escape(price.model_name)})$",
        "startDate": moment(price.valid_from),
        "unit": said.get("unit", "TOKENS"),
        **{name: prices.get(unit) for name, unit in FLAT.items()},
        "tokenizerId": said.get("tokenizerId"),
        "tokenizerConfig": said.get("tokenizerConfig"),
        "isLangfuseManaged": price.project_id is None,
        "createdAt": moment(price.created_at),
        "prices": {unit: {"price": dollars} for unit, dollars in prices.items()},
        "pricingTiers": tiers,
    }


def derived(price: ModelPrice) -> list[dict[str, Any]]:
    """From the rates. A row that pricing cannot use has no price, and hides no other."""
    try:
        tiers = tiers_of(price.rates)
    except InvalidPrice:
        tiers = [Tier(STANDARD, 0, {})]
    return [
        {
            "name": tier.name,
            "priority": tier.priority,
            "conditions": list(tier.conditions),
            "prices": dict(tier.prices),
        }
        for tier in tiers
    ]


def tier_shape(price: ModelPrice, tier: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"{price.pk}#{tier['priority']}",
        "name": tier["name"],
        "isDefault": not tier["conditions"],
        "priority": tier["priority"],
        "conditions": tier["conditions"],
        "prices": {unit: float(dollars) for unit, dollars in tier["prices"].items()},
    }


def moment(time: datetime | None) -> str | None:
    return None if time is None else iso(int(time.timestamp() * 1000) * (NANOSECONDS // 1000))
