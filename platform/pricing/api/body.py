"""A model definition as a client sends it, checked: what pricing could not use is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from rest_framework.exceptions import ValidationError

from pricing.catalogue import InvalidPrice
from pricing.tiers import STANDARD, Tier, rates_of, services_in, step_in
from traces.api.moments import NANOSECONDS, nanoseconds

UNITS = ("CHARACTERS", "TOKENS", "MILLISECONDS", "SECONDS", "IMAGES", "REQUESTS")
FLAT = {"inputPrice": "input", "outputPrice": "output", "totalPrice": "total"}
MAX_NAME, MAX_PATTERN, MAX_TIER_NAME, MAX_TOKENIZER = 200, 300, 100, 100
MAX_TIERS = 20
MAX_PRICES = 50
MAX_PRIORITY = 1_000
MAX_DOLLARS = 1_000_000


@dataclass(frozen=True, slots=True)
class Definition:
    """`said` is what is shown again and does not change what is priced."""

    model_name: str
    match_pattern: str
    start: datetime | None
    rates: list[list]
    said: dict[str, Any]


def definition_in(body: Mapping[str, Any]) -> Definition:
    """Raises ValidationError."""
    unit = body.get("unit")
    if unit is not None and unit not in UNITS:
        raise ValidationError(f"unit must be one of {', '.join(UNITS)}.")
    tokenizer = body.get("tokenizerId")
    if tokenizer is not None:
        tokenizer = text_in(body, "tokenizerId", MAX_TOKENIZER)
    try:
        tiers = tiers_in(body)
        rates = rates_of(tiers)
    except InvalidPrice as error:
        raise ValidationError(str(error)) from error
    return Definition(
        model_name=text_in(body, "modelName", MAX_NAME),
        match_pattern=text_in(body, "matchPattern", MAX_PATTERN),
        start=start_in(body),
        rates=rates,
        said={
            "unit": unit or "TOKENS",
            "tokenizerId": tokenizer,
            "tokenizerConfig": body.get("tokenizerConfig"),
            "tiers": [told(tier) for tier in one_of_each(tiers)],
            "rates": rates,
        },
    )


def text_in(body: Mapping[str, Any], name: str, most: int) -> str:
    text = body.get(name)
    if not isinstance(text, str) or not 0 < len(text.strip()) <= len(text) <= most:
        raise ValidationError(f"{name} must be a text of 1 to {most} characters.")
    return text


def start_in(body: Mapping[str, Any]) -> datetime | None:
    text = body.get("startDate")
    if text is None:
        return None
    moment = nanoseconds(text) if isinstance(text, str) else None
    try:
        return datetime.fromtimestamp(moment // NANOSECONDS, UTC)  # type: ignore[operator]
    except (TypeError, ValueError, OverflowError, OSError) as error:
        raise ValidationError("startDate must be an ISO 8601 time.") from error


def tiers_in(body: Mapping[str, Any]) -> list[Tier]:
    """The tiers, one for each service tier that a condition names. Raises both errors."""
    flat = {unit: body[name] for name, unit in FLAT.items() if body.get(name) is not None}
    sent = body.get("pricingTiers")
    if sent is None:
        if not flat:
            raise ValidationError("Give pricingTiers, or inputPrice, outputPrice or totalPrice.")
        if "total" in flat and len(flat) > 1:
            raise ValidationError("totalPrice does not go together with the other two.")
        return [Tier(STANDARD, 0, prices_in(flat))]
    if flat:
        raise ValidationError("Give pricingTiers or flat prices, not both.")
    if not isinstance(sent, list) or not 0 < len(sent) <= MAX_TIERS:
        raise ValidationError(f"pricingTiers must be a list of 1 to {MAX_TIERS} tiers.")
    return [tier for one in checked_together(sent) for tier in tier_in(one)]


def checked_together(sent: list) -> list[Mapping[str, Any]]:
    """What holds of the tiers of one model: names and priorities differ, and one is the default."""
    if not all(isinstance(tier, Mapping) for tier in sent):
        raise ValidationError("Each pricing tier must be an object.")
    for tier in sent:
        text_in(tier, "name", MAX_TIER_NAME)
        priority = tier.get("priority")
        if type(priority) is not int or not 0 <= priority <= MAX_PRIORITY:
            raise ValidationError(f"A tier's priority must be a whole number to {MAX_PRIORITY}.")
        if not isinstance(tier.get("isDefault", False), bool | None):
            raise ValidationError("isDefault must be true or false.")
        if not isinstance(tier.get("conditions"), list):
            raise ValidationError("A tier's conditions must be a list.")
    for name in ("name", "priority"):
        if len({tier[name] for tier in sent}) < len(sent):
            raise ValidationError(f"No two tiers of a model may have the same {name}.")
    defaults = [tier for tier in sent if tier.get("isDefault")]
    if len(defaults) != 1 or defaults[0]["priority"] != 0 or defaults[0]["conditions"]:
        raise ValidationError("Exactly one tier must be the default: priority 0, no conditions.")
    if any(not tier["conditions"] for tier in sent if not tier.get("isDefault")):
        raise ValidationError("A tier that is not the default needs conditions.")
    return sent


def tier_in(sent: Mapping[str, Any]) -> list[Tier]:
    above, services = 0, [""]
    if len(sent["conditions"]) > 2:
        raise InvalidPrice("A tier can hold above a number of tokens and at a service tier.")
    for condition in sent["conditions"]:
        if not isinstance(condition, Mapping):
            raise ValidationError("Each condition must be an object.")
        if "usageDetailPattern" in condition:
            above = max(above, step_in(condition))
        else:
            services = services_in(condition)
    prices = prices_in(sent.get("prices"))
    conditions = [dict(condition) for condition in sent["conditions"]]
    return [
        Tier(sent["name"], sent["priority"], prices, above, service, conditions)
        for service in services
    ]


def prices_in(sent: object) -> dict[str, Decimal]:
    if not isinstance(sent, Mapping) or not 0 < len(sent) <= MAX_PRICES:
        raise ValidationError(f"A tier needs 1 to {MAX_PRICES} prices.")
    for key, dollars in sent.items():
        if type(dollars) not in (int, float) or not 0 <= dollars <= MAX_DOLLARS:
            raise ValidationError(f"The price of “{key}” must be a number of dollars from 0.")
    return {key: Decimal(str(dollars)) for key, dollars in sent.items()}


def one_of_each(tiers: list[Tier]) -> list[Tier]:
    """As they were sent: those that name several service tiers stand once."""
    return list({tier.priority: tier for tier in tiers}.values())


def told(tier: Tier) -> dict[str, Any]:
    return {
        "name": tier.name,
        "priority": tier.priority,
        "conditions": list(tier.conditions),
        "prices": {key: str(dollars) for key, dollars in tier.prices.items()},
    }
