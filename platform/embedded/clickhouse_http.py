"""The part of ClickHouse's HTTP interface that clickhouse-connect speaks, as a WSGI application."""

import secrets
from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing
from dataclasses import replace
from itertools import chain, islice
from typing import Any

from gunicorn.http.errors import NoMoreData, ParseException

from embedded.clickhouse_config import Folder, Limits
from embedded.clickhouse_engine import Answer, Call, Engine, Running, run, stream
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
TOO_LARGE = 396  # TOO_MANY_ROWS_OR_BYTES
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
        with closing(request.body):
            statement = read_statement(request.sql)
            if not statement.returns_stream:
                return self.execute_whole(request, statement, request.call, client)
            if request.wait_to_end or not can_be_streamed(request, statement):
                limited = self.limited(request.call)
                try:
                    return self.execute_whole(request, statement, limited, client)
                except ClickHouseError as error:
                    if not self.is_too_large(error, request, statement):
                        raise
            return self.execute_streamed(request, statement, client)

    def limited(self, call: Call) -> Call:
        """A result that is taken whole is held in memory, so it gets a limit."""
        limit = ("max_result_bytes", str(self.limits.max_result_bytes))
        session = replace(call.session, settings=(limit, *call.session.settings))
        return replace(call, session=session)

    def is_too_large(self, error: ClickHouseError, request: Request, statement: Statement) -> bool:
        """For our limit, not for one of the client's own; then it can still be streamed."""
        is_ours = "max_result_bytes" not in dict(request.call.session.settings)
        return error.code == TOO_LARGE and is_ours and can_be_streamed(request, statement)

    def execute_whole(
        self, request: Request, statement: Statement, call: Call, client: Any
    ) -> Reply:
        with self.engine.statement(call) as running:
            running.connection.is_clean = statement.leaves_no_trace
            if statement.data_at is not None:
                return done(
                    request, statement, store(running, request, statement, statement.data_at)
                )
            sql = self.engine.with_own_ids(whole_statement(request))
            with self.watch.over(running, client if statement.only_reads else None):
                answer = run(running, sql, statement.format or request.default_format)
            return done(request, statement, answer)

    def execute_streamed(self, request: Request, statement: Statement, client: Any) -> Reply:
        """The reply takes over the connection, and gives it back when it ends.

        It is sent from the second block on; before that, an error still gets its own status.
        """
        output = statement.format or request.default_format
        headers = common_headers(request) | format_headers(output)
        with ExitStack() as stack:
            running = stack.enter_context(self.engine.statement(request.call))
            stack.enter_context(self.watch.over(running, client))
            sql = whole_statement(request)
            blocks = stack.enter_context(closing(stream(running, sql, output)))
            first = list(islice(blocks, 2))
            if len(first) < 2:
                return whole_reply(request, headers, first)
            tag = secrets.token_hex(8)
            return streamed_reply(request, headers, chain(first, blocks), tag, stack.pop_all())


def can_be_streamed(request: Request, statement: Statement) -> bool:
    return (statement.format or request.default_format).lower() in STREAMED_FORMATS


def store(running: Running, request: Request, statement: Statement, data_at: int) -> Answer:
    """INSERT … FORMAT …: the engine reads the rows from a file, as that reports every error.

    Its stream for inserts (`send_insert`) does not: what fails in the last flush is acknowledged.
    """
    sql, from_url = request.sql, request.sql_from_url
    with request.body.as_file(sql[data_at:from_url], max(0, data_at - from_url)) as path:
        source = f"FROM INFILE '{path}' ".encode()
        words = sql[: statement.source_at] + source + sql[statement.source_at : statement.words_end]
        return run(running, words, "Null")


def whole_statement(request: Request) -> bytes:
    if request.body.size <= STATEMENT_BYTES:
        return request.sql
    return request.sql + b"".join(request.body.read_from(STATEMENT_BYTES))


def done(request: Request, statement: Statement, answer: Answer) -> Reply:
    headers = common_headers(request) | summary_header(answer)
    if statement.returns_rows:
        headers |= format_headers(statement.format or request.default_format)
    return whole_reply(request, headers, [answer.data])
