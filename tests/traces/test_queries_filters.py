import pytest

from traces.records import TRACE, Span
from traces.search.terms import PLAIN_WORD, quoted
from traces.writer import insert_spans

SECOND = 1_000_000_000

FILTERS = [
    ("user:ann", "a"),
    ("session:s1", "a"),
    ("name:alpha", "a"),
    ("model:gpt-4o", "a"),
    ("level:ERROR", "a"),
    ("type:TOOL", "a"),
    ("tag:(vip OR other)", "a"),
    ("environment:staging", "a"),
    ("version:1.2", "a"),
    ("release:r9", "a"),
    ("latency:>=5", "a"),
    ("latency:<=4s", "b"),
    ("latency:>3000ms", "a"),
    ("cost:>=$0.5", "a"),
    ("cost:<0.4", "b"),
    ("cost:0.25", "b"),
    ("user:ann model:gpt-4o level:ERROR refund", "a"),
    ("user:(ann OR bob)", "ab"),
    ("user:ann env:production", ""),
    ("-user:ann", "b"),
    ("-level:ERROR", "b"),
    ("-name:alpha", "b"),
    ("-refund", "b"),
    ("-latency:>5", "b"),
    ("user:~AN", "a"),
    ("name:~lph", "a"),
    ("tag:~VI", "a"),
    ("span:beta", "b"),
    ("has:error", "a"),
    ("-has:error", "b"),
    ("has:(error OR end)", "ab"),
    ("has:tool has:output", "a"),
    ("-has:session", ""),
    ("spans:3", "a"),
    ("errors:>0", "a"),
    ("id:b", "b"),
    ("-id:b", "a"),
    ("metadata.region:eu", "a"),
    ("metadata.region:(us OR eu)", "a"),
    ("-metadata.region:eu", "b"),
    ("metadata.size:>3.5", "a"),
    ("metadata.size:<3", "b"),
    ("metadata.plan:~ENTER", "b"),
    ('metadata."odd key":x', "b"),
    ("attributes.http.method:GET", "a"),
    ("scores.helpful:<0.5", "a"),
    ("scores.helpful:>=0.5", "b"),
    ("scores.verdict:good", "b"),
    ("-scores.helpful:<0.5", "b"),
    ("has:score", "ab"),
    ("has:feedback", "b"),
    ("-has:feedback", "a"),
    ("has:(feedback OR error)", "ab"),
    ("prompt:greet prompt_version:3", "a"),
    ("prompt_version:(1 OR 2)", ""),
    ("prompt_version:>2", "a"),
    ("-prompt_version:3", "b"),
    ("ttft:>1", "a"),
    ("ttft:<1", ""),
]


@pytest.fixture
def alpha_and_beta(span, score, now) -> None:
    span(
        "a",
        "r",
        took=6,
        name="alpha",
        user_id="ann",
        session_id="s1",
        environment="staging",
        release="r9",
        metadata={"region": "eu", "size": "4"},
        attributes={"http.method": "GET"},
    )
    span(
        "a",
        "g",
        parent_span_id="r",
        model="gpt-4o",
        type="GENERATION",
        total_cost="0.75",
        version_label="1.2",
        prompt_name="greet",
        prompt_version=3,
        completion_start_time=now + 2 * SECOND,
    )
    span(
        "a",
        "x",
        parent_span_id="r",
        level="ERROR",
        type="TOOL",
        tags=["vip"],
        output="the Refund failed",
    )
    span(
        "b",
        "r",
        at=-9,
        took=2,
        name="beta",
        user_id="bob",
        session_id="s2",
        environment="production",
        total_cost="0.25",
        metadata={"size": "2.5"},
        trace_metadata={"plan": "Enterprise", "odd key": "x"},
    )
    score("a", "helpful", 0.2, source="EVAL")
    score("b", "helpful", 0.9, source="API")
    score("b", "verdict", data_type="CATEGORICAL", string_value="good", source="ANNOTATION")


@pytest.mark.usefixtures("alpha_and_beta")
@pytest.mark.parametrize(("query", "expected"), FILTERS)
def test_filters_apply_to_the_trace_whichever_of_its_spans_they_meet(listed, query, expected):
    assert "".join(sorted(listed(query))) == expected


TEXTS = [
    ("환불", True),
    ("환불해", True),
    ("불", True),
    ("설정", True),
    ("REFUND", True),
    ("Refund Policy", True),
    ("100%", True),
    ("100_", False),
    ("a_b", True),
    ("axb", False),
    ("\\n", True),
    ("없는말", False),
    ("🎉", True),
    ("é", True),
]


@pytest.mark.parametrize(("text", "found"), TEXTS)
def test_free_text_finds_words_of_any_length_and_takes_them_literally(span, listed, text, found):
    span(
        "t",
        "r",
        input="내일 환불해 주세요. 설정을 바꿔서 100% a_b \\n 🎉 café",
        output="the refund policy says",
    )
    assert listed(quoted(text, PLAIN_WORD)) == (["t"] if found else [])


def test_free_text_finds_what_was_said_of_the_trace_itself(span, listed):
    span("t", "", took=None, type=TRACE, trace_input="배송 조회")
    assert listed("배송") == ["t"]


def test_text_of_a_version_that_was_replaced_is_not_found(span, listed):
    span("t", "r", input="secret plan", version=1)
    span("t", "r", input="nothing", version=2)
    assert listed("secret") == []


def test_many_that_match_only_in_replaced_versions_do_not_hide_the_ones_that_do(
    span, listed, project, now
):
    start = now - 500 * SECOND
    stale = [
        Span(project.id, f"x{n}", "r", start + n * SECOND, user_id="ann", version=1)
        for n in range(150)
    ]
    fresh = [
        Span(project.id, f"x{n}", "r", start + n * SECOND, user_id="bob", version=2)
        for n in range(150)
    ]
    insert_spans(stale)
    insert_spans(fresh)
    span("t", "r", at=-900, user_id="ann")
    assert listed("user:ann") == ["t"]


def test_what_a_filter_finds_may_stand_behind_the_window_in_which_the_trace_begins(
    span, listed, now
):
    starts = range(-3650, -50, 100)
    for at in starts:  # a window ends between the two, wherever windows end
        span(f"t{at}", "root", at=at)
        span(f"t{at}", "later", at=at + 99, user_id="ann", input="refund")
    everything = [f"t{at}" for at in reversed(starts)]
    assert listed("user:ann", until=now) == everything
    assert listed("refund", until=now) == everything
