"""The tree of a trace's page, when it is broken, wide, deep or cut."""

import re
from html import unescape
from urllib.parse import parse_qsl

from tests.traces.shown import spans_of, text_of

FRAGMENT = {"HX-Request": "true"}


def test_broken_trees_are_shown_with_what_is_amiss(trace_page, span):
    span("t", "root", name="root")
    span("t", "lost", at=1, parent_span_id="gone", name="lost")
    span("t", "a", at=2, parent_span_id="b", name="a")
    span("t", "b", at=3, parent_span_id="a", name="b")
    response = trace_page()
    assert [name for _level, name in spans_of(response)] == ["root", "lost", "a", "b"]
    text = text_of(response)
    assert "Parent missing" in text and "the chain is cut here" in response.content.decode()


def test_the_spans_of_a_parent_that_is_missing_can_be_asked_for(trace_page, project, now):
    from traces.records import Span
    from traces.writer import insert_spans

    insert_spans(
        [
            Span(
                project.id,
                "t",
                f"s{n:03d}",
                now + n,
                parent_span_id=f"gone{n // 110}",
                name=f"s{n:03d}",
                end_time=now + n,
                version=1,
            )
            for n in range(330)
        ]
    )
    page = trace_page()
    assert "s220" not in [name for _level, name in spans_of(page)]
    stand_ins = re.findall(r'class="node stand-in".*?</tr>', page.content.decode(), re.DOTALL)
    asked = re.search(r'class="twist" href="([^"]+)" hx-get="([^"]+)"', stand_ins[2])
    for address, headers in zip(asked.groups(), ({}, FRAGMENT), strict=True):
        found = trace_page(query=dict(parse_qsl(unescape(address).lstrip("?"))), **headers)
        assert "s220" in [name for _level, name in spans_of(found)]


def test_a_wide_trace_pages_its_children(trace_page, project, now):
    from traces.records import Span
    from traces.writer import insert_spans

    insert_spans([Span(project.id, "t", "r", now, end_time=now + 10**9, name="root", version=1)])
    insert_spans(
        [
            Span(
                project.id,
                "t",
                f"c{n:04d}",
                now + n,
                parent_span_id="r",
                name=f"c{n:04d}",
                end_time=now + n,
                version=1,
            )
            for n in range(1000)
        ]
    )
    first = trace_page()
    assert len(spans_of(first)) == 101 and "900 more spans here" in text_of(first)
    more = trace_page(query={"of": "r", "offset": "100"}, **FRAGMENT)
    assert [name for _level, name in spans_of(more)][:2] == ["c0100", "c0101"]
    assert len(first.content) < 600_000


def test_a_folded_span_says_how_many_it_holds_and_unfolds(trace_page, project, now):
    from traces.records import Span
    from traces.writer import insert_spans

    rows = [Span(project.id, "t", "r", now, name="root", version=1)]
    for group in range(20):
        rows.append(
            Span(
                project.id,
                "t",
                f"g{group}",
                now + group,
                parent_span_id="r",
                name=f"g{group}",
                version=1,
            )
        )
        rows += [
            Span(
                project.id,
                "t",
                f"g{group}-{n}",
                now + group,
                parent_span_id=f"g{group}",
                name=f"leaf {n}",
                version=1,
            )
            for n in range(40)
        ]
    insert_spans(rows)
    html = trace_page().content.decode()
    assert html.count('aria-expanded="false"') > 5
    unfolded = spans_of(trace_page(query={"of": "g19"}, **FRAGMENT))
    assert unfolded == [(3, f"leaf {n}") for n in sorted(range(40), key=lambda n: f"g19-{n}")]


def test_more_spans_than_are_read_are_announced(trace_page, span, monkeypatch):
    monkeypatch.setattr("traces.queries.trace.MAX_SPANS", 3)
    monkeypatch.setattr("traces.views.trace.MAX_SPANS", 3)
    for number in range(5):
        span("t", f"s{number}", at=number, total_cost="1")
    response = trace_page()
    assert len(spans_of(response)) == 3
    assert "This trace has 5 spans. The tree shows the first 3" in text_of(
        response
    ) and "$5.00" in text_of(response)
