"""A verdict's page: the answer, what it rests on, and what people say of it."""

import json
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from evals.drift.evidence import parts
from evals.drift.saying import headline, middle
from tests.drift.found import AT, DAY, monitor_of, numbers, segment, unmeasured, verdict_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened(client, project, owner):
    client.force_login(owner)

    def page(verdict):
        names = [project.id, verdict.monitor_id, verdict.pk]
        return client.get(reverse("drift-verdict", args=names))

    return page


@pytest.fixture
def marked(client, project, owner):
    client.force_login(owner)

    def send(verdict, **said):
        names = [project.id, verdict.monitor_id, verdict.pk]
        return client.post(reverse("drift-verdict-mark", args=names), said, follow=True)

    return send


def text_of(response) -> str:
    assert response.status_code == 200
    return unescape(response.content.decode())


def test_the_answer_stands_first_in_sentences(opened, project):
    page = opened(verdict_of(monitor_of(project)))
    assert page.context["sentences"] == [
        "Output length: higher than in the 14 days before, median 210 → 480 characters.",
        "It began about 2026-11-15 21:00 UTC.",
        "78 % of it comes from model gpt-5.",
    ]
    assert "9 times the threshold of 0.1." in text_of(page)


@pytest.mark.parametrize(
    ("of", "fields", "first"),
    [
        (
            {},
            {"shapes": {**numbers(before=406, after=401), "reference": [0.1, 0.9, 0.0],
                        "current": [0.12, 0.78, 0.1], "reference_mean": 402.0,
                        "current_mean": 466.0}},
            "Output length: higher than in the 14 days before, mean 402 → 466 characters.",
        ),
        (
            {},
            {"shapes": {**numbers(before=406, after=401), "reference": [0.1, 0.8, 0.1],
                        "current": [0.2, 0.6, 0.2]}},
            "Output length: spread otherwise than in the 14 days before, median 406 → 401 "
            "characters.",
        ),
        (
            {"watched": "model", "kind": "categorical"},
            {"shapes": {"kind": "categorical", "labels": ["gpt-5", ""], "reference": [0.9, 0.1],
                        "current": [0.6, 0.4]}},
            "Model mix: mixed otherwise than in the 14 days before, “gpt-5” 90 % → 60 %.",
        ),
        (
            {"watched": "input_text", "kind": "text"},
            {"shapes": {}, "words": {"reference": [], "current": [
                {"word": "invoice", "reference": 0.1, "current": 0.4}]}},
            "Topics of inputs: other words than in the 14 days before, more often invoice.",
        ),
        (
            {"watched": "relation", "kind": "relation", "figure": "tokens", "key": "truth"},
            {"shapes": {}, "scored": [
                {"to": 12.5, "n_reference": 20, "n_current": 10, "mean_reference": 0.8,
                 "mean_current": 0.5}]},
            "Tokens → truth: the same inputs are scored otherwise than in the 14 days before, "
            "0.8 → 0.5.",
        ),
        (
            {"watched": "embedding", "kind": "embedding"},
            {"shapes": {"kind": "embedding", "reference": [[0, 0]], "current": [[1, 1]]}},
            "Embeddings: not what it was in the 14 days before.",
        ),
    ],
)  # fmt: skip
def test_each_kind_of_drift_has_its_sentence_and_its_page(opened, project, of, fields, first):
    verdict = verdict_of(monitor_of(project, **of), **fields)
    assert headline(verdict)[0] == first
    page = opened(verdict)
    assert first in text_of(page)
    json.dumps(page.context["figure"], allow_nan=False)


def test_a_segment_that_moved_no_more_than_the_others_is_not_named(project):
    large = {**segment("gpt-5", 0.7), "n_reference": 700, "n_current": 700}
    small = {**segment("haiku", 0.3), "n_reference": 300, "n_current": 300}
    sentences = headline(verdict_of(monitor_of(project), moved=[large, small]))
    assert not any("gpt-5" in one or "haiku" in one for one in sentences)


def test_what_was_not_measured_says_why_and_offers_no_mark(opened, project, marked):
    verdict = unmeasured(monitor_of(project), why="200 values of each side are needed.")
    page = text_of(opened(verdict))
    assert "too few values to say anything, 3 now and 1,400 in the reference" in page
    assert "200 values of each side are needed." in page and "Harmful" not in page
    assert marked(verdict, mark="harmful").status_code == 400


def test_segments_lead_to_the_list_narrowed_to_them_and_to_the_window(opened, project):
    monitor = monitor_of(project, query="env:production")
    moved = [segment("gpt-5", 1.3), segment("haiku", -0.3)]
    moved += [segment("de", 0.6, "language"), segment("en", 0.4, "language")]
    page = opened(verdict_of(monitor, moved=moved))
    (model, parts, _more), (_language, others, _none) = page.context["dimensions"]
    assert str(model) == "Model"
    told = parse_qs(urlsplit(parts[0].href).query)
    assert told["q"] == ["environment:production model:gpt-5"] and told["kind"] == ["observations"]
    assert int(told["to"][0]) == int(AT.timestamp()) * 10**9
    assert int(told["from"][0]) == int((AT - DAY).timestamp()) * 10**9
    assert (parts[0].x, parts[0].width) == ("50.0", "50.0")
    assert (parts[1].x, parts[1].width) == ("35.0", "15.0")
    assert others[0].href == ""  # the list knows no languages


def test_samples_of_both_sides_stand_beside_each_other_with_their_texts(
    opened, project, calls, end
):
    calls([{"input": "How long?", "output": "That long"}], since=-3, until=-2)
    begun = f"t{int(end.timestamp() - 3 * 3600):x}-0"
    at = end.isoformat()
    samples = {
        "reference": [{"trace_id": "gone", "span_id": "", "at": at, "value": "12"}],
        "current": [{"trace_id": begun, "span_id": "s", "at": at, "value": "480"}],
    }
    page = opened(verdict_of(monitor_of(project), samples=samples))
    [gone], [kept] = page.context["examples"]["reference"], page.context["examples"]["current"]
    assert gone.is_gone and not kept.is_gone
    assert (kept.input, kept.output) == ("How long?", "That long")
    words = text_of(page)
    assert reverse("trace-page", args=[project.id, begun]) in words
    assert reverse("trace-page", args=[project.id, "gone"]) not in words


def test_a_verdict_is_shown_while_the_store_is_away(opened, project, monkeypatch):
    from evals.drift import evidence
    from traces.errors import Unavailable

    def away(*args, **kwargs):
        raise Unavailable("ClickHouse does not answer.")

    monkeypatch.setattr(evidence, "list_traces", away)
    sample = {"trace_id": "t", "span_id": "", "at": AT.isoformat(), "value": "12"}
    page = opened(verdict_of(monitor_of(project), samples={"current": [sample]}))
    assert reverse("trace-page", args=[project.id, "t"]) in text_of(page)


def test_a_mark_is_kept_with_its_note_and_taken_back(opened, marked, project, owner):
    verdict = verdict_of(monitor_of(project))
    page = text_of(marked(verdict, mark="harmful", note="the new prompt"))
    assert "The threshold stays as it is." in page and "the new prompt" in page
    verdict.refresh_from_db()
    assert (verdict.mark, verdict.marked_by) == ("harmful", owner)
    marked(verdict, mark="")
    verdict.refresh_from_db()
    assert (verdict.mark, verdict.note, verdict.marked_by) == ("", "", None)
    assert marked(verdict, mark="lovely").status_code == 400


def test_a_mark_says_what_it_did_to_the_threshold(marked, project):
    monitor = monitor_of(project, least_effect=0.1)
    found = [verdict_of(monitor, AT + n * DAY, effect=0.12) for n in range(3)]
    for one in found[:2]:
        assert "stays as it is" in text_of(marked(one, mark="expected"))
    page = text_of(marked(found[2], mark="expected"))
    monitor.refresh_from_db()
    assert f"The threshold moved from 0.1 to {monitor.tuned_effect:.3g}." in page


def test_what_people_and_machines_wrote_is_shown_as_text(opened, project):
    evil = "<script>alert(1)</script>"
    monitor = monitor_of(project, name=evil, note=evil, watched="model", kind="categorical")
    shapes = {"kind": "categorical", "labels": [evil], "reference": [1.0], "current": [1.0]}
    changed = [{"what": "release", "name": evil, "at": None, "reference": None, "current": None}]
    verdict = verdict_of(
        monitor, shapes=shapes, moved=[segment(evil, 1.0), segment("b", 0.0)], changed=changed
    )
    response = opened(verdict)
    assert b"<script>alert" not in response.content
    assert "<script>" not in response.context["figure"]["layout"]["xaxis"]["ticktext"][0]


def test_the_median_of_cells_lies_where_half_of_the_shares_are_reached():
    assert middle([0, 10, 20], [0.5, 0.5]) == 10
    assert middle([0, 10, 20], [0.25, 0.75]) == pytest.approx(13.3333, abs=1e-3)
    assert middle([0, 10], [0.0]) is None


def test_what_a_segment_has_next_to_nothing_of_is_nothing(project):
    moved = [
        {**segment("gpt-5", 0.6), "within": 0.06, "mix": -3e-8},
        {**segment("haiku", 0.4), "within": 0.0399, "mix": 0.0001},
    ]
    ((_words, told, _more),) = parts(verdict_of(monitor_of(project), moved=moved))
    assert [(one.moved.within, one.moved.mix) for one in told] == [(0.06, 0.0), (0.0399, 0.0001)]
