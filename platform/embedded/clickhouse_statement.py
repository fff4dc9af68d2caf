"""What a statement is, read from its words: enough to run it, and to refuse what reads files."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise

from embedded.clickhouse_errors import ClickHouseError, refusal

# Functions run where they are named, even without brackets: arrayMap(file, ['/etc/passwd']).
FILE_READERS = frozenset({b"file", b"python", b"executable", b"executablepool", b"filesystem"})
FILE_CLAUSES = frozenset({b"infile", b"outfile"})
READERS = frozenset({b"select", b"with", b"show", b"describe", b"desc", b"explain", b"exists"})
# Statements that leave their connection as they found it; SET and USE do not.
TRACELESS = READERS | frozenset(
    (b"insert", b"create", b"alter", b"drop", b"truncate", b"optimize", b"rename", b"system")
)
ROW_RETURNERS = READERS | {b"kill", b"check", b"("}
SUSPICIOUS = re.compile(rb"(?i)file|python|executable|temporary|engine|\\")

TOKEN = re.compile(
    rb"""(?P<skip>\s+|--[^\n]*|\#[!\ ][^\n]*|/\*.*?\*/)
    |(?P<string>'(?:[^'\\]|\\.|'')*')
    |(?P<quoted>`(?:[^`\\]|\\.|``)*`|"(?:[^"\\]|\\.|"")*")
    |(?P<heredoc>\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)
    |(?P<word>[A-Za-z_][\w$]*)
    |(?P<number>\d[\w.]*)
    |(?P<open>[(\[{])
    |(?P<close>[)\]}])
    |(?P<end>;)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


BEFORE_DATA = re.compile(rb"[ \t\f]*\r?\n?")
REMEMBERED_BYTES = 8 * 1024  # of one statement; a thousand of them are 8 MiB


@dataclass(frozen=True)
class Statement:
    verb: bytes
    format: str | None = None
    # An INSERT whose rows follow as data: where its clause about their source would stand, where
    # its words end, and where the data begins.
    source_at: int = 0
    words_end: int = 0
    data_at: int | None = None

    @property
    def only_reads(self) -> bool:
        return self.verb in READERS

    @property
    def leaves_no_trace(self) -> bool:
        return self.verb in TRACELESS

    @property
    def returns_stream(self) -> bool:
        return self.verb in (b"select", b"with")

    @property
    def returns_rows(self) -> bool:
        return self.verb in ROW_RETURNERS


@dataclass(frozen=True)
class Token:
    kind: str
    text: bytes
    depth: int
    start: int
    end: int

    def is_word(self, *words: bytes) -> bool:
        return self.kind == "word" and self.text.lower() in words


def tokens(sql: bytes) -> Iterator[Token]:
    depth = 0
    for found in TOKEN.finditer(sql):
        kind = found.lastgroup or ""
        kind = "heredoc" if kind == "tag" else kind
        if kind == "skip":
            continue
        if kind == "close":
            depth -= 1
        yield Token(kind, found.group(), depth, found.start(), found.end())
        if kind == "open":
            depth += 1


def read_statement(sql: bytes) -> Statement:
    """Raises ClickHouseError for what is refused: several statements, files, foreign engines.

    Values are bound by the engine, so a program's statements are few and are remembered. Inserts
    are not: each has other rows behind its words, and a cache would keep them all.
    """
    stream = tokens(sql)
    first = next(stream, None)
    if first is None:
        raise refusal(62, "SYNTAX_ERROR", "Empty query.")
    if first.is_word(b"insert"):
        return read_insert(sql, stream)
    return read_other(sql) if len(sql) > REMEMBERED_BYTES else remembered(sql)


def read_other(sql: bytes) -> Statement:
    """A statement that is no INSERT, and so has no data behind its words."""
    first, *rest = tokens(sql)
    refuse_second_statement(rest)
    refuse_files(sql, [first, *rest])
    if first.is_word(b"with") and any(t.depth == 0 and t.is_word(b"insert") for t in rest):
        return Statement(b"insert")
    return Statement(first.text.lower(), named_format(rest))


remembered = lru_cache(maxsize=1024)(read_other)


def read_insert(sql: bytes, stream: Iterator[Token]) -> Statement:
    """Words up to FORMAT belong to the statement; what follows is data, and is not looked at."""
    words: list[Token] = []
    settings_at: int | None = None
    for token in stream:
        words.append(token)
        if token.depth or len(words) < 3:
            continue
        if token.is_word(b"settings"):
            settings_at = token.start
        if token.is_word(b"values", b"select", b"with", b"watch"):
            words.extend(stream)
            break
        if token.is_word(b"format"):
            refuse_files(sql[: token.start], words)
            source_at = token.start if settings_at is None else settings_at
            return insert_of_data(sql, next(stream, None), source_at)
    refuse_files(sql, words)
    return Statement(b"insert")


def insert_of_data(sql: bytes, name: Token | None, source_at: int) -> Statement:
    if name is None or name.kind != "word":
        raise refusal(62, "SYNTAX_ERROR", "INSERT names no format after FORMAT.")
    if sql[name.end : name.end + 1] == b";":
        raise refusal(62, "SYNTAX_ERROR", "There is a ';' before the data for INSERT.")
    gap = BEFORE_DATA.match(sql, name.end)
    data_at = gap.end() if gap else name.end
    return Statement(b"insert", name.text.decode(), source_at, name.end, data_at)


def named_format(words: list[Token]) -> str | None:
    """The last `FORMAT name` outside brackets, as the engine reads it."""
    for token, name in zip(reversed(words[:-1]), reversed(words), strict=False):
        if token.depth == 0 and token.is_word(b"format") and name.kind == "word":
            return name.text.decode()
    return None


def refuse_second_statement(words: list[Token]) -> None:
    ended = False
    for token in words:
        if ended and token.kind != "end":
            raise refusal(62, "SYNTAX_ERROR", "Multi-statements are not allowed.")
        ended = ended or (token.kind == "end" and token.depth == 0)


def refuse_files(sql: bytes, words: list[Token]) -> None:
    """Statements arrive on a port, so none of them may reach the files of this machine."""
    if not SUSPICIOUS.search(sql):
        return
    for token in words:
        if name_of(token) in FILE_READERS:
            raise denied(f"{name_of(token).decode()}() would reach this machine's files")
        if token.is_word(*FILE_CLAUSES):
            raise denied(f"{token.text.decode().upper()} would reach this machine's files")
    head = [token.text.lower() for token in islice(words, 4)]
    if head[:1] in ([b"create"], [b"attach"]):
        refuse_creation(head, words)


def refuse_creation(head: list[bytes], words: list[Token]) -> None:
    if b"temporary" in head:
        raise refusal(
            48, "NOT_IMPLEMENTED", "Temporary tables need a session, and requests here have none."
        )
    if b"database" not in head:
        return
    for token, name in pairwise(words):
        if token.is_word(b"engine"):
            engine = next((t for t in words if t.start >= name.start and t.kind != "other"), name)
            if name_of(engine) not in (b"atomic", b"memory"):
                raise denied("Only databases of the engine Atomic can be created")


def name_of(token: Token) -> bytes:
    """The identifier in lower case, without its quotes; b"" for anything else."""
    if token.kind == "word":
        return token.text.lower()
    if token.kind != "quoted":
        return b""
    inner = token.text[1:-1]
    if b"\\" in inner:
        raise denied("Escapes in quoted names are not read here")
    return inner.lower()


def denied(sentence: str) -> ClickHouseError:
    return refusal(497, "ACCESS_DENIED", f"{sentence}.")
