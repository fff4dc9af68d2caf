"""The bundled price catalogue: read from its file, and brought into Postgres with its history
kept.
"""

import gzip
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
from django.db import transaction

from pricing.catalogue import Price, price_of
from pricing.models import ModelPrice

FILE = Path(__file__).parent / "data" / "catalogue.json.gz"


@dataclass(frozen=True)
class Snapshot:
    """Prices as one day knew them: {model name: {"provider", "rates"}}."""

    date: datetime
    source: str
    models: dict[str, dict[str, Any]]


def bundled() -> Snapshot:
    data = msgspec.json.decode(gzip.decompress(FILE.read_bytes()))
    return Snapshot(
        datetime.fromisoformat(data["date"]).replace(tzinfo=UTC), data["source"], data["models"]
    )


def price_id(name: str, snapshot: Snapshot) -> str:
    """The same in every process and after every import, so that a span tells its price also where
    Postgres was away.
    """
    return f"{name}@{snapshot.date:%Y-%m-%d}"


def prices(snapshot: Snapshot) -> list[Price]:
    """The snapshot's prices, open at both ends, for a process that cannot reach Postgres."""
    return [
        price_of(
            SimpleNamespace(
                id=price_id(name, snapshot),
                model_name=name,
                provider=row["provider"],
                rates=row["rates"],
                match_pattern="",
                valid_from=None,
                valid_to=None,
            )
        )
        for name, row in snapshot.models.items()
    ]


@transaction.atomic
def import_snapshot(snapshot: Snapshot) -> tuple[int, int]:
    """(added, closed). A model's first price holds for all the time before; a changed one holds
    from the snapshot's day on.

    A snapshot older than what is there changes nothing, and the same one twice changes nothing.
    """
    current = {
        price.model_name: price for price in ModelPrice.objects.filter(project=None, valid_to=None)
    }
    added, closed = [], []
    for name, row in snapshot.models.items():
        known = current.get(name)
        if known and (known.rates == row["rates"] or not is_newer(snapshot, known)):
            continue
        if known:
            known.valid_to = snapshot.date
            closed.append(known)
        added.append(
            ModelPrice(
                id=price_id(name, snapshot),
                model_name=name,
                provider=row["provider"],
                rates=row["rates"],
                valid_from=snapshot.date if known else None,
                source=snapshot.source,
            )
        )
    for price in closed:
        price.save(update_fields=["valid_to", "updated_at"])
    ModelPrice.objects.bulk_create(added, ignore_conflicts=True, batch_size=1000)
    return len(added), len(closed)


def is_newer(snapshot: Snapshot, price: ModelPrice) -> bool:
    return price.id.rpartition("@")[2] < f"{snapshot.date:%Y-%m-%d}"
