"""How far the people of a queue agree, by score."""

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Q

from evals.annotation import agreement
from evals.annotation.models import Annotation, Queue
from evals.annotation.queues import configs_of
from evals.scores.models import DataType, ScoreConfig
from prompts.bounds import Interval

MOST_ITEMS = 2_000  # the newest that several people have annotated

Given = Mapping[str, Mapping[int, Hashable]]  # item, person, value


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of one score. `measure` is kappa where two people judged all of it, else alpha; `value` is
    None where everybody always said the same, and nothing tells that from chance.
    """

    config: ScoreConfig
    people: int
    items: int
    share: Interval
    measure: str
    value: float | None
    value_bounds: Interval | None = None  # of kappa

    @property
    def percent(self) -> str:
        return f"{100 * self.share.estimate:.0f}"

    @property
    def percents(self) -> str:
        return f"{100 * self.share.low:.0f}–{100 * self.share.high:.0f}"


def agreements_of(queue: Queue) -> list[Agreement]:
    """Of those scores that two people or more gave to the same item. Texts are not compared."""
    shared = (
        queue.items.annotate(done=Count("annotations", filter=~Q(annotations__done_at=None)))
        .filter(done__gt=1)
        .order_by("-created_at")
        .values_list("pk", flat=True)[:MOST_ITEMS]
    )
    ids = list(shared)
    if not ids:
        return []
    said = Annotation.objects.filter(item__in=ids).exclude(done_at=None)
    rows = list(said.values_list("item_id", "user_id", "values"))
    found = []
    for config in configs_of(queue):
        given: dict[str, dict[int, Hashable]] = defaultdict(dict)
        for item_id, user_id, values in rows:
            if config.pk in values:
                given[item_id][user_id] = values[config.pk]
        if config.data_type != DataType.TEXT and (one := agreement_of(config, given)):
            found.append(one)
    return found


def agreement_of(config: ScoreConfig, given: Given) -> Agreement | None:
    judged = {item: by_person for item, by_person in given.items() if len(by_person) > 1}
    units = [list(by_person.values()) for by_person in judged.values()]
    found = agreement.unanimous(units)
    if found is None:
        return None
    people = sorted({person for by_person in judged.values() for person in by_person})
    common = (config, len(people), *found)
    if config.data_type == DataType.NUMERIC:
        numbers = [[float(str(value)) for value in unit] for unit in units]
        return Agreement(*common, "alpha", agreement.alpha_interval(numbers))
    if len(people) == 2:
        one, other = people
        kappa = agreement.kappa([(said[one], said[other]) for said in judged.values()])
        return Agreement(*common, "kappa", kappa.estimate if kappa else None, kappa)
    return Agreement(*common, "alpha", agreement.alpha_nominal(units))
