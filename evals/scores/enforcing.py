"""Scores that name a configuration are stored as it says, or not at all."""

import time
from collections.abc import Iterable, Mapping, Sequence

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from evals.scores.models import ScoreConfig
from evals.scores.rules import InvalidScore, checked
from traces.records import Score

FRESH_SECONDS = 5.0
MOST_KNOWN = 2_000  # configurations that a process keeps in mind, all projects together

# (project, id) → when it was looked up, and the configuration.
known: dict[tuple[str, str], tuple[float, ScoreConfig]] = {}
clock = time.monotonic


def refusals(project_id: str, scores: Sequence[Score]) -> dict[int, str]:
    """Why some are not to be stored, by their places. The others get their configuration's type and
    a category's number.

    Scores do not wait for Postgres: while it is away, what this process knew last counts, and who
    names a configuration that it never saw is believed.
    """
    places = {place: score for place, score in enumerate(scores) if score.config_id}
    if not places:
        return {}
    configs = configs_of(project_id, {score.config_id for score in places.values()})
    found = {}
    for place, score in places.items():
        if score.config_id in configs:
            try:
                fit(score, configs[score.config_id])
            except InvalidScore as error:
                found[place] = str(error)
    return found


def configs_of(project_id: str, ids: Iterable[str]) -> Mapping[str, ScoreConfig | None]:
    """By id; None where there is no such configuration, absent where nobody can tell."""
    since, wanted = clock() - FRESH_SECONDS, sorted(ids)
    found: dict[str, ScoreConfig | None] = {}
    for one in wanted:
        looked_up_at, config = known.get((project_id, one), (0.0, None))
        if config and looked_up_at > since:
            found[one] = config
    missing = [one for one in wanted if one not in found]
    return found | look_up(project_id, missing) if missing else found


def look_up(project_id: str, ids: list[str]) -> dict[str, ScoreConfig | None]:
    """That there is none is not kept in mind: it may be made the next moment."""
    asked = ScoreConfig.objects.filter(project=project_id, pk__in=ids)
    try:
        stored = {one.pk: one for one in asked}
    except (OperationalError, InterfaceError):
        return {one: known[project_id, one][1] for one in ids if (project_id, one) in known}
    if len(known) + len(stored) > MOST_KNOWN:
        known.clear()
    now = clock()
    known.update({(project_id, one): (now, config) for one, config in stored.items()})
    return {one: stored.get(one) for one in ids}


def forget(config: ScoreConfig) -> None:
    """It has changed: in this process at once, in the others after FRESH_SECONDS."""
    known.pop((config.project_id, config.pk), None)


def fit(score: Score, config: ScoreConfig | None) -> None:
    """Make the score what the configuration says. Raises InvalidScore."""
    if config is None:
        raise InvalidScore(_("configId names no score configuration of this project."))
    if config.is_archived:
        words = _("The score configuration “%(name)s” is archived. Restore it to score by it.")
        raise InvalidScore(words % {"name": config.name})
    told = {"name": config.name, "type": config.data_type}
    if score.name != config.name:
        raise InvalidScore(_("The name must be “%(name)s”, as configId says.") % told)
    if score.data_type not in ("", config.data_type):
        raise InvalidScore(_("“%(name)s” is of dataType %(type)s.") % told)
    value = checked(config, score.string_value if score.value is None else score.value)
    score.data_type = value.data_type
    score.value, score.string_value = value.value, value.string_value
