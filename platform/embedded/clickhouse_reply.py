"""Answers as ClickHouse's HTTP interface gives them: headers, encodings, errors on the way."""

import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace

from embedded.clickhouse_body import COMPRESSORS, answer_encoding
from embedded.clickhouse_engine import Answer
from embedded.clickhouse_errors import ClickHouseError
from embedded.clickhouse_request import Request


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: Iterable[bytes]


def text_reply(status: int, text: str) -> Reply:
    body = text.encode()
    headers = {"Content-Type": "text/plain; charset=UTF-8", "Content-Length": str(len(body))}
    return Reply(status, headers, [body])


def common_headers(request: Request | None) -> dict[str, str]:
    headers = {
        "Content-Type": "text/plain; charset=UTF-8",
        "X-ClickHouse-Server-Display-Name": "embedded",
        "X-ClickHouse-Timezone": "UTC",
    }
    if request is not None:
        headers["X-ClickHouse-Query-Id"] = header_safe(request.call.query_id)
        for name, value in request.call.session.settings:
            if name == "session_timezone":
                headers["X-ClickHouse-Timezone"] = header_safe(value)
    return headers


def header_safe(text: str) -> str:
    return "".join(letter for letter in text[:200] if " " <= letter <= "~")


def format_headers(name: str) -> dict[str, str]:
    """clickhouse-connect takes an answer that names a format for one that has rows."""
    return {"X-ClickHouse-Format": name}


def summary_header(answer: Answer) -> dict[str, str]:
    counts = {
        "read_rows": answer.read_rows,
        "read_bytes": answer.read_bytes,
        "written_rows": answer.written_rows,
        "written_bytes": answer.written_bytes,
        "total_rows_to_read": answer.read_rows,
        "elapsed_ns": int(answer.seconds * 1e9),
    }
    text = json.dumps({name: str(count) for name, count in counts.items()})
    return {"X-ClickHouse-Summary": text}


def whole_reply(request: Request, headers: dict[str, str], pieces: list[bytes]) -> Reply:
    """A result that is all here: one piece, so that headers and body leave together."""
    data = b"".join(pieces)
    if encoding := answer_encoding(request.accepted_encoding):
        compressor = COMPRESSORS[encoding]()
        data = compressor.compress(data) + compressor.flush()
        headers = headers | {"Content-Encoding": encoding}
    return Reply(200, headers | {"Content-Length": str(len(data))}, [data])


def streamed_reply(
    request: Request, headers: dict[str, str], blocks: Iterator[bytes], tag: str, owned: ExitStack
) -> Reply:
    """A result still under way; `owned` is closed when it ends, or when its client leaves."""
    headers = headers | {"X-ClickHouse-Exception-Tag": tag}
    body: Iterator[bytes] = with_last_words(blocks, tag)
    if encoding := answer_encoding(request.accepted_encoding):
        headers["Content-Encoding"] = encoding
        body = compressed(body, encoding)
    return Reply(200, headers, Blocks(body, owned))


def with_last_words(blocks: Iterator[bytes], tag: str) -> Iterator[bytes]:
    """The status has left by then, so an error is put at the end, marked as one."""
    try:
        yield from blocks
    except ClickHouseError as error:
        message = error.text.encode()
        yield b"\r\n__exception__\r\n%s\r\n%s\n%d %s\r\n__exception__\r\n" % (
            tag.encode(),
            message,
            len(message) + 1,
            tag.encode(),
        )


def compressed(blocks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    compressor = COMPRESSORS[encoding]()
    for block in blocks:
        if piece := compressor.compress(block):
            yield piece
    yield compressor.flush()


@dataclass
class Blocks:
    """What WSGI iterates over, and closes however the iteration ends."""

    blocks: Iterator[bytes]
    owned: ExitStack

    def __iter__(self) -> Iterator[bytes]:
        return self.blocks

    def close(self) -> None:
        self.owned.close()


def error_reply(error: ClickHouseError, version: str, request: Request | None = None) -> Reply:
    reply = text_reply(error.status, f"{error.text} (version {version})\n")
    code = {"X-ClickHouse-Exception-Code": str(error.code)}
    return replace(reply, headers=common_headers(request) | reply.headers | code)
