"""Lists of prompts as Langfuse's API tells them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from prompts.models import Prompt
from tests.prompts.conftest import API


@pytest.fixture
def listed(ask):
    def get(**query) -> list[dict]:
        answer = ask("get", API, query)
        assert answer.status_code == 200, answer.content
        return answer.json()["data"]

    return get


@pytest.fixture
def some(make):
    make("b", labels=["production"], config={"v": 1}, tags=["x", "y"])
    make("b", config={"v": 2})
    make("a/talk", [{"role": "user", "content": "hi"}], labels=["staging"], tags=["y"])


def test_a_prompt_is_listed_with_its_versions_and_the_latest_configuration(some, listed):
    first, second = listed()
    assert set(first) == {"name", "type", "versions", "labels", "tags", "lastUpdatedAt",
                          "lastConfig"}  # fmt: skip
    assert (first["name"], first["type"], first["labels"]) == ("a/talk", "chat",
                                                               ["latest", "staging"])  # fmt: skip
    assert (second["versions"], second["lastConfig"]) == ([1, 2], {"v": 2})
    assert (second["labels"], second["tags"]) == (["latest", "production"], ["x", "y"])


def test_a_label_narrows_to_the_version_it_points_at(some, listed):
    [found] = listed(label="production")
    assert (found["versions"], found["labels"], found["lastConfig"]) == ([1], ["production"],
                                                                         {"v": 1})  # fmt: skip
    assert [one["versions"] for one in listed(label="latest")] == [[1], [2]]


def test_lists_are_narrowed_by_name_and_tag(some, listed):
    assert [one["name"] for one in listed(name="b")] == ["b"]
    assert [one["name"] for one in listed(tag="y")] == ["a/talk", "b"]
    assert listed(tag="z") == listed(name="B") == listed(label="none") == []


def test_lists_are_narrowed_by_when_a_prompt_last_changed(some, listed):
    yesterday = timezone.now() - timedelta(days=1)
    Prompt.objects.filter(name="b").update(updated_at=yesterday)
    cut = (timezone.now() - timedelta(hours=1)).isoformat()
    assert [one["name"] for one in listed(fromUpdatedAt=cut)] == ["a/talk"]
    assert [one["name"] for one in listed(toUpdatedAt=cut)] == ["b"]


def test_a_list_comes_in_pages(some, ask):
    answer = ask("get", API, {"limit": 1, "page": 2}).json()
    assert [one["name"] for one in answer["data"]] == ["b"]
    assert answer["meta"] == {"page": 2, "limit": 1, "totalItems": 2, "totalPages": 2}
    assert ask("get", API, {"limit": 0}).status_code == 400
    assert ask("get", API, {"fromUpdatedAt": "yesterday"}).status_code == 400


def test_a_page_of_many_asks_no_more_questions_than_one_of_few(
    make, ask, django_assert_max_num_queries
):
    for number in range(30):
        make(f"p{number}", labels=["a", "b"])
    with django_assert_max_num_queries(8):
        assert len(ask("get", API).json()["data"]) == 30
