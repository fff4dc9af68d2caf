"""How long a receiver asks us to wait."""

from datetime import UTC, datetime

import pytest

from outbound.outcomes import DAY, seconds_of

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("9" * 400, DAY),
        ("Mon, 16 Nov 2026 09:02:00 GMT", 120),
        ("Mon, 16 Nov 2026 08:00:00 GMT", 0),
        ("Tue, 16 Nov 2027 09:00:00 GMT", DAY),
        ("Mon, 16 Nov 2026 09:02:00 -0000", 0),  # a time of no zone
        ("", 0),
        ("-5", 0),
        ("1.5", 0),
        ("soon", 0),
        ("٣", 0),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_never_more_than_a_day(text, seconds):
    assert seconds_of(text, NOW) == seconds
