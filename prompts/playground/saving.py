"""A column becomes the next version of a prompt."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Project, User
from llm.loose import text
from prompts import versions
from prompts.body import InvalidBody
from prompts.changes import By
from prompts.composition import InvalidComposition
from prompts.models import PromptVersion, Way
from prompts.names import InvalidName
from prompts.playground.asked import Wrong
from prompts.playground.column import Unrunnable, column_in
from prompts.playground.config import config_of
from prompts.versions import Draft, InvalidVersion

REFUSALS = (InvalidName, InvalidBody, InvalidVersion, InvalidComposition, Unrunnable)


def saved(project: Project, user: User, given: Mapping[str, Any]) -> PromptVersion:
    """No label moves. Raises Wrong, or one of REFUSALS; then nothing was written."""
    column = column_in(given)
    if column.calls_tools:
        raise Wrong(
            _(
                "Messages that call tools, or answer such calls, have no place in a prompt: take "
                "them out, or put a placeholder there."
            )
        )
    draft = Draft(
        name=text(given.get("name")),
        type=column.type,
        body=column.body,
        config=config_of(column, given.get("config")),
        message=text(given.get("commit")).strip(),
    )
    return versions.create(project, draft, By(Way.PAGE, user, role=project.role))
