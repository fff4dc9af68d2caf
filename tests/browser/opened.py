"""What shows once something on a page is pressed: menus, sheets, the peek, and the pages that only
a form leads to. Told by selectors, so that it is the same in every language and width.
"""

from collections.abc import Callable

Press = Callable[..., None]  # takes the page


def first(selector: str) -> Press:
    return lambda page: page.locator(selector).locator("visible=true").first.click()


def key(name: str) -> Press:
    return lambda page: page.keyboard.press(name)


def of_the_rail(selector: str) -> Press:
    """On a phone the rail is a sheet of its own."""

    def press(page) -> None:
        menu = page.locator("[popovertarget=rail]")
        if menu.is_visible():
            menu.click()
        first(selector)(page)

    return press


def peek(page) -> None:
    page.locator("#traces a.main").first.focus()
    page.keyboard.press("p")
    page.locator("#peek .turn").wait_for()


def tick(page) -> None:
    page.locator("#traces .tick[name=trace]").first.check()
    page.locator("#selection").wait_for()


def ask_to_delete(page) -> None:
    tick(page)
    page.locator("#selection [value=delete]").click()
    page.locator("[name=confirmed]").first.wait_for(state="attached")


def share(page) -> None:
    first("[popovertarget=share]")(page)
    page.locator("#share form button").first.click()
    page.locator("#share-link").wait_for()


def open_shared(page) -> None:
    share(page)
    page.goto(page.locator("#share-link").inner_text())
    page.locator("#pane h2").first.wait_for()


def presses(project: str, sent: dict[str, str]) -> dict[str, tuple[str, Press]]:
    """By name: the page, and what is done on it."""
    traces, trace = f"{project}/traces", f"{project}/traces/{sent['rag']}"
    return {
        "traces-peek": (traces, peek),
        "traces-views": (traces, first("#views > summary")),
        "traces-columns": (traces, first("#columns > summary")),
        "traces-exports": (traces, first(".exports-menu > summary")),
        "traces-chosen": (traces, tick),
        "traces-help": (traces, first("[popovertarget=query-help]")),
        "bulk-delete": (traces, ask_to_delete),
        "palette": (traces, key("Control+k")),
        "keys": (traces, key("?")),
        "menu-person": (traces, of_the_rail(".person > summary")),
        "menu-project": (traces, of_the_rail("details.project > summary")),
        "trace-download": (trace, first(".bar details.menu > summary")),
        "trace-share": (trace, first("[popovertarget=share]")),
        "trace-compare-with": (trace, first(".with > summary")),
        "trace-mention": (f"{trace}?tab=comments", first(".say details.menu > summary")),
        "share-made": (trace, share),
        "shared": (trace, open_shared),
    }
