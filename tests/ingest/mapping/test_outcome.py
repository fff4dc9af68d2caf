import pytest

from ingest.mapping import times


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("WARNING", "WARNING"), ("warn", "WARNING"), ("TRACE", "DEBUG"), ("verbose", "DEBUG"),
        ("info", "DEFAULT"), ("Success", "DEFAULT"), ("FATAL", "ERROR"), ("critical", "ERROR"),
        ("nonsense", "DEFAULT"), (3, "DEFAULT"),
    ],
)  # fmt: skip
def test_levels_under_the_names_of_all_loggers(mapped, said, expected):
    assert mapped({"langfuse.observation.level": said}).level == expected


def test_a_failed_span_is_an_error_unless_its_sdk_says_otherwise(mapped):
    span = mapped(status=(2, "boom"))
    assert (span.level, span.status_message) == ("ERROR", "boom")
    said = {"langfuse.observation.level": "WARNING", "langfuse.observation.status_message": "hm"}
    span = mapped(said, status=(2, "boom"))
    assert (span.level, span.status_message) == ("WARNING", "hm")
    assert mapped(status=(1, "")).level == "DEFAULT"


def test_livekits_plumbing_is_for_debugging(mapped):
    assert mapped(scope="livekit-agents", name="tts_node").level == "DEBUG"
    assert mapped(name="tts_node").level == "DEFAULT"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (0, ""), (1, "INTERNAL"), (2, "SERVER"), (3, "CLIENT"),
        (4, "PRODUCER"), (5, "CONSUMER"), (77, ""),
    ],
)  # fmt: skip
def test_kinds(mapped, kind, expected):
    assert mapped(kind=kind).kind == expected


NOW = 1_790_000_000_000_000_000
SECOND, DAY = times.SECOND, times.DAY


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (NOW - SECOND, NOW, (NOW - SECOND, NOW)),
        (NOW - 40 * DAY, NOW - 39 * DAY, (NOW - 40 * DAY, NOW - 39 * DAY)),  # late is fine
        (NOW + 3600 * SECOND, NOW + 3601 * SECOND, (NOW + 3600 * SECOND, NOW + 3601 * SECOND)),
    ],
)
def test_times_that_can_be(start, end, expected):
    marks = set()
    assert times.span_times(start, end, NOW, marks) == expected
    assert not marks


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, 0, (NOW, NOW)),
        (0, NOW - SECOND, (NOW - SECOND, NOW - SECOND)),
        (NOW - SECOND, 0, (NOW - SECOND, NOW - SECOND)),
        (1, 1 + SECOND, (NOW, NOW + SECOND)),  # 1970
        (1, NOW, (NOW, NOW)),
        (4_102_444_800 * SECOND, 4_102_444_801 * SECOND, (NOW, NOW + SECOND)),  # 2100
        (2**64 - 1, 5, (NOW, NOW)),
        (NOW, NOW - SECOND, (NOW, NOW)),  # ended before it began
        (NOW, 2**64 - 1, (NOW, NOW)),
    ],
)
def test_times_that_cannot_be_are_marked_and_made_fit(start, end, expected):
    marks = set()
    assert times.span_times(start, end, NOW, marks) == expected
    assert marks == {"clock_suspect"}
