"""What a client says of a file before it sends it, checked."""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass

from ingest.langfuse.body import Body, InvalidEvent

FIELDS = ("input", "output", "metadata", "expectedOutput")
CONTENT_TYPES = frozenset((
    *(f"image/{kind}" for kind in (
        "png", "jpeg", "jpg", "webp", "gif", "svg+xml", "tiff", "bmp", "avif", "heic",
    )),
    *(f"audio/{kind}" for kind in (
        "mpeg", "mp3", "wav", "ogg", "oga", "aac", "mp4", "flac", "opus", "webm",
    )),
    *(f"video/{kind}" for kind in (
        "mp4", "webm", "ogg", "mpeg", "quicktime", "x-msvideo", "x-matroska",
    )),
    *(f"text/{kind}" for kind in (
        "plain", "html", "css", "csv", "markdown", "x-python", "x-typescript",
    )),
    *(f"application/{kind}" for kind in (
        "javascript", "x-yaml", "pdf", "msword", "rtf", "zip", "gzip", "json", "xml",
        "octet-stream", "x-ndjson", "x-tar", "x-7z-compressed", "vnd.ms-excel",
        "vnd.apache.parquet",
        "vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "vnd.openxmlformats-officedocument.wordprocessingml.document",
        "vnd.openxmlformats-officedocument.presentationml.presentation",
    )),
))  # fmt: skip
MEDIA_ID_CHARACTERS = 22


@dataclass(frozen=True, slots=True)
class Announcement:
    sha256: str  # in hex
    media_id: str
    content_type: str
    content_length: int
    field: str
    trace_id: str
    observation_id: str
    dataset_id: str
    dataset_item_id: str

    @property
    def place(self) -> str:
        """Where the file is used, as one word of fixed length."""
        parts = (
            self.field,
            self.trace_id,
            self.observation_id,
            self.dataset_id,
            self.dataset_item_id,
        )
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def read_announcement(values: object, *, max_bytes: int) -> Announcement:
    """The announcement, or InvalidEvent with what is wrong."""
    body = Body(values, 0)
    digest = _digest(body.text("sha256Hash"))
    content_type = body.text("contentType")
    if content_type not in CONTENT_TYPES:
        raise InvalidEvent("contentType is not one that is taken.")
    length = body.count("contentLength")
    if length is None or not 0 < length <= max_bytes:
        raise InvalidEvent(f"contentLength must be from 1 to {max_bytes} (SONDE_MEDIA_MAX_BYTES).")
    field = body.text("field")
    if field not in FIELDS:
        raise InvalidEvent(f"field must be one of {', '.join(FIELDS)}.")
    return Announcement(
        sha256=digest.hex(),
        media_id=base64.urlsafe_b64encode(digest).decode()[:MEDIA_ID_CHARACTERS],
        content_type=content_type,
        content_length=length,
        field=field,
        trace_id=body.identifier("traceId"),
        observation_id=body.identifier("observationId"),
        dataset_id=body.identifier("datasetId"),
        dataset_item_id=body.identifier("datasetItemId"),
    )


def _digest(text: str) -> bytes:
    try:
        digest = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != 32:
        raise InvalidEvent("sha256Hash must be the base64 of the content's SHA-256.")
    return digest
