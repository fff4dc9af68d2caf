import random
from decimal import Decimal

import pytest

from traces.figures.waterfall import bar, scale_of
from traces.outline import MAX_SIBLINGS, below, outline
from traces.queries.trace import SpanRow
from traces.tree import CYCLE, MISSING_PARENT, build_tree, first_error, opening_span


def row(span_id, parent="", start=0, end=None, **more):
    end = start + 10 if end is None else end
    return SpanRow(span_id=span_id, parent_span_id=parent, start_time=start, end_time=end, **more)


def shape(tree):
    return [(node.depth, node.id) for node in tree]


def test_siblings_stand_in_the_order_in_which_they_started():
    tree = build_tree([row("b", "root", 5), row("a", "root", 9), row("root", "", 0)])
    assert shape(tree) == [(0, "root"), (1, "b"), (1, "a")]


def test_several_roots_are_all_shown():
    assert shape(build_tree([row("b", start=2), row("a", start=1)])) == [(0, "a"), (0, "b")]


def test_spans_whose_parent_has_not_come_stand_under_a_stand_in_for_it():
    tree = build_tree([row("root"), row("x", "gone", 3), row("y", "gone", 4)])
    assert [(node.depth, node.row and node.id) for node in tree] == [
        (0, "root"), (0, None), (1, "x"), (1, "y"),
    ]  # fmt: skip
    assert tree.nodes["x"].mark == MISSING_PARENT


def test_where_the_missing_parent_would_be_the_only_root_its_children_are_the_roots():
    tree = build_tree([row("x", "remote"), row("y", "x", 2)])
    assert shape(tree) == [(0, "x"), (1, "y")]


def test_a_span_may_be_named_like_a_stand_in_and_takes_nobodys_place():
    tree = build_tree([row("root"), row("missing:gone"), row("x", "gone", 1)])
    assert {"root", "missing:gone", "x"} < set(tree.nodes)


def test_cycles_are_cut_where_they_start_first_and_lose_no_span():
    rows = [
        row("c", "b", 3),
        row("a", "c", 1),
        row("b", "a", 2),
        row("tail", "b", 4),
        row("me", "me", 9),
    ]
    tree = build_tree(rows)
    assert sorted(node.id for node in tree) == ["a", "b", "c", "me", "tail"]
    assert tree.nodes["a"].mark == tree.nodes["me"].mark == CYCLE
    assert tree.nodes["c"].depth == 2


@pytest.mark.parametrize("seed", range(30))
def test_any_parents_at_all_give_a_tree_with_every_span_once(seed):
    rng = random.Random(seed)
    names = [f"s{n}" for n in range(40)]
    rows = [row(name, rng.choice([*names, "", "gone", "lost"]), rng.randrange(9)) for name in names]
    tree = build_tree(rows)
    assert sorted(node.id for node in tree if node.row) == sorted(names)
    assert sum(root.totals.spans for root in tree.roots) == len(names)


def test_twenty_thousand_spans_nested_in_one_another_exhaust_no_stack():
    rows = [row(f"s{n}", f"s{n - 1}" if n else "", n, 50_000) for n in range(20_000)]
    tree = build_tree(rows)
    lines = outline(tree, selected=tree.nodes["s150"])
    assert tree.nodes["s19999"].depth == 19_999
    assert 150 < len(lines) <= 310


def test_totals_add_up_what_is_below_and_leave_unknown_cost_unknown():
    tree = build_tree(
        [
            row("root", end=100),
            row("a", "root", 1, total_cost=Decimal("0.5"), total_tokens=7, cost_source="computed"),
            row(
                "b",
                "root",
                2,
                total_cost=Decimal("0.25"),
                total_tokens=3,
                cost_source="sent",
                level="ERROR",
            ),
            row("c", "b", 3, total_tokens=5, cost_source="unknown"),
        ]
    )
    totals = tree.nodes["root"].totals
    assert (totals.spans, totals.errors, totals.tokens, totals.cost, totals.unpriced) == (
        4, 1, 15, Decimal("0.75"), 1,
    )  # fmt: skip
    assert tree.nodes["c"].totals.cost is None


def test_own_time_is_what_no_child_covers_even_where_children_overlap():
    rows = [
        row("root", end=100),
        row("a", "root", 10, 40),
        row("b", "root", 30, 60),
        row("c", "root", 90, 500),
    ]
    assert build_tree(rows).nodes["root"].self_ns == 100 - 50 - 10


def test_a_page_opens_on_the_first_cause_of_error_not_on_those_that_passed_it_up():
    tree = build_tree(
        [
            row("root", level="ERROR"),
            row("tool", "root", 5, level="ERROR"),
            row("late", "root", 8, level="ERROR"),
        ]
    )
    assert opening_span(tree) is first_error(tree) is tree.nodes["tool"]


def test_without_errors_a_page_opens_on_the_costliest_generation():
    tree = build_tree(
        [
            row("root", total_cost=Decimal(9)),
            row("cheap", "root", 1, type="GENERATION", total_cost=Decimal("0.1")),
            row("dear", "root", 2, type="GENERATION", total_cost=Decimal("0.2")),
        ]
    )
    assert opening_span(tree).id == "dear"


def test_a_small_trace_is_shown_whole_and_a_wide_one_in_pages():
    wide = build_tree([row("root"), *(row(f"c{n:03d}", "root", n) for n in range(250))])
    lines = outline(wide)
    assert [line.node.id for line in lines if line.node][:2] == ["root", "c000"]
    assert len(lines) == 1 + MAX_SIBLINGS + 1
    assert (lines[-1].more, lines[-1].offset) == (150, MAX_SIBLINGS)
    rest = below(wide, wide.nodes["root"], lines[-1].offset)
    assert rest[0].node.id == "c100" and rest[-1].more == 50


def test_the_way_to_the_span_that_is_looked_at_is_always_open():
    rows = [
        row("root"),
        *(row(f"c{n:03d}", "root", n) for n in range(250)),
        row("deep", "c249", 300),
    ]
    tree = build_tree(rows)
    lines = outline(tree, selected=tree.nodes["deep"])
    assert [line.node.id for line in lines if line.node][-2:] == ["c249", "deep"]


def test_bars_lie_where_the_spans_lie_in_time_and_can_always_be_seen():
    tree = build_tree(
        [
            row("root", end=1000),
            row("tiny", "root", 500, 500),
            row("call", "root", 250, 500, completion_start_time=300),
        ]
    )
    scale = scale_of(list(tree))
    assert (bar(tree.nodes["root"], scale).x, bar(tree.nodes["root"], scale).width) == (
        "0.00%",
        "100.00%",
    )
    assert (bar(tree.nodes["call"], scale).x, bar(tree.nodes["call"], scale).tick) == (
        "25.00%",
        "30.00%",
    )
    assert float(bar(tree.nodes["tiny"], scale).width.rstrip("%")) > 0


def test_a_span_that_has_not_ended_reaches_to_the_end_of_what_is_known():
    running = SpanRow(span_id="b", parent_span_id="root", start_time=400, end_time=None)
    tree = build_tree([row("root", end=1000), running])
    drawn = bar(tree.nodes["b"], scale_of(list(tree)))
    assert drawn.is_open and drawn.width == "60.00%"


def test_a_bar_too_short_for_it_has_no_mark_of_the_first_token():
    tree = build_tree(
        [row("root", end=1000), row("short", "root", 500, 510, completion_start_time=505)]
    )
    assert bar(tree.nodes["short"], scale_of(list(tree))).tick == ""
