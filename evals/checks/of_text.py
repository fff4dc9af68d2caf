"""Checks of the text itself: its length, form, words and language."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evals.checks import fields, languages
from evals.checks.check import CATEGORICAL, NUMERIC, Check, Option
from evals.checks.json_text import NoJson, TooLong, value_of
from evals.checks.subject import MOST_CHARACTERS, Outcome, Subject, told
from evals.datasets.schemas import broken
from prompts.gates.patterns import compiled
from prompts.tokens import tokens_in

ALL, ANY, NONE = "all", "any", "none"
UNITS = [
    ("characters", gettext_lazy("Characters")),
    ("words", gettext_lazy("Words")),
    ("tokens", gettext_lazy("Tokens, estimated")),
]


def measured(text: str, unit: str) -> int:
    """Of the whole text; of one that is longer than checks look at, tokens are scaled up."""
    if unit == "characters":
        return len(text)
    if unit == "words":
        return len(text.split())
    return round(tokens_in(text[:MOST_CHARACTERS]) * max(1, len(text) / MOST_CHARACTERS))


def whole(subject: Subject, of: str) -> str:
    return subject.input if of == "input" else subject.output


def length(subject: Subject, options: Mapping[str, Any]) -> Outcome | None:
    return Outcome(float(measured(whole(subject, options["of"]), options["unit"])))


def length_within(subject: Subject, options: Mapping[str, Any]) -> Outcome | None:
    size = measured(whole(subject, options["of"]), options["unit"])
    low, high = options["least"], options["most"]
    unit = dict(UNITS)[options["unit"]]
    said = _("%(unit)s: %(size)s.") % {"unit": unit, "size": f"{size:,}"}
    return Outcome((low is None or size >= low) and (high is None or size <= high), said)


def valid_json(subject: Subject, options: Mapping[str, Any]) -> Outcome | None:
    try:
        value = value_of(subject.output, fenced=options["fenced"])
    except TooLong:
        return None
    except NoJson as error:
        return Outcome(False, str(error))
    if options["nested"] and not isinstance(value, dict | list):
        return Outcome(False, _("It is a bare value, no object or list."))
    return Outcome(True)


def meets_schema(subject: Subject, options: Mapping[str, Any]) -> Outcome | None:
    try:
        value = value_of(subject.output, fenced=options["fenced"])
    except TooLong:
        return None
    except NoJson as error:
        return Outcome(False, str(error))
    problems = broken(value, options["schema"])
    return Outcome(not problems, " ".join(problems)[:1_000])


def matches(subject: Subject, options: Mapping[str, Any]) -> Outcome | None:
    text = subject.text(options["of"])
    found = [one for one in options["patterns"] if compiled(one).search(text.utf8)]
    missing = [one for one in options["patterns"] if one not in found]
    wanted = options["wanted"]
    if wanted == NONE:
        said = _("Matches: %(patterns)s.") % {"patterns": ", ".join(found)} if found else ""
        return told(not found, said, text)
    is_met = not missing if wanted == ALL else bool(found)
    said = "" if is_met else _("Nothing matches: %(patterns)s.") % {"patterns": ", ".join(missing)}
    return told(is_met, said, text)


def language(subject: Subject, options: Mapping[str, Any]) -> Outcome | None:
    found = languages.language_of(whole(subject, options["of"]))
    return Outcome(found) if found else None


def language_is(subject: Subject, options: Mapping[str, Any]) -> Outcome | None:
    found = languages.language_of(subject.output)
    wanted = options["languages"] or [languages.language_of(subject.input)]
    if not found or not any(wanted):
        return None
    said = _("It is in “%(found)s”, expected: %(wanted)s.")
    return Outcome(found in wanted, said % {"found": found, "wanted": ", ".join(wanted)})


FENCED = Option("fenced", fields.flag(gettext_lazy("A code fence around it is no mistake")), True)
UNIT = Option("unit", fields.choice(gettext_lazy("Count"), UNITS), "characters")
OF = Option("of", fields.of, "output")
TEXT = (
    Check(
        key="length",
        title=gettext_lazy("Length"),
        description=gettext_lazy("How long the text is, in characters, words or estimated tokens."),
        run=length,
        group="text",
        data_type=NUMERIC,
        better=None,
        options=(OF, UNIT),
    ),
    Check(
        key="length_within",
        title=gettext_lazy("Length within bounds"),
        description=gettext_lazy("Whether the text is neither shorter nor longer than allowed."),
        run=length_within,
        group="text",
        options=(
            OF,
            UNIT,
            Option("least", fields.number(gettext_lazy("At least"), 0, 10_000_000, whole=True), 1),
            Option("most", fields.number(gettext_lazy("At most"), 0, 10_000_000, whole=True)),
        ),
    ),
    Check(
        key="valid_json",
        title=gettext_lazy("Valid JSON"),
        description=gettext_lazy("Whether the output is JSON."),
        run=valid_json,
        group="text",
        options=(
            FENCED,
            Option("nested", fields.flag(gettext_lazy("It must be an object or a list")), True),
        ),
    ),
    Check(
        key="json_schema",
        title=gettext_lazy("JSON schema"),
        description=gettext_lazy(
            "Whether the output is JSON that meets a schema (draft 2020-12). Patterns in the "
            "schema and references to other addresses are not followed."
        ),
        run=meets_schema,
        group="text",
        options=(
            Option(
                "schema",
                fields.schema(gettext_lazy("Schema")),
                {"type": "object"},
                must_be_told=True,
            ),
            FENCED,
        ),
    ),
    Check(
        key="regex",
        title=gettext_lazy("Regular expression"),
        description=gettext_lazy("Whether patterns match the text: all, any, or none of them."),
        run=matches,
        group="text",
        options=(
            OF,
            Option(
                "patterns",
                fields.pattern(
                    gettext_lazy("Patterns"),
                    gettext_lazy(
                        "One regular expression (RE2) on each line; (?i) first for any case."
                    ),
                ),
                [r"\S"],
                must_be_told=True,
            ),
            Option(
                "wanted",
                fields.choice(
                    gettext_lazy("Passes if"),
                    [
                        (ALL, gettext_lazy("all of them match")),
                        (ANY, gettext_lazy("any of them matches")),
                        (NONE, gettext_lazy("none of them matches")),
                    ],
                ),
                ALL,
            ),
        ),
    ),
    Check(
        key="language",
        title=gettext_lazy("Language"),
        description=gettext_lazy("Which language the text is in, as a code such as ko or en."),
        run=language,
        group="text",
        data_type=CATEGORICAL,
        better=None,
        options=(OF,),
    ),
    Check(
        key="language_is",
        title=gettext_lazy("Expected language"),
        description=gettext_lazy(
            "Whether the output is in one of the languages chosen, or, where none is, in the "
            "language of the input."
        ),
        run=language_is,
        group="text",
        options=(
            Option(
                "languages",
                fields.lines(
                    gettext_lazy("Languages"),
                    gettext_lazy("Codes such as ko or en, one on each line."),
                ),
                [],
            ),
        ),
    ),
)
