"""Whom an e-mail goes to: the members of the organisation, and addresses that somebody typed."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.models import Membership
from alerts.channels.models import Channel

MOST_ADDRESSES, MOST_RECIPIENTS = 20, 50


def of(channel: Channel) -> list[str]:
    """As they are at this moment: who has left is sent nothing more."""
    found = list(channel.settings.get("addresses", []))[:MOST_ADDRESSES]
    if channel.settings.get("to_members"):
        members = Membership.objects.filter(
            organisation=channel.project.organisation_id, user__is_active=True
        )
        found += members.order_by("pk").values_list("user__email", flat=True)[:MOST_RECIPIENTS]
    return list(_valid(dict.fromkeys(found)))[:MOST_RECIPIENTS]


def _valid(addresses: Iterable[object]) -> Iterable[str]:
    """What is no address is never part of a header, however it was stored."""
    for address in addresses:
        try:
            validate_email(address)
        except ValidationError:
            continue
        yield str(address)
