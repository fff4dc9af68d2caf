"""The rows that the captured OTLP requests become. `python tests/payloads/otlp_rows.py` writes them
down anew; read the difference before you commit it.
"""

import sys
from dataclasses import MISSING, fields
from decimal import Decimal
from pathlib import Path

import msgspec

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(ROOT / "platform")]

from ingest.mapping.content import finish_content  # noqa: E402
from ingest.mapping.origin import Sender  # noqa: E402
from ingest.otlp.decode import JSON, PROTOBUF, decode_traces  # noqa: E402
from ingest.otlp.logs import decode_logs  # noqa: E402
from traces.merge import joined, row_of, stated_by_patch, stated_by_span  # noqa: E402
from traces.records import Span  # noqa: E402

CAPTURES = sorted(path.name for path in FOLDER.glob("otlp-*-[0-9]*"))
RECEIVED_AT = 1_795_200_000_000_000_000  # a day that all of them may have been sent on
LEFT_OUT = {"project_id", "received_at", "clocks"}
ENCODINGS = {".pb": PROTOBUF, ".json": JSON}


def spans_of(capture: str) -> list[Span]:
    """What the trace page would show of the capture: its spans, with their log events joined."""
    folder = FOLDER / capture
    sender = Sender("p", RECEIVED_AT)
    spans: list[Span] = []
    for path in sorted(folder.glob("traces.*")):
        decoded = decode_traces(path.read_bytes(), ENCODINGS[path.suffix], sender)
        assert not decoded.rejected
        spans += [*decoded.items, *decoded.mergeable]
    for path in sorted(folder.glob("logs.*")):
        decoded, _ = decode_logs(path.read_bytes(), ENCODINGS[path.suffix], sender)
        spans = [with_events(span, decoded.items) for span in spans]
    return sorted(spans, key=lambda span: (span.start_time, span.span_id))


def with_events(span: Span, items) -> Span:
    said = [
        stated_by_patch(item)
        for item in items
        if (item.trace_id, item.span_id) == (span.trace_id, span.span_id)
    ]
    if not said:
        return span
    merged = row_of(joined([stated_by_span(span), *said]), "p", span.trace_id, span.span_id)
    finish_content([merged])
    return merged


def rows_of(capture: str) -> list[dict]:
    """Each span as an object of what is not at its default."""
    return [
        {
            field.name: as_json(value)
            for field in fields(Span)
            if field.name not in LEFT_OUT and (value := getattr(span, field.name)) != default(field)
        }
        for span in spans_of(capture)
    ]


def default(field):
    return field.default_factory() if field.default_factory is not MISSING else field.default


def as_json(value):
    if isinstance(value, Decimal):
        return str(value)
    return {key: as_json(item) for key, item in value.items()} if isinstance(value, dict) else value


def golden(capture: str) -> Path:
    return FOLDER / capture / "rows.json"


def main() -> None:
    for capture in CAPTURES:
        written = msgspec.json.format(msgspec.json.encode(rows_of(capture)), indent=1)
        golden(capture).write_bytes(written + b"\n")


if __name__ == "__main__":
    main()
