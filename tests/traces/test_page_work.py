"""What a page costs, counted: templates and queries, which say the same on every machine."""

from collections import Counter

import pytest
from django.template import Template

from traces import clickhouse

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """Who asked ClickHouse."""
    seen: list[str] = []
    ask = clickhouse._ask

    def counted(sql, who, *rest):
        seen.append(who)
        return ask(sql, who, *rest)

    monkeypatch.setattr(clickhouse, "_ask", counted)
    return seen


@pytest.fixture
def rendered(monkeypatch) -> Counter[str]:
    """How often each template was rendered."""
    seen: Counter[str] = Counter()
    render = Template._render

    def counted(template, context):
        seen[template.name] += 1
        return render(template, context)

    monkeypatch.setattr(Template, "_render", counted)
    return seen


def test_a_tree_takes_one_template_for_all_its_lines(trace_page, span, rendered):
    for number in range(30):
        span("t", f"s{number}", at=number, parent_span_id=f"s{(number - 1) // 2}" if number else "")
    assert trace_page().content.count(b'class="twist"') == 30
    assert rendered["traces/_tree_lines.html"] == 1
    assert max(rendered.values()) < 30, rendered.most_common(3)


def test_a_trace_is_found_once_and_then_read_in_four_queries(trace_page, span, asked):
    span("t", "s")
    assert trace_page().status_code == 200
    assert sorted(who.rpartition(".")[2] for who in asked) == [
        "_facts", "locate", "span_detail", "span_rows", "whole_scores",
    ]  # fmt: skip


def test_a_span_by_itself_is_read_without_the_figures_of_its_trace(trace_page, span, asked):
    span("t", "s")
    answer = trace_page(query={"span": "s"}, hx_request="true", hx_target="pane")
    assert b'role="treegrid"' not in answer.content
    assert "_facts" not in [who.rpartition(".")[2] for who in asked]
