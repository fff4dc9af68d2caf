"""What a page shows, without its markup."""

import re


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def spans_of(response) -> list[tuple[int, str]]:
    """Level and name of each line of the tree."""
    html = response.content.decode()
    return [
        (int(level), name)
        for level, name in re.findall(
            r'class="node [^"]*" aria-level="(\d+)".*?class="main clip[^>]*>([^<]*)</a>',
            html,
            re.DOTALL,
        )
    ]


HTMX = {"HX-Request": "true"}


def names_of(response) -> list[str]:
    """Of the traces or observations that a list shows."""
    return re.findall(r'class="main clip[^>]*>([^<]*)<', response.content.decode())
