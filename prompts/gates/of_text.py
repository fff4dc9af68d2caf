"""Checks of what a version says. They need neither a model nor traffic."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from prompts.composition import InvalidComposition
from prompts.gates import fields
from prompts.gates.case import Case
from prompts.gates.checks import TIMES, Check, register
from prompts.gates.loose import loose
from prompts.gates.patterns import compiled
from prompts.gates.results import Result
from prompts.gates.verdicts import Verdict
from prompts.models import PromptType
from prompts.substitution import unfilled

ALL, SAME = "all", "same"
MOST_NAMED = 10  # in a reason
NOTHING_THERE = gettext_noop("The label points at no version yet: there is nothing to compare.")


def answer(key: str, is_good: bool, good: str, bad: str, **figures: Any) -> Result:
    verdict = Verdict.PASSED if is_good else Verdict.FAILED
    return Result(key, verdict, good if is_good else bad, figures)


def includes(case: Case, setting: Any) -> Result:
    try:
        case.composed  # noqa: B018
    except InvalidComposition as error:
        return Result("includes", Verdict.FAILED, "%(error)s", {"error": str(error)})
    if found := loose(case.prompt, case.label, case.version):
        reason = gettext_noop(
            "It includes what changes without this label's gate: %(loose)s. Include it by version, "
            "or by a label that is held as well."
        )
        return Result("includes", Verdict.FAILED, reason, {"loose": [str(one) for one in found]})
    return Result("includes", Verdict.PASSED, gettext_noop("All that it includes is there."))


def keep_variables(case: Case, setting: str) -> Result:
    if case.against is None:
        return Result("keep_variables", Verdict.SKIPPED, NOTHING_THERE)
    lost = [name for name in case.names_against if name not in case.names]
    added = [name for name in case.names if name not in case.names_against]
    if setting == SAME and added:
        return answer(
            "keep_variables",
            False,
            "",
            gettext_noop("Variables that version %(against)d does not have: %(added)s."),
            added=added[:MOST_NAMED],
            against=case.against.number,
        )
    return answer(
        "keep_variables",
        not lost,
        gettext_noop("It has every variable of version %(against)d."),
        gettext_noop("Variables of version %(against)d that are missing: %(lost)s."),
        lost=lost[:MOST_NAMED],
        against=case.against.number,
    )


def variables(case: Case, setting: list[str]) -> Result:
    missing = [name for name in setting if name not in case.names]
    return answer(
        "variables",
        not missing,
        gettext_noop("It has every variable that it must have."),
        gettext_noop("Variables that it must have and has not: %(missing)s."),
        missing=missing[:MOST_NAMED],
    )


def braces(case: Case, setting: Any) -> Result:
    found = list(dict.fromkeys(unfilled(case.text)))
    return answer(
        "braces",
        not found,
        gettext_noop("Whatever stands in double braces is a variable."),
        gettext_noop("In double braces, and no variable's name: %(found)s."),
        found=found[:MOST_NAMED],
    )


def system_first(case: Case, setting: Any) -> Result:
    if case.prompt.type != PromptType.CHAT:
        return Result("system_first", Verdict.SKIPPED, gettext_noop("It is no chat."))
    first = case.version.body[0]
    return answer(
        "system_first",
        first.get("role") in ("system", "developer"),
        gettext_noop("The chat begins with a system message."),
        gettext_noop("The chat begins with “%(first)s”, not with a system message."),
        first=first.get("role") or first.get("name", ""),
    )


def max_tokens(case: Case, setting: int) -> Result:
    return answer(
        "max_tokens",
        case.tokens <= setting,
        gettext_noop("About %(tokens)d tokens; %(limit)d are allowed."),
        gettext_noop("About %(tokens)d tokens, and %(limit)d are allowed."),
        tokens=case.tokens,
        limit=setting,
    )


def max_token_ratio(case: Case, setting: float) -> Result:
    if case.against is None:
        return Result("max_token_ratio", Verdict.SKIPPED, NOTHING_THERE)
    ratio = case.tokens / max(case.tokens_against, 1)
    return answer(
        "max_token_ratio",
        ratio <= setting,
        gettext_noop("%(ratio).2f times the tokens of version %(against)d; %(limit)g is allowed."),
        gettext_noop(
            "%(ratio).2f times the tokens of version %(against)d (about %(tokens)d instead of "
            "%(before)d), and %(limit)g is allowed."
        ),
        ratio=ratio,
        against=case.against.number,
        tokens=case.tokens,
        before=case.tokens_against,
        limit=setting,
    )


def config_keys(case: Case, setting: list[str]) -> Result:
    config = case.version.config
    missing = [key for key in setting if not isinstance(config, dict) or key not in config]
    return answer(
        "config_keys",
        not missing,
        gettext_noop("The configuration has every key that it must have."),
        gettext_noop("Keys that the configuration must have and has not: %(missing)s."),
        missing=missing[:MOST_NAMED],
    )


def required(case: Case, setting: list[str]) -> Result:
    missing = [pattern for pattern in setting if not compiled(pattern).search(case.text)]
    return answer(
        "required",
        not missing,
        gettext_noop("Everything stands in it that must."),
        gettext_noop("Nothing in it matches: %(missing)s."),
        missing=missing[:MOST_NAMED],
    )


def forbidden(case: Case, setting: list[str]) -> Result:
    found = [pattern for pattern in setting if compiled(pattern).search(case.text)]
    return answer(
        "forbidden",
        not found,
        gettext_noop("Nothing stands in it that must not."),
        gettext_noop("In it stands what must not: %(found)s."),
        found=found[:MOST_NAMED],
    )


ONE_PER_LINE = _("One on each line.")
REGEX = _("One regular expression (RE2) on each line; (?i) first for any case.")
register(
    Check("includes", _("Includes"), includes),
    Check(
        "keep_variables",
        _("Variables against the current version"),
        keep_variables,
        fields.choice(
            _("Variables against the current version"),
            [
                ("", _("Not checked")),
                (ALL, _("All of them must stay; more may come")),
                (SAME, _("Exactly the same")),
            ],
            _("Placeholders count as variables."),
        ),
    ),
    Check(
        "variables",
        _("Variables it must have"),
        variables,
        fields.lines(_("Variables it must have"), ONE_PER_LINE),
    ),
    Check(
        "braces",
        _("Double braces"),
        braces,
        fields.flag(_("Only variables stand in double braces")),
    ),
    Check(
        "system_first",
        _("System message"),
        system_first,
        fields.flag(_("A chat begins with a system message")),
    ),
    Check(
        "required",
        _("Must stand in it"),
        required,
        fields.patterns(_("Must stand in it"), REGEX),
    ),
    Check(
        "forbidden",
        _("Must not stand in it"),
        forbidden,
        fields.patterns(_("Must not stand in it"), REGEX),
    ),
    Check(
        "config_keys",
        _("Keys of the configuration"),
        config_keys,
        fields.lines(_("Keys that the configuration must have"), ONE_PER_LINE),
    ),
    Check(
        "max_tokens",
        _("Length"),
        max_tokens,
        fields.number(
            _("Tokens at most"), 1, 10_000_000, _("An estimate, includes counted."), whole=True
        ),
        group="size",
        said=_("%(value)s tokens at most"),
    ),
    Check(
        "max_token_ratio",
        _("Length against the current version"),
        max_token_ratio,
        fields.number(
            _("Tokens at most, as a multiple of the current version's"),
            0.01,
            1000,
            _("For example 1.2 for a fifth more."),
        ),
        group="size",
        said=TIMES,
    ),
)
