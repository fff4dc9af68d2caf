from config.arriving import LONG_ADDRESS, MOST_BYTES, TOO_LONG, Arriving, Progress

HEAD = b"POST / HTTP/1.1\r\nHost: a\r\n"


def progress_of(*parts: bytes):
    arriving = Arriving()
    return [arriving.add(part) for part in parts][-1]


def test_a_request_without_a_body_is_whole_with_its_head():
    assert progress_of(b"GET / HTTP/1.1\r\nHost: a\r\n\r") is Progress.PARTLY
    assert progress_of(b"GET / HTTP/1.1\r\nHost: a\r\n\r", b"\n") is Progress.WHOLE


def test_a_request_with_a_length_is_whole_with_its_last_byte():
    head = HEAD + b"content-LENGTH:3\r\n\r\n"
    assert progress_of(head, b"ab") is Progress.PARTLY
    assert progress_of(head, b"ab", b"c") is Progress.WHOLE


def test_byte_by_byte_is_the_same():
    request = HEAD + b"Content-Length: 3\r\n\r\nabc"
    arriving = Arriving()
    told = [arriving.add(bytes([byte])) for byte in request]
    assert set(told[:-1]) == {Progress.PARTLY}
    assert told[-1] is Progress.WHOLE


def test_what_is_long_or_of_unknown_length_is_for_a_thread():
    long = HEAD + b"Content-Length: %d\r\n\r\n" % (2 * MOST_BYTES)
    assert progress_of(long, b"x" * MOST_BYTES) is Progress.LONG
    chunked = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    assert progress_of(chunked) is Progress.PARTLY
    assert progress_of(chunked, b"1\r\na\r\n0\r\n\r\n") is Progress.LONG
    assert progress_of(HEAD + b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\n") is Progress.LONG


def test_a_length_in_the_body_does_not_count():
    assert progress_of(b"GET / HTTP/1.1\r\n\r\nx\r\nContent-Length: 9\r\n\r\n") is Progress.WHOLE


def test_a_head_without_end_is_refused():
    assert progress_of(HEAD, b"X: " + b"x" * 70_000) == TOO_LONG


def test_an_address_may_be_long_and_not_without_end():
    assert progress_of(b"GET /" + b"x" * 30_000 + b" HTTP/1.1\r\n\r\n") is Progress.WHOLE
    assert progress_of(b"GET /" + b"x" * 40_000) == LONG_ADDRESS
    assert progress_of(b"GET /" + b"x" * 40_000 + b" HTTP/1.1\r\n\r\n") == LONG_ADDRESS


def test_a_body_earns_time_and_a_head_does_not():
    arriving = Arriving()
    before = arriving.until
    arriving.add(b"GET / HTTP/1.1\r\nX: " + b"x" * 9000)
    assert arriving.until == before
    arriving.add(b"\r\nContent-Length: 100000\r\n\r\n")
    before = arriving.until
    arriving.add(b"x" * 64 * 1024)
    assert arriving.until == before + 2.0
