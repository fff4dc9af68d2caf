import socket
import threading

from ingest import watch


def test_a_read_that_takes_too_long_is_ended_and_the_connection_can_still_answer(monkeypatch):
    monkeypatch.setattr(watch, "LOOK_EVERY_SECONDS", 0.02)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"one byte at a time")
        with watch.Watcher().reading(ours, 0.05) as reading:
            assert ours.recv(100)
            assert ours.recv(100) == b""  # would wait for ever
            assert reading.is_late
        ours.sendall(b"408")
        assert theirs.recv(10) == b"408"


def test_whoever_makes_progress_may_go_on(monkeypatch):
    monkeypatch.setattr(watch, "LOOK_EVERY_SECONDS", 0.02)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        sender = threading.Timer(0.3, theirs.sendall, [b"late"])
        with watch.Watcher().reading(ours, 0.05) as reading:
            reading.until += 60
            sender.start()
            assert ours.recv(100) == b"late"
            assert not reading.is_late
        sender.join()


def test_without_a_connection_nothing_is_watched():
    with watch.reading(None, 0) as reading:
        assert not reading.is_late
