"""Checks against an expected output."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evals.checks import fields, rouge
from evals.checks.check import EXPECTED, NUMERIC, Check, Option
from evals.checks.json_text import NoJson, loaded
from evals.checks.subject import Outcome, Run, Subject, Text, told

MOST_FUZZY = 5_000  # characters: the comparison is one of each with each, 64 at a time


def expected_text(subject: Subject) -> Text | None:
    return None if subject.expected is None else Text(subject.expected)


def exact_match(subject: Subject, options: Mapping[str, Any]) -> Outcome | None:
    expected = expected_text(subject)
    if expected is None:
        return None
    if options["as_json"]:
        try:
            return Outcome(loaded(subject.text("output").seen) == loaded(expected.seen))
        except NoJson:
            pass  # then they are compared as texts
        except RecursionError:
            return None
    ours, theirs = (normal(text, options) for text in (subject.output, subject.expected or ""))
    return Outcome(ours == theirs)


def normal(text: str, options: Mapping[str, Any]) -> str:
    if options["ignore_space"]:
        text = " ".join(text.split())
    return text.casefold() if options["ignore_case"] else text


def fuzzy_match(subject: Subject, options: Mapping[str, Any]) -> Outcome | None:
    if subject.expected is None:
        return None
    from rapidfuzz import fuzz

    ours, theirs = subject.output[:MOST_FUZZY], subject.expected[:MOST_FUZZY]
    compare = fuzz.token_sort_ratio if options["any_order"] else fuzz.ratio
    score = compare(normal(ours, options), normal(theirs, options)) / 100
    longest = max(len(subject.output), len(subject.expected))
    words = _("Compared the first %(seen)s of %(all)s characters.")
    is_cut = longest > MOST_FUZZY
    note = words % {"seen": f"{MOST_FUZZY:,}", "all": f"{longest:,}"} if is_cut else ""
    return Outcome(score, note)


def sacre(of: Callable[[str, str, Mapping[str, Any]], float]) -> Run:
    def run(subject: Subject, options: Mapping[str, Any]) -> Outcome | None:
        expected = expected_text(subject)
        if expected is None or not expected.seen.strip():
            return None
        ours = subject.text("output")
        return told(of(ours.seen, expected.seen, options), "", ours, expected)

    return run


def bleu(ours: str, expected: str, options: Mapping[str, Any]) -> float:
    import sacrebleu

    found = sacrebleu.sentence_bleu(ours, [expected], tokenize=options["tokens"])
    return min(1.0, found.score / 100)


def chrf(ours: str, expected: str, options: Mapping[str, Any]) -> float:
    import sacrebleu

    return min(1.0, sacrebleu.sentence_chrf(ours, [expected]).score / 100)


def rouge_of(ours: str, expected: str, options: Mapping[str, Any]) -> float:
    kind = options["kind"]
    if kind == "l":
        return rouge.rouge_l(ours, expected)
    return rouge.rouge_n(ours, expected, int(kind))


CASE = Option("ignore_case", fields.flag(gettext_lazy("Case makes no difference")), False)
SPACE = Option("ignore_space", fields.flag(gettext_lazy("Spaces make no difference")), True)


def least(default: float) -> Option:
    return Option("least", fields.number(gettext_lazy("Fails below"), 0, 1), default)


NEEDS = frozenset({EXPECTED})
REFERENCE = (
    Check(
        key="exact_match",
        title=gettext_lazy("Exact match"),
        description=gettext_lazy("Whether the output is the expected output."),
        run=exact_match,
        group="reference",
        needs=NEEDS,
        options=(
            CASE,
            SPACE,
            Option("as_json", fields.flag(gettext_lazy("JSON is compared by value")), True),
        ),
    ),
    Check(
        key="fuzzy_match",
        title=gettext_lazy("Fuzzy match"),
        description=gettext_lazy(
            "How alike the output and the expected output are, from 0 to 1, by the letters to "
            "insert and delete."
        ),
        run=fuzzy_match,
        group="reference",
        data_type=NUMERIC,
        needs=NEEDS,
        options=(
            CASE,
            SPACE,
            Option("any_order", fields.flag(gettext_lazy("Words may stand in any order")), False),
            least(0.8),
        ),
        limit="least",
    ),
    Check(
        key="bleu",
        title=gettext_lazy("BLEU"),
        description=gettext_lazy(
            "The pieces of up to four words that the output shares with the expected output, from "
            "0 to 1, as sacreBLEU counts them."
        ),
        run=sacre(bleu),
        group="reference",
        data_type=NUMERIC,
        needs=NEEDS,
        options=(
            Option(
                "tokens",
                fields.choice(
                    gettext_lazy("Words are"),
                    [
                        ("13a", gettext_lazy("as in Western languages")),
                        ("intl", gettext_lazy("as in any language with spaces")),
                        ("char", gettext_lazy("single characters (Korean, Chinese, Japanese)")),
                    ],
                ),
                "13a",
            ),
            least(0.3),
        ),
        limit="least",
    ),
    Check(
        key="chrf",
        title=gettext_lazy("chrF"),
        description=gettext_lazy(
            "The pieces of up to six characters that both share, from 0 to 1. Good for Korean and "
            "other languages whose words change their endings."
        ),
        run=sacre(chrf),
        group="reference",
        data_type=NUMERIC,
        needs=NEEDS,
        options=(least(0.4),),
        limit="least",
    ),
    Check(
        key="rouge",
        title=gettext_lazy("ROUGE"),
        description=gettext_lazy(
            "How many words, pairs of words, or words in the same order the output shares with the "
            "expected output, as F1 from 0 to 1."
        ),
        run=sacre(rouge_of),
        group="reference",
        data_type=NUMERIC,
        needs=NEEDS,
        options=(
            Option(
                "kind",
                fields.choice(
                    gettext_lazy("Count"),
                    [
                        ("1", gettext_lazy("words (ROUGE-1)")),
                        ("2", gettext_lazy("pairs of words (ROUGE-2)")),
                        ("l", gettext_lazy("words in the same order (ROUGE-L)")),
                    ],
                ),
                "l",
            ),
            least(0.4),
        ),
        limit="least",
    ),
)
