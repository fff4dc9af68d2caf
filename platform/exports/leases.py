"""Rows that one worker at a time works on: each has a `holder` and a `held_until`.

Every change is one UPDATE of the row as it must be, so that of many who come at once one wins, and
whoever lost the row changes nothing more. A worker that is killed gives no further sign, and what
it held is free once its time is over. What else must be so (its turn, not over, not stopped) is a
matter of the rows that are given, and how long a hold lasts is the caller's.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet


def is_free(now: datetime) -> Q:
    return Q(held_until=None) | Q(held_until__lt=now)


def new_holder() -> str:
    return secrets.token_hex(16)


def taken(rows: "QuerySet[Any]", now: datetime, hold: timedelta, /, **fields: Any) -> bool:
    """Hold the row for this worker, and set the fields. False where none of the rows is free. A
    worker that holds several rows as one says its `holder`.
    """
    mine = {"holder": new_holder(), "held_until": now + hold}
    return bool(rows.filter(is_free(now)).update(**{**mine, **fields}))


def kept(rows: "QuerySet[Any]", holder: str, until: datetime, /, **fields: Any) -> bool:
    """Say that this worker is still at it. False where it was thought dead."""
    return bool(rows.filter(holder=holder).update(held_until=until, **fields))


def let_go(rows: "QuerySet[Any]", holder: str, /, **fields: Any) -> bool:
    return bool(rows.filter(holder=holder).update(held_until=None, **fields))
