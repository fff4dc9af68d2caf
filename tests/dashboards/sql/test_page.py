"""The page of SQL: run, chart, keep, and who may."""

import csv
import io
import json

import pytest
from django.urls import reverse

from dashboards.sql.charts import figure_of
from dashboards.sql.models import SavedSql
from traces.queries.free_sql.ask import Table


@pytest.fixture
def page(project):
    return reverse("sql", args=[project.id])


def run(client, page, text, **more):
    return client.post(page, {"text": text, **more})


def test_the_page_shows_what_can_be_asked_and_runs_nothing_of_a_link(as_member, page):
    shown = as_member.get(page, {"q": "SELECT 'from a link'"}).content.decode()
    assert "SELECT &#x27;from a link&#x27;" in shown
    assert "first_token_at" in shown
    assert "<table" not in shown


def test_a_statement_runs_and_shows_its_rows_escaped(as_member, page, span):
    span("t1", "a", name="<b>bold</b>")
    shown = run(as_member, page, "SELECT name, count() AS calls FROM spans GROUP BY name")
    assert "&lt;b&gt;bold&lt;/b&gt;" in shown.content.decode()
    assert "calls" in shown.content.decode()


def test_what_is_wrong_is_said_beside_the_statement(as_member, page):
    answer = run(as_member, page, "DROP TABLE spans")
    assert answer.status_code == 422
    assert "Only SELECT can be run here" in answer.content.decode()
    assert "DROP TABLE spans" in answer.content.decode()


def test_a_fragment_is_the_result_alone(as_member, page):
    answer = as_member.post(page, {"text": "SELECT 1 AS one"}, headers={"HX-Request": "true"})
    assert answer.content.decode().startswith('<div id="sql-result"')


def test_a_file_for_spreadsheets_calculates_nothing(as_member, page):
    text = "SELECT '=1+1' AS `=cmd`, -2 AS n, ['a', 'b'] AS list, NULL AS nothing"
    answer = run(as_member, page, text, do="csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows == [["'=cmd", "n", "list", "nothing"], ["'=1+1", "-2", '["a","b"]', ""]]
    assert "attachment" in answer["Content-Disposition"]


def test_a_file_of_json_has_the_types(as_member, page):
    found = json.loads(run(as_member, page, "SELECT 1 AS n", do="json").content)
    assert found == {"columns": [{"name": "n", "type": "UInt8"}], "rows": [[1]], "is_cut": False}


def test_a_result_is_drawn(as_member, page):
    answer = run(as_member, page, "SELECT 'a' AS name, 2 AS n", chart="bar").content.decode()
    assert "data-figure" in answer
    flat = run(as_member, page, "SELECT 'a' AS name", chart="bar").content.decode()
    assert "data-figure" not in flat
    assert "A chart needs a first column and a number behind it." in flat


def test_a_figure_has_the_values_of_the_result():
    types = ("DateTime64(9, 'UTC')", "Nullable(Decimal(38, 12))", "String")
    table = Table(("at", "cost", "note"), types, [["2026-01-01T00:00:00Z", "0.5", "x"]], False)
    figure = figure_of(table, "line")
    assert figure is not None
    assert [(one["x"], one["y"]) for one in figure["data"]] == [(["2026-01-01T00:00:00Z"], [0.5])]
    assert figure["layout"]["xaxis"]["type"] == "date"


def test_kept_statements_are_private_until_they_are_shared(as_member, as_viewer, project, page):
    save = reverse("sql-save", args=[project.id])
    as_member.post(save, {"text": "SELECT 1", "name": "Mine alone", "chart": "bar"})
    as_member.post(save, {"text": "SELECT 2", "name": "For all", "is_shared": "on"})
    as_viewer.post(save, {"text": "SELECT 3", "name": "Of a viewer", "is_shared": "on"})
    assert [row.is_shared for row in SavedSql.objects.order_by("text")] == [False, True, False]
    seen = as_viewer.get(page).content.decode()
    assert "For all" in seen
    assert "Mine alone" not in seen
    private = SavedSql.objects.get(name="Mine alone")
    assert "SELECT 1</textarea>" not in as_viewer.get(page, {"saved": private.pk}).content.decode()
    assert "SELECT 1</textarea>" in as_member.get(page, {"saved": private.pk}).content.decode()


def test_saving_under_a_name_replaces_and_deleting_is_for_ones_own(as_member, as_viewer, project):
    save = reverse("sql-save", args=[project.id])
    for text in ("SELECT 1", "SELECT 2"):
        as_member.post(save, {"text": text, "name": " The  name ", "is_shared": "on"})
    saved = SavedSql.objects.get()
    assert (saved.name, saved.text) == ("The name", "SELECT 2")
    delete = reverse("sql-delete", args=[project.id, saved.pk])
    assert as_viewer.post(delete).status_code == 404
    assert as_member.post(delete).status_code == 302
    assert not SavedSql.objects.exists()


def test_the_api_answers_with_columns_and_rows(client, api_key, auth, span):
    span("t1", "a", total_cost="0.125", model="gpt-5")
    answer = client.post(
        "/api/v1/sql",
        {"sql": "SELECT model, sum(cost) AS cost FROM spans GROUP BY model"},
        content_type="application/json",
        headers=auth(api_key),
    )
    assert answer.json()["rows"] == [["gpt-5", "0.125"]]


@pytest.mark.parametrize("text", ["SELECT * FROM system.tables", "SELECT 'a' + 1", "DROP TABLE x"])
def test_the_api_says_what_to_change(client, api_key, auth, text):
    answer = client.post(
        "/api/v1/sql", {"sql": text}, content_type="application/json", headers=auth(api_key)
    )
    assert answer.status_code == 422
    assert answer["Content-Type"].startswith("application/problem+json")
    assert answer.json()["detail"]
