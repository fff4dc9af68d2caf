"""What the bundled catalogue says about a model's name."""

import time
from dataclasses import dataclass

from pricing import store
from pricing.models import ModelPrice
from pricing.rates import RateLine, lines

MOST = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """One model of the catalogue. `answers` is True for the price that a call of exactly the name
    asked for would get.
    """

    price: ModelPrice
    lines: list[RateLine]
    answers: bool

    @property
    def date(self) -> str:
        return self.price.id.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Found:
    entries: list[Entry]
    is_cut: bool


def look_up(text: str) -> Found:
    """The price of a call of that name first, then the models whose name holds the text, the
    shortest first.
    """
    answer = store.catalogue().price("", provider="", model=text, time=time.time_ns())
    current = ModelPrice.objects.filter(project=None, valid_to=None)
    named = [
        price
        for price in current.filter(model_name__icontains=text)
        if answer is None or price.id != answer.id
    ]
    named.sort(key=lambda price: (len(price.model_name), price.model_name))
    first = list(current.filter(pk=answer.id)) if answer else []
    entries = [Entry(price, lines(price.rates), True) for price in first]
    entries += [Entry(price, lines(price.rates), False) for price in named[:MOST]]
    return Found(entries, is_cut=len(named) > MOST)
