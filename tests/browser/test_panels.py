"""Every panel of every ready-made board in Debian's Chromium: what is drawn is what its file says
and the metrics API answers.
"""

import csv
import io
import re
import shutil
import time

import pytest

from tests.browser.asked_of_panels import ASKED, NOT_ASKED, Ask
from tests.browser.conftest import logged_in

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
        return [one.name, flat(values), lies ? [...box.layout.yaxis.ticktext] : []];
    };
    return [panel.id.replace("panel-", ""), {
        file: panel.querySelector("a[download]").getAttribute("href"),
        series: (box?._fullData ?? []).map(series),
        tiles: rows(".tile", "h3, strong"),
        rows: rows("tbody tr", "th, td"),
    }];
}))"""
METERS = """articles => articles.map(one =>
    [...one.querySelectorAll("h3 a, h3 strong")].map(part => part.innerText.trim())
)"""

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


@pytest.fixture(scope="module")
def furnished(stack, api, sent) -> None:
    """Beside the sample traffic a check with its scores, a score in words, and a budget."""
    check = {"name": "json", "percent": "100", "nested": "on"}  # off: its scores are sent
    with logged_in(stack) as person:
        made = person.post(f"/projects/{stack.project_id}/checks/new?check=valid_json", data=check)
    assert re.search(r"/checks/\d+$", made.url.path), made.text
    for number, passed in enumerate((1, 1, 1, 0)):
        score = {"id": f"json-{number}", "traceId": sent["rag"], "name": "json", "value": passed}
        assert api.post("/api/public/scores", json=score | {"dataType": "BOOLEAN"}).is_success
    for number, said in enumerate(("good", "good", "bad")):
        verdict = {"id": f"verdict-{number}", "traceId": sent["rag"], "name": "verdict"}
        verdict |= {"value": said, "dataType": "CATEGORICAL"}
        assert api.post("/api/public/scores", json=verdict).is_success
    budget = {"name": "all of it", "amount_usd": 50, "period": "month", "time_zone": "UTC"}
    assert api.post("/api/v1/budgets", json=budget).is_success


@pytest.fixture
def answers(api):
    """The API's answer to what is asked beside a panel: for each value the words that the panel
    has beside it, and the value.
    """

    def asked(ask: Ask) -> list[tuple[list[str], float]]:
        now = time.time_ns() // 1_000_000
        times = {"from": now - 7 * 86_400_000, "to": now + 600_000}
        found = api.get("/api/v1/metrics/query", params={**times, **ask.params})
        assert found.status_code == 200, found.text
        columns = found.json()["columns"]
        places, measures = (
            [one["name"] for one in columns if one["kind"] == kind]
            for kind in ("dimension", "measure")
        )
        written = ask.written or [f"{{{at}}}" for at in range(len(places))]
        return [
            ([form.format(*(row[one] for one in places)) for form in written], row[measure])
            for row in found.json()["rows"]
            for measure in measures
            if row[measure] and all(row[one] for one in places)
        ]

    return asked


@pytest.mark.usefixtures("furnished")
@pytest.mark.parametrize("board", ASKED)
def test_what_is_drawn_is_what_its_file_says_and_the_api_answers(open_board, answers, board):
    from axe_playwright_python.sync_playwright import Axe

    page = open_board(board)
    panels = page.locator("#board > .panel").evaluate_all(DRAWN)
    assert {*panels} == {*ASKED[board], *NOT_ASKED.get(board, {})}
    for key, panel in panels.items():
        agrees_with_its_file(key, panel, lines_of(page, panel["file"]))
    for key, ask in ASKED[board].items():
        agrees_with_the_api(key, panels[key], answers(ask), is_total=ask.is_total)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.wrong == []


@pytest.mark.usefixtures("furnished")
def test_budgets_on_the_overview_are_what_their_api_tells(open_board, api):
    page = open_board("overview")
    drawn = page.locator(".budget-meters article").evaluate_all(METERS)
    [state] = api.get("/api/v1/budgets").json()["data"][0]["states"]
    [[name, spent]] = drawn
    assert name == "all of it"
    assert number(spent) == pytest.approx(float(state["spent_usd"]), **AS_WRITTEN) != 0


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
    key: str, panel: dict, rows: list[tuple[list[str], float]], *, is_total: bool
) -> None:
    """Each value that the API has for words that the panel shows is drawn beside them."""
    assert rows, key
    marks = marks_of(panel)
    if is_total:
        drawn = sum(value for _words, values in marks for value in values)
        assert drawn == pytest.approx(sum(value for _words, value in rows)), key
        return
    shown = [one for one in rows if _beside(marks, one[0])]
    near = AS_WRITTEN if panel["rows"] or panel["tiles"] else NEAR
    missing = [
        (words, value)
        for words, value in shown
        if not any(_is_among(value, values, near) for values in _beside(marks, words))
    ]
    assert shown and missing == [], (key, missing)


def marks_of(panel: dict) -> list[tuple[list[str], list[float]]]:
    """What is drawn together: the words and the values of a tile, a row, a bar or a series."""
    marks = []
    for row in (*panel["tiles"], *panel["rows"]):
        known = [said for cell in row if (said := number(cell)) is not None]
        marks.append((row, known))
    for name, values, bars in panel["series"]:
        if bars:
            marks += [([bar], [value]) for bar, value in zip(bars, values, strict=True)]
        else:
            marks.append(([name], [value for value in values if value is not None]))
    return marks


def _beside(marks: list[tuple[list[str], list[float]]], words: list[str]) -> list[list[float]]:
    return [values for shown, values in marks if {*words} <= {*shown}]


def is_said(drawn: str, filed: str) -> bool:
    """A cell as people read it, and as the file has it."""
    if drawn == filed.lstrip("'") or drawn == "–" or drawn.startswith("<"):
        return True
    if drawn == "unknown":  # of a number, which is then empty in the file
        return filed == ""
    said, exact = number(drawn), number(filed)
    return said is not None and exact is not None and _is_among(said, [exact], AS_WRITTEN)


def number(text: str) -> float | None:
    found = BARE.fullmatch(text)
    return float(found[1].replace(",", "")) * UNITS.get(found[2] or "", 1) if found else None


def _same(drawn: list, filed: list) -> bool:
    return drawn == [None if one is None else pytest.approx(one, **NEAR) for one in filed]


def _is_among(value: float, known: list[float], near: dict[str, float]) -> bool:
    return any(value == pytest.approx(one, **near) for one in known)
