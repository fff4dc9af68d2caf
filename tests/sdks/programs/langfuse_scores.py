"""Makes score configurations with Langfuse's SDK 2, 3, 4 or 5 for Python, scores by them, rightly
and wrongly, and reads what was kept.
"""

import json
import uuid
from importlib.metadata import version

from langfuse import Langfuse

MAJOR = int(version("langfuse").split(".")[0])
RUN, TRACE = uuid.uuid4().hex[:12], uuid.uuid4().hex

client = Langfuse()
api = client.client if MAJOR == 2 else client.api
facts: dict = {}

if MAJOR >= 4:
    from langfuse.api import ConfigCategory
    from langfuse.api import ScoreConfigDataType as Type
elif MAJOR == 3:
    from langfuse.api.resources.commons.types import ConfigCategory
    from langfuse.api.resources.commons.types import ScoreConfigDataType as Type
else:
    from langfuse.api.resources.commons.types import ConfigCategory
    from langfuse.api.resources.commons.types import ScoreDataType as Type


def make(name: str, **config):
    wanted = {"name": f"{name}-{RUN}", **config}
    if MAJOR >= 4:
        return api.score_configs.create(**wanted)
    from langfuse.api.resources.score_configs import CreateScoreConfigRequest

    return api.score_configs.create(request=CreateScoreConfigRequest(**wanted))


def change(config_id: str, **changes):
    if MAJOR >= 4:
        return api.score_configs.update(config_id, **changes)
    from langfuse.api.resources.score_configs import UpdateScoreConfigRequest

    return api.score_configs.update(config_id, request=UpdateScoreConfigRequest(**changes))


def score(config, value, score_id: str) -> None:
    said = {"trace_id": TRACE, "name": config.name, "value": value, "config_id": config.id}
    if MAJOR == 2:
        client.score(id=f"{score_id}-{RUN}", **said)
    else:
        client.create_score(score_id=f"{score_id}-{RUN}", **said)


def stored(score_id: str):
    """The value as it is read, or nothing where there is no such score."""
    if MAJOR == 5:
        found = api.scores.get_many(id=f"{score_id}-{RUN}").data
    else:
        family = {2: lambda: api.score, 3: lambda: api.score_v_2, 4: lambda: api.scores}[MAJOR]()
        try:
            found = [family.get_by_id(f"{score_id}-{RUN}")]
        except Exception as error:  # each major has another class for it
            assert getattr(error, "status_code", 0) == 404, error
            found = []
    return shown(found[0]) if found else None


def shown(one) -> list:
    value = getattr(one, "string_value", None) or one.value
    return [str(getattr(one.data_type, "value", one.data_type)), value]


def configure() -> dict:
    kind = {"label": "kind", "value": 1}, {"label": "rude", "value": 0.5}
    made = {
        "stars": make("stars", data_type=Type.NUMERIC, min_value=1, max_value=5),
        "right": make("right", data_type=Type.BOOLEAN, description="Is it right?"),
        "tone": make(
            "tone",
            data_type=Type.CATEGORICAL,
            categories=[ConfigCategory(**category) for category in kind],
        ),
    }
    if MAJOR >= 3:
        made["note"] = make("note", data_type=Type.TEXT)
    read = {name: api.score_configs.get_by_id(one.id) for name, one in made.items()}
    facts["same"] = read == made
    facts["range"] = [read["stars"].min_value, read["stars"].max_value]
    facts["categories"] = [[one.label, one.value] for one in read["tone"].categories]
    facts["of_boolean"] = [one.label for one in read["right"].categories]
    found = api.score_configs.get(page=1, limit=100)
    facts["listed"] = {one.id for one in made.values()} <= {one.id for one in found.data}
    facts["paged"] = [found.meta.page, found.meta.limit]
    return made


def score_by_them(made: dict) -> None:
    for config, value, score_id in (
        (made["stars"], 4, "stars"),
        (made["stars"], 6, "too-many"),
        (made["right"], 1, "right"),
        (made["tone"], "rude", "tone"),
        (made["tone"], "awful", "awful"),
    ):
        score(config, value, score_id)
    client.flush()
    for score_id in ("stars", "too-many", "right", "tone", "awful"):
        facts[score_id] = stored(score_id)


def archive(made: dict) -> None:
    facts["archived"] = change(made["stars"].id, is_archived=True).is_archived
    facts["renamed"] = change(made["note"].id, name=f"remark-{RUN}").name == f"remark-{RUN}"


made = configure()
score_by_them(made)
if MAJOR >= 3:
    archive(made)
print(json.dumps({"major": MAJOR, **facts}))
