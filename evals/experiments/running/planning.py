"""Asking for an experiment: what it will run, what it will cost, and making its items."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from evals.datasets.items import items_at
from evals.datasets.models import Dataset, ItemVersion, Status
from evals.experiments.models import MAX_NAME, Plan, PlannedItem, Run
from evals.experiments.names import run_id
from evals.experiments.reading import experiment_of
from evals.experiments.running.evaluators import Evaluator
from evals.experiments.running.scoring import judges_of
from evals.experiments.running.variables import Unfillable, request_for, text_of
from llm.models import LlmConnection
from prompts.composition import InvalidComposition, resolved
from prompts.models import PromptVersion
from prompts.playground.column import Unrunnable
from prompts.playground.spans import price_of
from prompts.tokens import tokens_in

MOST_ITEMS = 5_000
MOST_UNFINISHED = 20  # plans of one project
SAMPLE = 20  # items that an estimate looks at
TOKENS_OF_AN_ANSWER = 300  # where nothing tells
AT_ONCE = 1_000


class Unplannable(ValueError):
    """The message says why it cannot be run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One experiment. `moment` is the dataset's, None for now; `parameters` are what is set beside
    the prompt's own configuration.
    """

    dataset: Dataset
    name: str
    version: PromptVersion
    connection: LlmConnection
    model: str
    parameters: dict[str, Any]
    evaluators: Sequence[Evaluator]
    split: str = ""
    moment: datetime | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """For all items. A cost is None where the price of a model is unknown."""

    items: int
    tokens: int
    cost: Decimal | None
    judging: Decimal | None
    judges: int
    unfillable: str = ""  # what the first item that cannot be put into the prompt lacks

    @property
    def total(self) -> Decimal | None:
        if self.cost is None or self.judging is None:
            return None
        return self.cost + self.judging


def items_of(wish: Wish) -> "QuerySet[ItemVersion]":
    found = items_at(wish.dataset, wish.moment).filter(status=Status.ACTIVE)
    return found.filter(splits__contains=[wish.split]) if wish.split else found


def composed(version: PromptVersion) -> Any:
    try:
        return resolved(version.prompt.project_id, version).body
    except InvalidComposition as error:
        raise Unplannable(str(error)) from error


def estimate(wish: Wish) -> Estimate:
    """From the first items: the prompt's length with them, and an answer as long as what is
    expected. Raises Unplannable.
    """
    body, items = composed(wish.version), items_of(wish)
    count, asked, answers, unfillable = items.count(), 0, 0, ""
    sample = list(items[:SAMPLE])
    for item in sample:
        try:
            request = request_for(
                body, wish.model, wish.version.config, wish.parameters, item.input
            )
        except (Unfillable, Unrunnable) as error:
            unfillable = unfillable or str(error)
            continue
        asked += tokens_in([{"type": "chatmessage", "role": one.role, "content": one.content}
                            for one in request.messages])  # fmt: skip
        expected = tokens_in(text_of(item.expected_output))
        answers += expected or TOKENS_OF_AN_ANSWER
    judges = judges_of(wish.evaluators)
    scale = count / max(len(sample), 1)
    asked, answers = round(asked * scale), round(answers * scale)
    judging = Decimal()
    total: Decimal | None = judging
    for version in judges.values():
        assert version.connection is not None
        own = tokens_in(json.dumps(version.messages, ensure_ascii=False)) * count
        cost = price_of(version.connection, version.model, own + asked + answers, 200 * count)
        total = None if total is None or cost is None else total + cost
    cost = price_of(wish.connection, wish.model, asked, answers)
    return Estimate(count, asked + answers, cost, total, len(judges), unfillable)


def check(wish: Wish) -> None:
    """Raises Unplannable, and traces.errors.Unavailable."""
    project_id = wish.dataset.project_id
    if not 0 < len(wish.name) <= MAX_NAME:
        raise Unplannable(_("Give it a name of at most %(most)d characters.") % {"most": MAX_NAME})
    if experiment_of(project_id, run_id(project_id, wish.dataset.pk, wish.name)):
        raise taken(wish)
    unfinished = Plan.objects.filter(run__project=project_id, finished_at=None).count()
    if unfinished >= MOST_UNFINISHED:
        words = _("%(most)d experiments wait or run already. Wait for one of them, or stop one.")
        raise Unplannable(words % {"most": MOST_UNFINISHED})
    count = items_of(wish).count()
    if not count:
        raise Unplannable(_("The dataset has no active items there. Add some, or choose another."))
    if count > MOST_ITEMS:
        words = _("An experiment has at most %(most)s items. Choose a split.")
        raise Unplannable(words % {"most": f"{MOST_ITEMS:,}"})


def taken(wish: Wish) -> Unplannable:
    words = _("There is an experiment “%(name)s” on this dataset. Choose another name.")
    return Unplannable(words % {"name": wish.name})


def run_of(wish: Wish, now: datetime) -> Run:
    """A new one, or that of an experiment of the name that was deleted: nobody else's. To be called
    in a transaction. Raises Unplannable.
    """
    said = {
        "dataset": wish.dataset,
        "name": wish.name,
        "description": wish.description,
        "metadata": {
            "prompt": f"{wish.version.prompt.name} v{wish.version.number}",
            "model": wish.model,
            **({"split": wish.split} if wish.split else {}),
        },
        "created_at": now,
        "updated_at": now,
    }
    run, is_new = Run.objects.select_for_update().get_or_create(
        project_id=wish.dataset.project_id,
        public_id=run_id(wish.dataset.project_id, wish.dataset.pk, wish.name),
        defaults=said,
    )
    if is_new:
        return run
    if run.is_there:  # begun by somebody else since it was looked for
        raise taken(wish)
    for field, value in said.items():
        setattr(run, field, value)
    run.save(update_fields=list(said))
    Plan.objects.filter(run=run).delete()
    return run


def start(wish: Wish, user: User | None, estimated: Decimal | None) -> Plan:
    """The plan with all its items. Raises Unplannable."""
    check(wish)
    body, now = composed(wish.version), timezone.now()
    with transaction.atomic():
        run = run_of(wish, now)
        plan = Plan.objects.create(
            run=run,
            prompt=wish.version.prompt,
            prompt_name=wish.version.prompt.name,
            prompt_version=wish.version.number,
            body=body,
            connection=wish.connection,
            model=wish.model,
            parameters={**wish.parameters, "config": wish.version.config},
            evaluators=[one.as_json() for one in wish.evaluators],
            version_at=wish.moment or now,
            split=wish.split,
            estimated_cost=estimated,
            asked_by=user,
        )
        rows = (PlannedItem(plan=plan, item=item) for item in items_of(wish).order_by("number"))
        PlannedItem.objects.bulk_create(rows, batch_size=AT_ONCE)
    return plan
