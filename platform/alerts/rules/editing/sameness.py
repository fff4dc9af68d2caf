"""Whether two definitions ask the same, so that saving changes nothing."""

from dataclasses import replace

from alerts.rules.definition import Definition
from alerts.rules.words import aggregation_of


def is_same(one: Definition, other: Definition) -> bool:
    """Also where one of them names the aggregation that its measure has by itself."""
    return _whole(one) == _whole(other)


def _whole(definition: Definition) -> Definition:
    measured = (
        replace(one, measure="count", aggregation="")
        if one.bad_query
        else replace(one, aggregation=aggregation_of(one))
        for one in definition.measured
    )
    return replace(definition, measured=tuple(measured))
