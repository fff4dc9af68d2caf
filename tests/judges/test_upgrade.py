"""What workers of the version before still store, while the database is the new one's already."""

import pytest
from django.db import connection


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("judges_execution", "order"),
        ("judges_pastrun", "experiment"),
        ("judges_pastrun", "experiment_name"),
        ("judges_evaluatorversion", "better"),
        ("scores_scoreconfig", "better"),
        ("datasets_upload", "delimiter"),
        ("datasets_upload", "columns"),
        ("datasets_refusedrow", "content"),
    ],
)
def test_a_row_that_does_not_name_a_new_column_can_be_stored(table, column):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_default FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND table_name = %s AND column_name = %s",
            [table, column],
        )
        (default,) = cursor.fetchone()
    assert default is not None and default.startswith(("''", "'[]'", "'\\x'"))
