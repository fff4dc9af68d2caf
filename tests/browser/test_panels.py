"""Every panel of every ready-made board in Debian's Chromium: what is drawn is what its file says
and the metrics API answers.
"""

import csv
import io
import re
import shutil
import time

import pytest

from tests.browser.asked_of_panels import ASKED, TOTAL
from tests.browser.looks import ALSO

CHROMIUM = shutil.which("chromium") or ""
NEAR = {"rel": 1e-6, "abs": 1e-9}
AS_WRITTEN = {"rel": 0.03, "abs": 1e-4}  # people read three digits
UNITS = {"ms": 1e-3, "%": 1e-2}
BARE = re.compile(r"\$?(-?[\d,]+(?:\.\d+)?(?:e-?\d+)?)(?: ?(ms|s|%|/s))?")
DRAWN = """panels => Object.fromEntries(panels.map(panel => {
    const box = panel.querySelector("[data-drawn]");
    const texts = (within, selector) =>
        [...within.querySelectorAll(selector)].map(one => one.innerText.trim());
    const rows = (each, selector) =>
        [...panel.querySelectorAll(each)].map(one => texts(one, selector));
    const flat = values => Array.from(values ?? []).flatMap(
        one => one?.length === undefined ? [one] : Array.from(one));
    const series = one => {
        const lies = one.type === "bar" && one.orientation === "h";
        const values = one.type === "heatmap" ? one.z : lies ? one.x : one.y;
        return [one.name, flat(values), lies ? flat(box.layout.yaxis.ticktext ?? one.y) : []];
    };
    return [panel.id.replace("panel-", ""), {
        file: panel.querySelector("a[download]").getAttribute("href"),
        series: (box?._fullData ?? []).map(series),
        tiles: rows(".tile", "h3, strong"),
        rows: rows("tbody tr", "th, td"),
    }];
}))"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: apt install chromium"),
]


@pytest.fixture
def open_board(open_page, project, sent):
    from playwright.sync_api import expect

    def opened(board: str):
        page = open_page(f"{project}/dashboards/{board}?range=7d&bucket=day&zone=UTC&compare=off")
        for unfinished in ("[aria-busy]", "[data-figure]:not([data-drawn])"):
            expect(page.locator(unfinished)).to_have_count(0, timeout=60_000)
        return page

    return opened


@pytest.fixture
def answers(api):
    """The API's rows for a panel: the values of their last dimension, and of their measure."""

    def asked(params: dict) -> list[tuple[str, float]]:
        now = time.time_ns() // 1_000_000
        times = {"from": now - 7 * 86_400_000, "to": now + 600_000}
        sent = {name: value for name, value in params.items() if name != TOTAL}
        found = api.get("/api/v1/metrics/query", params={**times, **sent})
        assert found.status_code == 200, found.text
        *places, measure = [one["name"] for one in found.json()["columns"]]
        rows = [
            (row.get(places[-1]) if places else "", row[measure]) for row in found.json()["rows"]
        ]
        return [(str(name), value) for name, value in rows if value and (name or not places)]

    return asked


# Every run reads the board that people open first; `make screenshots` reads the others too.
@pytest.mark.parametrize(
    "board",
    ["overview", *(pytest.param(one, marks=ALSO) for one in sorted({*ASKED} - {"overview"}))],
)
def test_what_is_drawn_is_what_its_file_says_and_the_api_answers(open_board, answers, board):
    from axe_playwright_python.sync_playwright import Axe

    page = open_board(board)
    panels = page.locator("#board > .panel").evaluate_all(DRAWN)
    assert {*ASKED[board]} <= {*panels}
    for key, panel in panels.items():
        agrees_with_its_file(key, panel, lines_of(page, panel["file"]))
    for key, params in ASKED[board].items():
        agrees_with_the_api(key, panels[key], answers(params), is_total=TOTAL in params)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.wrong == []


def lines_of(page, link: str) -> list[list[str]]:
    text = page.request.get(f"{page.url.partition('/projects')[0]}{link}").text()
    return [*csv.reader(io.StringIO(text.lstrip("\ufeff")))]


def agrees_with_its_file(key: str, panel: dict, lines: list[list[str]]) -> None:
    head, *rows = lines or [[]]
    if panel["tiles"]:
        for drawn, row in zip(panel["tiles"], rows, strict=True):
            assert all(map(is_said, drawn, row)), (key, drawn, row)
    if panel["rows"]:
        assert len(panel["rows"]) == len(rows), key
        for drawn, row in zip(panel["rows"], rows, strict=True):
            assert all(map(is_said, drawn, row)), (key, drawn, row)
    columns = dict(zip(head, zip(*rows, strict=True), strict=True)) if rows else {}
    for name, values, bars in panel["series"]:
        if name in columns and len(columns[name]) == len(values) and not bars:
            assert _same(values, [number(one) for one in columns[name]]), (key, name)
        else:
            known = [one for row in rows for cell in row if (one := number(cell)) is not None]
            unknown = [one for one in values if one and not _is_among(one, known, NEAR)]
            assert unknown == [], (key, name)


def agrees_with_the_api(
    key: str, panel: dict, rows: list[tuple[str, float]], *, is_total: bool
) -> None:
    """Each value that the API has for a name that the panel shows is drawn there."""
    assert rows, key
    if is_total:
        drawn = sum(value or 0 for _name, values, _names in panel["series"] for value in values)
        assert drawn == pytest.approx(sum(value for _name, value in rows)), key
        return
    names = [text for row in (*panel["tiles"], *panel["rows"]) for text in row]
    names += [text for name, _values, more in panel["series"] for text in (name, *more)]
    shown = [value for name, value in rows if re.match(r"\d{4}-", name) or _is_named(name, names)]
    values = [one for _name, drawn, _names in panel["series"] for one in drawn if one is not None]
    texts = [said for name in names if (said := number(name)) is not None]
    missing = [
        one
        for one in shown
        if not (_is_among(one, values, NEAR) or _is_among(one, texts, AS_WRITTEN))
    ]
    assert shown and missing == [], (key, missing)


def _is_named(name: str, names: list[str]) -> bool:
    return any(name in one for one in names)


def is_said(drawn: str, filed: str) -> bool:
    """A cell as people read it, and as the file has it."""
    if drawn == filed.lstrip("'") or drawn == "–" or drawn.startswith("<"):
        return True
    said, exact = number(drawn), number(filed)
    return said is not None and exact is not None and _is_among(said, [exact], AS_WRITTEN)


def number(text: str) -> float | None:
    found = BARE.fullmatch(text)
    return float(found[1].replace(",", "")) * UNITS.get(found[2] or "", 1) if found else None


def _same(drawn: list, filed: list) -> bool:
    return drawn == [None if one is None else pytest.approx(one, **NEAR) for one in filed]


def _is_among(value: float, known: list[float], near: dict[str, float]) -> bool:
    return any(value == pytest.approx(one, **near) for one in known)
