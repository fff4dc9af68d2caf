"""Joining what was said of one metadata key: in any order, repeated, stored in between."""

import json
from functools import reduce
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from traces.properties import Property, clocks, join, load, render

KEYS = st.sampled_from(["a", "b"])
LEAVES = st.sampled_from([None, 1, 2, {}])
DEPTH_1 = st.dictionaries(KEYS, LEAVES, max_size=2)
DEPTH_2 = st.dictionaries(KEYS, LEAVES | DEPTH_1, max_size=2)
DEPTH_3 = st.dictionaries(KEYS, LEAVES | DEPTH_2, max_size=2)
TEXTS = DEPTH_3.map(json.dumps) | st.sampled_from(["x", "null", ""])
SAID = st.builds(Property, clock=st.integers(0, 5), text=TEXTS)


def stored(said: Property) -> Property:
    return load(render(said), clocks(said))


def shown(said: Property) -> tuple:
    return render(said), tuple(sorted(clocks(said).items()))


@settings(max_examples=300, deadline=None)
@given(said=st.lists(SAID, min_size=2, max_size=4))
def test_any_order_gives_the_same_text_and_clocks(said):
    results = {shown(reduce(join, order)) for order in permutations(said)}
    assert len(results) == 1


@settings(max_examples=300, deadline=None)
@given(said=st.lists(SAID, min_size=2, max_size=4), data=st.data())
def test_storing_in_between_and_repeating_change_nothing(said, data):
    expected = shown(reduce(join, said))
    order = data.draw(st.permutations(said + data.draw(st.lists(st.sampled_from(said)))))
    assert shown(reduce(lambda one, other: join(stored(one), other), order)) == expected
    middle = data.draw(st.integers(1, len(said) - 1))
    halves = reduce(join, said[:middle]), reduce(join, said[middle:])
    assert shown(join(stored(halves[0]), stored(halves[1]))) == expected
