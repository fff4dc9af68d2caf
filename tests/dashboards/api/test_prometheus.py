"""A project's counters for Prometheus: from stored rows, and never backwards by themselves."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.core.cache import cache
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from dashboards.api.prometheus import exposition
from dashboards.api.totals import segments

PATH = "/api/v1/metrics/prometheus"
CALL = {"type": "GENERATION", "model": "gpt-5", "provider": "openai", "environment": "prod"}
LABELS = {"model": "gpt-5", "provider": "openai", "environment": "prod"}


@pytest.fixture
def scraped(project):
    """`scraped("llm_request_total", status="ok")`: the value, counted anew."""

    def value(metric: str, at: datetime | None = None, /, **labels):
        text = exposition(project.id, at or datetime.now(UTC)).decode()
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                if sample.name == metric and labels.items() <= sample.labels.items():
                    return sample.value
        return None

    return value


def test_calls_latencies_tokens_and_costs_are_counted_by_model(scraped, span):
    tokens = {"input_tokens": 10, "output_tokens": 5, "usage": {"input_cached": 4}}
    span("t1", "a", took=2, total_cost="0.5", **CALL, **tokens)
    span("t1", "b", took=0.005, level="ERROR", **CALL)
    span("t1", "c", type="TOOL")
    assert scraped("llm_request_total", status="ok", **LABELS) == 1
    assert scraped("llm_request_total", status="error", **LABELS) == 1
    assert scraped("llm_latency_seconds_count", **LABELS) == 2
    assert scraped("llm_latency_seconds_sum", **LABELS) == pytest.approx(2.005)
    assert scraped("llm_latency_seconds_bucket", le="1.0", **LABELS) == 1
    assert scraped("llm_latency_seconds_bucket", le="2.51", **LABELS) == 2
    assert scraped("llm_tokens_total", kind="input", **LABELS) == 10
    assert scraped("llm_tokens_total", kind="cached", **LABELS) == 4
    assert scraped("llm_cost_usd_total", **LABELS) == 0.5
    assert scraped("llm_request_total", model="") is None


def test_scores_are_a_summary(scraped, score):
    score("t1", "good", 0.5, source="EVAL", environment="prod")
    score("t2", "good", 1.0, source="EVAL", environment="prod")
    assert scraped("llm_score_count", name="good", source="EVAL") == 2
    assert scraped("llm_score_sum", name="good") == 1.5


def test_what_is_sent_again_and_what_is_kept_move_nothing(scraped, span, unmerged):
    for version in (1, 2):
        span("t1", "a", version=version, **CALL)
    first = scraped("llm_request_total", status="ok")
    cache.clear()
    assert first == scraped("llm_request_total", status="ok") == 1


def test_counters_go_on_over_days_and_months(scraped, span, now):
    """What was of the last days when it was counted, and is kept later, counts the same."""
    span("t1", "a", **CALL)
    day = datetime.fromtimestamp(now / 1e9, UTC)
    found = [scraped("llm_request_total", day + timedelta(days=n), status="ok") for n in (1, 3, 40)]
    assert found == [1, 1, 1]


def test_yesterday_is_read_at_each_scrape_on_the_first_of_a_month_too(scraped, span, now):
    last = datetime.fromtimestamp(now / 1e9, UTC).replace(day=1) - timedelta(days=1)
    first = last + timedelta(days=1)
    at = int(last.timestamp() - now / 1e9)
    span("t1", "a", at=at, **CALL)
    before = scraped("llm_request_total", first, status="ok")
    span("t1", "late", at=at, **CALL)
    assert (before, scraped("llm_request_total", first, status="ok")) == (1, 2)


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1)),
    st.timedeltas(timedelta(0), timedelta(900)),
)
def test_the_parts_of_the_time_follow_each_other_without_a_gap(created, age):
    created = created.replace(tzinfo=UTC)
    now = created + age
    parts = segments(created, now)
    assert all(one.until == other.since for one, other in pairwise(parts))
    assert all(part.since < part.until for part in parts)
    assert parts[0].since <= created.timestamp() * 1e9
    assert parts[-1].until > now.timestamp() * 1e9
    assert not parts[-1].kept
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    yesterday = midnight - timedelta(days=1)
    assert parts[-1].since == yesterday.timestamp() * 1e9  # also on the first of a month
    live_days = (parts[-1].until - parts[-1].since) / 86_400e9
    assert live_days < 2.1  # what each scrape reads is bounded


def test_a_key_that_reads_is_asked_for(client, api_key, auth, make_api_key):
    answer = client.get(PATH, headers=auth(api_key))
    assert answer["Content-Type"].startswith("text/plain")
    bearer = {"Authorization": f"Bearer {api_key.secret_key}"}
    assert client.get(PATH, headers=bearer).status_code == 200
    assert client.get(PATH).status_code == 401
    assert client.get(PATH, headers=auth(make_api_key(scopes=("ingest",)))).status_code == 403


def test_labels_cannot_break_the_format(scraped, span):
    name = 'a"b\\c\nd{}'
    span("t1", "a", **{**CALL, "model": name})
    assert scraped("llm_request_total", model=name, status="ok") == 1
