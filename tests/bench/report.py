"""What was measured, as the lines of a table."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    what: str
    budget: str
    measured: str


def table(figures: list[Figure]) -> str:
    rows = [f"| {figure.what} | {figure.budget} | {figure.measured} |" for figure in figures]
    return "\n".join(["| what | budget | measured |", "|---|---|---|", *rows])
