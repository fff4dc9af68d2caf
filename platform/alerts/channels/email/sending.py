"""Handing mails to the operator's SMTP server, in bounded time."""

import contextlib
import smtplib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.utils import translation

from alerts.channels.email import recipients
from alerts.channels.email.rendering import rendered
from alerts.channels.message import Message
from alerts.channels.models import Channel
from outbound.outcomes import MAX_ANSWER, MAX_DETAIL, Fault, Outcome

ACCEPTED = 250
MOST_SECONDS = 40  # for a whole conversation; each step has EMAIL_TIMEOUT


def is_configured() -> bool:
    return bool(settings.EMAIL_HOST)


def send(channel: Channel, message: Message, key: str, now: datetime) -> Outcome:
    if not is_configured():
        return _fault(str(Fault.REFUSED), "SONDE_SMTP_HOST is not set: there is no e-mail.")
    if not (to := recipients.of(channel)):
        return _fault(str(Fault.REFUSED), "There is nobody to send it to.")
    with translation.override(message.language):
        mail = rendered(message, key, to)
    return _handed(mail)


def _handed(mail: EmailMultiAlternatives) -> Outcome:
    started = time.monotonic()
    try:
        with _connected() as connection:
            connection.send_messages([mail])
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        return _answered(code, said)
    except smtplib.SMTPResponseException as error:
        return _answered(error.smtp_code, error.smtp_error)
    except (smtplib.SMTPException, OSError) as error:
        is_cut_off = time.monotonic() - started >= MOST_SECONDS
        is_late = is_cut_off or TimeoutError in (type(error), type(error.__context__))
        return _fault(str(Fault.TOO_SLOW if is_late else Fault.UNREACHABLE), str(error))
    return Outcome(status=ACCEPTED, milliseconds=round((time.monotonic() - started) * 1000))


@contextmanager
def _connected() -> Iterator[EmailBackend]:
    """A connection that is cut off when all patience ends: a server that answers every step just in
    time would hold a worker for minutes.
    """
    connection = get_connection()
    connection.open()
    watch = threading.Timer(MOST_SECONDS, _cut_off, [connection])
    watch.daemon = True
    watch.start()
    try:
        yield connection
    finally:
        watch.cancel()
        connection.close()


def _cut_off(connection: EmailBackend) -> None:
    talking = connection.connection
    if talking is not None and talking.sock is not None:
        with contextlib.suppress(OSError):
            talking.sock.shutdown(socket.SHUT_RDWR)


def _answered(code: int, said: bytes | str) -> Outcome:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return Outcome(status=max(code, 0), answer=text.replace("\0", "\ufffd")[:MAX_ANSWER])


def _fault(fault: str, detail: str) -> Outcome:
    return Outcome(fault=fault, detail=detail.replace("\0", "\ufffd")[:MAX_DETAIL])
