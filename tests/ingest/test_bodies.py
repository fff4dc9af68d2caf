import gzip
import resource
import time
import zlib

import pytest
import zstandard
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from ingest import admission, bodies
from ingest.bodies import BodyTooLarge, MalformedBody, UnsupportedEncoding, read_body

LIMIT = 64 * 1024 * 1024
ENCODERS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}


def request(body: bytes, encoding: str = "", **environ):
    headers = {"HTTP_CONTENT_ENCODING": encoding} if encoding else {}
    made = RequestFactory().post("/", body, content_type="application/octet-stream", **headers)
    made.META.update(environ)
    return made


class Chunked:
    """What gunicorn gives for a chunked body: a stream that ends by itself, without a length."""

    def __init__(self, *chunks: bytes, breaks: bool = False):
        self.chunks = list(chunks)
        self.breaks = breaks

    def read(self, size: int) -> bytes:
        if self.chunks:
            chunk, self.chunks[0] = self.chunks[0][:size], self.chunks[0][size:]
            if not self.chunks[0]:
                self.chunks.pop(0)
            return chunk
        if self.breaks:
            raise OSError("No more data")
        return b""


def chunked_request(stream: Chunked, **headers):
    made = request(b"", **headers)
    made.META.pop("CONTENT_LENGTH", None)
    made.META.update({"wsgi.input": stream, "wsgi.input_terminated": True})
    return made


@pytest.fixture(autouse=True)
def nothing_is_left_admitted():
    yield
    admission.give_back()
    assert admission.pool._total == 0


def test_a_plain_body_is_read_as_it_is():
    assert read_body(request(b"hello")) == b"hello"
    assert read_body(request(b"")) == b""
    assert read_body(request(b"hello", "identity")) == b"hello"


@pytest.mark.parametrize("encoding", ENCODERS)
@given(body=st.binary(max_size=5000))
def test_a_compressed_body_is_inflated(encoding, body):
    assert read_body(request(ENCODERS[encoding](body), encoding.upper())) == body


def test_a_large_body_is_inflated_whole():
    body = bytes(range(256)) * 40_000
    for encoding, encode in ENCODERS.items():
        assert read_body(request(encode(body), encoding)) == body


def test_gzip_and_zstd_may_have_several_members():
    parts = [b"one ", b"", b"two ", b"three" * 100_000]
    assert read_body(request(b"".join(map(gzip.compress, parts)), "gzip")) == b"".join(parts)
    frames = b"".join(map(zstandard.ZstdCompressor().compress, parts))
    assert read_body(request(frames, "zstd")) == b"".join(parts)


def test_gzip_may_be_padded_with_zeros():
    assert read_body(request(gzip.compress(b"x") + b"\0" * 512, "gzip")) == b"x"


def test_deflate_without_zlibs_header_is_read_too():
    encoder = zlib.compressobj(wbits=-15)
    assert read_body(request(encoder.compress(b"hello") + encoder.flush(), "deflate")) == b"hello"


@pytest.mark.parametrize("encoding", ENCODERS)
def test_a_truncated_stream_is_malformed_wherever_it_is_cut(encoding):
    whole = ENCODERS[encoding](b"some text that is compressed " * 20)
    for length in range(1, len(whole)):
        with pytest.raises(MalformedBody):
            read_body(request(whole[:length], encoding))


@pytest.mark.parametrize("encoding", ENCODERS)
def test_bytes_that_are_not_what_the_header_says_are_malformed(encoding):
    for body in (b"{}", b"\x00" * 40, b'{"batch": []}' * 50):
        with pytest.raises(MalformedBody):
            read_body(request(body, encoding))


@pytest.mark.parametrize("encoding", ENCODERS)
@given(body=st.binary(min_size=1, max_size=200))
def test_random_bytes_inflate_or_the_sender_is_told_what_is_wrong(encoding, body):
    try:
        found = read_body(request(body, encoding))
    except MalformedBody as error:
        assert str(error) in (bodies.WRONG_ENCODING, bodies.CUT_OFF)
    else:
        assert isinstance(found, bytes)


@pytest.mark.parametrize("encoding", ["br", "compress", "gzip, gzip", "gzip, zstd", "\x00", "로"])
def test_what_cannot_be_undone_is_unsupported(encoding):
    with pytest.raises(UnsupportedEncoding, match="gzip, deflate, zstd"):
        read_body(request(b"x", encoding))


def test_a_body_over_the_limit_is_refused_by_its_length_alone():
    made = request(b"")
    made.META["CONTENT_LENGTH"] = str(LIMIT + 1)
    made.META["wsgi.input"] = None  # which would fail if it were read
    with pytest.raises(BodyTooLarge, match=f"{LIMIT}.*SONDE_INGEST_MAX_BODY_BYTES"):
        read_body(made)


def zstd_bomb(size: int) -> bytes:
    return zstandard.ZstdCompressor(level=19).compress(b"\0" * size)


@pytest.mark.parametrize(
    ("encoding", "bomb"),
    [
        ("gzip", gzip.compress(b"\0" * 256 * 1024 * 1024, 9)),
        ("deflate", zlib.compress(b"\0" * 256 * 1024 * 1024, 9)),
        ("zstd", zstd_bomb(1024 * 1024 * 1024)),
        ("zstd", zstd_bomb(1024 * 1024) * 900),
        ("gzip", gzip.compress(b"\0" * 1024 * 1024, 9) * 900),
    ],
    ids=["gzip", "deflate", "zstd", "zstd frames", "gzip members"],
)
def test_a_bomb_is_refused_without_inflating_it(encoding, bomb):
    made = request(bomb, encoding)
    memory_before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    with pytest.raises(BodyTooLarge):
        read_body(made)
    assert time.process_time() - started < 3  # it takes 0.2
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory_before
    assert grown < 200 * 1024  # KiB; the limit is 64 MiB


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_million_empty_members_are_refused_at_once(encoding):
    with pytest.raises(MalformedBody, match="members"):
        read_body(request(ENCODERS[encoding](b"") * 1_000_000, encoding))


def test_a_chunked_body_is_read_to_its_end():
    assert read_body(chunked_request(Chunked(b"hel", b"lo"))) == b"hello"
    zipped = gzip.compress(b"hello" * 1000)
    stream = Chunked(zipped[:10], zipped[10:])
    assert read_body(chunked_request(stream, encoding="gzip")) == b"hello" * 1000


def test_a_chunked_body_over_the_limit_is_refused_as_soon_as_it_is():
    with pytest.raises(BodyTooLarge):
        read_body(chunked_request(Chunked(*[b"x" * 1000] * 100)), limit=50_000)


def test_a_client_that_goes_away_in_the_middle_leaves_a_malformed_body():
    with pytest.raises(MalformedBody):
        read_body(chunked_request(Chunked(b"hel", breaks=True)))
    cut = request(b"")
    cut.META.update({"CONTENT_LENGTH": "10", "wsgi.input": Chunked(b"hel")})
    with pytest.raises(MalformedBody):
        read_body(cut)


@pytest.mark.parametrize("length", ["", "-5", "abc", "1e3"])
def test_a_length_that_is_no_number_is_no_body(length):
    made = request(b"")
    made.META["CONTENT_LENGTH"] = length
    assert read_body(made) == b""


def test_a_body_that_django_has_read_already_is_taken_from_there():
    made = request(gzip.compress(b"hello"), "gzip")
    assert made.body
    assert read_body(made) == b"hello"


def test_a_body_counts_against_the_pool_until_the_request_is_answered():
    read_body(request(b"x" * 1000))
    assert admission.pool._total == 1000
    admission.give_back()
    assert admission.pool._total == 0


def test_the_same_thread_reading_its_next_body_gives_the_last_one_back():
    read_body(request(b"x" * 1000))
    read_body(request(b"x" * 10))
    assert admission.pool._total == 10


def test_every_error_says_what_to_answer():
    statuses = {error.__name__: error.status for error in bodies.BodyError.__subclasses__()}
    assert statuses == {
        "MalformedBody": 400,
        "BodyTooLarge": 413,
        "UnsupportedEncoding": 415,
        "SlowBody": 408,
    }
