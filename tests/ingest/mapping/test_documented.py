from pathlib import Path

import pytest

from ingest.mapping import groups, limits, routes

DOCS = Path(__file__).resolve().parents[3] / "docs" / "ingest"


def named_in_full() -> list[str]:
    """The keys of the tables, and none that a test has made the routes remember."""
    return sorted(routes._compiled())


@pytest.mark.parametrize("key", named_in_full())
def test_every_attribute_of_a_table_is_on_the_page(key):
    page = (DOCS / "mapping.md").read_text()
    said = f"`{key}`" in page
    for prefix in ("langfuse.experiment.",):
        said = said or (key.startswith(prefix) and f"`{key.removeprefix(prefix)}`" in page)
    assert said


@pytest.mark.parametrize("prefix", sorted(groups.PREFIXES))
def test_every_prefix_is_on_the_page(prefix):
    page = (DOCS / "mapping.md").read_text()
    known = ("traceloop.association.properties.", "langfuse.experiment.", "gen_ai.prompt.variable.")
    assert prefix.startswith(known) or f"`{prefix}" in page


@pytest.mark.parametrize("limit", [name for name in vars(limits) if name.isupper()])
def test_every_limit_is_on_the_page(limit):
    page = (DOCS / "otlp.md").read_text()
    assert f"{getattr(limits, limit):,}" in page
