"""One HTTP request as ClickHouse's interface understands it: who asks, what, and how."""

import base64
import binascii
import hmac
import re
import uuid
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl

from embedded.clickhouse_body import Spool, receive
from embedded.clickhouse_config import Folder, Limits
from embedded.clickhouse_connections import Session
from embedded.clickhouse_engine import Call
from embedded.clickhouse_errors import ClickHouseError, refusal

# Parameters of the interface itself; every other one is a setting of the engine. Sessions are
# accepted and change nothing: each request stands alone.
OWN_PARAMETERS = frozenset(
    (
        *("query", "database", "default_format", "query_id", "user", "password", "quota_key"),
        *("session_id", "session_timeout", "session_check", "client_protocol_version", "role"),
        *("wait_end_of_query", "buffer_size", "stacktrace", "enable_http_compression"),
        *("http_zlib_compression_level", "send_progress_in_http_headers"),
        *("http_headers_progress_interval_ms", "cancel_http_readonly_queries_on_client_close"),
    )
)
SETTING_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
FORMAT_NAME = re.compile(r"\w{1,64}")
STATEMENT_BYTES = 1024 * 1024
MAX_FORM_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class Request:
    call: Call
    sql: bytes
    # The whole body. `sql` has its beginning, after as many bytes of the URL as `sql_from_url`.
    body: Spool
    sql_from_url: int
    default_format: str
    wait_to_end: bool
    accepted_encoding: str


def is_authentic(environ: dict[str, Any], parameters: dict[str, str], secret: str) -> bool:
    """Basic credentials, ClickHouse's two headers, or its two URL parameters; in that order."""
    user, password = credentials(environ, parameters)
    known = hmac.compare_digest(user.encode(), b"default")
    return hmac.compare_digest(password.encode(), secret.encode()) and known


def credentials(environ: dict[str, Any], parameters: dict[str, str]) -> tuple[str, str]:
    scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            user, _, password = base64.b64decode(token, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return user, password
    if "HTTP_X_CLICKHOUSE_USER" in environ or "HTTP_X_CLICKHOUSE_KEY" in environ:
        user = environ.get("HTTP_X_CLICKHOUSE_USER", "default")
        return user, environ.get("HTTP_X_CLICKHOUSE_KEY", "")
    return parameters.get("user", "default"), parameters.get("password", "")


def authentication_failed() -> ClickHouseError:
    return refusal(
        516,
        "AUTHENTICATION_FAILED",
        "Authentication failed: password is incorrect, or there is no user with such name.",
    )


def url_parameters(environ: dict[str, Any]) -> dict[str, str]:
    pairs = parse_qsl(
        environ.get("QUERY_STRING", ""), keep_blank_values=True, errors="surrogateescape"
    )
    return dict(pairs)


def read_request(
    environ: dict[str, Any], parameters: dict[str, str], folder: Folder, limits: Limits
) -> Request:
    """Take in the whole body first: what was cut short raises here, and has done nothing."""
    spool = Spool(folder.spool, limits.max_body_bytes)
    try:
        receive_body(environ, spool)
        if environ.get("CONTENT_TYPE", "").startswith("multipart/form-data"):
            parameters = {**parameters, **form_fields(environ["CONTENT_TYPE"], spool)}
            spool.close()
            spool = Spool(folder.spool, limits.max_body_bytes)
        head = spool.head(STATEMENT_BYTES)
        query = parameters.get("query", "").encode(errors="surrogateescape")
        prefix = query + b"\n" if query and head else query
        return Request(
            call=call_of(environ, parameters),
            sql=prefix + head,
            body=spool,
            sql_from_url=len(prefix),
            default_format=format_of(environ, parameters),
            wait_to_end=parameters.get("wait_end_of_query") in ("1", "true"),
            accepted_encoding=accepted_encoding(environ, parameters),
        )
    except BaseException:
        spool.close()
        raise


def receive_body(environ: dict[str, Any], spool: Spool) -> None:
    length = environ.get("CONTENT_LENGTH", "")
    announced = int(length) if length.isdigit() else None
    if announced is not None and announced > spool.max_bytes:
        raise refusal(
            229, "QUERY_IS_TOO_LARGE", f"The body is larger than {spool.max_bytes} bytes."
        )
    encoding = environ.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    receive(environ["wsgi.input"], announced, encoding, spool)


def form_fields(content_type: str, spool: Spool) -> dict[str, str]:
    """The text fields of a form. Files would be external tables, which there are none of."""
    if spool.size > MAX_FORM_BYTES:
        raise refusal(229, "QUERY_IS_TOO_LARGE", f"The form is larger than {MAX_FORM_BYTES} bytes.")
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1")
    message = BytesParser(policy=HTTP).parsebytes(head + b"".join(spool.read_from(0)))
    fields = {}
    for part in message.iter_parts():
        if part.get_filename() is not None:
            raise refusal(48, "NOT_IMPLEMENTED", "External data is not supported here.")
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        text = payload if isinstance(payload, bytes) else b""
        fields[str(name)] = text.decode(errors="surrogateescape")
    return fields


def call_of(environ: dict[str, Any], parameters: dict[str, str]) -> Call:
    settings, bound = {}, {}
    for name, value in parameters.items():
        if name.startswith("param_"):
            bound[name.removeprefix("param_")] = value
        elif name in ("compress", "decompress") and value not in ("", "0"):
            raise refusal(48, "NOT_IMPLEMENTED", f"{name}=1 is not supported here.")
        elif name not in OWN_PARAMETERS and name not in ("compress", "decompress"):
            if not SETTING_NAME.fullmatch(name):
                raise refusal(115, "UNKNOWN_SETTING", f"Unknown setting {name[:100]!r}.")
            settings[name] = value
    if environ["REQUEST_METHOD"] != "POST":
        settings.setdefault("readonly", "2")
    database = parameters.get("database") or environ.get("HTTP_X_CLICKHOUSE_DATABASE")
    return Call(
        query_id=parameters.get("query_id") or str(uuid.uuid4()),
        session=Session(database or "default", tuple(sorted(settings.items()))),
        parameters=bound,
    )


def format_of(environ: dict[str, Any], parameters: dict[str, str]) -> str:
    name = (
        parameters.get("default_format")
        or environ.get("HTTP_X_CLICKHOUSE_FORMAT")
        or "TabSeparated"
    )
    if not FORMAT_NAME.fullmatch(name):
        raise refusal(73, "UNKNOWN_FORMAT", f"Unknown format {name[:100]}.")
    return name


def accepted_encoding(environ: dict[str, Any], parameters: dict[str, str]) -> str:
    enabled = parameters.get("enable_http_compression") in ("1", "true")
    return environ.get("HTTP_ACCEPT_ENCODING", "") if enabled else ""
