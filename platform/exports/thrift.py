"""Thrift's compact protocol, as far as a Parquet file's headers need it
(https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md).
"""

from typing import Any

# The types' numbers. BOOL is written as one of two types, and has no value of its own.
BOOL, I8, I32, I64, BINARY, LIST, STRUCT = 1, 3, 5, 6, 8, 9, 12
FALSE = 2


def struct(fields: dict[int, tuple[int, Any]]) -> bytes:
    """Fields by number, each with its type; the value of a list or a struct is its bytes."""
    out, last = bytearray(), 0
    for number, (kind, value) in sorted(fields.items()):
        told = FALSE if kind == BOOL and not value else kind
        step = number - last
        out += bytes([step << 4 | told]) if step < 16 else bytes([told]) + _signed(number)
        out += b"" if kind == BOOL else _value(kind, value)
        last = number
    return bytes(out) + b"\0"


def listed(kind: int, values: list) -> bytes:
    count = len(values)
    head = bytes([count << 4 | kind]) if count < 15 else bytes([0xF0 | kind]) + _varint(count)
    return head + b"".join(_value(kind, value) for value in values)


def _value(kind: int, value: Any) -> bytes:
    if kind in (I32, I64):
        return _signed(value)
    if kind == BINARY:
        return _varint(len(value)) + value
    return bytes([value]) if kind == I8 else value


def _signed(number: int) -> bytes:
    return _varint(number << 1 if number >= 0 else (-number << 1) - 1)


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])
