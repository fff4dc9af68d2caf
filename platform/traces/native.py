"""Rows as a block of ClickHouse's Native format, with as little work per value as Python allows.

clickhouse-connect's own encoder takes longer (figures in docs/decisions/0004-store.md). Types are
the plainest that ClickHouse converts without loss: a LowCardinality column is sent as String.
"""

from array import array
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from itertools import accumulate, chain
from operator import attrgetter

Encoder = Callable[[Sequence], bytes]

BAD_VALUE = (AttributeError, TypeError, ValueError, ArithmeticError)
SMALL = [bytes((n,)) if n < 128 else bytes((n & 127 | 128, n >> 7)) for n in range(1 << 14)]
BLOCK_ROWS = 1000  # in larger blocks a column outgrows the processor's cache: 16 µs a row, not 10
DECIMAL_PLACES = 12
DECIMAL_LIMIT = 10**18  # Decimal(18, 12)
# toStartOfHour() is a 32-bit DateTime: beyond it two starts could share a key but not a partition.
LAST_START = (1 << 32) * 1_000_000_000


class NotEncodable(ValueError):
    """A value does not fit its column. The text names the column, not the value."""


BAD_ROW = (NotEncodable, *BAD_VALUE)


def varint(number: int) -> bytes:
    if number < 1 << 14:
        return SMALL[number]
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def strings(values: Sequence[str]) -> bytes:
    first = values[0]
    if values.count(first) == len(values):  # mostly empty columns are the rule
        text = first.encode()
        return (varint(len(text)) + text) * len(values)
    texts = list(map(str.encode, values))  # the loops are C's: 70 ns a value, half of Python's own
    sizes = list(map(len, texts))
    parts: list[bytes] = [b""] * (2 * len(texts))
    parts[::2] = map(SMALL.__getitem__ if max(sizes) < len(SMALL) else varint, sizes)
    parts[1::2] = texts
    return b"".join(parts)


class _Encoded(dict):
    """Text → its bytes, worked out when first asked for."""

    def __missing__(self, value: str) -> bytes:
        text = value.encode()
        self[value] = encoded = varint(len(text)) + text
        return encoded


def words(values: Sequence[str]) -> bytes:
    """The same for text that recurs, such as names and keys: each word is encoded once."""
    return b"".join(map(_Encoded().__getitem__, values))


def numbers(code: str) -> Encoder:
    return lambda values: array(code, values).tobytes()


def decimals(values: Sequence[Decimal | None]) -> bytes:
    scaled = [int(value.scaleb(DECIMAL_PLACES)) if value else 0 for value in values]
    if max(scaled) >= DECIMAL_LIMIT or min(scaled) <= -DECIMAL_LIMIT:
        raise OverflowError
    return array("q", scaled).tobytes()


def start_times(values: Sequence[int]) -> bytes:
    if min(values) < 0 or max(values) >= LAST_START:
        raise OverflowError
    return array("q", values).tobytes()


def nullable(inner: Encoder) -> Encoder:
    def encode(values: Sequence) -> bytes:
        missing = bytes([value is None for value in values])
        return missing + inner([0 if value is None else value for value in values])

    return encode


def arrays(inner: Encoder) -> Encoder:
    def encode(values: Sequence[list]) -> bytes:
        ends = array("Q", accumulate(map(len, values)))
        flat = list(chain.from_iterable(values))
        return ends.tobytes() + (inner(flat) if flat else b"")

    return encode


def maps(inner: Encoder) -> Encoder:
    def encode(values: Sequence[dict]) -> bytes:
        ends = array("Q", accumulate(map(len, values)))
        keys = list(chain.from_iterable(values))
        items = list(chain.from_iterable(map(dict.values, values)))
        return ends.tobytes() + (words(keys) + inner(items) if keys else b"")

    return encode


_TIME = "DateTime64(9, 'UTC')"
TEXT = ("String", strings)
WORD = ("String", words)
WORDS = ("Array(String)", arrays(words))
PROPERTIES = ("Map(String, String)", maps(strings))
START = (_TIME, start_times)
TIME = (_TIME, numbers("q"))
MAYBE_TIME = (f"Nullable({_TIME})", nullable(numbers("q")))
FLAG = ("UInt8", bytes)
COUNT = ("UInt64", numbers("Q"))
SMALL_COUNT = ("UInt32", numbers("I"))
MAYBE_SMALL_COUNT = ("Nullable(UInt32)", nullable(numbers("I")))
COUNTS = ("Map(String, UInt64)", maps(numbers("Q")))
MAYBE_MONEY = ("Nullable(Decimal(18, 12))", nullable(decimals))
MONIES = ("Map(String, Decimal(18, 12))", maps(decimals))
MAYBE_FLOAT = ("Nullable(Float64)", nullable(numbers("d")))

Column = tuple[str, Encoder]


class Block:
    """Encodes rows whose attributes are the columns of these names."""

    def __init__(self, columns: dict[str, Column]):
        self.names = list(columns)
        self._values = attrgetter(*columns)
        self._heads = [_length_and_text(name) + _length_and_text(kind)
                       for name, (kind, _) in columns.items()]  # fmt: skip
        self._encoders = [encoder for _, encoder in columns.values()]

    def encode(self, rows: Sequence) -> bytes:
        """At least one row. Raises NotEncodable."""
        return b"".join(
            part
            for first in range(0, len(rows), BLOCK_ROWS)
            for part in self._block(rows[first : first + BLOCK_ROWS])
        )

    def unencodable(self, rows: Sequence) -> list[tuple[object, str]]:
        """The rows that no insert can take, each with the reason. Takes its time: each is tried."""
        found = []
        for row in rows:
            try:
                self._block([row])
            except BAD_ROW as error:
                text = str(error) if isinstance(error, NotEncodable) else type(error).__name__
                found.append((row, text))
        return found

    def _block(self, rows: Sequence) -> list[bytes]:
        parts = [varint(len(self.names)), varint(len(rows))]
        by_column: Iterable[tuple] = zip(*map(self._values, rows), strict=True)
        for head, encoder, values in zip(self._heads, self._encoders, by_column, strict=True):
            try:
                parts += (head, encoder(values))
            except BAD_VALUE as error:
                name = self.names[self._heads.index(head)]
                raise NotEncodable(f"{name} cannot take a value: {type(error).__name__}") from None
        return parts


def _length_and_text(text: str) -> bytes:
    return varint(len(text.encode())) + text.encode()
