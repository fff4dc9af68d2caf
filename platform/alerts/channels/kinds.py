"""The kinds of channels: how each is told. What a kind says and how stands in its own folder."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from alerts.channels.email.sending import send as send_email
from alerts.channels.message import Message
from alerts.channels.models import Channel, ChannelKind
from alerts.channels.pagerduty.sending import send as send_pagerduty
from alerts.channels.slack.sending import send as send_slack
from alerts.channels.teams.sending import send as send_teams
from alerts.channels.webhook.sending import send as send_webhook
from outbound.outcomes import Outcome

HTTP_UNFIT = frozenset({400, 413, 422})
HTTP_REJECTED = frozenset({401, 403, 404, 405, 410}) | HTTP_UNFIT
# 535: who logs in is unknown; 550 to 554: the mailbox, or the mail, is not taken.
SMTP_UNFIT = frozenset({550, 551, 552, 553, 554})
SMTP_REJECTED = frozenset({530, 535}) | SMTP_UNFIT


@dataclass(frozen=True, slots=True)
class Kind:
    """`send(channel, message, key, now)` raises nothing that a receiver can bring about. `unfit`
    are answers that this message is not taken, `rejected` those and that nothing is. What is told
    singly gets a delivery for each alert.
    """

    send: Callable[[Channel, Message, str, datetime], Outcome]
    unfit: frozenset[int] = HTTP_UNFIT
    rejected: frozenset[int] = HTTP_REJECTED
    is_told_singly: bool = False


KINDS = {
    str(ChannelKind.EMAIL): Kind(send_email, SMTP_UNFIT, SMTP_REJECTED),
    str(ChannelKind.SLACK): Kind(send_slack),
    str(ChannelKind.WEBHOOK): Kind(send_webhook),
    str(ChannelKind.PAGERDUTY): Kind(send_pagerduty, is_told_singly=True),
    str(ChannelKind.TEAMS): Kind(send_teams),
}
