"""The filters of the list: kept in its address, taken away, and named where they leave nothing."""

import re

import pytest
from django.urls import reverse

from tests.traces.shown import HTMX, names_of, text_of


def test_filters_work_from_the_address_alone_and_can_be_taken_away(look, span):
    span("t1", "r", name="alpha", user_id="ann")
    span("t2", "r", name="beta", user_id="bob")
    response = look({"user": "ann", "range": "7d"})
    assert names_of(response) == ["alpha"]
    assert 'href="' in response.content.decode()
    assert "?range=7d" in response.content.decode()  # the chip that takes the filter away


@pytest.mark.parametrize(
    ("form", "own"),
    [
        ('id="query"', ()),
        ('name="metadata_column"', ("cols",)),
        ('name="min_latency"', ()),
        ('name="from"', ("range",)),
    ],
)
def test_a_form_of_the_list_keeps_what_it_does_not_change(look, span, form, own):
    span("t1", "r", metadata={"region": "eu"})
    state = {
        "kind": "observations",
        "cols": "model,metadata.region",
        "live": "1",
        "sort": "latency.asc",
        "range": "7d",
        "q": "type:SPAN",
    }
    html = look(state).content.decode()
    [shown] = [one for one in re.findall(r"<form .*?</form>", html, re.DOTALL) if form in one]
    assert 'method="get"' in shown
    for name, value in state.items():
        if name not in own:
            kept = rf'name="{name}"[^>]* value="{re.escape(value)}"|value="{value}" selected'
            assert re.search(kept, shown), name


def test_a_form_keeps_exact_times_to_the_letter(look, span, now):
    span("t1", "r")
    html = look({"from": str(now - 5), "to": str(now + 5)}).content.decode()
    [query] = re.findall(r'<form id="query".*?</form>', html, re.DOTALL)
    assert f'name="from" value="{now - 5}"' in query and f'name="to" value="{now + 5}"' in query


def test_an_empty_time_leads_to_the_newest_of_the_same_list(look, span):
    span("old", "r", at=-40 * 86400)
    html = look({"kind": "observations", "range": "24h"}).content.decode()
    assert re.search(r'href="[^"]*\?kind=observations&amp;to=\d+"', html)


@pytest.mark.parametrize("start", ["0", "1970-01-01T00:00", "1969-06-01"])
def test_a_start_as_early_as_time_begins_is_a_start(look, span, start):
    span("old", "r", at=-40 * 86400, name="long ago")
    assert names_of(look({"from": start})) == ["long ago"]


def test_an_end_as_early_as_time_begins_is_said_to_leave_nothing(look, span):
    span("t1", "r", name="alpha")
    response = look({"to": "0"})
    assert "ends before it begins" in text_of(response) and names_of(response) == ["alpha"]


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


def test_the_legend_says_what_was_slowest_and_dearest_and_nothing_of_nothing(look, span):
    nothing = text_of(look({"part": "strip"}, **HTMX))
    assert "slowest trace – dearest bar, summed –" in nothing
    span("t", "s", took=2, total_cost="0.5")
    assert "slowest trace 2.00 s dearest bar, summed $0.50" in text_of(
        look({"part": "strip"}, **HTMX)
    )
    of_spans = text_of(look({"part": "strip", "kind": "observations"}, **HTMX))
    assert "slowest observation 2.00 s" in of_spans


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
    assert re.search(r'aria-checked="true"[^>]*>.*?title="gone"', html)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            {"from": "2026-01-01T00:00", "to": "2026-01-02T10:30"},
            "2026-01-01 – 2026-01-02 10:30 UTC",
        ),
        ({"from": "2026-01-01T00:00:07"}, "2026-01-01 00:00:07 – now UTC"),
    ],
)
def test_a_chosen_time_is_told_as_people_write_it(look, span, asked, said):
    span("t1", "r")
    assert said in text_of(look(asked))
