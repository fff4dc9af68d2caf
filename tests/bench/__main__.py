"""`make bench`: the budgets as a table, measured on this machine now, into docs/benchmarks.md.

make bench ARGS="--millions 1 10"   pages at one and at ten million spans (the default is 1)
make bench ARGS="--only ingest"     a part of it, printed and not written
make bench ARGS="--only dashboards --millions 0.1 1 10"   the panels of boards, as they grow
"""

import argparse
import datetime
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]

import clickhouse_connect  # noqa: E402

from tests.bench import checks, dashboards, drain, ingest, pages, prompts  # noqa: E402
from tests.bench.machine import Memory, machine  # noqa: E402
from tests.bench.report import Figure, table  # noqa: E402
from tests.running_sonde import Stack  # noqa: E402

PAGE = ROOT / "docs" / "benchmarks.md"
LOAD_SECONDS = 20
CHECK_SECONDS = 10  # of each load, with checks or without
CONNECTIONS = 8
TRACES_A_REQUEST = 100
PARTS = ("start", "ingest", "checks", "drain", "prompts", "pages", "dashboards")
AT_SIZE = ("pages", "dashboards")  # in a store that nothing but their own spans came into


def clickhouse(stack: Stack):
    """A client of its own, to look at what is stored without asking Sonde."""
    port = json.loads((stack.folder / "ports.json").read_text())["clickhouse"]
    password = json.loads((stack.folder / "secrets.json").read_text())["clickhouse"]
    return clickhouse_connect.get_client(
        host="127.0.0.1", port=port, username="default", password=password, database="sonde"
    )


def start_figures(stack: Stack, first_seconds: float) -> list[Figure]:
    stack.stop()
    again = stack.start()
    return [
        Figure("the first start, engines and stores made", "", f"{first_seconds:.1f} s"),
        Figure("start to healthy, after the first time", "< 10 s", f"{again:.1f} s"),
    ]


def ingest_figures(stack: Stack) -> list[Figure]:
    keys = (stack.public_key, stack.secret_key)
    common = {"connections": CONNECTIONS, "traces_a_request": TRACES_A_REQUEST}
    ingest.load(stack.url, keys, seconds=5, **common)  # warm
    before, memory = stored(stack), Memory(stack)
    full = ingest.load(stack.url, keys, seconds=LOAD_SECONDS, **common)
    queryable = stored(stack) - before
    peak = memory.now()
    half = ingest.load(
        stack.url,
        keys,
        seconds=LOAD_SECONDS,
        spans_a_second=full.rate / 2,
        connections=CONNECTIONS,
        traces_a_request=25,
    )
    raw = raw_rate(stack)
    browser = pages.Browser(stack.url, stack.email, stack.password)
    fresh = pages.p95_ms(browser, [f"/projects/{stack.project_id}/traces"])
    return [
        Figure(
            "ingest, 8-span traces, OTLP protobuf, full mapping",
            "≥ 13,000 spans/s acked and queryable",
            f"{full.rate:,.0f} spans/s acked, {queryable - full.acked_spans:+,} of "
            f"{full.acked_spans:,} when counted right after, {full.refused} refused",
        ),
        Figure(
            "of what the raw engine inserts of the same rows",
            "≥ 25 %",
            f"{full.rate / raw:.0%} of {raw:,.0f} rows/s",
        ),
        Figure(
            "ack at full load, 800 spans a request",
            "",
            f"p50 {full.percentile(0.5) * 1e3:.0f} ms, p99 {full.percentile(0.99) * 1e3:.0f} ms",
        ),
        Figure(
            f"ack at half that load ({half.rate:,.0f} spans/s, 200 a request)",
            "p99 < 250 ms",
            f"p50 {half.percentile(0.5) * 1e3:.0f} ms, p99 {half.percentile(0.99) * 1e3:.0f} ms",
        ),
        Figure(
            "list of traces, right after that load",
            "",
            f"p50 {fresh[0]:.0f} ms, p95 {fresh[1]:.0f} ms",
        ),
        Figure("memory of all processes under that load", "< 4 GiB", f"{peak / 2**30:.2f} GiB"),
        Figure("disk a span", "", f"{bytes_a_span(stack):,.0f} bytes, text index included"),
    ]


def stored(stack: Stack, table: str = "spans") -> int:
    query = f"SELECT count() FROM {table} FINAL WHERE project_id = {{project:String}}"
    with clickhouse(stack) as client:
        return client.query(query, parameters={"project": stack.project_id}).result_rows[0][0]


def bytes_a_span(stack: Stack) -> float:
    query = (
        "SELECT sum(bytes_on_disk) / sum(rows) FROM system.parts WHERE active AND table = 'spans'"
    )
    with clickhouse(stack) as client:
        return client.query(query).result_rows[0][0]


def raw_rate(stack: Stack, rows: int = 20_000) -> float:
    """Rows a second of the engine alone, in a process of its own while Sonde is idle."""
    with tempfile.TemporaryDirectory() as folder, clickhouse(stack) as client:
        sample, ddl = Path(folder) / "rows.native", Path(folder) / "spans.sql"
        with client.raw_stream(f"SELECT * FROM spans LIMIT {rows}", fmt="Native") as stream:
            sample.write_bytes(stream.read())
        ((created,),) = client.query("SHOW CREATE TABLE spans").result_rows
        ddl.write_text(created.replace(" sonde.spans", " TABLE_NAME", 1))
        argv = [sys.executable, "-m", "tests.bench.raw_engine", sample, str(rows), ddl]
        done = subprocess.run(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        return float(done.stdout)


def check_figures(stack: Stack) -> list[Figure]:
    return checks.figures(
        stack, lambda: stored(stack, "scores"), connections=CONNECTIONS, seconds=CHECK_SECONDS
    )


def drain_figures(stack: Stack) -> list[Figure]:
    before = stored(stack)
    found = drain.hold_and_drain(stack, seconds=LOAD_SECONDS, connections=CONNECTIONS)
    return [
        Figure(
            "acked while ClickHouse stands still",
            "",
            f"{found.held_rate:,.0f} spans/s",
        ),
        Figure(
            "written back when it returns",
            "all",
            f"{found.rate:,.0f} spans/s: {stored(stack) - before:,} of {found.held_spans:,} "
            f"held in {found.seconds:.1f} s",
        ),
    ]


def fill(stack: Stack, millions: float, there: float) -> None:
    """`there` millions of spans are filled in already; time goes on while more are."""
    filler = [sys.executable, "tests/bench/fill.py", "--project", stack.project_id, "--days", "30"]
    environment = {**os.environ, "SONDE_DATA_DIR": str(stack.folder)}
    argv = [*filler, "--millions", str(millions - there), "--first", str(int(there * 1_000_000))]
    subprocess.run(argv, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    settle(stack)


def page_figures(stack: Stack) -> list[Figure]:
    keys = (stack.public_key, stack.secret_key)
    large, largest = (pages.one_trace_of(stack.url, keys, spans) for spans in (1_000, 20_000))
    settle(stack)
    browser = pages.Browser(stack.url, stack.email, stack.password)
    traces = f"/projects/{stack.project_id}/traces"
    month = f"{traces}?range=30d"
    asked = {
        "list, newest, last 24 hours": (traces, 150),
        "list, newest, last 30 days": (month, 150),
        "observations, newest, last 24 hours": (f"{traces}?kind=observations", 150),
        "trace page of 1,000 spans": (f"{traces}/{large}", 150),
        "trace page of 20,000 spans": (f"{traces}/{largest}", 1000),
        "list, a user, last 30 days": (f"{month}&user=user-77", None),
        "list, by name and errors, last 30 days": (f"{month}&level=ERROR&name=agent-1", None),
        "list, Korean text, last 7 days": (f"{traces}?range=7d&q=" + quote("환불"), None),
        "list, dearest first, last 24 hours": (f"{traces}?sort=cost", None),
        "strip of counts, last 30 days, a fragment": (f"{month}&part=strip", None),
        "facets, last 30 days, a fragment": (f"{month}&part=choices", None),
        "users, last 24 hours": (f"/projects/{stack.project_id}/users", None),
    }
    figures = []
    for what, (path, most) in asked.items():
        median, p95 = pages.p95_ms(browser, [path])
        budget = f"p95 < {most} ms" if most else ""
        figures.append(Figure(what, budget, f"p50 {median:.0f} ms, p95 {p95:.0f} ms"))
    html, code = pages.weight_kb(browser, traces)
    figures.append(Figure("list, HTML on the wire", "≤ 60 KB", f"{html:.0f} KB"))
    figures.append(Figure("list, JavaScript on the wire", "≤ 40 KB", f"{code:.0f} KB"))
    return figures


def settle(stack: Stack, most_seconds: float = 240) -> None:
    """Wait for the merges that the filling began: they are none of the pages' time."""
    until = time.monotonic() + most_seconds
    with clickhouse(stack) as client:
        while time.monotonic() < until:
            if client.query("SELECT count() FROM system.merges").result_rows[0][0] == 0:
                return
            time.sleep(1)


def told(figures: list[Figure]) -> list[Figure]:
    """Printed as they come: the whole takes minutes."""
    print(table(figures), flush=True)
    return figures


@contextmanager
def running() -> Iterator[tuple[Stack, float]]:
    """A Sonde with nothing in it, and how many seconds its first start took."""
    with tempfile.TemporaryDirectory(prefix="sonde-bench-") as folder:
        stack = Stack(Path(folder))
        first = stack.start()
        try:
            yield stack, first
        finally:
            stack.stop()


def load_parts(stack: Stack, first: float, parts: tuple[str, ...]) -> dict[str, list[Figure]]:
    made = {}
    if "start" in parts:
        made["Start"] = told(start_figures(stack, first))
    if "ingest" in parts:
        made["Ingest"] = told(ingest_figures(stack))
    if "checks" in parts:
        made["Checks at ingest"] = told(check_figures(stack))
    if "drain" in parts:
        made["While ClickHouse is away"] = told(drain_figures(stack))
    if "prompts" in parts:
        keys = (stack.public_key, stack.secret_key)
        made["Prompts"] = told(prompts.figures(stack.url, keys, CONNECTIONS, LOAD_SECONDS))
    return made


def size_parts(stack: Stack, sizes: list[float], parts: tuple[str, ...]) -> dict[str, list[Figure]]:
    """Of what depends on how much is stored: at each size, in millions, and how panels grow."""
    made: dict[str, list[Figure]] = {}
    panels: list[dashboards.Found] = []
    for there, millions in pairwise([0, *sorted(sizes)]):
        fill(stack, millions, there)
        size = f"at {millions:g} million spans over 30 days"
        if "pages" in parts:
            made[f"Pages, {size}"] = told(page_figures(stack))
        if "dashboards" in parts:
            panels.append(dashboards.found_of(stack.project_id, stack.folder))
            made[f"Dashboards, {size}"] = told(dashboards.figures(panels[-1]))
    if len(panels) > 1:
        title = f"Dashboards, from {min(sizes):g} to {max(sizes):g} million spans"
        made[title] = told(dashboards.growth(panels[0], panels[-1]))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--millions", type=float, nargs="+", default=[1], help="spans that pages are asked of"
    )
    parser.add_argument("--only", choices=PARTS)
    options = parser.parse_args()
    about, began = machine(), time.monotonic()
    parts = PARTS if options.only is None else (options.only,)
    made: dict[str, list[Figure]] = {}
    if set(parts) - set(AT_SIZE):
        with running() as (stack, first):
            made |= load_parts(stack, first, parts)
    if set(parts) & set(AT_SIZE):
        with running() as (stack, _first):
            made |= size_parts(stack, options.millions, parts)
    if options.only is None:
        tables = [f"## {title}\n\n{table(figures)}\n" for title, figures in made.items()]
        head = HEAD.format(date=datetime.date.today(), machine=about)
        PAGE.write_text(head + "\n".join(tables))
        print(f"Written to {PAGE.relative_to(ROOT)} after {time.monotonic() - began:.0f} s.")


HEAD = """# Benchmarks

Made by `make bench` on {date}: {machine}. The client that makes the load runs on the same cores.
"Acked" means stored and
visible, with `fsync` after each insert; the count right after the load is read back from the store.
The raw engine inserts the
same rows into the same table from a Native file, in a process of its own, right after the load.

"""

if __name__ == "__main__":
    main()
