"""What a trace waited for."""

from traces.critical import Gap, critical_path, gaps, slow_spans, whole_ns
from traces.queries.trace import SpanRow
from traces.tree import build_tree

SECOND = 1_000_000_000


def row(span_id, parent="", start=0, end=10, **more):
    return SpanRow(span_id=span_id, parent_span_id=parent, start_time=start, end_time=end, **more)


def path(*rows) -> list[str]:
    return [node.id for node in critical_path(build_tree(list(rows)))]


def test_steps_one_after_another_are_all_on_the_path():
    assert path(row("r", end=30), row("a", "r", 0, 10), row("b", "r", 10, 30)) == ["r", "a", "b"]


def test_of_steps_at_the_same_time_the_last_to_end_is_on_it():
    quick, slow = row("quick", "r", 0, 10), row("slow", "r", 0, 25)
    assert path(row("r", end=30), quick, slow) == ["r", "slow"]


def test_a_step_that_began_before_another_ended_did_not_wait_for_it():
    rows = [row("early", "r", 0, 10), row("last", "r", 5, 20)]
    assert path(row("r", end=20), *rows) == ["r", "last"]


def test_the_path_goes_down_into_what_it_passes_and_nowhere_else():
    rows = [row("a", "r", 0, 20), row("a1", "a", 0, 20), row("b", "r", 0, 5), row("b1", "b", 0, 5)]
    assert path(row("r", end=20), *rows) == ["r", "a", "a1"]


def test_a_child_that_outlives_its_parent_counts_up_to_the_parents_end():
    rows = [row("a", "r", 0, 10), row("late", "a", 5, 500), row("b", "r", 10, 20)]
    assert path(row("r", end=20), *rows) == ["r", "a", "late", "b"]


def test_a_child_that_begins_after_its_parents_end_was_not_waited_for():
    assert path(row("r", end=20), row("a", "r", 0, 20), row("b", "a", 30, 40)) == ["r", "a"]


def test_several_roots_are_walked_like_steps():
    rows = [row("a", start=0, end=10), row("b", start=2, end=5), row("c", start=10, end=30)]
    assert path(*rows) == ["a", "c"]


def test_what_took_no_time_and_what_has_not_come_are_not_on_it():
    rows = [row("r", end=20), row("event", "r", 20, 20), row("a", "gone", 30, 40)]
    assert path(*rows) == ["r", "a"]


def test_a_span_that_has_not_ended_lasts_as_long_as_the_trace():
    rows = [row("r", end=20), row("a", "r", 5, None), row("b", "r", 6, 19)]
    assert path(*rows) == ["r", "a"]


def test_twenty_thousand_spans_in_one_another_are_walked():
    rows = [row(f"s{n}", f"s{n - 1}" if n else "", n, 50_000 - n) for n in range(20_000)]
    assert len(path(*rows)) == 20_000


def test_slow_is_whose_own_time_is_a_tenth_of_the_trace():
    rows = [row("r", end=100), row("a", "r", 0, 91), row("b", "a", 0, 85), row("c", "a", 85, 91)]
    assert [node.id for node in slow_spans(build_tree(rows))] == ["b"]
    assert slow_spans(build_tree([row("alone")])) == []


def test_gaps_are_the_long_stretches_in_which_no_child_ran():
    rows = [
        row("r", end=10 * SECOND),
        row("a", "r", SECOND, 3 * SECOND),
        row("b", "r", 2 * SECOND, 4 * SECOND),
        row("c", "r", 4 * SECOND + 50_000_000, 6 * SECOND),  # a short wait is no gap
    ]
    tree = build_tree(rows)
    found = gaps(tree.nodes["r"], whole_ns(tree))
    assert found == [Gap(0, SECOND), Gap(6 * SECOND, 10 * SECOND)]


def test_only_ended_spans_with_children_have_gaps():
    tree = build_tree([row("r", end=None), row("a", "r", 5 * SECOND, 9 * SECOND)])
    assert not any(gaps(node, whole_ns(tree)) for node in tree)


def test_a_gap_is_long_also_beside_the_whole_trace():
    rows = [row("r", end=100 * SECOND), row("a", "r", SECOND, 100 * SECOND)]
    tree = build_tree(rows)
    assert gaps(tree.nodes["r"], whole_ns(tree)) == []


def test_a_child_that_still_runs_or_an_event_leaves_gaps_as_they_are():
    rows = [row("r", end=10 * SECOND), row("e", "r", 5 * SECOND, None, type="EVENT")]
    tree = build_tree(rows)
    assert gaps(tree.nodes["r"], whole_ns(tree)) == [
        Gap(0, 5 * SECOND),
        Gap(5 * SECOND, 10 * SECOND),
    ]
    running = build_tree([rows[0], row("x", "r", 2 * SECOND, None)])
    assert gaps(running.nodes["r"], whole_ns(running)) == [Gap(0, 2 * SECOND)]
