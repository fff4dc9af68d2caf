"""The query bar, the sidebar, columns, observations and the glance at one trace."""

import re
from urllib.parse import parse_qsl, unquote_plus

from django.urls import reverse

from tests.traces.shown import HTMX, names_of, text_of


def test_the_query_bar_says_what_the_sidebar_narrows_to_whichever_said_it(look, span):
    span("t1", "r", name="alpha", user_id="ann smith", took=5)
    response = look({"user": "ann smith", "level": ["ERROR", "DEFAULT"], "min_latency": "2"})
    html = response.content.decode()
    bar = "user:&quot;ann smith&quot; level:(ERROR OR DEFAULT) latency:&gt;=2"
    assert f'value="{bar}" data-search' in html
    assert names_of(response) == ["alpha"]
    assert names_of(look({"q": 'user:"ann smith" latency:>2'})) == ["alpha"]
    assert 'name="user" value="ann smith"' in html and 'name="min_latency"' in html


def test_a_facet_leads_to_the_query_with_its_value_and_without_what_was_chosen(look, span):
    span("t1", "r", environment="prod", input="refund")
    span("t2", "r", environment="dev", input="refund")
    html = look({"part": "choices", "q": "environment:prod refund"}, **HTMX).content.decode()
    links = dict(re.findall(r'class="option"[^>]*href="[^?]*([^"]*)".*?title="([^"]*)"', html))
    assert {title: unquote_plus(link) for link, title in links.items()} == {
        "dev": "?q=environment:(prod OR dev) refund",
        "prod": "?q=refund",
        "SPAN": "?q=environment:prod refund type:SPAN",
    }


def test_a_search_that_cannot_be_read_is_marked_at_its_place_and_nothing_else_is_shown(look, span):
    span("t1", "r", name="alpha")
    response = look({"q": "level:ERROR colour:red"})
    html = response.content.decode()
    assert "<code>level:ERROR <mark>colour:red</mark></code>" in html
    assert "There is no field “colour”" in text_of(response)
    assert 'aria-invalid="true"' in html and names_of(response) == []
    for part in ("strip", "choices"):
        assert look({"q": "level:ERROR colour:red", "part": part}, **HTMX).status_code == 200


def test_an_empty_field_of_the_sidebar_takes_its_term_out(look, span):
    span("t1", "r", name="alpha")
    response = look({"q": "user:ann latency:>=2", "user": "", "min_latency": ""})
    assert names_of(response) == ["alpha"]


def test_a_hostile_query_is_shown_as_it_was_typed(look, span):
    span("t1", "r")
    for query in ('"><script>alert(1)</script>', 'level:"><img src=x onerror=x>', "{{ 7*7 }}"):
        html = look({"q": query}).content.decode()
        assert "<script>alert" not in html and "<img src=x" not in html and ">49<" not in html


def headers_of(response) -> list[str]:
    head = response.content.decode().partition("<thead>")[2].partition("</thead>")[0]
    return [text_of_html(cell) for cell in re.findall(r"<th .*?</th>", head, re.DOTALL)]


def text_of_html(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_observations_are_listed_by_themselves_with_the_same_query(look, span):
    span("t1", "r", name="agent", trace_name="support")
    span("t1", "g", parent_span_id="r", name="call", type="GENERATION", model="gpt-4o",
         trace_name="support")  # fmt: skip
    response = look({"kind": "observations", "q": "type:GENERATION"})
    assert names_of(response) == ["call"] and "support" in text_of(response)
    assert "gpt-4o" in text_of(response) and "Model" in headers_of(response)
    html = response.content.decode()
    assert "?span=g" in html and "kind=observations" in html
    sorted_page = look({"kind": "observations", "sort": "latency"})
    assert set(names_of(sorted_page)) == {"agent", "call"}


def test_more_observations_load_below(look, span, project, now):
    from traces.records import Span
    from traces.writer import insert_spans

    insert_spans(
        [
            Span(project.id, "t", f"s{n:02d}", now - n * 10**9, name=f"n{n:02d}", version=1)
            for n in range(70)
        ]
    )
    for query in ({"kind": "observations"}, {"kind": "observations", "sort": "started.asc"}):
        first = look(query)
        [more] = set(re.findall(r'hx-get="[^"]*(\?[^"]*after=[^"]*)"', first.content.decode()))
        url = reverse("trace-list", args=[project.id]) + more.replace("&amp;", "&")
        rest = first.client.get(url, headers=HTMX)
        assert sorted(names_of(first) + names_of(rest)) == [f"n{n:02d}" for n in range(70)]


def test_columns_are_chosen_in_the_address_and_may_be_keys_of_the_metadata(look, span):
    span("t1", "r", name="alpha", release="r9", metadata={"region": "eu-west", "x": "no"})
    response = look({"cols": "release,metadata.region,cost"})
    assert headers_of(response)[2:] == ["Release", "region", "Cost"]
    assert "r9" in text_of(response) and "eu-west" in text_of(response)
    chosen = look({"col": ["input", "metadata.region"], "metadata_column": "x"})
    assert headers_of(chosen)[2:] == ["Input", "region", "x"]
    assert "cols=input%2Cmetadata.region%2Cmetadata.x" in chosen.content.decode()
    observations = look({"cols": "metadata.region", "kind": "observations"})
    assert "eu-west" in text_of(observations)


def test_a_metadata_key_with_any_signs_stays_the_same_column(look, span):
    keys = ['weird,key "x"', "back\\slash", "ends\\", "a\\,b", "plain"]
    span("t", "r", metadata={key: f"value of {number}" for number, key in enumerate(keys)})
    cols = ""
    for key in keys:
        shown = look({"cols": cols}).context["columns"] if cols else []
        sent = {"col": [column.name for column in shown], "metadata_column": key}
        cols = dict(parse_qsl(look(sent).context["ask"].address))["cols"]
    page = look({"cols": cols, "range": "24h"})
    assert [column.key for column in page.context["columns"]] == keys
    words = text_of(page)
    for number in range(len(keys)):
        assert f"value of {number}" in words


def test_a_column_that_is_not_there_is_told(look, span):
    span("t1", "r")
    response = look({"cols": "colour,cost"})
    assert "There is no column “colour”" in text_of(response)
    assert headers_of(response)[2:] == ["Cost"]
    assert "At most 12 columns" in text_of(look({"cols": ",".join(["cost"] * 13)}))


def test_a_trace_at_a_glance_shows_what_was_asked_and_said_and_only_to_members(
    look, span, project, client, stranger
):
    span("t1", "r", name="alpha", input="환불해 주세요", output="네 <b>됩니다</b>", took=2)
    text = look({"id": "t1"}, name="trace-peek")
    assert "환불해 주세요" in text_of(text) and "&lt;b&gt;됩니다" in text.content.decode()
    for unknown in ("nope", "", "\0"):
        assert look({"id": unknown}, name="trace-peek").status_code == 404
    client.force_login(stranger)
    assert client.get(reverse("trace-peek", args=[project.id]), {"id": "t1"}).status_code == 404
