"""Which way a score is better: known of checks and of judges' templates, or chosen; else more."""

from evals.checks.check import HIGHER, LOWER
from evals.experiments.comparing import ALIKE, IMPROVED, REGRESSED, compared
from evals.experiments.directions import NEITHER, directions
from tests.checks.conftest import switch_on  # noqa: F401
from tests.experiments.test_comparing import run
from tests.judges.conftest import draft, evaluator  # noqa: F401


def test_what_looks_for_what_should_not_be_is_better_when_it_finds_less(
    project,
    switch_on,  # noqa: F811
    evaluator,  # noqa: F811
):
    switch_on("secrets", name="no-keys")
    switch_on("length", name="how long")
    evaluator("made-up", template="hallucination")
    evaluator("right", template="correctness")
    names = ["unsafe", "personal_data", "no-keys", "made-up", "length", "how long",
             "exact_match", "right", "anybody-s"]  # fmt: skip
    assert directions(project.id, names) == {
        "unsafe": LOWER, "personal_data": LOWER, "no-keys": LOWER, "made-up": LOWER,
        "length": NEITHER, "how long": NEITHER,
        "exact_match": HIGHER, "right": HIGHER, "anybody-s": HIGHER,
    }  # fmt: skip


def test_a_template_is_known_in_each_language(project, evaluator):  # noqa: F811
    evaluator("made-up", template="hallucination/ko")
    evaluator("manner", template="tone/en")
    found = directions(project.id, ["made-up", "manner"])
    assert found == {"made-up": LOWER, "manner": NEITHER}


def test_what_the_newest_version_of_a_judge_says_holds_above_its_template(
    project,
    evaluator,  # noqa: F811
    draft,  # noqa: F811
):
    from evals.judges import evaluators

    one = evaluator("leaks", template="correctness/en", better=LOWER)
    assert directions(project.id, ["leaks"]) == {"leaks": LOWER}
    evaluators.add_version(one, draft(template="correctness/en", better=NEITHER))
    assert directions(project.id, ["leaks"]) == {"leaks": NEITHER}


def test_what_a_configuration_in_use_says_holds_above_what_is_known_of_the_name(project):
    from evals.scores import configs

    wish = configs.Wish(name="exact_match", data_type="NUMERIC", better=LOWER)
    config = configs.create(project, wish)
    configs.create(project, configs.Wish(name="unsafe", data_type="BOOLEAN"))  # says nothing
    names = ["exact_match", "unsafe"]
    assert directions(project.id, names) == {"exact_match": LOWER, "unsafe": LOWER}
    assert directions(project.id, names, {"exact_match": HIGHER})["exact_match"] == HIGHER
    configs.archive(config, True)
    assert directions(project.id, names)["exact_match"] == HIGHER


def test_what_a_reader_chose_holds_above_what_is_known(project):
    chosen = {"unsafe": NEITHER, "anybody-s": LOWER}
    assert directions(project.id, ["unsafe", "anybody-s"], chosen) == chosen


def test_what_has_no_better_is_told_apart_and_makes_nothing_better_or_worse():
    base = run(**{f"i{n}": {"length": 40.0 + n, "ok": 0.5} for n in range(30)})
    ours = run(**{f"i{n}": {"length": 29.0 + n, "ok": 0.5} for n in range(30)})
    ours |= run(i0={"length": 99.0, "ok": 0.4}, i1={"length": 1.0, "ok": 0.6})
    found = compared([base, ours], ways={"length": NEITHER})
    (row,) = [row for row in found.rows[1] if row.name == "length"]
    assert row.is_significant and row.is_better is None
    states = {line.item_id: line.state for line in found.lines}
    assert (states["i0"], states["i1"], states["i2"]) == (REGRESSED, IMPROVED, ALIKE)
    assert found.lines[0].item_id == "i0"
    change = next(one for one in found.lines[0].changes[1] if one.name == "length")
    assert change.is_worse is None and change.difference == 59


def test_the_page_knows_the_way_and_offers_the_others(project, dataset, told, score, owner, client):
    from django.urls import reverse

    runs = []
    for name, value in (("calm", 0.0), ("rude", 1.0)):
        for n in range(5):
            trace = f"{name}{n}"
            told_of = told(name, dataset, f"i{n}", trace, at=n)
            for one in ("unsafe", "length"):
                score(trace, one, value, observation_id=f"{trace}-root",
                      data_type="BOOLEAN" if one == "unsafe" else "NUMERIC")  # fmt: skip
        runs.append(told_of)
    client.force_login(owner)
    url = reverse("experiment-compare", args=[project.id])
    page = client.get(url, {"id": runs})
    states = {state: n for state, _words, n in page.context["states"]}
    assert (states[REGRESSED], states[IMPROVED]) == (5, 0)
    shown = {one.name: one.choices for one in page.context["scores"]}
    assert [is_so for _words, is_so, _query in shown["unsafe"]] == [False, True, False]
    assert [is_so for _words, is_so, _query in shown["length"]] == [False, False, True]
    more = client.get(f"{url}?{shown['unsafe'][0][2]}")
    assert {state: n for state, _words, n in more.context["states"]}[IMPROVED] == 5
