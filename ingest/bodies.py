"""A request's body, whole and inflated, and never more of it than is allowed."""

import zlib
from collections.abc import Iterator

import zstandard
from django.conf import settings
from django.http import HttpRequest

from ingest import admission, metrics, watch

READ_BYTES = 256 * 1024
STEP_BYTES = 1024 * 1024
INPUT_BYTES = 64 * 1024
# A zstd block of 4 bytes may stand for 128 KiB: so much input at a time inflates to 8 MiB at most.
ZSTD_INPUT_BYTES = 256
MOST_MEMBERS = 1000  # nobody sends more, and each costs time
ZSTD_MAX_WINDOW_BYTES = 8 * 1024 * 1024  # RFC 9659
SECONDS_TO_SEND = 20
SLOWEST_BYTES_PER_SECOND = 32 * 1024

WRONG_ENCODING = "The body is not what its Content-Encoding says."
CUT_OFF = "The compressed body is cut off."
TOO_MANY_MEMBERS = f"The compressed body has more than {MOST_MEMBERS} members."


class BodyError(Exception):
    """The body is not taken. `status` is the answer's, the text is for the sender."""

    status = 400
    reason = "malformed"


class MalformedBody(BodyError):
    """What Content-Encoding says is not what came."""


class BodyTooLarge(BodyError):
    status = 413
    reason = "too_large"

    def __init__(self, what: str, limit: int) -> None:
        is_set = limit == settings.INGEST_MAX_BODY_BYTES
        super().__init__(
            f"The body {what} more than {limit} bytes, the limit"
            f" {'(SONDE_INGEST_MAX_BODY_BYTES)' if is_set else 'of this address'}."
            " Send it in smaller batches."
        )


class UnsupportedEncoding(BodyError):
    status = 415
    reason = "unsupported_encoding"


class SlowBody(BodyError):
    status = 408
    reason = "slow"


def read_body(request: HttpRequest, *, limit: int | None = None) -> bytes:
    """The inflated body; raises BodyError, or Overloaded while too much is being taken in.

    `limit` is of addresses that take less than SONDE_INGEST_MAX_BODY_BYTES.
    """
    limit = min(limit or settings.INGEST_MAX_BODY_BYTES, settings.INGEST_MAX_BODY_BYTES)
    grant = getattr(request, "auth", None)
    ticket = admission.ticket(getattr(grant, "project_id", ""))
    try:
        return inflated(request, limit, ticket)
    except BodyError as error:
        metrics.rejected(error.reason)
        raise
    except admission.Overloaded:
        metrics.rejected("overloaded")
        raise


def inflated(request: HttpRequest, limit: int, ticket: admission.Ticket) -> bytes:
    inflate = inflater(request.META.get("HTTP_CONTENT_ENCODING", ""))
    raw = read_raw(request, limit, ticket)
    if inflate is None or not raw:
        return raw
    parts, size = [], 0
    for part in inflate(raw):
        size += len(part)
        if size > limit:
            raise BodyTooLarge("inflates to", limit)
        ticket.take(len(part))
        parts.append(part)
    return b"".join(parts)


def inflater(encoding: str):
    """The function that undoes a Content-Encoding, or None where there is nothing to undo."""
    codings = [word for part in encoding.split(",") if (word := part.strip().lower())]
    codings = [coding for coding in codings if coding != "identity"]
    if not codings:
        return None
    if len(codings) > 1 or codings[0] not in INFLATERS:
        raise UnsupportedEncoding(
            "Content-Encoding must be gzip, deflate, zstd or none, and only one of them."
        )
    return INFLATERS[codings[0]]


def read_raw(request: HttpRequest, limit: int, ticket: admission.Ticket) -> bytes:
    """The bytes as they came. Django itself reads nothing of a chunked body."""
    django_request = getattr(request, "_request", request)
    if hasattr(django_request, "_body"):
        return django_request.body
    environ = request.META
    length = declared_length(environ)
    if length is None and not environ.get("wsgi.input_terminated"):
        return b""  # a server that does not end the stream for us would let us wait for ever
    if length is not None and length > limit:
        raise BodyTooLarge("has", limit)
    django_request._read_started = True  # whoever asks for request.body now is told so
    ticket.take(length or 0)
    with watch.reading(environ.get("gunicorn.socket"), SECONDS_TO_SEND) as reading:
        try:
            return b"".join(timely_parts(environ["wsgi.input"], length, limit, reading, ticket))
        except MalformedBody as error:
            if reading.is_late:
                raise SlowBody("The body came too slowly.") from error
            raise


def timely_parts(
    stream, length: int | None, limit: int, reading: watch.Reading, ticket: admission.Ticket
) -> Iterator[bytes]:
    """The parts as they come; each buys time for the next, and those not announced buy room."""
    size = 0
    for part in parts_of(stream, length):
        size += len(part)
        if size > limit:
            raise BodyTooLarge("has", limit)
        if length is None:
            ticket.take(len(part))
        reading.until += len(part) / SLOWEST_BYTES_PER_SECOND
        yield part


def declared_length(environ: dict) -> int | None:
    """Content-Length, or None for a chunked body."""
    try:
        return max(0, int(environ["CONTENT_LENGTH"]))
    except (KeyError, ValueError):
        return None


def parts_of(stream, length: int | None) -> Iterator[bytes]:
    """The stream's bytes up to `length`, or up to its end."""
    left = length
    while left is None or left > 0:
        try:
            part = stream.read(READ_BYTES if left is None else min(READ_BYTES, left))
        except Exception as error:  # each server has its own for a connection that broke
            raise MalformedBody("The body could not be read to its end.") from error
        if not part:
            if left:
                raise MalformedBody("The connection ended before the body did.")
            return
        if left is not None:
            left -= len(part)
        yield part


def gunzipped(raw: bytes) -> Iterator[bytes]:
    return members_inflated(raw, zlib.MAX_WBITS | 16)


def undeflated(raw: bytes) -> Iterator[bytes]:
    """HTTP's deflate is zlib's format; some senders leave zlib's header out."""
    has_header = len(raw) > 1 and raw[0] & 0x0F == 8 and int.from_bytes(raw[:2], "big") % 31 == 0
    return members_inflated(raw, zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS)


def members_inflated(raw: bytes, wbits: int) -> Iterator[bytes]:
    """One part after the other, of one member after the other (gzip may have several)."""
    position = 0
    for _ in range(MOST_MEMBERS):
        member, given = zlib.decompressobj(wbits), b""
        while not member.eof:
            if not given:
                given = raw[position : position + INPUT_BYTES]
                position += len(given)
            try:
                part = member.decompress(given, STEP_BYTES)
            except zlib.error as error:
                raise MalformedBody(WRONG_ENCODING) from error
            if part:
                yield part
            elif not given and not member.eof:
                raise MalformedBody(CUT_OFF)
            given = member.unconsumed_tail
        position -= len(member.unused_data)
        if position == len(raw) or is_padding(raw, position):
            return
    raise MalformedBody(TOO_MANY_MEMBERS)


def is_padding(raw: bytes, position: int) -> bool:
    """Whether only zeros follow, which gzip allows."""
    return raw[position] == 0 and not raw[position:].strip(b"\0")


def unzstded(raw: bytes) -> Iterator[bytes]:
    decompressor = zstandard.ZstdDecompressor(max_window_size=ZSTD_MAX_WINDOW_BYTES)
    position = 0
    for _ in range(MOST_MEMBERS):
        frame = decompressor.decompressobj()
        while not frame.eof:
            given = raw[position : position + ZSTD_INPUT_BYTES]
            position += len(given)
            if not given:
                raise MalformedBody(CUT_OFF)
            try:
                part = frame.decompress(given)
            except zstandard.ZstdError as error:
                raise MalformedBody(WRONG_ENCODING) from error
            if part:
                yield part
        position -= len(frame.unused_data)
        if position == len(raw):
            return
    raise MalformedBody(TOO_MANY_MEMBERS)


INFLATERS = {
    "gzip": gunzipped,
    "x-gzip": gunzipped,
    "deflate": undeflated,
    "zstd": unzstded,
}
