"""Sonde's pages as a person finds them: logged in, and read by what they show."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx

from tests.running_sonde import Stack

VOID = frozenset({"meta", "link", "input", "br", "hr", "img"})
BLOCKS = frozenset(
    {"div", "p", "tr", "td", "th", "dt", "dd", "li", "section", "h1", "h2", "h3", "a"}
)


@dataclass
class Element:
    """A piece of a page."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element | str"] = field(default_factory=list)

    def all(self, tag: str, **attributes: str) -> Iterator["Element"]:
        """Every element of the tag below this one with the attributes; `class_` is one class."""
        for child in self.children:
            if isinstance(child, Element):
                if child.tag == tag and child.has(attributes):
                    yield child
                yield from child.all(tag, **attributes)

    def one(self, tag: str, **attributes: str) -> "Element":
        [found] = self.all(tag, **attributes)
        return found

    def has(self, wanted: dict[str, str]) -> bool:
        return all(
            value in self.attributes.get("class", "").split()
            if name == "class_"
            else self.attributes.get(name.replace("_", "-")) == value
            for name, value in wanted.items()
        )

    @property
    def raw(self) -> str:
        """The text as it stands, as in <pre>."""
        return "".join(
            child
            if isinstance(child, str)
            else f" {child.raw} "
            if child.tag in BLOCKS
            else child.raw
            for child in self.children
        )

    @property
    def text(self) -> str:
        """The text as it is shown, in one line."""
        return " ".join(self.raw.split())


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("page")]

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attributes})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag))

    def handle_endtag(self, tag: str) -> None:
        while self.open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def parsed(html: str) -> Element:
    builder = _Builder()
    builder.feed(html)
    return builder.open[0]


class Browser:
    """The owner of the stack's project, logged in."""

    def __init__(self, stack: Stack) -> None:
        self.project = f"/projects/{stack.project_id}"
        self.http = httpx.Client(base_url=stack.url, timeout=60, follow_redirects=True)
        self.address = ""  # of the page that was seen last
        self.http.get("/login")
        self.post("/login", username=stack.email, password=stack.password)

    def get(self, path: str, **query: str) -> Element:
        return self.seen(self.http.get(path, params=query or None))

    def post(self, path: str, **fields: str) -> Element:
        origin = str(self.http.base_url).rstrip("/")
        return self.seen(
            self.http.post(
                path,
                data={**fields, "csrfmiddlewaretoken": self.http.cookies["csrftoken"]},
                headers={"Origin": origin, "Referer": f"{origin}{path}"},
            )
        )

    def seen(self, answer: httpx.Response) -> Element:
        assert answer.status_code == 200, f"{answer.url} answers {answer.status_code}"
        self.address = answer.url.path
        return parsed(answer.text).one("main")

    def trace(self, trace_id: str, **query: str) -> Element:
        return self.get(f"{self.project}/traces/{trace_id}", **query)

    def facts(self, trace_id: str) -> str:
        """What the trace page says of the trace as a whole."""
        return self.trace(trace_id).one("dl", class_="facts").text

    def span(self, trace_id: str, span_id: str, tab: str = "messages") -> str:
        """What the pane says of one span."""
        return self.trace(trace_id, span=span_id, tab=tab).one("section", id="pane").text

    def row(self, trace_id: str, **query: str) -> str:
        """What the list says of one trace."""
        listed = self.get(f"{self.project}/traces", **query)
        links = {f"{self.project}/traces/{trace_id}"}
        [row] = [
            row
            for row in listed.all("tr")
            if links & {link.attributes["href"] for link in row.all("a")}
        ]
        return row.text

    def tree(self, trace_id: str) -> list[str]:
        """Where each span stands, by the rows' levels: `TOOL answer > look-up`, sorted."""
        path: list[str] = []
        found = []
        for row in self.trace(trace_id).all("tr", class_="node"):
            [name] = row.all("a", class_="main")
            kind = next(row.all("span", class_="kind")).attributes["class"].split()[1]
            del path[int(row.attributes["aria-level"]) - 1 :]
            path.append(name.text)
            found.append(f"{kind} {' > '.join(path)}")
        return sorted(found)
