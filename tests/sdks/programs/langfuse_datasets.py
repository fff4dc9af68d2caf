"""Makes a dataset and items with Langfuse's SDK 2, 3, 4 or 5 for Python, changes them, and reads
them back page by page, as they are and as they were.
"""

import json
import uuid
from datetime import datetime
from importlib.metadata import version

from langfuse import Langfuse

try:
    from langfuse.api import NotFoundError
except ImportError:
    from langfuse.api.resources.commons.errors import NotFoundError

MAJOR = int(version("langfuse").split(".")[0])
RUN = uuid.uuid4().hex[:12]
NAME = f"team a/refunds {RUN}"

client = Langfuse()
api = client.client if MAJOR == 2 else client.api
facts: dict = {}


def fill() -> None:
    made = client.create_dataset(name=NAME, description="Hard ones", metadata={"team": "a"})
    again = client.create_dataset(name=NAME)
    facts["made"] = [made.name == NAME, again.id == made.id, again.description, again.metadata]
    first = client.create_dataset_item(
        dataset_name=NAME,
        id=f"first-{RUN}",
        input={"question": "환불?"},
        expected_output="Yes",
        metadata={"hard": True},
        source_trace_id="trace-1",
        source_observation_id="span-1",
    )
    facts["item"] = [
        first.input,
        first.expected_output,
        first.metadata,
        first.source_trace_id,
        first.source_observation_id,
        first.dataset_name == NAME,
        getattr(first.status, "value", first.status),
    ]
    for number in range(3):
        client.create_dataset_item(dataset_name=NAME, input=number)
    changed = client.create_dataset_item(dataset_name=NAME, id=f"first-{RUN}", expected_output="No")
    facts["changed"] = [changed.input, changed.expected_output]
    facts["then"] = first.updated_at.isoformat()


def read() -> None:
    dataset = client.get_dataset(NAME, fetch_items_page_size=2)
    facts["dataset"] = [dataset.name == NAME, dataset.description, dataset.metadata]
    facts["items"] = [item.input for item in dataset.items]
    facts["first"] = dataset.items[-1].expected_output
    if MAJOR >= 4:
        then = client.get_dataset(NAME, version=datetime.fromisoformat(facts["then"]))
        facts["past"] = [[item.input, item.expected_output] for item in then.items]
    got = api.dataset_items.get(f"first-{RUN}")
    facts["got"] = [got.expected_output, got.dataset_name == NAME]
    listed = api.datasets.list(limit=100)
    facts["listed"] = NAME in [one.name for one in listed.data]
    by_source = api.dataset_items.list(source_trace_id="trace-1", limit=100)
    facts["by_source"] = f"first-{RUN}" in [one.id for one in by_source.data]


def keep_to_a_schema() -> None:
    """SDK 2 knows no schemas."""
    name = f"strict-{RUN}"
    client.create_dataset(
        name=name, input_schema={"type": "string"}, expected_output_schema={"type": "integer"}
    )
    client.create_dataset_item(dataset_name=name, input="text", expected_output=5)
    try:
        client.create_dataset_item(dataset_name=name, input=5)
        facts["strict"] = "stored"
    except Exception as error:
        facts["strict"] = "not of type" in str(error)


def delete() -> None:
    api.dataset_items.delete(f"first-{RUN}")
    try:
        api.dataset_items.get(f"first-{RUN}")
        facts["gone"] = False
    except NotFoundError:
        facts["gone"] = True
    try:
        client.get_dataset(f"missing-{RUN}")
        facts["missing"] = False
    except NotFoundError:
        facts["missing"] = True


fill()
read()
if MAJOR > 2:
    keep_to_a_schema()
delete()
client.shutdown()
print(json.dumps({"major": MAJOR, **facts}))
