import re

import pytest
from django.urls import reverse
from django.utils.translation import override

from tests.traces.shown import HTMX, names_of, text_of
from traces.templatetags.trace_figures import duration


def test_the_list_shows_what_happened_with_units_and_links(look, span, project):
    span(
        "t1",
        "r",
        took=2.31,
        name="rag-answer",
        type="CHAIN",
        input="환불 정책이 어떻게 되나요?",
        output="14일 이내라면",
        user_id="ann",
        total_cost="0.0184",
        input_tokens=3000,
        output_tokens=120,
    )
    response = look()
    text = text_of(response)
    for shown in (
        "rag-answer",
        "환불 정책이 어떻게 되나요?",
        "14일 이내라면",
        "ann",
        "2.31 s",
        "3,120",
        "$0.0184",
    ):
        assert shown in text
    html = response.content.decode()
    assert reverse("trace-page", args=[project.id, "t1"]) in html
    assert 'aria-sort="descending"' in html


def test_an_unknown_cost_is_called_unknown_and_a_partly_known_one_a_lower_bound(look, span):
    span("t1", "r", cost_source="unknown")
    span("t2", "r", at=-1, total_cost="0.5")
    span("t2", "g", at=-1, cost_source="unknown")
    text = text_of(look())
    assert "unknown" in text and "≥ $0.5000 + unknown" in text and "$0.0000" not in text


def test_the_least_of_costs_is_a_lower_bound_too(look, span):
    span("t1", "r", total_cost="0.00003")
    span("t1", "g", cost_source="unknown")
    response = look()
    assert "≥ &lt;$0.0001" in response.content.decode()
    assert 'title="$0.00003 and 1 span of unknown cost"' in response.content.decode()


def test_an_unknown_order_leaves_the_newest_first(look, span):
    span("t1", "r")
    html = look({"sort": "foo.asc"}).content.decode()
    assert re.search(r'aria-current="true">Newest<', html) and 'aria-sort="descending"' in html


def test_an_output_is_painted_red_only_where_the_root_failed(look, span):
    span("t1", "r", output="recovered")
    span("t1", "tool", parent_span_id="r", is_root=False, level="ERROR")
    span("t2", "r", at=-1, output="gave up", level="ERROR")
    html = look().content.decode()
    assert '<div class="lines-2 muted" title="recovered">recovered</div>' in html
    assert '<div class="lines-2 bad" title="gave up">gave up</div>' in html


def test_durations_are_written_in_the_readers_language():
    with override("ko"):
        assert [duration(round(seconds * 1_000_000_000)) for seconds in (2.3, 75, 900)] == [
            "2.30초",
            "1분 15초",
            "15분",
        ]


@pytest.mark.parametrize("role", ["owner", "member"])
def test_members_see_the_list(client, project, request, role):
    client.force_login(request.getfixturevalue(role))
    assert client.get(reverse("trace-list", args=[project.id])).status_code == 200


@pytest.mark.parametrize(
    "name", ["trace-list", "session-list", "user-list", "session-page", "user-page"]
)
def test_a_stranger_gets_404_and_the_unknown_a_login(client, project, stranger, name):
    url = reverse(name, args=[project.id])
    assert client.get(url).status_code == 302
    client.force_login(stranger)
    assert client.get(url).status_code == 404


def test_a_strangers_trace_page_is_404_as_well(client, project, stranger, span):
    span("t", "r")
    client.force_login(stranger)
    assert client.get(reverse("trace-page", args=[project.id, "t"])).status_code == 404
    assert client.get(f"/project/{project.id}/traces/t").status_code == 404


def test_filters_work_from_the_address_alone_and_can_be_taken_away(look, span):
    span("t1", "r", name="alpha", user_id="ann")
    span("t2", "r", name="beta", user_id="bob")
    response = look({"user": "ann", "range": "7d"})
    assert names_of(response) == ["alpha"]
    assert 'href="' in response.content.decode()
    assert "?range=7d" in response.content.decode()  # the chip that takes the filter away


def test_paging_adds_the_rows_that_come_next(look, span, project, now):
    from traces.records import Span
    from traces.writer import insert_spans

    insert_spans(
        [
            Span(project.id, f"t{n:02d}", "r", now - n * 10**9, name=f"n{n:02d}", version=1)
            for n in range(70)
        ]
    )
    first = look()
    [more] = set(re.findall(r'hx-get="[^"]*(\?[^"]*after=[^"]*)"', first.content.decode()))
    url = reverse("trace-list", args=[project.id]) + more.replace("&amp;", "&")
    client = first.client
    rows = client.get(url, headers=HTMX)
    assert "<html" not in rows.content.decode()
    assert names_of(first) + names_of(rows) == [f"n{n:02d}" for n in range(70)]
    assert names_of(client.get(url)) == names_of(rows)  # and the same without JavaScript


def test_a_page_that_history_asks_for_is_a_whole_page(look, span):
    span("t1", "r")
    response = look({"after": "1~x"}, **HTMX, **{"HX-History-Restore-Request": "true"})
    assert "<html" in response.content.decode()


def test_sorting_is_said_in_the_header_and_turns_around(look, span):
    span("slow", "r", took=9, name="slow")
    span("fast", "r", at=1, took=1, name="fast")
    response = look({"sort": "latency"})
    assert names_of(response) == ["slow", "fast"]
    assert "sort=latency.asc" in response.content.decode()
    assert names_of(look({"sort": "latency.asc"})) == ["fast", "slow"]


def test_an_empty_project_leads_to_its_setup(look, project):
    response = look()
    assert "No traces yet" in text_of(response)
    assert reverse("setup", args=[project.id]) in response.content.decode()


def test_an_empty_project_shows_nothing_that_needs_traces(look, span):
    html = look().content.decode()
    for part in ('id="choices"', 'id="strip"', 'name="range"', 'name="q"', 'class="segmented">'):
        assert part not in html.partition('id="main"')[2].partition("</main>")[0]
    span("t1", "r", at=-40 * 86400)  # not in this time, and yet there is something to look for
    assert 'id="choices"' in look().content.decode()


def test_filters_that_match_nothing_are_named_and_cleared_at_once_in_the_same_time(look, span):
    span("t1", "r", user_id="ann", name="alpha")
    response = look({"level": "ERROR", "user": "nobody", "range": "7d", "sort": "cost"})
    said = text_of(response)
    assert "Last 7 days: no trace matches all of these filters." in said
    assert "User nobody" in said and "Level Error" in said
    [cleared] = set(
        re.findall(
            r'href="[^"]*(\?[^"]*)">(?:<svg.*?</svg>)?Clear filters', response.content.decode()
        )
    )
    assert cleared == "?range=7d&amp;sort=cost"
    assert names_of(look({"range": "7d", "sort": "cost"})) == ["alpha"]


def test_what_a_column_has_no_room_for_is_in_its_tooltip(look, span):
    span("t1", "r", name="a name that is long " * 9, user_id="u" * 90, input="asked " * 20)
    html = look().content.decode()
    for whole in ("a name that is long " * 9, "u" * 90, ("asked " * 20).strip()):
        assert f'title="{whole}"' in html


def test_an_empty_time_leads_to_the_newest_traces(look, span):
    span("old", "r", at=-40 * 86400, name="long ago")
    response = look({"range": "24h"})
    assert "No traces in this time" in text_of(response)
    [query] = re.findall(r'href="[^"]*(\?to=\d+)"', response.content.decode())
    assert names_of(look({"to": query.partition("=")[2]})) == ["long ago"]


def test_filters_that_are_too_narrow_offer_to_be_cleared_one_by_one(look, span):
    span("t1", "r", user_id="ann")
    text = text_of(look({"user": "nobody", "model": "none"}))
    assert (
        "No trace matches" in text and "Clear User: nobody" in text and "Clear Model: none" in text
    )


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"range": "3weeks"}, "no time range “3weeks”"),
        ({"sort": "foo.asc"}, "no order “foo”"),
        ({"from": "yesterday"}, "“yesterday” is not a time"),
        ({"min_latency": "fast"}, "“fast” is not a number"),
        ({"from": "2026-02-01T00:00", "to": "2026-01-01T00:00"}, "ends before it begins"),
    ],
)
def test_what_cannot_be_understood_is_said_not_dropped(look, query, said):
    response = look(query)
    assert response.status_code == 200 and said in text_of(response)


def test_the_strip_and_the_choices_load_by_themselves(look, span):
    span("t1", "r", name="alpha", environment="prod", level="ERROR")
    page = look().content.decode()
    assert "part=strip" in page and "part=choices" in page
    strip = look({"part": "strip"}, **HTMX)
    assert "1 trace over time, 1 of them with an error" in strip.content.decode()
    choices = text_of(look({"part": "choices"}, **HTMX))
    assert "prod" in choices and "Error" in choices and "alpha" in choices


def test_only_an_estimated_number_of_traces_is_called_about(look, span, monkeypatch):
    for number in range(3):
        span(f"t{number}", "r", at=-number)
    exact = look({"part": "strip"}, **HTMX).content.decode()
    assert "3 traces over time" in exact and ">3</span>" in exact
    assert "About" not in exact and "≈" not in exact
    monkeypatch.setattr("traces.queries.histogram.EXACT_TRACES", 2)
    estimated = look({"part": "strip"}, **HTMX).content.decode()
    assert "About 3 traces over time" in estimated and "≈ 3</span>" in estimated


def test_a_chosen_value_stays_chosen_even_where_nothing_has_it(look, span):
    span("t1", "r", model="gpt-4o")
    html = look({"part": "choices", "model": "gone"}, **HTMX).content.decode()
    assert re.search(r'aria-current="true"[^>]*>.*?title="gone"', html)


@pytest.fixture
def away(settings):
    """ClickHouse is away: nobody listens where it should."""
    from traces import clickhouse

    settings.CLICKHOUSE_URL = "http://sonde:x@127.0.0.1:9/nowhere"
    clickhouse.forget_clients()
    yield
    clickhouse.forget_clients()


@pytest.mark.parametrize("name", ["trace-list", "session-list", "user-list"])
def test_while_the_store_is_away_pages_say_so(look, away, name):
    response = look(name=name)
    assert response.status_code == 503 and response["Retry-After"]
    assert "does not answer" in text_of(response)


def test_a_part_of_a_page_says_so_too_and_htmx_shows_it(look, away):
    response = look({"part": "strip"}, **HTMX)
    assert response.status_code == 200 and "does not answer" in text_of(response)


def test_a_question_that_is_too_much_is_answered_kindly(look, span, monkeypatch):
    from traces.errors import LimitReached

    def too_much(*args, **kwargs):
        raise LimitReached("took too long")

    monkeypatch.setattr("traces.views.lists.sorted_traces", too_much)
    response = look({"sort": "cost"})
    assert response.status_code == 200 and "Too much to answer in time" in text_of(response)


def test_a_full_page_of_rows_is_light(look, project, now):
    import gzip

    from traces.records import Span
    from traces.writer import insert_spans

    said = "환불 정책이 어떻게 되나요? What is the refund policy? " * 40
    insert_spans(
        [
            Span(
                project.id,
                f"{n:032x}",
                "r",
                now - n * 10**9,
                name=f"agent {n}",
                input=said,
                output=said,
                user_id=f"u{n}",
                version=1,
            )
            for n in range(60)
        ]
    )
    assert len(gzip.compress(look().content)) < 60_000


@pytest.mark.parametrize("name", ["trace-list", "session-list", "user-list"])
def test_what_is_held_back_is_counted_on_the_pages_that_lack_it(look, project, name):
    from ingest.models import HeldBatch

    assert "held safely" not in text_of(look(name=name))
    HeldBatch.objects.create(project_id=project.id, payload=b"", rows=1200, bytes=0, version=1)
    assert "1 batch (1,200 rows) is held safely" in text_of(look(name=name))


def test_while_the_store_is_away_the_page_counts_what_is_held(look, project, away):
    from ingest.models import HeldBatch

    HeldBatch.objects.create(project_id=project.id, payload=b"", rows=7, bytes=0, version=1)
    assert "7 rows" in text_of(look())
