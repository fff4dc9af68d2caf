"""Addresses of incidents, for messages: their page, and links that acknowledge or silence without a
login, because whoever reads a chat or an e-mail on a phone has none at hand.

A link is signed, bound to one incident and one deed, and good for LASTS. Whoever has it may do that
deed and learns the rule's name and the incident's state, nothing else.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.urls import reverse

from alerts.incidents.models import MAX_ID, Incident

LASTS = timedelta(days=7)


class Deed(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True)
class Opened:
    incident: Incident
    deed: Deed


def page_url(incident: Incident) -> str:
    """Of people with a login."""
    path = reverse("alerts-incident", args=[incident.project_id, incident.pk])
    return f"{settings.BASE_URL}{path}"


def acknowledge_url(incident: Incident) -> str:
    return _signed(incident, Deed.ACKNOWLEDGE)


def silence_url(incident: Incident) -> str:
    return _signed(incident, Deed.SILENCE)


def opened(token: str) -> Opened | None:
    """None for what we did not sign, what is too old, and an incident that is gone. A token that is
    not ours asks no database.
    """
    try:
        told = _signer().unsign_object(token, max_age=LASTS)
        deed, incident_id = Deed(told["do"]), str(told["id"])
    except (BadSignature, ValueError, KeyError, TypeError):
        return None
    found = Incident.objects.select_related("project").filter(pk=incident_id[:MAX_ID]).first()
    return Opened(found, deed) if found else None


def _signed(incident: Incident, deed: Deed) -> str:
    token = _signer().sign_object({"do": str(deed), "id": incident.pk})
    return f"{settings.BASE_URL}{reverse('alerts-link', args=[token])}"


def _signer() -> TimestampSigner:
    return TimestampSigner(sep=".", salt="alerts.incidents.links")
