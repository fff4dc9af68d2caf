"""What is said of a version while it is written: its variables, what it includes, its length, what
is amiss, and how it differs from the version that it starts from.
"""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from accounts.models import Project
from prompts.body import Body, placeholders_in, texts_of, variables_in
from prompts.composition import (
    InvalidComposition,
    Wanted,
    references_in,
    resolved,
    versions_wanted,
)
from prompts.config_json import InvalidConfig, config_of
from prompts.diff import Comparison, Side, compared
from prompts.editing import PLACEHOLDER, Row
from prompts.models import Prompt, PromptType, PromptVersion
from prompts.releases import side_of
from prompts.substitution import unfilled
from prompts.tokens import tokens_in

MOST_SLIPS = 5


@dataclass(frozen=True, slots=True)
class Preview:
    """`includes` names each with whether it is there; `amiss` and `config_amiss` is what stands at
    the text and at the configuration.
    """

    variables: list[str]
    placeholders: list[str]
    tokens: int
    includes: list[tuple[Wanted, bool]] = field(default_factory=list)
    amiss: list[str] = field(default_factory=list)
    config_amiss: list[str] = field(default_factory=list)
    changes: Comparison | None = None


def preview_of(
    project: Project, base: PromptVersion | None, kind: str, text: str, rows: list[Row], config: str
) -> Preview:
    """Nothing of it is stored."""
    body = body_of(kind, text, rows)
    includes, whole, amiss = included(project, base, body)
    parsed: dict | None = None
    config_amiss: list[str] = []
    try:
        parsed = config_of(config)
    except InvalidConfig as error:
        config_amiss = [str(error)]
    amiss += [
        _("“%(text)s” is no variable: a name has letters, digits, _, - and dots.") % {"text": slip}
        for slip in slips(body)[:MOST_SLIPS]
    ]
    return Preview(
        variables_in(whole),
        placeholders_in(body),
        tokens_in(whole),
        includes,
        amiss,
        config_amiss,
        None if base is None else compared(side_of(base), Side(body, parsed, whole)),
    )


def included(
    project: Project, base: PromptVersion | None, body: Body
) -> tuple[list[tuple[Wanted, bool]], Body, list[str]]:
    """What is included with whether it is there, the body with it in place, and what is amiss."""
    prompt = base.prompt if base else Prompt(project=project, name="")
    try:
        wanted = references_in(body)
        there = versions_wanted(project.id, wanted) if wanted else {}
        includes = [(one, one in there) for one in wanted]
    except InvalidComposition as error:
        return [], body, [str(error)]
    words = _("%(prompt)s is included here, and there is none.")
    if missing := [words % {"prompt": one} for one, is_there in includes if not is_there]:
        return includes, body, missing
    try:
        return includes, resolved(project.id, PromptVersion(prompt=prompt, body=body)).body, []
    except InvalidComposition as error:
        return includes, body, [str(error)]


def slips(body: Body) -> list[str]:
    return list(dict.fromkeys(slip for text in texts_of(body) for slip in unfilled(text)))


def body_of(kind: str, text: str, rows: list[Row]) -> Body:
    """As far as it is written: nothing is checked yet."""
    if kind == PromptType.TEXT:
        return text
    return [
        {"type": "placeholder", "name": row.content}
        if row.kind == PLACEHOLDER
        else {"type": "chatmessage", "role": row.role, "content": row.content}
        for row in rows
    ]
