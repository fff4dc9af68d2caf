"""Slows down guessing: a few failures per address and account, more per address, then a pause."""

import ipaddress
from datetime import datetime, timedelta
from math import ceil

from django.conf import settings
from django.db.models import F, Q
from django.http import HttpRequest

from accounts.models import LoginFailure, digest_of

WINDOW = timedelta(minutes=15)
MOST_PER_ACCOUNT = 8  # from one address
MOST_PER_ADDRESS = 60  # an office may share one
MOST_PER_PRIVATE_ADDRESS = 1000  # it may be a proxy's, behind which is everybody


def client_address(request: HttpRequest) -> str:
    """The caller's IP address; behind a trusted proxy, the one that the proxy saw."""
    if settings.TRUST_PROXY:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
        if nearest := forwarded.rpartition(",")[2].strip():
            return nearest
    return request.META.get("REMOTE_ADDR", "")


def minutes_to_wait(address: str, email: str, now: datetime) -> int:
    """0 if this address may try this account now. The same for accounts that do not exist."""
    account, everyone = subjects(address, email)
    spent = Q(subject=account, count__gte=MOST_PER_ACCOUNT) | Q(
        subject=everyone, count__gte=most_failures_of(address)
    )
    since = (
        LoginFailure.objects.filter(spent, since__gt=now - WINDOW)
        .order_by("-since")
        .values_list("since", flat=True)
        .first()
    )
    return ceil((since + WINDOW - now).total_seconds() / 60) if since else 0


def most_failures_of(address: str) -> int:
    """A proxy that we are not told to trust speaks for strangers: they must not lock us all out."""
    try:
        is_public = ipaddress.ip_address(address).is_global
    except ValueError:
        is_public = False
    return MOST_PER_ADDRESS if is_public else MOST_PER_PRIVATE_ADDRESS


def note_failure(address: str, email: str, now: datetime) -> None:
    LoginFailure.objects.filter(since__lte=now - WINDOW).delete()
    for subject in subjects(address, email):
        LoginFailure.objects.get_or_create(subject=subject, defaults={"since": now})
        LoginFailure.objects.filter(subject=subject).update(count=F("count") + 1)


def forget_failures(address: str, email: str) -> None:
    """After a login that succeeded. What the address did to other accounts stays."""
    LoginFailure.objects.filter(subject=subjects(address, email)[0]).delete()


def subjects(address: str, email: str) -> tuple[str, str]:
    return (
        digest_of(f"login\0{address}\0{email.strip().lower()}"),
        digest_of(f"login\0{address}"),
    )
