"""The rules that keep the project in shape, held by tests."""

import ast
import platform
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.urls import URLResolver, get_resolver, reverse
from django.urls.resolvers import RegexPattern, RoutePattern

ROOT = Path(__file__).resolve().parents[1]
# Each package may import itself and those to its left.
LAYERS = (
    "accounts", "comments", "saved", "sharing", "outbound", "webhooks", "traces", "pricing",
    "llm", "prompts", "ingest", "exports", "gateway", "evals", "alerts", "dashboards",
)  # fmt: skip
# The same inside `evals`: evals.datasets may import evals.scores, and not the other way about.
EVALS = ("scores", "datasets", "annotation", "checks", "judges", "experiments", "drift")
# And inside `alerts`.
ALERTS = ("channels", "incidents", "rules")
# And inside `dashboards`.
DASHBOARDS = ("boards", "custom", "budgets", "advice", "sql", "api")
AT_THE_ROOT = ("ingest", "evals", "prompts")

# What answers without a login and without a key, and why.
PUBLIC = {
    "login": "where one logs in",
    "preferences": "language and theme, also on the login page",
    "invitations/x": "the link is the permission",
    "shared/x": "the link is the permission",
    "shared/boards/x": "the link is the permission",
    "feedback/x": "the link is the permission",
    "alerts/links/x": "the signed link of a message is the permission, for one deed on one alert",
    "healthz": "says that the process is alive, and nothing else",
    "readyz": "says which dependency is away, and nothing else",
    "readyz/ingest": "the same, for load balancers in front of ingest",
    "api/public/health": "the health of Langfuse's protocol",
    "api/public/ready": "the health of Langfuse's protocol",
    "cli/sonde": "a program for download, the same for everybody",
    "api/schema/": "says what can be asked for, and nothing of what is stored",
    "media/upload/x": "the signature in the address is the permission",
    "media/download/x": "the signature in the address is the permission",
}
ANY_KEY = {"api/public/projects": "names the key's own project, whatever its scopes"}
ELSEWHERE = "203.0.113.9"  # metrics answer without a key on this machine only
METHODS = ("get", "post", "put", "patch", "delete")


def home(package: str) -> Path:
    return ROOT / package if package in AT_THE_ROOT else ROOT / "platform" / package


def imported(path: Path) -> set[str]:
    """The packages that a file imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def sources() -> list[Path]:
    folders = [ROOT / "platform", *(ROOT / name for name in AT_THE_ROOT)]
    return [path for folder in folders for path in folder.rglob("*.py")]


def test_platform_is_still_the_standard_library():
    assert not (ROOT / "platform" / "__init__.py").exists()
    assert not list((ROOT / "platform").glob("*.py"))
    assert platform.python_version() == sys.version.split()[0]


def test_imports_point_one_way():
    upward = [
        f"{path.relative_to(ROOT)} imports {target}"
        for index, name in enumerate(LAYERS)
        for path in home(name).rglob("*.py")
        for target in imported(path)
        if target in LAYERS[index + 1 :]
    ]
    assert not upward


def modules_imported(path: Path) -> set[str]:
    """The modules that a file imports by their whole names, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize(
    ("package", "parts"), [("evals", EVALS), ("alerts", ALERTS), ("dashboards", DASHBOARDS)]
)
def test_the_parts_of_a_package_import_one_way(package, parts):
    assert {path.name for path in home(package).iterdir() if path.is_dir()} - {"__pycache__"} == {
        *parts
    }
    upward = [
        f"{path.relative_to(ROOT)} imports {name}"
        for index, part in enumerate(parts)
        for path in (home(package) / part).rglob("*.py")
        for name in modules_imported(path)
        if name.startswith(tuple(f"{package}.{later}." for later in parts[index + 1 :]))
    ]
    assert not upward


def test_only_the_wiring_imports_the_wiring():
    users = [
        str(path.relative_to(ROOT))
        for path in sources()
        if "config" in imported(path)
        and path.relative_to(ROOT).parts[1] not in ("config", "embedded")
    ]
    assert not users


def test_only_the_store_speaks_clickhouse():
    speakers = {
        path.relative_to(ROOT).parts[1]
        for path in sources()
        if imported(path) & {"clickhouse_connect", "chdb"}
    }
    assert speakers <= {"traces", "embedded"}


def test_packages_shadow_nothing_of_the_standard_library():
    packages = {path.name for path in (ROOT / "platform").iterdir() if path.is_dir()}
    assert not packages & set(sys.stdlib_module_names)


def test_tests_are_no_package():
    assert not list((ROOT / "tests").rglob("__init__.py"))
    assert not list((ROOT / "platform").rglob("test_*.py"))


@pytest.mark.parametrize(
    "drawer", ["utils", "helpers", "services", "managers", "mixins", "constants"]
)
def test_there_are_no_drawers(drawer):
    assert not [path for path in sources() if drawer in (path.stem, path.parent.name)]


def test_files_stay_short_enough_to_read():
    long = [
        f"{path.relative_to(ROOT)}: {count} lines"
        for path in [*sources(), *(ROOT / "static").glob("*.js")]
        if not {"migrations", "samples"} & {*path.parts}  # generated, and data
        and (count := len(path.read_text(encoding="utf-8").splitlines())) > 300
    ]
    assert not long


@dataclass(frozen=True)
class Address:
    """One URL, with an example for each of its arguments."""

    path: str
    view: Callable

    @property
    def is_api(self) -> bool:
        return hasattr(self.view, "cls")

    @property
    def methods(self) -> list[str]:
        return [method for method in METHODS if hasattr(self.view.cls, method)]


def addresses(project_id: str = "x") -> Iterator[Address]:
    """Every URL but those of the admin, which is tested by itself."""
    for route, view in routes(get_resolver()):
        if not route.startswith("admin/"):
            example = re.sub(r"<int:\w+>", "1", route).replace("<str:project_id>", project_id)
            yield Address(re.sub(r"<\w+:\w+>", "x", example), view)


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, Callable]]:
    for entry in resolver.url_patterns:
        route = prefix + route_of(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, route)
        else:
            yield route, entry.callback


def route_of(pattern: RoutePattern | RegexPattern) -> str:
    """A regular expression of ours is a route with named groups and optional parts."""
    text = str(pattern)
    if isinstance(pattern, RoutePattern):
        return text
    text = re.sub(r"\(\?P<(\w+)>[^()]*\)", r"<str:\1>", text.lstrip("^").rstrip("$"))
    return re.sub(r"\(\?:([^()]*)\)\?", r"\1", text)


def test_a_page_opens_to_people_who_are_logged_in_and_to_nobody_else(client, db):
    opened = []
    for address in addresses():
        if address.is_api or address.path in PUBLIC:
            continue
        response = client.get(f"/{address.path}")
        if response.status_code != 302 or not response["Location"].startswith(reverse("login")):
            opened.append(f"{address.path}: {response.status_code}")
    assert not opened


def test_no_address_of_the_api_answers_without_a_key(client, db):
    answered = [
        f"{method} {address.path}: {response.status_code}"
        for address in addresses()
        if address.is_api and address.path not in PUBLIC
        for method in address.methods
        if (
            response := getattr(client, method)(f"/{address.path}", REMOTE_ADDR=ELSEWHERE)
        ).status_code
        not in (401, 403)
    ]
    assert not answered


def test_a_key_without_scopes_may_do_nothing(client, make_api_key, auth):
    headers = auth(make_api_key(scopes=()))
    allowed = [
        f"{method} {address.path}: {response.status_code}"
        for address in addresses()
        if address.is_api and address.path not in {**PUBLIC, **ANY_KEY}
        for method in address.methods
        if (
            response := getattr(client, method)(
                f"/{address.path}", headers=headers, REMOTE_ADDR=ELSEWHERE
            )
        ).status_code
        != 403
    ]
    assert not allowed


def test_the_list_of_open_addresses_names_none_that_is_gone():
    assert {*PUBLIC, *ANY_KEY} <= {address.path for address in addresses()}


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_finds_no_page_of_a_project(client, project, stranger, method):
    client.force_login(stranger)
    found = []
    for address in addresses(project.id):
        if project.id in address.path and not address.is_api:
            response = getattr(client, method)(f"/{address.path}")
            if response.status_code not in (404, 405):
                found.append(f"{address.path}: {response.status_code}")
    assert not found


def test_the_admin_asks_for_a_login_everywhere(client, db):
    pages = [route for route, _ in routes(get_resolver()) if route.startswith("admin/")]
    assert len(pages) > 30
    for page in pages:
        if "<" not in page and "(" not in page:
            response = client.get(f"/{page}", follow=True)
            assert response.redirect_chain[-1][0].startswith(reverse("login")), page
