"""Items of a dataset as a reference: what they give, and what is expected of it."""

import json
from typing import Any

from django.db.models import F
from django.db.models.functions import MD5
from django.utils.translation import gettext as _

from evals.datasets.models import Dataset, ItemVersion, Status
from evals.drift.models import DriftMonitor
from evals.drift.monitors import InvalidMonitor
from evals.drift.reading import MOST_CHARACTERS, reader
from evals.drift.watched import WATCHED

MOST_ITEMS = 5_000


def dataset_of(monitor: DriftMonitor, dataset_id: str) -> Dataset:
    """Raises InvalidMonitor where there is no such dataset, or its items have nothing like what is
    watched.
    """
    if not WATCHED[monitor.watched].of_dataset:
        raise InvalidMonitor(
            _("Items of a dataset have inputs and expected outputs only: watch one of these.")
        )
    dataset = Dataset.objects.filter(project=monitor.project_id, pk=dataset_id).first()
    if dataset is None:
        raise InvalidMonitor(_("The dataset of the baseline is gone. Choose another one."))
    return dataset


def values_of(monitor: DriftMonitor, dataset_id: str, *, most: int) -> list[Any]:
    """Raises InvalidMonitor as dataset_of does."""
    watched, dataset = WATCHED[monitor.watched], dataset_of(monitor, dataset_id)
    column = "input" if watched.column == "input" else "expected_output"
    items = ItemVersion.objects.filter(
        dataset=dataset, valid_to=None, is_deleted=False, status=Status.ACTIVE
    )
    given = items.order_by(MD5(F("item_id"))).values_list(column, flat=True)
    found = []
    for value in given[: min(most, MOST_ITEMS)].iterator(chunk_size=200):
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        if value is None:
            continue
        if watched.read is None:
            found.append(len(text))
            continue
        cut = text[: MOST_CHARACTERS[watched.read]]
        found.append(reader(watched.read, watched.column)(cut))
    return found
