"""ETags and headers: a client may keep what it got, and asks whether it is still the one."""

import pytest

from tests.prompts.conftest import API


@pytest.fixture
def etag(make, ask):
    make(labels=["production"])
    return ask("get", f"{API}/greet")["ETag"]


def test_what_is_known_is_not_sent_again(etag, ask):
    answer = ask("get", f"{API}/greet", **{"If-None-Match": etag})
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)
    assert answer["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("given", ["W/{0}", '"other", {0}', '"other",W/{0}', "*"])
def test_an_etag_may_be_weak_or_one_of_several(etag, ask, given):
    answer = ask("get", f"{API}/greet", **{"If-None-Match": given.format(etag)})
    assert answer.status_code == 304


def test_what_has_changed_is_sent(etag, ask, make):
    make("greet", "Hello", labels=["production"])
    answer = ask("get", f"{API}/greet", **{"If-None-Match": etag})
    assert (answer.status_code, answer.json()["prompt"]) == (200, "Hello")
    assert answer["ETag"] != etag


def test_an_answer_is_for_whoever_holds_the_key(etag, ask):
    answer = ask("get", f"{API}/greet")
    assert answer["Cache-Control"] == "private, no-cache"
    assert "Authorization" in answer["Vary"]
    assert answer["Content-Type"] == "application/json"
