"""Numbers of versions: each stands for one text, for ever."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from prompts.models import LabelMove, Numbering
from prompts.versions import remove


def test_the_number_of_a_deleted_version_is_never_given_out_again(make, project, by):
    make(), remove(project, [make()], by)
    assert make().number == 3


def test_nor_is_that_of_a_deleted_prompt(make, project, by):
    remove(project, [make(), make()], by)
    assert make().number == 3
    assert make("other").number == 1


def test_numbers_so_far_are_counted_when_sonde_is_brought_up_to_date(make, project, by):
    """Those of deleted versions too, as far as the history tells of them."""
    make(), remove(project, [make(), make(labels=["staging"])], by)
    make("other")
    Numbering.objects.all().delete()
    import_module("prompts.migrations.0003_numbering").count(apps, None)
    found = Numbering.objects.filter(project=project).order_by("name")
    assert list(found.values_list("name", "last")) == [("greet", 3), ("other", 1)]


@pytest.mark.parametrize("query", ["?label=staging", "?label=latest", ""])
def test_what_an_api_deletes_is_looked_up_under_the_lock(make, ask, query):
    make(labels=["staging"])
    with CaptureQueriesContext(connection) as asked:
        assert ask("delete", f"/api/public/v2/prompts/greet{query}").status_code == 204
    told = [one["sql"] for one in asked.captured_queries]
    locked = next(at for at, sql in enumerate(told) if "FOR UPDATE" in sql)
    looked = next(at for at, sql in enumerate(told) if 'FROM "prompts_promptversion"' in sql)
    assert locked < looked


def test_what_is_kept_of_a_deleted_prompt_goes_with_the_project(make, project, by):
    remove(project, [make(labels=["staging"])], by)
    assert LabelMove.objects.count() == 2
    project.delete()
    assert not LabelMove.objects.exists() and not Numbering.objects.exists()
