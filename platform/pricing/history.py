"""A project's own prices, one after the other: a new one closes the one before it, and none is
changed in place.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import Project
from pricing import store
from pricing.models import ModelPrice

BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a new price would stand among those of the same model."""

    same: ModelPrice | None  # one that begins at the very same time: there can be only one
    closes: ModelPrice | None  # the one that ends where the new one begins
    until: datetime | None  # when the next one begins, which ends the new one


def new_id(model: str, valid_from: datetime | None) -> str:
    """Readable, because every span that it prices tells it, and never used again."""
    name = re.sub(r"[^a-z0-9._-]+", "-", model.lower()).strip("-.")[:80] or "price"
    day = f"{valid_from:%Y-%m-%d}" if valid_from else "always"
    return f"own-{name}@{day}-{secrets.token_hex(4)}"


def begins(price: ModelPrice) -> datetime:
    return price.valid_from or BEGINNING


def siblings(price: ModelPrice) -> list[ModelPrice]:
    """The project's prices for the same model, the newest first."""
    found = ModelPrice.objects.filter(
        project_id=price.project_id,
        model_name__iexact=price.model_name,
        match_pattern=price.match_pattern,
        provider__iexact=price.provider,
    ).exclude(pk=price.pk)
    return sorted(found, key=begins, reverse=True)


def place_of(price: ModelPrice) -> Place:
    others, start = siblings(price), begins(price)
    before = [
        other
        for other in others
        if begins(other) < start and (other.valid_to is None or other.valid_to > start)
    ]
    later = [begins(other) for other in others if begins(other) > start]
    return Place(
        same=next((other for other in others if begins(other) == start), None),
        closes=before[0] if before else None,
        until=min(later, default=None),
    )


class Taken(Exception):
    """A price of the same model begins at the same time."""


def add(price: ModelPrice) -> Place:
    """Store a new price and close the one before it. Raises Taken."""
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=price.project_id)  # one change at a time
        place = place_of(price)
        if place.same:
            raise Taken
        if place.closes:
            place.closes.valid_to = price.valid_from
            place.closes.save(update_fields=["valid_to", "updated_at"])
        price.valid_to = place.until
        price.save(force_insert=True)
    store.forget()
    return place


def end(price: ModelPrice, at: datetime) -> None:
    price.valid_to = at
    price.save(update_fields=["valid_to", "updated_at"])
    store.forget()


def closed_by(price: ModelPrice) -> ModelPrice | None:
    """The price that ended because this one began."""
    if price.valid_from is None:
        return None
    return next((one for one in siblings(price) if one.valid_to == price.valid_from), None)


def delete(price: ModelPrice) -> None:
    """Take a price back, as if it had never been: the one that it closed holds on."""
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=price.project_id)
        before = closed_by(price)
        price.delete()
        if before:
            before.valid_to = price.valid_to
            before.save(update_fields=["valid_to", "updated_at"])
    store.forget()


def own_prices(project_id: str) -> list[ModelPrice]:
    """By model, and the newest first."""
    found = ModelPrice.objects.filter(project_id=project_id)
    newest = sorted(found, key=begins, reverse=True)
    return sorted(
        newest, key=lambda one: (one.model_name.lower(), one.match_pattern, one.provider.lower())
    )


def is_open(price: ModelPrice) -> bool:
    """Whether it still can be ended."""
    return price.valid_to is None or price.valid_to > timezone.now()
