"""Charts of budgets and forecasts, as plotly's plain dicts. Pure; colours are names of tones."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from dashboards.boards.figures import Figure, numbers
from dashboards.boards.units import written
from dashboards.budgets.detail import Detail
from dashboards.budgets.forecast import Amount
from traces.axes import AXIS, DOLLARS


def of_budget(found: Detail, words: dict[str, str], hrefs: Sequence[str]) -> Figure:
    """The sum over the period: spent until now, expected from then on with its interval, and the
    amount as a line across. `words` names them; `hrefs` leads to the rows of each day.
    """
    lines, amount = found.days, float(found.state.amount)
    x = [f"{one.day:%Y-%m-%d}" for one in lines]
    spent = [None if one.total is None else float(one.total) for one in lines]
    expected: list[Amount | None] = [one.expected for one in lines]
    if any(expected):  # the line of what is expected begins where the other one ends
        at = max((n for n, one in enumerate(spent) if one is not None), default=0)
        before = spent[at - 1] if at else 0.0
        if at and before is not None:
            expected[at - 1] = Amount(before, before, before)
    return {
        "data": [
            *band(x, expected, words["interval"]),
            line(
                x,
                [one.expected if one else None for one in expected],
                words["expected"],
                dash="dash",
            ),
            line(x, spent, words["spent"], rows=hrefs),
            line([x[0], x[-1]], [amount, amount], words["amount"], tone="bad", markers=False),
        ],
        "layout": layout(x),
    }


def of_forecast(
    days: Sequence[tuple[date, float]],
    coming: Sequence[tuple[date, Amount]],
    words: dict[str, str],
    hrefs: Sequence[str],
) -> Figure:
    """Dollars a day: bars of what was, a line with its interval of what is expected."""
    x = [f"{day:%Y-%m-%d}" for day, _cost in days]
    ahead = [f"{day:%Y-%m-%d}" for day, _cost in coming]
    bars = _common(words["spent"], [cost for _day, cost in days], "accent", hrefs) | {
        "type": "bar",
        "x": x,
        "hovertemplate": "<b>%{fullData.name}</b> %{x|%Y-%m-%d %a}<br>%{hovertext}<extra></extra>",
    }
    amounts = [amount for _day, amount in coming]
    return {
        "data": [
            bars,
            *band(ahead, amounts, words["interval"]),
            line(ahead, [one.expected for one in amounts], words["expected"], dash="dash"),
        ],
        "layout": layout([*x, *ahead]),
    }


def band(x: Sequence[str], amounts: Sequence[Amount | None], name: str) -> list[Figure]:
    """The interval, as two lines with what lies between them filled."""
    places = [(at, one) for at, one in zip(x, amounts, strict=True) if one is not None]
    edge = {
        "type": "scatter",
        "mode": "lines",
        "x": [at for at, _one in places],
        "line": {"width": 0},
        "showlegend": False,
        "hoverinfo": "skip",
        "meta": {"tone": "warn", "rows": "", "before": False, "band": True},
    }
    return [
        {**edge, "name": name, "y": [one.low for _at, one in places]},
        {**edge, "name": name, "y": [one.high for _at, one in places], "fill": "tonexty"},
    ]


def line(
    x: Sequence[str],
    values: Sequence[float | None],
    name: str,
    *,
    tone: str = "",
    dash: str = "solid",
    markers: bool = True,
    rows: Sequence[str] = (),
) -> Figure:
    tone = tone or ("warn" if dash == "dash" else "accent")
    return _common(name, values, tone, rows) | {
        "type": "scatter",
        "mode": "lines+markers" if markers else "lines",
        "x": list(x),
        "line": {"width": 1.8, "dash": dash},
        "marker": {"size": 3},
        "hovertemplate": "<b>%{fullData.name}</b> %{hovertext}<extra></extra>",
    }


def _common(name: str, values: Sequence[Any], tone: str, rows: Sequence[str]) -> Figure:
    return {
        "name": name,
        "y": numbers(values),
        "hovertext": [written(one, DOLLARS) for one in values],
        "customdata": list(rows) or None,
        "meta": {"tone": tone, "rows": "", "before": False},
        "showlegend": False,
    }


def layout(x: Sequence[str]) -> dict[str, Any]:
    return {
        "xaxis": {"type": "date", "range": [noon(x[0], -1), noon(x[-1], 0)]},
        "yaxis": {"rangemode": "tozero", **AXIS[DOLLARS]},
        "hovermode": "x unified",
        "meta": {"axis": "time"},
    }


def noon(day: str, ahead: int) -> str:
    """Noon of the day so many days on: the marks of days stand in the middle between noons."""
    return f"{date.fromisoformat(day) + timedelta(days=ahead):%Y-%m-%d} 12:00:00"
