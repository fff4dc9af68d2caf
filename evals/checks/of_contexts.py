"""Checks of retrieved context: what was found of what should have been, and what is cited."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evals.checks import fields
from evals.checks.check import CONTEXTS, EXPECTED_CONTEXTS, NUMERIC, Check, Option
from evals.checks.matching import compiled, found, words_at
from evals.checks.subject import Outcome, Subject, told

CITATION = compiled(r"\[\^?[^\[\]\n(){}\"]{1,120}\]")
MOST_NAMED = 5
MOST_IDS = 1_000


def context_precision(subject: Subject, options: Mapping[str, Any]) -> Outcome | None:
    return shared(subject, of_retrieved=True)


def context_recall(subject: Subject, options: Mapping[str, Any]) -> Outcome | None:
    return shared(subject, of_retrieved=False)


def shared(subject: Subject, *, of_retrieved: bool) -> Outcome | None:
    """The share of those retrieved, or of those expected, that are both."""
    wanted = set(subject.expected_contexts[:MOST_IDS])
    if not wanted or (of_retrieved and not subject.contexts):
        return None
    retrieved = {passage.id for passage in subject.contexts[:MOST_IDS]}
    both = retrieved & wanted
    all_of_them = retrieved if of_retrieved else wanted
    figures = {"both": len(both), "all": len(all_of_them)}
    words = _("%(both)d of %(all)d retrieved are expected.") if of_retrieved else _(
        "%(both)d of %(all)d expected are retrieved."
    )  # fmt: skip
    return Outcome(len(both) / len(all_of_them), words % figures)


def citations(subject: Subject, options: Mapping[str, Any]) -> Outcome | None:
    """Numbers count the contexts from 1; everything else is an id. Links of Markdown are none."""
    if not subject.contexts:
        return None
    text = subject.text("output")
    cited = cited_in(text.utf8)
    if not cited:
        if not options["must_cite"] or not text.seen.strip():
            return None
        return told(0.0, _("Nothing is cited."), text)
    ids = {passage.id.casefold() for passage in subject.contexts}
    wrong = [one for one in cited if not exists(one, ids, len(subject.contexts))]
    named = ", ".join(wrong[:MOST_NAMED])
    said = _("Not among the contexts: %(cited)s.") % {"cited": named} if wrong else ""
    return told(1 - len(wrong) / len(cited), said, text)


def cited_in(utf8: bytes) -> list[str]:
    """Each once. A word in brackets without a digit is a remark."""
    cited: dict[str, None] = {}
    for place in found(CITATION, utf8):
        if utf8[place[1] : place[1] + 1] == b"(":
            continue
        inner = words_at(utf8, place)[1:-1].lstrip("^")
        for one in inner.replace(";", ",").split(","):
            name = one.strip()
            if any(character.isdigit() for character in name):
                cited[name] = None
    return list(cited)


def exists(name: str, ids: set[str], count: int) -> bool:
    if name.casefold() in ids:
        return True
    return name.isdecimal() and len(name) < 6 and 1 <= int(name) <= count


def least() -> Option:
    return Option("least", fields.number(gettext_lazy("Fails below"), 0, 1), 0.5)


BOTH = frozenset({CONTEXTS, EXPECTED_CONTEXTS})
OF_CONTEXTS = (
    Check(
        key="context_precision",
        title=gettext_lazy("Context precision by id"),
        description=gettext_lazy("The share of the retrieved contexts that were expected."),
        run=context_precision,
        group="contexts",
        data_type=NUMERIC,
        needs=BOTH,
        options=(least(),),
        limit="least",
    ),
    Check(
        key="context_recall",
        title=gettext_lazy("Context recall by id"),
        description=gettext_lazy("The share of the expected contexts that were retrieved."),
        run=context_recall,
        group="contexts",
        data_type=NUMERIC,
        needs=BOTH,
        options=(least(),),
        limit="least",
    ),
    Check(
        key="citations",
        title=gettext_lazy("Citations exist"),
        description=gettext_lazy(
            "The share of the citations in the output, such as [2] or [doc-7], that are among the "
            "contexts."
        ),
        run=citations,
        group="contexts",
        data_type=NUMERIC,
        needs=frozenset({CONTEXTS}),
        options=(
            Option("must_cite", fields.flag(gettext_lazy("Citing nothing fails")), False),
            Option("least", fields.number(gettext_lazy("Fails below"), 0, 1), 1.0),
        ),
        limit="least",
    ),
)
