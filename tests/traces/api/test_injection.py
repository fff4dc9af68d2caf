"""Whatever a caller writes, it reaches the store as a bound value and never as a part of SQL."""

import json
from collections.abc import Iterator
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
import urllib3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.traces.api.conftest import FIRST_TRACE
from traces.queries.langfuse import observations, score_filters, scores, trace_columns
from traces.queries.langfuse.filters import TYPES
from traces.search.fields import FIELDS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("conversation")]
MARK = "zq9x"  # in every text that a caller writes, and in no SQL of ours
CORPUS = [
    "",
    "' OR 1=1 --",
    "'; DROP TABLE spans; --",
    "\\' OR 1=1 --",
    "\\",
    "') UNION ALL SELECT * FROM spans --",
    '" OR ""="',
    "`); SELECT 1; --",
    "{v0:String}",
    "{project_id:String}",
    "%(v0)s %s %d %%",
    "$1 ? :name",
    "/* */ -- #",
    "0x27 OR 1",
    "\n\t\r\b",
    "‘’“”＇",
    "'" * 50,
    "1e999",
    "NULL",
    "now()",
    "file('/etc/passwd')",
    "s.project_id",
    "\u202e\ufeff\u2028",
    "🦉",
    "%",
    "_",
]
SCORES = {name: (kind, "") for name, (kind, _) in score_filters.COLUMNS.items()}
TRACE = {name: trace_columns.FILTERS[there] for name, there in observations.OF_TRACE.items()}
COLUMNS = {  # by the list that they are of: each one's kind, or the one type that fits it
    "traces": trace_columns.FILTERS | SCORES,
    "observations": observations.FILTERS | TRACE,
    "v2/observations": observations.FILTERS | TRACE,
    "v2/scores": scores.FILTERS,
}
OPERATORS = sorted({name for _, operators, _ in TYPES.values() for name in operators})

hostile = st.builds(
    lambda before, payload, after: f"{before}{MARK}{payload}{after}",
    st.sampled_from(CORPUS),
    st.sampled_from(CORPUS) | st.text(max_size=10),
    st.sampled_from(CORPUS),
).filter(lambda text: ("\0" not in text and text.isprintable()) or "\n" in text)
numbers = st.sampled_from([0, -1, 0.5, 1e300, 987654321.25]) | hostile
values = {
    "string": hostile,
    "stringObject": hostile,
    "stringOptions": st.lists(hostile, max_size=3),
    "arrayOptions": st.lists(hostile, max_size=3),
    "categoryOptions": st.lists(hostile, max_size=3),
    "number": numbers,
    "numberObject": numbers,
    "datetime": st.just("2026-11-20T06:12:34.987654321Z") | hostile,
    "boolean": st.booleans() | hostile,
    "booleanObject": st.booleans() | hostile,
    "null": st.none() | hostile,
}


def mostly(usual, odd):
    """The usual nine times of ten."""
    return st.integers(0, 9).flatmap(lambda dice: usual if dice else odd)


@st.composite
def conditions(draw, columns: dict[str, tuple[str, str]]) -> dict:
    """Mostly one that fits a column, since others are refused before anything is asked."""
    column = draw(st.sampled_from(sorted(columns)))
    kind = columns[column][0]
    fitting = [name for name, (kinds, _, _) in TYPES.items() if kind in (*kinds, name)]
    asked = draw(mostly(st.sampled_from(fitting), st.sampled_from(sorted(values))))
    return {
        "type": asked,
        "column": draw(mostly(st.just(column), hostile)),
        "operator": draw(
            mostly(st.sampled_from([*TYPES[asked][1]]), st.sampled_from(OPERATORS) | hostile)
        ),
        "value": draw(values[asked]),
        "key": draw(hostile),
    }


@pytest.fixture
def sent(monkeypatch) -> Iterator[list[str]]:
    """All that goes to ClickHouse but the values of bound parameters."""
    statements: list[str] = []
    bound: list[str] = []
    send = urllib3.PoolManager.request

    def record(self, method, url, **options):
        said = [*parse_qsl(urlsplit(url).query), *(options.get("fields") or {}).items()]
        for name, value in said:
            (bound if name.startswith("param_") else statements).append(str(value))
        statements.append((options.get("body") or b"").decode())
        return send(self, method, url, **options)

    monkeypatch.setattr(urllib3.PoolManager, "request", record)
    yield statements
    assert any("SELECT" in statement for statement in statements)
    assert any(MARK in value for value in bound)


@pytest.fixture
def assert_inert(client, api_key, auth, ingest, other_key, sent):
    """GETs a path: an answer or a reason, without a value in the SQL and without others' rows."""
    ingest(
        other_key, *((kind, {**body, "id": f"foreign-{body['id']}"}) for kind, body in FIRST_TRACE)
    )
    sent.clear()
    statuses = []

    def get(path: str, **query):
        answer = client.get(path, query, headers=auth(api_key))
        statuses.append(answer.status_code)
        assert answer.status_code in (200, 400, 404, 422), (path, query)
        assert "foreign-" not in answer.content.decode()
        assert not [
            statement for statement in sent if MARK in statement or "987654321" in statement
        ]

    yield get
    assert 200 in statuses


def fuzz(examples: int):
    return settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("path", COLUMNS)
def test_no_value_of_a_filter_reaches_the_sql(assert_inert, path):
    assert_inert(f"/api/public/{path}")

    @fuzz(60)
    @given(asked=st.lists(conditions(COLUMNS[path]), min_size=1, max_size=2))
    def check(asked: list[dict]) -> None:
        assert_inert(f"/api/public/{path}", filter=json.dumps(asked))

    check()
    bound = {"type": "string", "column": "name", "operator": "=", "value": f"' OR {MARK}"}
    assert_inert(f"/api/public/{path}", filter=json.dumps([bound]))  # whatever chance has chosen


PARAMETERS = {
    "public/traces": ("userId", "name", "sessionId", "tags", "version", "release", "environment",
                      "orderBy", "fields", "fromTimestamp", "page"),
    "public/v2/observations": ("name", "userId", "sessionId", "type", "traceId", "level", "version",
                               "parentObservationId", "environment", "cursor", "expandMetadata"),
    "public/sessions": ("environment", "toTimestamp"),
    "public/v3/scores": ("id", "name", "traceId", "environment", "configId", "cursor"),
    "public/v2/scores": ("name", "userId", "traceTags", "operator", "value", "scoreIds"),
    "public/metrics/daily": ("traceName", "userId", "tags", "environment"),
    "public/comments": ("objectType", "objectId", "authorUserId"),
    "v1/traces": ("name", "user", "session", "tag", "model", "cursor", "version", "q"),
    "v1/observations": ("trace", "name", "user", "session", "environment"),
    "v1/sessions": ("search",),
    "v1/users": ("search",),
    "v1/scores": ("trace", "session", "name", "user", "environment"),
}  # fmt: skip


def test_no_value_of_a_parameter_reaches_the_sql(assert_inert):
    for path in PARAMETERS:
        assert_inert(f"/api/{path}")

    @fuzz(150)
    @given(data=st.data())
    def check(data) -> None:
        path = data.draw(st.sampled_from(sorted(PARAMETERS)))
        name = data.draw(st.sampled_from(PARAMETERS[path]))
        assert_inert(f"/api/{path}", **{name: data.draw(hostile)})

    check()


@pytest.mark.parametrize("payload", [one for one in CORPUS if "\n" not in one])
def test_no_id_reaches_the_sql(assert_inert, payload):
    assert_inert("/api/public/traces")
    told = quote(f"{MARK}{payload}", safe="")
    for path in ("public/traces", "public/observations", "public/sessions", "public/scores",
                 "public/v2/scores", "public/models", "public/comments", "v1/traces"):  # fmt: skip
        assert_inert(f"/api/{path}/{told}")


searches = st.builds(
    lambda sign, field, key, operator, value: f"{sign}{field}{key}:{operator}{value}",
    st.sampled_from(["", "-"]),
    st.sampled_from(sorted(FIELDS)),
    st.just("") | st.just(".k") | hostile.map(lambda text: f".{text}"),
    st.sampled_from(["", ">", "<", ">=", "<=", "=", "*"]),
    hostile | hostile.map(lambda text: '"' + text.replace('"', "") + '"') | st.just("987654321"),
)


def test_no_word_of_a_search_reaches_the_sql(assert_inert):
    assert_inert("/api/v1/traces", q=f'user:"{MARK}"')

    @fuzz(120)
    @given(asked=st.lists(searches | hostile, min_size=1, max_size=3))
    def check(asked: list[str]) -> None:
        assert_inert("/api/v1/traces", q=" ".join(asked))

    check()
