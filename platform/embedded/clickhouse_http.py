"""The part of ClickHouse's HTTP interface that clickhouse-connect speaks, as a WSGI application."""

import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from itertools import chain
from typing import Any

from gunicorn.http.errors import NoMoreData, ParseException

from embedded.clickhouse_config import Folder, Limits
from embedded.clickhouse_engine import Answer, Call, Engine, Running, insert, run, stream
from embedded.clickhouse_errors import ClickHouseError, refusal
from embedded.clickhouse_reply import (
    Reply,
    common_headers,
    error_reply,
    format_headers,
    streamed_reply,
    summary_header,
    text_reply,
    whole_reply,
)
from embedded.clickhouse_request import (
    STATEMENT_BYTES,
    Request,
    authentication_failed,
    is_authentic,
    read_request,
    url_parameters,
)
from embedded.clickhouse_statement import Statement, read_statement
from embedded.clickhouse_watch import Watch

# Formats without head or foot, whose blocks may simply follow each other.
STREAMED_FORMATS = frozenset(
    (
        "native",
        "tabseparated",
        "tsv",
        "tabseparatedraw",
        "tsvraw",
        "csv",
        "rowbinary",
        "jsoneachrow",
    )
)
REASONS = {200: "OK", 400: "Bad Request", 403: "Forbidden", 404: "Not Found"}
StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class Application:
    def __init__(self, engine: Engine, folder: Folder, limits: Limits, password: str) -> None:
        self.engine = engine
        self.folder = folder
        self.limits = limits
        self.password = password
        self.watch = Watch(engine)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if (client := environ.get("gunicorn.socket")) is not None:
            client.settimeout(self.limits.socket_seconds)
        try:
            reply = self.answer(environ)
        except ClickHouseError as error:
            reply = error_reply(error, self.engine.version)
        except (OSError, ParseException, NoMoreData):
            cut_short = refusal(33, "CANNOT_READ_ALL_DATA", "The body was cut short.")
            reply = error_reply(cut_short, self.engine.version)
        start_response(
            f"{reply.status} {REASONS.get(reply.status, 'Error')}", list(reply.headers.items())
        )
        return reply.body

    def answer(self, environ: dict[str, Any]) -> Reply:
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        if path in ("/ping", "/replicas_status"):
            return text_reply(200, "Ok.\n")
        if path != "/":
            return text_reply(404, "There is no such handle\n")
        if method not in ("GET", "HEAD", "POST"):
            return text_reply(501, "Unsupported method\n")
        parameters = url_parameters(environ)
        if not is_authentic(environ, parameters, self.password):
            raise authentication_failed()
        if method != "POST" and not parameters.get("query"):
            return text_reply(200, "Ok.\n")
        request = read_request(environ, parameters, self.folder, self.limits)
        try:
            return self.execute(request, environ.get("gunicorn.socket"))
        except ClickHouseError as error:
            return error_reply(error, self.engine.version, request)

    def execute(self, request: Request, client: Any) -> Reply:
        """A streamed reply takes over the connection, and gives it back when it ends."""
        with ExitStack() as stack:
            stack.enter_context(closing(request.body))
            statement = read_statement(request.sql)
            output = statement.format or request.default_format
            is_streamed = statement.returns_stream and output.lower() in STREAMED_FORMATS
            call = request.call if is_streamed else self.bounded(request.call, statement)
            running = stack.enter_context(self.engine.statement(call))
            if statement.only_reads:
                stack.enter_context(self.watch.over(running, client))
            if statement.data_at is not None:
                return done(request, statement, store(running, request, statement))
            sql = whole_statement(request)
            if is_streamed:
                blocks = stack.enter_context(closing(stream(running, sql, output)))
                return streamed(request, output, blocks, stack)
            return done(request, statement, run(running, sql, output))

    def bounded(self, call: Call, statement: Statement) -> Call:
        """A result that is not streamed is held in memory, so it gets a limit."""
        if not statement.returns_stream:
            return call
        limit = {"max_result_bytes": str(self.limits.max_result_bytes)}
        return replace(call, settings={**limit, **call.settings})


def store(running: Running, request: Request, statement: Statement) -> Answer:
    """INSERT … FORMAT …: the words go to the engine as a statement, the rest as its data."""
    words = request.sql[: statement.words_end]
    from_url, data_at = request.sql_from_url, statement.data_at
    in_url = request.sql[data_at:from_url]
    in_body = request.body.read_from(max(0, data_at - from_url))
    return insert(running, words, statement.format, chain([in_url] if in_url else [], in_body))


def whole_statement(request: Request) -> bytes:
    if request.body.size <= STATEMENT_BYTES:
        return request.sql
    return request.sql + b"".join(request.body.read_from(STATEMENT_BYTES))


def done(request: Request, statement: Statement, answer: Answer) -> Reply:
    headers = common_headers(request) | summary_header(answer)
    if statement.returns_rows:
        headers |= format_headers(statement.format or request.default_format)
    return whole_reply(request, headers, [answer.data])


def streamed(request: Request, output: str, blocks: Iterator[bytes], stack: ExitStack) -> Reply:
    """Send from the second block on; before that, an error still gets a status of its own."""
    headers = common_headers(request) | format_headers(output)
    first = []
    for block in blocks:
        first.append(block)
        if len(first) == 2 and not request.wait_to_end:
            blocks = chain(first, blocks)
            return streamed_reply(request, headers, blocks, secrets.token_hex(8), stack.pop_all())
    return whole_reply(request, headers, first)
