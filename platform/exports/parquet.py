"""A Parquet file, as its format says (https://parquet.apache.org/docs/file-format/): row groups
one behind the other, and a footer that tells where they are.

Only what an export needs: flat optional columns, each in one page, values plain, compressed by
gzip, which every reader knows. So a file is continued where a killed worker left it, in bounded
memory, and without a dependency (docs/decisions/0014-parquet.md).
"""

import zlib
from dataclasses import dataclass
from decimal import Decimal
from struct import pack
from typing import Any

from exports.thrift import BINARY, BOOL, I8, I32, I64, LIST, STRUCT, listed, struct

MAGIC = b"PAR1"
# Physical types
INT64, DOUBLE, BYTE_ARRAY, FIXED = 2, 5, 6, 7
PHYSICAL = {"count": INT64, "time": INT64, "number": DOUBLE, "money": FIXED}
OPTIONAL = 1
PLAIN, RLE = 0, 3
GZIP = 2
DATA_PAGE = 0
UTF8, DECIMAL = 0, 5  # of the older "converted" types, for older readers
MONEY_BYTES, MONEY_DIGITS, MONEY_SCALE = 16, 38, 12
WHOLE = (STRUCT, b"\0")  # an empty struct


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    kind: str  # one of exports.columns; a json value comes as text

    @property
    def physical(self) -> int:
        return PHYSICAL.get(self.kind, BYTE_ARRAY)


def row_group(columns: list[Column], rows: list[list]) -> tuple[bytes, Any]:
    """The bytes of some rows, and what `footer` has to know of them."""
    chunks = [_chunk(column, [row[at] for row in rows]) for at, column in enumerate(columns)]
    sizes = [[len(chunk), whole] for chunk, whole in chunks]
    return b"".join(chunk for chunk, _whole in chunks), [len(rows), sizes]


def footer(columns: list[Column], groups: list[tuple[int, Any]]) -> bytes:
    """`groups` are what `row_group` told, each with where its bytes begin in the file."""
    told = struct(
        {
            1: (I32, 1),
            2: (LIST, listed(STRUCT, [_root(columns), *map(_element, columns)])),
            3: (I64, sum(count for _at, (count, _sizes) in groups)),
            4: (LIST, listed(STRUCT, [_group(columns, at, *told) for at, told in groups])),
            6: (BINARY, b"Sonde"),
        }
    )
    return told + pack("<I", len(told)) + MAGIC


def _chunk(column: Column, values: list) -> tuple[bytes, int]:
    """A column's values as one page, and how many bytes that was before compression."""
    present = b"".join(_plain(column, value) for value in values if value is not None)
    flags = _flags([value is not None for value in values])
    content = pack("<I", len(flags)) + flags + present
    packed = zlib.compressobj(6, zlib.DEFLATED, 31)
    compressed = packed.compress(content) + packed.flush()
    page = {1: (I32, len(values)), 2: (I32, PLAIN), 3: (I32, RLE), 4: (I32, RLE)}
    header = struct(
        {
            1: (I32, DATA_PAGE),
            2: (I32, len(content)),
            3: (I32, len(compressed)),
            5: (STRUCT, struct(page)),
        }
    )
    return header + compressed, len(header) + len(content)


def _flags(are_there: list[bool]) -> bytes:
    """Which values there are: one bit each, the first the lowest, as a single bit-packed run."""
    groups = (len(are_there) + 7) // 8
    bits = sum(1 << at for at, is_there in enumerate(are_there) if is_there)
    return _run_header(groups) + bits.to_bytes(groups, "little")


def _run_header(groups: int) -> bytes:
    number, out = groups << 1 | 1, bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def _plain(column: Column, value: Any) -> bytes:
    match column.physical:
        case 2:
            return pack("<q", value)
        case 5:
            return pack("<d", value)
        case 7:
            return int(Decimal(value).scaleb(MONEY_SCALE)).to_bytes(MONEY_BYTES, "big", signed=True)
    text = value.encode("utf-8", "replace")
    return pack("<I", len(text)) + text


def _root(columns: list[Column]) -> bytes:
    return struct({4: (BINARY, b"line"), 5: (I32, len(columns))})


def _element(column: Column) -> bytes:
    common = {1: (I32, column.physical), 3: (I32, OPTIONAL), 4: (BINARY, column.name.encode())}
    if column.kind == "time":  # nanoseconds in UTC
        unit = struct({3: WHOLE})
        stamp = struct({1: (BOOL, True), 2: (STRUCT, unit)})
        return struct(common | {10: (STRUCT, struct({8: (STRUCT, stamp)}))})
    if column.kind == "money":
        decimal = struct({1: (I32, MONEY_SCALE), 2: (I32, MONEY_DIGITS)})
        told = {2: (I32, MONEY_BYTES), 6: (I32, DECIMAL), 7: (I32, MONEY_SCALE)}
        told |= {8: (I32, MONEY_DIGITS), 10: (STRUCT, struct({5: (STRUCT, decimal)}))}
        return struct(common | told)
    if column.kind == "count":
        integer = struct({1: (I8, 64), 2: (BOOL, True)})
        return struct(common | {10: (STRUCT, struct({10: (STRUCT, integer)}))})
    if column.kind == "number":
        return struct(common)
    return struct(common | {6: (I32, UTF8), 10: (STRUCT, struct({1: WHOLE}))})


def _group(columns: list[Column], at: int, count: int, sizes: list[list[int]]) -> bytes:
    chunks = []
    for column, (size, whole) in zip(columns, sizes, strict=True):
        told = {
            1: (I32, column.physical),
            2: (LIST, listed(I32, [PLAIN, RLE])),
            3: (LIST, listed(BINARY, [column.name.encode()])),
            4: (I32, GZIP),
            5: (I64, count),
            6: (I64, whole),
            7: (I64, size),
            9: (I64, at),
        }
        chunks.append(struct({2: (I64, at), 3: (STRUCT, struct(told))}))
        at += size
    whole = sum(whole for _size, whole in sizes)
    return struct({1: (LIST, listed(STRUCT, chunks)), 2: (I64, whole), 3: (I64, count)})
