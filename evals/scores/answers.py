"""What somebody answers who opened a feedback link, as scores."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from evals.scores.feedback import CONFIG, RATING, Asked, Link
from evals.scores.forms import MAX_COMMENT, initial_of, value_field
from evals.scores.models import DataType, ScoreConfig
from evals.scores.rules import Checked, InvalidScore, checked
from ingest import pipeline
from traces.queries.langfuse.scores import ScoreQuery, scores_after
from traces.records import Score

# How Langfuse keeps a corrected answer: a score of this type, and of no other name.
CORRECTION, CORRECTED = "CORRECTION", "output"
MAX_CORRECTION = 20_000


class AnswerForm(forms.Form):
    """A field for each score that the link asks for, and what else it takes."""

    def __init__(self, link: Link, known: Mapping[str, dict], data: Any = None):
        super().__init__(data, auto_id="answer-%s")
        self.configs = configs_of(link)
        for place, config in self.configs.items():
            row = known.get(link.score_id(config.name))
            field = value_field(config, initial_of(config, row))
            if config.data_type == DataType.BOOLEAN:
                field.choices = [  # type: ignore[attr-defined]
                    ("1", pgettext_lazy("feedback", "Good")),
                    ("0", pgettext_lazy("feedback", "Not good")),
                ]
            elif hasattr(field, "choices"):
                field.choices = [one for one in field.choices if one[0] != ""]
            self.fields[f"score-{place}"] = field
        comments = [row["comment"] for row in known.values() if row["comment"]]
        if link.takes_comment:
            self.fields["comment"] = forms.CharField(
                label=gettext_lazy("Your opinion"),
                required=False,
                max_length=MAX_COMMENT,
                initial=comments[0] if comments else "",
                widget=forms.Textarea(attrs={"rows": 3}),
            )
        if link.takes_correction:
            correction = known.get(link.score_id(CORRECTION))
            self.fields["correction"] = forms.CharField(
                label=gettext_lazy("What should the answer have been?"),
                required=False,
                max_length=MAX_CORRECTION,
                initial=correction["string_value"] if correction else "",
                widget=forms.Textarea(attrs={"rows": 5}),
            )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        self.values: dict[int, Checked] = {}
        for place, config in self.configs.items():
            value = found.get(f"score-{place}")
            if value in ("", None):
                continue
            try:
                self.values[place] = checked(config, value)
            except InvalidScore as error:
                self.add_error(f"score-{place}", str(error))
        if not self.errors and not self.values and not found.get("correction"):
            self.add_error(None, _("Choose something first."))
        return found


def configs_of(link: Link) -> dict[int, ScoreConfig]:
    """By place, what each score may be. One whose configuration is gone is not asked for."""
    ids = [one.config_id for one in link.asked if one.kind == CONFIG]
    found = {
        one.pk: one
        for one in ScoreConfig.objects.filter(
            project=link.project_id, pk__in=ids, is_archived=False
        )
    }
    configs = {}
    for place, one in enumerate(link.asked):
        config = found.get(one.config_id) if one.kind == CONFIG else ready_made(one)
        if config:
            configs[place] = config
    return configs


def ready_made(asked: Asked) -> ScoreConfig:
    """Thumbs or stars, which no configuration of the project describes."""
    if asked.kind == RATING:
        return ScoreConfig(
            pk="", name=asked.name, data_type=DataType.NUMERIC, min_value=1, max_value=5
        )
    return ScoreConfig(pk="", name=asked.name, data_type=DataType.BOOLEAN)


def known_answers(link: Link) -> dict[str, dict]:
    """What was said by this link before, by the scores' ids."""
    names = [*(one.name for one in link.asked), CORRECTION]
    asked = ScoreQuery(ids=[link.score_id(name) for name in names])
    found = scores_after(link.project_id, asked, limit=len(names), after=None)
    return {row["id"]: row for row in found}


def keep(link: Link, form: AnswerForm, environment: str) -> Sequence[str]:
    """The ids of what is stored when this returns. Raises ingest.pipeline.Overloaded."""
    comment = form.cleaned_data.get("comment", "")
    scores = [
        score_of(link, form.configs[place], value, comment, environment)
        for place, value in form.values.items()
    ]
    if correction := form.cleaned_data.get("correction"):
        config = ScoreConfig(pk="", name=CORRECTED)
        value = Checked(CORRECTION, None, correction)
        scores.append(score_of(link, config, value, "", environment, key=CORRECTION))
    pipeline.accept(link.project_id, scores)
    return [score.id for score in scores]


def score_of(
    link: Link,
    config: ScoreConfig,
    value: Checked,
    comment: str,
    environment: str,
    *,
    key: str = "",
) -> Score:
    return Score(
        link.project_id,
        link.score_id(key or config.name),
        config.name,
        time.time_ns(),
        data_type=value.data_type,
        value=value.value,
        string_value=value.string_value,
        trace_id=link.trace_id,
        observation_id=link.observation_id,
        comment=comment,
        source="API",
        environment=environment,
        config_id=config.pk,
        metadata={"feedback_link": link.id},
    )
