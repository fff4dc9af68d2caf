"""Times as the SDKs write them."""

import pytest

from ingest.langfuse.moments import nanoseconds

HALF_PAST_NINE = 1_769_851_800_000_000_000  # 2026-01-31T09:30:00Z


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31T09:30:00Z", HALF_PAST_NINE),
        ("2026-01-31T09:30:00.000Z", HALF_PAST_NINE),
        ("2026-01-31T09:30:00.123456Z", HALF_PAST_NINE + 123_456_000),
        ("2026-01-31T09:30:00.123456789Z", HALF_PAST_NINE + 123_456_789),
        ("2026-01-31T09:30:00.1234567891234Z", HALF_PAST_NINE + 123_456_789),
        ("2026-01-31T09:30:00+00:00", HALF_PAST_NINE),
        ("2026-01-31T18:30:00+09:00", HALF_PAST_NINE),
        ("2026-01-31T18:30:00+0900", HALF_PAST_NINE),
        ("2026-01-31T04:00:00-05:30", HALF_PAST_NINE),
        ("2026-01-31 09:30:00", HALF_PAST_NINE),
        ("2026-01-31T09:30Z", HALF_PAST_NINE),
        ("2026-01-31", HALF_PAST_NINE - 34_200_000_000_000),
        ("1970-01-01T00:00:00Z", 0),
        ("2026-13-01T00:00:00Z", None),
        ("2026-02-30T00:00:00Z", None),
        ("yesterday", None),
        ("1769851800000", None),
        ("", None),
        ("2" * 100, None),
    ],
)
def test_iso_8601_becomes_nanoseconds(text, expected):
    assert nanoseconds(text) == expected
