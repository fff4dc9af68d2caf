"""Bodies of requests and answers: read whole before they count, inflated, bounded."""

import os
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

import brotli
import lz4.frame
import zstandard

from embedded.clickhouse_errors import ClickHouseError, refusal

READ_BYTES = 1024 * 1024
MAX_IN_MEMORY_BYTES = 16 * 1024 * 1024


class Inflater(Protocol):
    """One compressed frame. Whatever follows its end is left in `unused_data`."""

    def decompress(self, data: bytes) -> bytes: ...
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...


class Brotli:
    """One stream only: brotli cannot tell where a stream ends, so a second one is an error."""

    def __init__(self) -> None:
        self.stream = brotli.Decompressor()
        self.unused_data = b""

    @property
    def eof(self) -> bool:
        return self.stream.is_finished()

    def decompress(self, data: bytes) -> bytes:
        return self.stream.process(data)


INFLATERS: dict[str, Callable[[], Inflater]] = {
    "lz4": lz4.frame.LZ4FrameDecompressor,
    "zstd": lambda: zstandard.ZstdDecompressor().decompressobj(),
    "gzip": lambda: zlib.decompressobj(31),
    "deflate": lambda: zlib.decompressobj(15),
    "br": Brotli,
}
BROKEN = (RuntimeError, EOFError, zlib.error, brotli.error, zstandard.ZstdError)


def open_memory() -> BinaryIO:
    return os.fdopen(os.memfd_create("rows"), "wb")


class Spool:
    """Bytes in the order they came: in memory while they are few, else in a file without a name."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self.folder = folder
        self.max_bytes = max_bytes
        self.size = 0
        self.pieces: list[bytes] = []
        self.file: BinaryIO | None = None

    def add(self, piece: bytes) -> None:
        self.size += len(piece)
        if self.size > self.max_bytes:
            raise refusal(
                229, "QUERY_IS_TOO_LARGE", f"The body is larger than {self.max_bytes} bytes."
            )
        self.pieces.append(piece)
        if self.file is not None or self.size > MAX_IN_MEMORY_BYTES:
            self.spill()

    def spill(self) -> None:
        if self.file is None:
            self.file = tempfile.TemporaryFile(dir=self.folder)  # noqa: SIM115 (close() closes it)
        self.file.writelines(self.pieces)
        self.pieces = []

    def head(self, size: int) -> bytes:
        """The first bytes, at most `size`, without taking them away."""
        if self.file is not None:
            self.file.seek(0)
            return self.file.read(size)
        if len(self.pieces) > 1 and len(self.pieces[0]) < size:
            self.pieces = [b"".join(self.pieces)]
        return self.pieces[0][:size] if self.pieces else b""

    def read_from(self, offset: int) -> Iterator[bytes]:
        if (file := self.file) is not None:
            file.seek(offset)
            yield from iter(lambda: file.read(READ_BYTES), b"")
            return
        for piece in self.pieces:
            if offset < len(piece):
                yield piece[offset:] if offset else piece
            offset = max(0, offset - len(piece))

    @contextmanager
    def as_file(self, prefix: bytes, offset: int) -> Iterator[str]:
        """`prefix` and all from `offset` on, as a file; yields a path for this process only.

        The path has no folder in it, whose name the engine could take for a pattern: for an INFILE
        that matches nothing it stores nothing, and does not complain.
        """
        is_small = self.file is None
        with open_memory() if is_small else tempfile.TemporaryFile(dir=self.folder) as file:
            file.write(prefix)
            file.writelines(self.read_from(offset))
            file.flush()
            yield f"/proc/self/fd/{file.fileno()}"

    def close(self) -> None:
        self.pieces = []
        if self.file is not None:
            self.file.close()


def receive(stream: BinaryIO, length: int | None, encoding: str, spool: Spool) -> None:
    """Read a body to its end into `spool`. Raises, and nothing of it counts, if it is cut short."""
    add = spool.add if encoding in ("", "identity") else inflate_into(spool, encoding)
    received = 0
    while piece := stream.read(READ_BYTES):
        received += len(piece)
        add(piece)
    if length is not None and received < length:
        raise refusal(33, "CANNOT_READ_ALL_DATA", "The body ended before its announced length.")
    if encoding not in ("", "identity"):
        add(b"")


def inflate_into(spool: Spool, encoding: str) -> Callable[[bytes], None]:
    """A client may send one frame for each block, so frames are inflated until none is left."""
    if encoding not in INFLATERS:
        raise refusal(779, "UNSUPPORTED_MEDIA_TYPE", f"Unknown Content-Encoding {encoding[:20]!r}.")
    new = INFLATERS[encoding]
    current: list[Inflater] = []

    def add(piece: bytes) -> None:
        if not piece:
            if current and not current[0].eof:
                raise broken(encoding)
            return
        while piece:
            if not current or current[0].eof:
                current[:] = [new()]
            try:
                spool.add(current[0].decompress(piece))
            except BROKEN as error:
                raise broken(encoding) from error
            piece = current[0].unused_data or b"" if current[0].eof else b""

    return add


def broken(encoding: str) -> ClickHouseError:
    return refusal(271, "CANNOT_DECOMPRESS", f"The {encoding} body is broken or cut short.")


class Compressor(Protocol):
    def compress(self, data: bytes) -> bytes: ...
    def flush(self) -> bytes: ...


class Lz4:
    def __init__(self) -> None:
        self.frame = lz4.frame.LZ4FrameCompressor()
        self.begun = False

    def compress(self, data: bytes) -> bytes:
        begin = b"" if self.begun else self.frame.begin()
        self.begun = True
        return begin + self.frame.compress(data)

    def flush(self) -> bytes:
        return self.frame.flush() if self.begun else self.frame.begin() + self.frame.flush()


COMPRESSORS: dict[str, Callable[[], Compressor]] = {
    "lz4": Lz4,
    "zstd": lambda: zstandard.ZstdCompressor(level=1).compressobj(),
    "gzip": lambda: zlib.compressobj(1, wbits=31),
    "deflate": lambda: zlib.compressobj(1, wbits=15),
}


def answer_encoding(accepted: str) -> str:
    """The client's one wish; none when it lists several, as over loopback none is the cheapest."""
    wishes = [wish.partition(";")[0].strip() for wish in accepted.split(",")]
    return wishes[0] if len(wishes) == 1 and wishes[0] in COMPRESSORS else ""
