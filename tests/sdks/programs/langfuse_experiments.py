"""Runs an experiment on a dataset with Langfuse's SDK 2, 3, 4 or 5 for Python, in the way that each
has, and prints what it can be found by.
"""

import json
import time
import uuid
from importlib.metadata import version

from langfuse import Langfuse

MAJOR = int(version("langfuse").split(".")[0])
RUN = uuid.uuid4().hex[:12]
DATASET, NAME = f"folder/capitals {RUN}", f"try {RUN}"
CITIES = {"Korea": "Seoul", "France": "Paris", "Peru": "Lima"}

client = Langfuse()
client.create_dataset(name=DATASET, metadata={"of": "tests"})
for country, city in CITIES.items():
    client.create_dataset_item(
        dataset_name=DATASET, input={"country": country}, expected_output=city
    )
dataset = client.get_dataset(DATASET)
facts: dict = {"major": MAJOR, "dataset": dataset.id, "name": NAME}


def answer_to(country: str) -> str:
    if country == "Peru":
        return "Cusco"
    return CITIES[country]


def by_linking() -> None:
    """SDK 2: a trace for each item, linked to it."""
    for item in dataset.items:
        said = answer_to(item.input["country"])
        trace = client.trace(name="task", input=item.input, output=said)
        item.link(trace, NAME, run_description="by hand", run_metadata={"k": 1})
        trace.score(name="exact", value=float(said == item.expected_output))
    client.flush()
    run = client.get_dataset_run(DATASET, NAME)
    facts["id"] = run.id
    facts["listed"] = sorted(one.dataset_item_id for one in run.dataset_run_items)
    facts["items"] = sorted(item.id for item in dataset.items)


def by_item_run() -> None:
    """SDK 3 and 4 before `run_experiment`: a context for each item."""
    for item in dataset.items:
        with item.run(run_name=NAME, run_description="by hand", run_metadata={"k": 1}) as span:
            said = answer_to(item.input["country"])
            span.update(input=item.input, output=said)
            span.score_trace(name="exact", value=float(said == item.expected_output))
    client.flush()


def by_experiment() -> None:
    from langfuse import Evaluation

    def task(*, item, **_):
        return answer_to(item.input["country"])

    def exact(*, output, expected_output, **_):
        return Evaluation(name="exact", value=float(output == expected_output), comment="compared")

    def mean(*, item_results, **_):
        values = [one.evaluations[0].value for one in item_results]
        return Evaluation(name="mean", value=sum(values) / len(values))

    result = dataset.run_experiment(
        name="a try",
        run_name=NAME,
        description="by the SDK",
        task=task,
        evaluators=[exact],
        run_evaluators=[mean],
        metadata={"k": "v"},
    )
    client.flush()
    facts["id"] = getattr(result, "experiment_id", None) or result.dataset_run_id
    facts["url"] = getattr(result, "experiment_url", None) or result.dataset_run_url
    if MAJOR < 5:
        run = client.get_dataset_run(dataset_name=DATASET, run_name=NAME)
        facts["listed"] = sorted(one.dataset_item_id for one in run.dataset_run_items)
        facts["items"] = sorted(item.id for item in dataset.items)


def read_back() -> None:
    """SDK 5 reads experiments as they are stored."""
    import datetime

    since = datetime.datetime.fromtimestamp(time.time() - 3600, datetime.UTC)
    (one,) = client.api.experiments.list(
        from_start_time=since, name=NAME, fields="core,metadata,scores"
    ).data
    facts["read"] = [one.id, one.dataset_id, one.item_count, one.description, one.metadata]
    facts["mean"] = [score.value for score in one.scores]
    items = client.api.experiments.list_items(
        from_start_time=since, experiment_id=one.id, fields="core,io,scores"
    ).data
    facts["answers"] = sorted([item.output, item.expected_output] for item in items)
    facts["scores"] = sorted(score.value for item in items for score in item.scores)


if MAJOR == 2:
    by_linking()
elif hasattr(dataset, "run_experiment"):
    by_experiment()
else:
    by_item_run()
if MAJOR >= 5:
    read_back()
client.flush()
print(json.dumps(facts))
