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
    assert "&gt; $0 " in response.content.decode()
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


def test_what_a_column_has_no_room_for_is_in_its_tooltip(look, span):
    span("t1", "r", name="a name that is long " * 9, user_id="u" * 90, input="asked " * 20)
    html = look().content.decode()
    for whole in ("a name that is long " * 9, "u" * 90, ("asked " * 20).strip()):
        assert f'title="{whole}"' in html


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
