"""Changing who is in an organisation: nobody rises above their role, an owner always remains."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from accounts.models import (
    INVITATION_LIFETIME,
    Invitation,
    Membership,
    Organisation,
    User,
    digest_of,
)
from accounts.roles import Role


class NotAllowed(Exception):
    """The actor's role is too low for this change."""


class LastOwner(Exception):
    """The organisation would be left without an owner."""


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """An invitation and its token, which can be shown now and never again."""

    invitation: Invitation
    token: str = field(repr=False)


@transaction.atomic
def change_role(member: Membership, role: Role, *, actor: Role) -> None:
    if not (actor.includes(Role(member.role)) and actor.includes(role)):
        raise NotAllowed
    if role != Role.OWNER:
        keep_an_owner(member)
    Membership.objects.filter(pk=member.pk).update(role=role)


@transaction.atomic
def remove(member: Membership, *, actor: Role) -> None:
    if not actor.includes(Role(member.role)):
        raise NotAllowed
    keep_an_owner(member)
    Membership.objects.filter(pk=member.pk).delete()


def keep_an_owner(member: Membership) -> None:
    """Locks the organisation, so that two owners cannot step down past each other."""
    Organisation.objects.select_for_update().get(pk=member.organisation_id)
    owners = Membership.objects.filter(organisation=member.organisation_id, role=Role.OWNER)
    if not owners.exclude(pk=member.pk).exists():
        raise LastOwner


def invite(
    organisation: Organisation, *, email: str, role: Role, invited_by: User, now: datetime
) -> NewInvitation:
    """A new link for this address; an earlier one for it stops working."""
    token = secrets.token_urlsafe(32)
    Invitation.objects.filter(organisation=organisation, email=email, accepted_at=None).delete()
    invitation = Invitation.objects.create(
        organisation=organisation,
        email=email,
        role=role,
        token_digest=digest_of(token),
        invited_by=invited_by,
        expires_at=now + INVITATION_LIFETIME,
    )
    return NewInvitation(invitation, token)


def open_invitation(token: str, now: datetime) -> Invitation | None:
    invitation = (
        Invitation.objects.select_related("organisation", "invited_by")
        .filter(token_digest=digest_of(token))
        .first()
    )
    return invitation if invitation and invitation.is_open(now) else None


@transaction.atomic
def accept(invitation: Invitation, user: User, now: datetime) -> bool:
    """Make the person a member, once. False if the link was used in the meantime."""
    used = Invitation.objects.filter(pk=invitation.pk, accepted_at=None).update(accepted_at=now)
    if used:
        Membership.objects.get_or_create(
            user=user,
            organisation_id=invitation.organisation_id,
            defaults={"role": invitation.role},
        )
    return bool(used)


@transaction.atomic
def accept_as_new(
    invitation: Invitation, *, name: str, password: str, now: datetime
) -> User | None:
    """Make the account and the membership together; None if the link was used in the meantime."""
    Invitation.objects.select_for_update().get(pk=invitation.pk)
    if User.objects.filter(email=invitation.email).exists():
        return None
    user = User.objects.create_user(invitation.email, password, name=name)
    accept(invitation, user, now)
    return user
