"""The catalogue that this process prices with: loaded from Postgres, refreshed once a minute, kept
while Postgres is away.
"""

import threading
import time

import structlog
from django.db import DatabaseError, InterfaceError
from django.db.models import Count, Max

from pricing import snapshot
from pricing.catalogue import Catalogue, InvalidPrice, Price, price_of
from pricing.models import ModelPrice

REFRESH_SECONDS = 60
log = structlog.get_logger(__name__)


class Shelf:
    """One catalogue and when it was last compared with Postgres. A stale one is served while one
    thread refreshes it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._catalogue: Catalogue | None = None
        self._stamp: tuple | None = None
        self._checked = float("-inf")

    def catalogue(self) -> Catalogue:
        known = self._catalogue
        if known is not None:
            if self._is_fresh() or not self._lock.acquire(blocking=False):
                return known
        else:
            self._lock.acquire()
        try:
            known = self._catalogue
            return known if known is not None and self._is_fresh() else self._refreshed()
        finally:
            self._lock.release()

    def _is_fresh(self) -> bool:
        return time.monotonic() - self._checked < REFRESH_SECONDS

    def forget(self) -> None:
        """Compare with Postgres at the next use: somebody in this process changed a price."""
        self._checked = float("-inf")

    def _refreshed(self) -> Catalogue:
        self._checked = time.monotonic()
        try:
            stamp = tuple(ModelPrice.objects.aggregate(Max("updated_at"), Count("id")).values())
            if stamp != self._stamp:
                self._catalogue, self._stamp = loaded(), stamp
        except (DatabaseError, InterfaceError) as error:
            log.warning("prices_not_refreshed", reason=type(error).__name__)
        if self._catalogue is None or (self._stamp and not self._stamp[1]):
            self._catalogue = Catalogue(snapshot.prices(snapshot.bundled()))
        return self._catalogue


def loaded() -> Catalogue:
    bundled: list[Price] = []
    own: list[tuple[str, Price]] = []
    for row in ModelPrice.objects.iterator(chunk_size=2000):
        try:
            price = price_of(row)
        except (
            InvalidPrice
        ) as error:  # one bad row must not leave every other model without a price
            log.error("price_ignored", price=row.id, reason=str(error))
            continue
        if row.project_id is None:
            bundled.append(price)
        else:
            own.append((row.project_id, price))
    return Catalogue(bundled, own)


_shelf = Shelf()
catalogue = _shelf.catalogue
forget = _shelf.forget
